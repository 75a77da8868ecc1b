"""What was decided about a row of words, for the next look at the row with a few words more.

Of a partial only the last words are new, but a row is read from its speaker's earlier words on. A
decision about an atom is taken over if everything that its rule may look at is as it was: the atoms
and their times up to `REACH` further on, and what the call lets us expect by then. Finals take
nothing over from partials, but from themselves when only their ends are decided on again.
"""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import islice, zip_longest
from operator import le
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from redaction.cues.slots import SLACK_MS, Filled, Slot, Stream, TimedCue, Turn
from redaction.language.words import Atom, Class
from redaction.numbers.runs import Run

if TYPE_CHECKING:
    from redaction.recognizers.found import Found, Heard

REACH = 10
"""So many atoms after a number or a word no rule looks at, unless they are figures in a row."""

_AFTER_FIGURES = 4
"""And so many after a row of figures."""

_WORTH = 24
"""A partial of fewer atoms is as soon decided on again."""


class Judged(NamedTuple):
    """What was decided about a run, and what that depended on."""

    before: "Found | None"
    """What was found before it."""
    found: "tuple[Found, ...]"
    undecided: tuple[Run, ...]
    by_memory: bool
    """Whether it was asked what the call remembers."""


class _Basis(NamedTuple):
    """All that decisions about a row are made of."""

    is_open: bool
    """Of a partial."""
    atoms: Sequence[Atom]
    starts_ms: Sequence[int]
    ends_ms: Sequence[int]
    begun: Sequence[int]
    """Where segments begin."""
    breaks: frozenset[int]
    blind: Sequence[tuple[int, int]]
    cues: Sequence[TimedCue]
    turns: Sequence[Turn]
    filled: Sequence[Filled]
    overdue: int
    """Of so many atoms nothing may stay undecided."""
    remembered: int
    """How much of the call is remembered."""


class Kept:
    """Decisions about one row. Those about atoms before `until` are as they would be made again.

    The rules note what they decide, about atoms of whatever place, and ask for it first.
    """

    def __init__(self) -> None:
        self.until = 0
        self.kinds: dict[int, str | None] = {}
        """Of unusual words, by their place."""
        self.slots: dict[int, list[Slot]] = {}
        """What was asked for or announced, given or not, for a number or word at a place."""
        self.known: dict[int, str | None] = {}
        """What a word was masked as before in the call, by its place."""
        self.rows: dict[int, bool] = {}
        """Whether a word goes on with the one before it as in an e-mail address, by its place."""
        self.clauses: dict[tuple[int, int], tuple[int, int] | None] = {}
        """What of a clause is the place asked for, by its first atom and the one behind it."""
        self.claims: dict[tuple[int, int, object], bool] = {}
        """Whether what was found is personal, by its first atom, its last, and who found it."""
        self._runs: dict[Run, Judged] = {}
        self._basis: _Basis | None = None

    def renewed(self, heard: "Heard", *, remembered: int) -> "Kept":
        """What of it still holds for a row heard now."""
        new = Kept()
        if heard.is_open and len(heard.atoms) < _WORTH:
            return new
        basis, before = _basis(heard, remembered), self._basis
        new._basis = basis
        if before is None:
            return new
        until = _settled(before, basis, stream=heard.stream)
        if until > 0:
            new.until = until
            new.kinds = {i: kind for i, kind in self.kinds.items() if i < until}
            new.slots = {i: slots for i, slots in self.slots.items() if i < until}
            new.clauses = {c: place for c, place in self.clauses.items() if c[1] <= until}
            if before.remembered == remembered:
                new.claims = {c: one for c, one in self.claims.items() if c[1] < until}
                new.known = {i: kind for i, kind in self.known.items() if i < until}
                new.rows = {i: n for i, n in self.rows.items() if i < until}
            new._runs = {
                run: one
                for run, one in self._runs.items()
                if run.last < until
                and not (one.by_memory and before.remembered != remembered)
                # An end that is closed is what decides on these.
                and (heard.is_open or not one.undecided)
            }
        return new

    def judged(self, run: Run, *, before: "Found | None") -> Judged | None:
        """What was decided about a run behind this number."""
        known = self._runs.get(run) if run.last < self.until else None
        return known if known is not None and known.before == before else None

    def note(self, run: Run, judged: Judged) -> None:
        """Note what was decided about a run."""
        self._runs[run] = judged


