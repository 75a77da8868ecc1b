"""What goes into the database: a batch as JSON arrays, one per statement of write.sql (pure)."""

from collections.abc import Iterable
from datetime import date, datetime

import msgspec

from analytics.batch import (
    Batch,
    CallFacts,
    CallKey,
    GapKey,
    LegFacts,
    LegKey,
    day_of,
    text_of,
)
from redaction.events import RedactedWord, Transcript


class NewCall(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `calls`; null where nothing is told."""

    tenant_id: str
    call_id: str
    external_id: str
    ingress: str
    queue: str
    attributes: dict[str, str]
    announced: bool
    started_at: datetime
    clock_started_at: datetime | None
    ended_at: datetime | None
    duration_ms: int | None
    end_reason: str
    transcript_ended_at: datetime | None
    last_event_at: datetime


class NewLeg(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `legs`."""

    tenant_id: str
    call_id: str
    leg_id: str
    described: bool
    channel: int
    role: str
    codec: str
    label: str
    participant_name: str
    participant_aor: str
    joined_ms: int
    left_ms: int | None
    left_reason: str
    packets_received: int
    packets_lost: int
    packets_late: int
    jitter_ms: float
    mos: float | None


class NewSegment(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `segments`."""

    tenant_id: str
    call_id: str
    segment_id: str
    day: date
    leg_id: str
    revision: int
    start_ms: int
    end_ms: int
    channel: int
    speaker: str
    language: str
    text: str
    written: str
    words: tuple[RedactedWord, ...]
    model: str
    model_sha256: str
    decoder: str
    policy_version: str
    recovered: bool
    audio_end_at: datetime
    recognised_at: datetime
    redacted_at: datetime


class NewCorrection(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `corrected_speakers`."""

    tenant_id: str
    call_id: str
    segment_id: str
    speaker: str


class NewGap(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `gaps`."""

    tenant_id: str
    call_id: str
    leg_id: str
    start_ms: int
    end_ms: int
    why: str


class NewPause(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `audit`."""

    tenant_id: str
    call_id: str
    leg_id: str
    action: str
    at_ms: int
    why: str
    by: str


class NewFill(msgspec.Struct, frozen=True, kw_only=True):
    """How far a row of `gaps` was filled."""

    tenant_id: str
    call_id: str
    leg_id: str
    start_ms: int
    why: str
    until_ms: int


def calls(batch: Batch, *, now: datetime) -> str:
    """For `calls`."""
    return _json(_call(key, facts, now=now) for key, facts in batch.calls.items())


def legs(batch: Batch) -> str:
    """For `legs`."""
    return _json(_leg(key, facts) for key, facts in batch.legs.items())


def segments(batch: Batch) -> str:
    """For `segments`."""
    return _json(map(_segment, batch.segments.values()))


def retracted(batch: Batch) -> str:
    """For segments that a retraction takes the place of."""
    return _json(map(_segment, batch.retracted.values()))


def corrections(batch: Batch) -> str:
    """For `corrected_speakers`."""
    return _json(
        NewCorrection(
            tenant_id=key.tenant_id, call_id=key.call_id, segment_id=segment_id, speaker=speaker
        )
        for (key, segment_id), speaker in batch.speakers.items()
    )


def gaps(batch: Batch) -> str:
    """For `gaps`."""
    return _json(_gap(key, end_ms) for key, end_ms in batch.gaps.items())


def fills(batch: Batch) -> str:
    """For `fills`."""
    return _json(
        NewFill(**key._asdict(), until_ms=until_ms) for key, until_ms in batch.filled.items()
    )


def pauses(batch: Batch) -> str:
    """For `audit`."""
    return _json(NewPause(**one._asdict()) for one in batch.paused)


def _json(rows: Iterable[msgspec.Struct]) -> str:
    return msgspec.json.encode(list(rows)).decode()


def _call(key: CallKey, facts: CallFacts, *, now: datetime) -> NewCall:
    started, ended = facts.started, facts.ended
    return NewCall(
        tenant_id=key.tenant_id,
        call_id=key.call_id,
        external_id=started.external_id if started else "",
        ingress=started.ingress if started else "",
        queue=started.queue if started else "",
        attributes=started.attributes if started else {},
        announced=started is not None,
        started_at=started.started_at if started else facts.worked_out_start or now,
        clock_started_at=facts.clock_started_at,
        ended_at=ended.ended_at if ended else None,
        duration_ms=ended.ended_ms if ended else None,
        end_reason=ended.reason if ended else "",
        transcript_ended_at=facts.transcript_ended_at,
        last_event_at=now,
    )


def _leg(key: LegKey, facts: LegFacts) -> NewLeg:
    joined, left = facts.joined, facts.left
    return NewLeg(
        tenant_id=key.tenant_id,
        call_id=key.call_id,
        leg_id=key.leg_id,
        described=joined is not None,
        channel=joined.channel if joined else facts.channel,
        role=joined.role if joined else facts.role,
        codec=joined.codec if joined else "",
        label=joined.label if joined else "",
        participant_name=joined.participant_name if joined else "",
        participant_aor=joined.participant_aor if joined else "",
        joined_ms=joined.joined_ms if joined else 0,
        left_ms=left.at_ms if left else None,
        left_reason=left.reason if left else "",
        packets_received=left.packets_received if left else 0,
        packets_lost=left.packets_lost if left else 0,
        packets_late=left.packets_late if left else 0,
        jitter_ms=left.jitter_ms if left else 0.0,
        mos=left.mos if left else None,
    )


def _segment(final: Transcript) -> NewSegment:
    return NewSegment(
        tenant_id=final.tenant_id,
        call_id=final.call_id,
        segment_id=final.segment_id,
        day=day_of(final.call_id),
        leg_id=final.leg_id,
        revision=final.revision,
        start_ms=final.start_ms,
        end_ms=final.end_ms,
        channel=final.channel,
        speaker=final.speaker,
        language=final.language,
        text=text_of(final),
        written=final.written,
        words=final.words,
        model=final.model,
        model_sha256=final.model_sha256,
        decoder=final.decoder,
        policy_version=final.policy_version,
        recovered=final.recovered,
        audio_end_at=final.audio_end_at,
        recognised_at=final.recognised_at,
        redacted_at=final.redacted_at,
    )


def _gap(key: GapKey, end_ms: int) -> NewGap:
    return NewGap(
        tenant_id=key.tenant_id,
        call_id=key.call_id,
        leg_id=key.leg_id,
        start_ms=key.start_ms,
        end_ms=end_ms,
        why=key.why,
    )
