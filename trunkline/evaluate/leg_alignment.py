"""One leg's transcript laid against what was said on it (pure)."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from analytics.events import SegmentDocument
from trunkline.evaluate.align import Aligned, Said, align, reference_elements, shown_elements
from trunkline.evaluate.normalise import plain
from trunkline.evaluate.reference import Reference, words


class LegAlignment(NamedTuple):
    """Both sides normalised, and the steps from one to the other."""

    channel: int
    reference: Sequence[Said]
    shown: Sequence[Said]
    steps: Sequence[Aligned]


def align_leg(
    reference: Reference, segments: Iterable[SegmentDocument], *, channel: int, against: int
) -> LegAlignment:
    """The transcript of leg `channel`, against what was said on leg `against`."""
    said = reference_elements(list(words(reference, against)))
    came = shown_elements(_shown(segments, channel))
    return LegAlignment(channel, said, came, align(said, came))


def plain_words(
    reference: Reference, segments: Iterable[SegmentDocument], channel: int
) -> tuple[list[Said], list[Said]]:
    """The leg's words as said and as transcribed: as written, without case and punctuation."""
    said = [
        Said(plain(word.text), word.start_ms, word.end_ms, word.span.kind if word.span else None)
        for word in words(reference, channel)
    ]
    return said, [one._replace(text=plain(one.text)) for one in _shown(segments, channel)]


def _shown(segments: Iterable[SegmentDocument], channel: int) -> list[Said]:
    of_leg = sorted((s for s in segments if s.channel == channel), key=lambda s: s.start_ms)
    return [
        Said(w.text, w.start_ms, w.end_ms, w.kind, confidence=w.confidence)
        for segment in of_leg
        for w in segment.words
    ]