def _basis(heard: "Heard", remembered: int) -> _Basis:
    times, expected = heard.times, heard.expected
    return _Basis(
        heard.is_open,
        heard.atoms,
        times.start_ms,
        times.end_ms,
        heard.starts,
        times.breaks,
        expected.blind,
        expected.cues,
        expected.turns.all,
        tuple(expected.filled),
        heard.overdue,
        remembered,
    )


def _settled(a: _Basis, b: _Basis, *, stream: Stream) -> int:
    """Before which atom everything is as it was, as far as any rule looks."""
    if a.is_open != b.is_open or a.blind != b.blind:
        return 0
    if a.overdue or b.overdue or not _in_order(b):
        return 0
    same = min(
        _common(a.atoms, b.atoms), _common(a.starts_ms, b.starts_ms), _common(a.ends_ms, b.ends_ms)
    )
    # Where only one of them has a break or the beginning of a segment, all is other from there on.
    same = min((same, *a.breaks.symmetric_difference(b.breaks)))
    same = min((same, *set(a.begun).symmetric_difference(b.begun)))
    identical = same == len(a.atoms) == len(b.atoms)
    until = same if identical else same - REACH
    if until <= 0 or _has_tokens(a.atoms, same) or _has_tokens(b.atoms, same):
        return 0
    if not identical:
        # Rules pass over figures in a row, however many they are.
        anchor = same - _AFTER_FIGURES
        while anchor > 0 and b.atoms[anchor].cls is not Class.OTHER:
            anchor -= 1
        until = min(until, anchor)
    changed_ms = _changed_ms(a, b, stream=stream)
    if changed_ms is not None:
        until = min(until, bisect_left(b.starts_ms, changed_ms))
    # What is found further on ends later than all that is settled.
    while 0 < until < len(b.starts_ms) and b.starts_ms[until - 1] == b.starts_ms[until]:
        until -= 1
    return until


def _common(a: Sequence[object], b: Sequence[object]) -> int:
    """How many elements two rows begin with are the same."""
    shorter = min(len(a), len(b))
    if a[:shorter] == b[:shorter]:
        return shorter
    return next(i for i in range(shorter) if a[i] != b[i])


def _in_order(basis: _Basis) -> bool:
    starts = basis.starts_ms
    return all(map(le, starts, islice(starts, 1, None))) and all(map(le, starts, basis.ends_ms))


def _has_tokens(atoms: Sequence[Atom], first: int) -> bool:
    """Whether what was redacted before stands there: it counts as given from the start."""
    return any(atom.text[0] == "[" for atom in islice(atoms, first, None))


def _changed_ms(a: _Basis, b: _Basis, *, stream: Stream) -> int | None:
    """From when on something else is expected; None if nothing else is."""
    changed = [one.start_ms - SLACK_MS for one in _first_other(a.cues, b.cues, stream=stream)]
    changed += [one.start_ms for one in _first_other(a.turns, b.turns, stream=stream)]
    if a.filled != b.filled:
        n = _common(a.filled, b.filled)
        changed += [one.end_ms for one in (*a.filled[n:], *b.filled[n:])]
    return min(changed, default=None)


_Said = TypeVar("_Said", TimedCue, Turn)


def _first_other(a: Sequence[_Said], b: Sequence[_Said], *, stream: Stream) -> list[_Said]:
    """Where two rows in order of time part; how a segment of the speaker's own goes on (the last
    field of either) tells nothing of what comes before."""
    for x, y in zip_longest(a, b):
        if x is None or y is None:
            return [one for one in (x, y) if one is not None]
        if x != y and (x.stream != stream or x[:-1] != y[:-1]):
            return [x, y]
    return []
