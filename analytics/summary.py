"""What a finished call amounted to (pure)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from analytics.events import (
    CallDocument,
    CallSummary,
    GapDocument,
    LegDocument,
    LegSummary,
    SegmentDocument,
    SpeakerSummary,
)
from analytics.talk import Span, overlay, spoken, total_ms, union


class PacketCounts(NamedTuple):
    """What came of one leg's audio."""

    received: int
    lost: int
    jitter_ms: float = 0.0
    mos: float | None = None


@dataclass(frozen=True, slots=True)
class StoredCall:
    """Everything that is stored of one call."""

    tenant_id: str
    call: CallDocument
    segments: Sequence[SegmentDocument]
    gaps: Sequence[GapDocument]
    packets: dict[str, PacketCounts]
    """By leg_id."""

    policy_version: str
    """Of the segment that was redacted last."""

    transcript_complete: bool


def summarise(stored: StoredCall) -> CallSummary:
    """The numbers of one call, all of them from its stored rows."""
    call = stored.call
    duration_ms = last_ms(stored) if call.duration_ms is None else call.duration_ms
    talk = [_talk(stored, leg.leg_id) for leg in call.legs]
    speakers = [pair for leg in call.legs for pair in _speakers(stored, leg.leg_id)]
    spoken_by = [_talk(stored, *pair) for pair in speakers]
    laid = overlay(spoken_by, duration_ms=duration_ms)
    masked = Counter(word.kind for s in stored.segments for word in s.words if word.kind)
    return CallSummary(
        tenant_id=stored.tenant_id,
        call_id=call.call_id,
        started_at=call.started_at,
        ended_at=call.ended_at or call.started_at + timedelta(milliseconds=duration_ms),
        duration_ms=duration_ms,
        ingress=call.ingress,
        reason=call.reason,
        legs=tuple(
            _leg(stored, leg, talk=spans) for leg, spans in zip(call.legs, talk, strict=True)
        ),
        silence_ms=laid.silence_ms,
        overlap_ms=laid.overlap_ms,
        redactions=dict(sorted(masked.items())),
        policy_version=stored.policy_version,
        transcript_complete=stored.transcript_complete,
        speakers=tuple(
            _speaker(stored, *pair, talk=spans)
            for pair, spans in zip(speakers, spoken_by, strict=True)
        ),
    )


def last_ms(stored: StoredCall) -> int:
    """The last moment of which anything is known, on the call clock."""
    ends = [segment.end_ms for segment in stored.segments] + [gap.end_ms for gap in stored.gaps]
    return max(ends, default=0)


def _speakers(stored: StoredCall, leg_id: str) -> list[tuple[str, str]]:
    """Leg and label, in order of arrival."""
    said = sorted((s for s in stored.segments if s.leg_id == leg_id), key=lambda s: s.start_ms)
    return list(dict.fromkeys((leg_id, segment.speaker) for segment in said))


def _talk(stored: StoredCall, leg_id: str, speaker: str = "") -> list[Span]:
    """Of the whole leg, or of one label of it."""
    return union(
        span
        for segment in stored.segments
        if segment.leg_id == leg_id and speaker in ("", segment.speaker)
        for span in spoken(Span(segment.start_ms, segment.end_ms), segment.words)
    )


def _speaker(stored: StoredCall, leg_id: str, speaker: str, *, talk: list[Span]) -> SpeakerSummary:
    said = (s for s in stored.segments if (s.leg_id, s.speaker) == (leg_id, speaker))
    words = sum(word.kind is None for segment in said for word in segment.words)
    return SpeakerSummary(leg_id=leg_id, speaker=speaker, talk_ms=total_ms(talk), words=words)


def _leg(stored: StoredCall, leg: LegDocument, *, talk: list[Span]) -> LegSummary:
    words = (w for s in stored.segments if s.leg_id == leg.leg_id for w in s.words)
    gaps = union(Span(g.start_ms, g.end_ms) for g in stored.gaps if g.leg_id == leg.leg_id)
    packets = stored.packets.get(leg.leg_id, PacketCounts(0, 0))
    return LegSummary(
        leg_id=leg.leg_id,
        channel=leg.channel,
        role=leg.role,
        talk_ms=total_ms(talk),
        words=sum(word.kind is None for word in words),
        gap_ms=total_ms(gaps),
        packets_received=packets.received,
        packets_lost=packets.lost,
        jitter_ms=packets.jitter_ms,
        mos=packets.mos,
    )
