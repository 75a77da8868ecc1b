"""A small finished call, redacted, for tests of what is made of it."""

from datetime import UTC, datetime, timedelta

from analytics.events import (
    CallDocument,
    CallSummary,
    GapDocument,
    LegDocument,
    LegSummary,
    SegmentDocument,
    TranscriptDocument,
)
from redaction.events import RedactedWord

STARTED_AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ENDED_AT = STARTED_AT + timedelta(seconds=12)


def finished_call(call_id: str, *, tenant_id: str = "default") -> TranscriptDocument:
    """Two legs, one segment each, one token, one gap."""
    legs = (
        LegDocument(leg_id=f"{call_id}-0", channel=0, role="agent", label="1"),
        LegDocument(leg_id=f"{call_id}-1", channel=1, role="customer", label="2"),
    )
    return TranscriptDocument(
        call=CallDocument(
            call_id=call_id,
            external_id="session-1",
            ingress="siprec",
            state="ended",
            started_at=STARTED_AT,
            ended_at=ENDED_AT,
            duration_ms=12_000,
            reason="bye",
            legs=legs,
        ),
        segments=(_segment(legs[0], 500, "your card number"), _segment(legs[1], 3_000, "[card]")),
        gaps=(GapDocument(leg_id=f"{call_id}-1", start_ms=0, end_ms=200, why="lost_packets"),),
        summary=_summary(call_id, tenant_id, legs=legs),
    )


def _segment(leg: LegDocument, start_ms: int, text: str) -> SegmentDocument:
    words = tuple(
        RedactedWord(
            text=word,
            start_ms=start_ms + 300 * at,
            end_ms=start_ms + 300 * at + 250,
            confidence=0.0 if word.startswith("[") else 0.9,
            kind=word.strip("[]") if word.startswith("[") else None,
        )
        for at, word in enumerate(text.split())
    )
    return SegmentDocument(
        segment_id=f"{leg.leg_id}/{start_ms:09d}",
        leg_id=leg.leg_id,
        channel=leg.channel,
        speaker=leg.role,
        start_ms=start_ms,
        end_ms=words[-1].end_ms,
        text=text,
        words=words,
        language="en",
        policy_version="p1",
    )


def _summary(call_id: str, tenant_id: str, *, legs: tuple[LegDocument, ...]) -> CallSummary:
    return CallSummary(
        tenant_id=tenant_id,
        call_id=call_id,
        started_at=STARTED_AT,
        ended_at=ENDED_AT,
        duration_ms=12_000,
        ingress="siprec",
        reason="bye",
        legs=tuple(
            LegSummary(
                leg_id=leg.leg_id,
                channel=leg.channel,
                role=leg.role,
                talk_ms=850,
                words=3,
                gap_ms=200 * leg.channel,
                packets_received=600,
                packets_lost=0,
            )
            for leg in legs
        ),
        silence_ms=10_000,
        overlap_ms=0,
        redactions={"card": 1},
        policy_version="p1",
    )
