"""Who spoke when: spans of talk, and how they lie over each other (pure)."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from redaction.events import RedactedWord

PAUSE_MS = 500
"""A shorter pause between two words of one segment is part of talking, not silence."""


class Span(NamedTuple):
    """From `start_ms` up to `end_ms` on the call clock."""

    start_ms: int
    end_ms: int


class Overlay(NamedTuple):
    """How the talk of several legs lies over each other."""

    silence_ms: int
    overlap_ms: int


def union(spans: Iterable[Span], *, bridge_ms: int = 0) -> list[Span]:
    """The same time in disjoint spans, in order; holes shorter than `bridge_ms` are filled."""
    joined: list[Span] = []
    for span in sorted(s for s in spans if s.end_ms > s.start_ms):
        if joined and span.start_ms - joined[-1].end_ms <= max(0, bridge_ms - 1):
            joined[-1] = Span(joined[-1].start_ms, max(joined[-1].end_ms, span.end_ms))
        else:
            joined.append(span)
    return joined


def total_ms(spans: Iterable[Span]) -> int:
    """Length of disjoint spans together."""
    return sum(span.end_ms - span.start_ms for span in spans)


def spoken(segment: Span, words: Sequence[RedactedWord]) -> list[Span]:
    """When one segment was speech: by its words, else all of it where words have no length."""
    by_words = union((Span(w.start_ms, w.end_ms) for w in words), bridge_ms=PAUSE_MS)
    return by_words or ([segment] if words else [])


def overlay(legs: Iterable[Iterable[Span]], *, duration_ms: int) -> Overlay:
    """Time in which nobody spoke, and in which more than one leg did, within the call."""
    edges: list[tuple[int, int]] = []
    for spans in legs:
        for start_ms, end_ms in union(spans):
            edges += [(_within(start_ms, duration_ms), 1), (_within(end_ms, duration_ms), -1)]
    silence_ms = overlap_ms = speaking = at_ms = 0
    for edge_ms, change in sorted([*edges, (duration_ms, 0)]):
        silence_ms += (edge_ms - at_ms) * (speaking == 0)
        overlap_ms += (edge_ms - at_ms) * (speaking > 1)
        at_ms, speaking = edge_ms, speaking + change
    return Overlay(silence_ms, overlap_ms)


def _within(at_ms: int, duration_ms: int) -> int:
    return min(max(at_ms, 0), duration_ms)
