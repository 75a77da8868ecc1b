"""What recognisers found, and which of them: spans that overlap are one claim (pure)."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from redaction.recognizers.found import Found


class Evidence(NamedTuple):
    """One span, and the recogniser it is of: the last part of its module's name."""

    source: str
    found: Found


class Claim(NamedTuple):
    """Spans that overlap: they are judged together."""

    first: int
    last: int
    evidence: tuple[Evidence, ...]

    @property
    def sources(self) -> frozenset[str]:
        """Who claims it."""
        return frozenset(one.source for one in self.evidence)


def claims(evidence: Iterable[Evidence]) -> Iterator[Claim]:
    """In order, disjoint."""
    group: list[Evidence] = []
    last = -1
    for one in sorted(evidence, key=lambda e: (e.found.first, -e.found.last, e.source)):
        if group and one.found.first > last:
            yield Claim(group[0].found.first, last, tuple(group))
            group, last = [], -1
        group.append(one)
        last = max(last, one.found.last)
    if group:
        yield Claim(group[0].found.first, last, tuple(group))
