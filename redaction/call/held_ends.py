"""Ends of finals that are held back for words to come, and when they are no longer."""

from collections.abc import Iterator

from redaction.call.segments import Segment
from redaction.call.timeline import Timeline
from redaction.numbers.runs import MAX_PAUSE_MS

_RESOLVING_WORDS = 3


def is_held(segment: Segment) -> bool:
    """Whether its end is held back, and may be longer."""
    return segment.held_from is not None and not segment.overdue and not segment.failed


def answered(timeline: Timeline) -> Iterator[Segment]:
    """Held finals that the other speaker has said something of substance after, one by one."""
    segments = timeline.segments
    if all(segment.held_from is None for segment in segments):
        return
    newest_ms = max((s.raw.end_ms for s in segments), default=0)
    for n, segment in enumerate(segments):
        if segment.held_from is None or not segment.raw.is_final:
            continue
        if timeline.has_later_of_same_speaker(segment):
            continue
        answered = any(
            s.substantive and len(s.raw.words) >= _RESOLVING_WORDS and s.stream != segment.stream
            for s in segments[n + 1 :]
        )
        if answered or newest_ms - segment.raw.end_ms > MAX_PAUSE_MS:
            yield segment


def doubted(timeline: Timeline, start_ms: int, end_ms: int) -> list[Segment]:
    """Held ends that may have gone on in what was lost then: they wait no longer."""
    ends: list[Segment] = []
    for earlier in timeline.segments:
        near = start_ms - MAX_PAUSE_MS <= earlier.raw.end_ms <= end_ms
        if near and earlier.raw.is_final and earlier.held_from is not None:
            earlier.overdue = True
            ends.append(earlier)
    return ends
