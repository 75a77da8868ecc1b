"""Phrases that a search favours: an Aho-Corasick automaton over tokens (pure).

While a hypothesis is on its way through a phrase it is lent `weight` a token. A phrase that is
completed keeps what it was lent; one that breaks off gives it back. So a hypothesis without any
phrase ends with exactly the score it would have had, and one with a phrase never with less.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple


class Weighted(NamedTuple):
    """A phrase in tokens, and what each of them is worth."""

    tokens: tuple[int, ...]
    weight: float


class Move(NamedTuple):
    """Where a token leads, and by how much it raises the score."""

    node: int
    raised: float


@dataclass(slots=True)
class _Node:
    lent: float = 0.0
    """What is given back if the phrase breaks off here."""

    earned: float = 0.0
    """What is kept of phrases that end here."""

    fail: int = 0
    children: dict[int, int] = field(default_factory=dict)


ROOT = 0


class Phrases:
    """Contract: begin at ROOT; `moves` has the tokens that matter, any other leads to `away`."""

    def __init__(self, phrases: Iterable[Weighted]) -> None:
        self._nodes = [_Node()]
        kept = [phrase for phrase in phrases if phrase.tokens and phrase.weight]
        ends = {self._add(phrase.tokens): phrase for phrase in kept}
        self._lend(kept, ends)
        self._earn(ends)
        self._moves: dict[int, Mapping[int, Move]] = {}

    def __bool__(self) -> bool:
        return len(self._nodes) > 1

    def moves(self, node: int) -> Mapping[int, Move]:
        """The tokens that begin or go on with a phrase from here."""
        if (known := self._moves.get(node)) is None:
            known = self._moves[node] = MappingProxyType(
                {token: self._move(node, to) for token, to in self._reached(node).items()}
            )
        return known

    def away(self, node: int) -> Move:
        """Any other token, and the end: what was lent is given back."""
        return Move(ROOT, -self._nodes[node].lent)

    def _add(self, tokens: tuple[int, ...]) -> int:
        at = ROOT
        for token in tokens:
            if token not in self._nodes[at].children:
                self._nodes.append(_Node())
                self._nodes[at].children[token] = len(self._nodes) - 1
            at = self._nodes[at].children[token]
        return at

    def _lend(self, phrases: Sequence[Weighted], ends: Mapping[int, Weighted]) -> None:
        """Where phrases share their beginning, the most favoured of them decides."""
        best: dict[int, float] = {}
        for tokens, weight in phrases:
            at = ROOT
            for token in tokens:
                at = self._nodes[at].children[token]
                best[at] = max(weight, best.get(at, weight))
        for node in self._nodes:  # parents stand before their children
            for child in node.children.values():
                self._nodes[child].lent = 0.0 if child in ends else node.lent + best[child]

    def _earn(self, ends: Mapping[int, Weighted]) -> None:
        """A phrase earns what a shorter one at its beginning did not; and, breadth first, a node
        earns what its longest suffix does."""
        queue = deque([(ROOT, 0)])
        while queue:
            at, paid = queue.popleft()
            node = self._nodes[at]
            if at in ends:
                node.earned = ends[at].weight * (len(ends[at].tokens) - paid)
                paid = len(ends[at].tokens)
            if at != ROOT:
                node.earned += self._nodes[node.fail].earned
            for token, child in node.children.items():
                self._nodes[child].fail = self._suffix(node.fail, token) if at != ROOT else ROOT
                queue.append((child, paid))

    def _suffix(self, at: int, token: int) -> int:
        while token not in self._nodes[at].children and at != ROOT:
            at = self._nodes[at].fail
        return self._nodes[at].children.get(token, ROOT)

    def _reached(self, at: int) -> dict[int, int]:
        """Children of the node and, where it has none for a token, of its suffixes."""
        reached = dict(self._nodes[ROOT].children)
        chain = []
        while at != ROOT:
            chain.append(at)
            at = self._nodes[at].fail
        for node in reversed(chain):
            reached |= self._nodes[node].children
        return reached

    def _move(self, at: int, to: int) -> Move:
        return Move(to, self._nodes[to].lent - self._nodes[at].lent + self._nodes[to].earned)
