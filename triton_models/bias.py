"""Expected phrases raise their tokens while they are said (shallow fusion; pure).

A phrase's first token is raised at the start of any word, its next ones where it goes on. What was
raised is taken back when the phrase is broken off, so that only whole phrases gain.
"""

from collections.abc import Iterable, Mapping, Sequence

State = tuple[tuple[int, ...], ...]
"""The tokens said so far of each phrase that may be under way, longest first."""


class PhraseBias:
    """The phrases of one leg, each in the ways it may be spelled: tokens and weight a token."""

    def __init__(self, spellings: Iterable[tuple[Sequence[int], float]]) -> None:
        self._next: dict[tuple[int, ...], dict[int, float]] = {(): {}}
        self._gained: dict[tuple[int, ...], float] = {(): 0.0}
        self._whole: set[tuple[int, ...]] = set()
        for tokens, weight in spellings:
            self._add(tuple(tokens), weight)

    def __bool__(self) -> bool:
        return bool(self._whole)

    def start(self) -> State:
        """Nothing is under way."""
        return ()

    def raises(self, state: State) -> Mapping[int, float]:
        """What each token gains that starts a phrase or goes on with one; the dearest counts."""
        found = dict(self._next[()])
        for said in state:
            for token, weight in self._next[said].items():
                if abs(weight) > abs(found.get(token, 0.0)):
                    found[token] = weight
        return found

    def after(self, state: State, token: int) -> tuple[State, float]:
        """The phrases under way after `token`, and what those gained that are so no more.

        The refund is of the longest phrase broken off; one that is whole keeps its gain.
        """
        grown = tuple((*said, token) for said in (*state, ()) if token in self._next[said])
        if state and grown and grown[0][:-1] == state[0]:
            return grown, 0.0
        goes_on = self._gained[grown[0][:-1]] if grown else 0.0
        return grown, self.owed(state) - goes_on

    def owed(self, state: State) -> float:
        """What was gained since the last whole phrase that the longest one under way passed."""
        if not state:
            return 0.0
        said = state[0]
        kept = max(
            (self._gained[said[:n]] for n in range(1, len(said) + 1) if said[:n] in self._whole),
            default=0.0,
        )
        return self._gained[said] - kept

    def _add(self, tokens: tuple[int, ...], weight: float) -> None:
        for at, token in enumerate(tokens):
            following = self._next.setdefault(tokens[:at], {})
            following[token] = max(weight, following.get(token, weight))
            self._gained[tokens[: at + 1]] = self._gained[tokens[:at]] + following[token]
            self._next.setdefault(tokens[: at + 1], {})
        if tokens:
            self._whole.add(tokens)
