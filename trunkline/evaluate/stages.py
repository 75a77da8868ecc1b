"""Where a caption's delay comes from, by the times each event carries (pure).

`recognised`: from the last audio a hypothesis covers until it stood; `redacted`: until personal
data was out of it; `shown`: until it reached this client's socket. All clocks are of one machine.
"""

from collections.abc import Iterable

import msgspec

from trunkline.evaluate.delays import Shown
from trunkline.live_captions import CaptionSegment


class StageDelays(msgspec.Struct, frozen=True):
    """Milliseconds of each revision, stage by stage."""

    recognised_ms: tuple[float, ...] = ()
    redacted_ms: tuple[float, ...] = ()
    shown_ms: tuple[float, ...] = ()


def stage_delays(shown: Iterable[Shown], *, final: bool) -> StageDelays:
    """Of the finals, or of the partials; each revision counts once, when it first came."""
    seen: set[tuple[str, int]] = set()
    rows: list[tuple[float, float, float]] = []
    for one in shown:
        name = one.segment.segment_id, one.segment.revision
        if one.segment.is_final == final and name not in seen:
            seen.add(name)
            rows += _row(one.segment, one.at)
    if not rows:
        return StageDelays()
    recognised, redacted, came = zip(*rows, strict=True)
    return StageDelays(recognised, redacted, came)


def _row(segment: CaptionSegment, at: float) -> list[tuple[float, float, float]]:
    ended, recognised, redacted = (
        segment.audio_end_at,
        segment.recognised_at,
        segment.redacted_at,
    )
    if ended is None or recognised is None or redacted is None:
        return []
    return [
        (
            round((recognised - ended).total_seconds() * 1000, 1),
            round((redacted - recognised).total_seconds() * 1000, 1),
            round((at - redacted.timestamp()) * 1000, 1),
        )
    ]


def total_stages(parts: Iterable[StageDelays]) -> StageDelays:
    """All revisions together."""
    every = list(parts)
    return StageDelays(
        tuple(ms for part in every for ms in part.recognised_ms),
        tuple(ms for part in every for ms in part.redacted_ms),
        tuple(ms for part in every for ms in part.shown_ms),
    )
