"""Where two policies make different things of one sample (pure)."""

from collections.abc import Sequence
from typing import NamedTuple

from redaction.policy.sample import Masked, Shown

NOT_MASKED = "as it was said"


class Difference(NamedTuple):
    """A span that the two policies do not show alike, to everybody or to some role."""

    line: int
    """From 1."""
    words: str
    kind: str
    role: str
    """Who sees the difference; empty: everybody whom the policies do not name."""
    one: str
    other: str
    why: str
    """The rule by which it is masked where it is."""


def differences(one: Sequence[Shown], other: Sequence[Shown]) -> list[Difference]:
    """In the order of the dialogue."""
    found: list[Difference] = []
    for number, (a, b) in enumerate(zip(one, other, strict=True), 1):
        spans = {(m.first, m.words): [m, None] for m in a.masked}
        for m in b.masked:
            spans.setdefault((m.first, m.words), [None, None])[1] = m
        for _, (left, right) in sorted(spans.items(), key=lambda item: item[0]):
            found += _of_span(number, left, right)
    return found


def _of_span(line: int, one: Masked | None, other: Masked | None) -> list[Difference]:
    span = one or other
    assert span is not None
    roles = {role for m in (one, other) if m for role in m.shown}
    everybody = (_seen(one, ""), _seen(other, ""))
    found = []
    for role in ("", *sorted(roles)):
        seen = (_seen(one, role), _seen(other, role))
        if seen[0] != seen[1] and (not role or seen != everybody):
            found.append(Difference(line, span.words, span.kind, role, *seen, span.why))
    return found


def _seen(masked: Masked | None, role: str) -> str:
    return masked.shown.get(role, masked.text) if masked else NOT_MASKED
