"""The store in memory: for unit tests, and the rules of the real one in plain code."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from analytics.batch import Batch, CallFacts, CallKey, LegFacts, StoredEvent, fold
from analytics.events import (
    CallDocument,
    CallSummary,
    GapDocument,
    LegDocument,
    TranscriptDocument,
)
from analytics.retraction import RETRACTED, Changed, Origin, Retraction, StillLive
from analytics.seen_by import Roles, transcript_for
from analytics.store import (
    LOST,
    Applied,
    CallDetail,
    OpenCall,
    Unpublished,
    UnpublishedRetraction,
    Wanted,
    detail,
    gap_document,
    leg_order,
    segment_document,
)
from analytics.summary import PacketCounts, StoredCall, summarise
from redaction.events import Transcript


@dataclass(slots=True)
class _Call:
    """What is kept of one call."""

    key: CallKey
    last_event_at: datetime
    facts: CallFacts = field(default_factory=CallFacts)
    legs: dict[str, LegFacts] = field(default_factory=dict)
    segments: dict[str, Transcript] = field(default_factory=dict)
    gaps: dict[tuple[str, int, str], int] = field(default_factory=dict)
    filled: dict[tuple[str, int, str], int] = field(default_factory=dict)
    """How far each gap was, since."""

    speakers: dict[str, str] = field(default_factory=dict)
    """Corrected, by segment."""

    lost: bool = False
    summary: CallSummary | None = None
    revision: int = 0


class MemoryStore:
    """Everything in dictionaries; gone with the process."""

    def __init__(self) -> None:
        self._calls: dict[CallKey, _Call] = {}
        self._outbox: dict[int, CallSummary] = {}
        self._outbox_id = 0
        self._retractions: dict[int, tuple[CallKey, str]] = {}
        self._retraction_id = 0

    async def apply(self, events: Sequence[StoredEvent], *, now: datetime) -> Applied:
        """Write a batch."""
        batch = fold(events)
        changed = set(self._merge_calls(batch, now=now))
        changed |= set(self._merge_legs(batch)) | set(self._merge_gaps(batch))
        written = list(self._merge_segments(batch))
        changed |= set(self._correct(batch)) | set(self._merge_retracted(batch))
        for key in batch.heard & self._calls.keys():
            self._calls[key].last_event_at = now
        done = [self._calls[key] for key in sorted(changed | set(written))]
        done = [call for call in done if call.summary is not None or _complete(call)]
        for call in done:
            self._finalise(call)
        return Applied(len(written), len(done))

    def _merge_calls(self, batch: Batch, *, now: datetime) -> Iterator[CallKey]:
        for key, told in batch.calls.items():
            if key not in self._calls:
                self._calls[key] = _Call(key, last_event_at=now)
                yield key
            call = self._calls[key]
            facts = call.facts
            merged = CallFacts(
                _earlier(facts.worked_out_start, told.worked_out_start),
                told.started or facts.started,
                told.clock_started_at or facts.clock_started_at,
                told.ended or facts.ended,
                told.transcript_ended_at or facts.transcript_ended_at,
            )
            if merged != facts:
                yield key
            call.facts = merged
            call.lost = call.lost and merged.ended is None

    def _merge_legs(self, batch: Batch) -> Iterator[CallKey]:
        for (tenant_id, call_id, leg_id), told in batch.legs.items():
            key = CallKey(tenant_id, call_id)
            held = self._calls[key].legs.get(leg_id)
            merged = told
            if held:
                joined, left = told.joined or held.joined, told.left or held.left
                merged = LegFacts(held.channel, held.role, joined=joined, left=left)
            if merged != held:
                self._calls[key].legs[leg_id] = merged
                yield key

    def _merge_gaps(self, batch: Batch) -> Iterator[CallKey]:
        for (tenant_id, call_id, leg_id, start_ms, why), end_ms in batch.gaps.items():
            key = CallKey(tenant_id, call_id)
            gaps = self._calls[key].gaps
            if end_ms > gaps.get((leg_id, start_ms, why), -1):
                gaps[leg_id, start_ms, why] = end_ms
                yield key
        for (tenant_id, call_id, leg_id, start_ms, why), until_ms in batch.filled.items():
            key = CallKey(tenant_id, call_id)
            filled = self._calls[key].filled
            if until_ms > filled.get((leg_id, start_ms, why), 0):
                filled[leg_id, start_ms, why] = until_ms
                yield key

    def _merge_segments(self, batch: Batch) -> Iterator[CallKey]:
        for (key, segment_id), final in batch.segments.items():
            held = self._calls[key].segments.get(segment_id)
            if held is None or final.revision > held.revision:
                self._calls[key].segments[segment_id] = final
                yield key

    def _merge_retracted(self, batch: Batch) -> Iterator[CallKey]:
        for (key, segment_id), final in batch.retracted.items():
            held = self._calls[key].segments.get(segment_id) if key in self._calls else None
            if held is not None and final.revision > held.revision:
                kept = msgspec.structs.replace(final, retraction=False, speaker=held.speaker)
                self._calls[key].segments[segment_id] = kept
                yield key

    def _correct(self, batch: Batch) -> Iterator[CallKey]:
        for (key, segment_id), speaker in batch.speakers.items():
            self._calls[key].speakers[segment_id] = speaker
        for key in {key for key, _ in (*batch.speakers, *batch.segments)}:
            call = self._calls[key]
            for segment_id, speaker in call.speakers.items():
                final = call.segments.get(segment_id)
                if final is not None and final.speaker != speaker:
                    call.segments[segment_id] = msgspec.structs.replace(final, speaker=speaker)
                    yield key

    def _finalise(self, call: _Call) -> None:
        call.summary = summarise(_stored(call))
        call.revision += 1
        self._outbox_id += 1
        self._outbox[self._outbox_id] = call.summary

    async def close_lost(self, *, silent_since: datetime, now: datetime) -> int:
        """Finalise every call of which nothing came since `silent_since`."""
        lost = [
            call
            for call in self._calls.values()
            if call.summary is None and call.last_event_at < silent_since
        ]
        for call in lost:
            call.lost = call.facts.ended is None
            self._finalise(call)
        return len(lost)

    async def unpublished(self, *, limit: int = 100) -> Sequence[Unpublished]:
        """Summaries not marked as published."""
        return [Unpublished(*entry) for entry in list(self._outbox.items())[:limit]]

    async def mark_published(self, outbox_ids: Sequence[int], *, now: datetime) -> None:
        """These are on the bus."""
        for outbox_id in outbox_ids:
            self._outbox.pop(outbox_id, None)

    async def finals(self, tenant_id: str, call_id: str) -> Sequence[Transcript]:
        """Every final of one call."""
        call = self._calls.get(CallKey(tenant_id, call_id))
        return sorted(call.segments.values(), key=_spoken_order) if call else ()

    async def retract(
        self, key: CallKey, retractions: Sequence[Retraction], *, origin: Origin, now: datetime
    ) -> int:
        """Put these in the place of what is kept."""
        call = self._calls.get(key)
        if call is None:
            return 0
        if call.summary is None and call.facts.transcript_ended_at is None:
            raise StillLive
        stored = {s.segment_id: s.revision for s in call.segments.values()}
        if any(stored.get(one.segment_id) != one.made_of for one in retractions):
            raise Changed
        for one in retractions:
            call.segments[one.segment_id] = _retracted(call.segments[one.segment_id], one, now=now)
            self._retraction_id += 1
            self._retractions[self._retraction_id] = (key, one.segment_id)
        if origin.policy_version:
            _judged(call, origin.policy_version)
        if retractions and call.summary is not None:
            self._finalise(call)
        return len(retractions)

    async def unpublished_retractions(self, *, limit: int = 100) -> Sequence[UnpublishedRetraction]:
        """Masked segments not marked as published."""
        return [
            UnpublishedRetraction(
                number,
                msgspec.structs.replace(self._calls[key].segments[segment_id], retraction=True),
            )
            for number, (key, segment_id) in list(self._retractions.items())[:limit]
        ]

    async def mark_retractions_published(self, ids: Sequence[int], *, now: datetime) -> None:
        """These are on the bus."""
        for number in ids:
            self._retractions.pop(number, None)

    async def calls(self, tenant_id: str, wanted: Wanted) -> Sequence[CallDocument]:
        """Newest first."""
        keys = sorted((k for k in self._calls if k.tenant_id == tenant_id), reverse=True)
        found = (_document(self._calls[k]) for k in keys)
        return [call for call in found if wanted.has(call)][: wanted.limit]

    async def call(self, tenant_id: str, call_id: str) -> CallDetail | None:
        """One call."""
        call = self._calls.get(CallKey(tenant_id, call_id))
        return detail(_document(call), call.summary) if call else None

    async def transcript(
        self, tenant_id: str, call_id: str, *, roles: Roles = ()
    ) -> TranscriptDocument | None:
        """One call with everything said in it."""
        call = self._calls.get(CallKey(tenant_id, call_id))
        if call is None:
            return None
        stored = _stored(call)
        document = TranscriptDocument(
            call=_document(call),
            segments=tuple(stored.segments),
            gaps=tuple(stored.gaps),
            summary=call.summary,
        )
        return transcript_for(document, roles)

    async def open_calls(self, *, limit: int = 2000) -> Sequence[OpenCall]:
        """Calls that are not finalised."""
        calls = [call for call in self._calls.values() if call.summary is None]
        newest = sorted(calls, key=lambda call: call.key.call_id, reverse=True)[:limit]
        return [
            OpenCall(
                tenant_id=call.key.tenant_id,
                call=_document(call),
                finals=tuple(sorted(call.segments.values(), key=_spoken_order)),
                gaps=_gaps(call),
            )
            for call in newest
        ]

    async def close(self) -> None:
        """Nothing to disconnect from."""


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min(filter(None, (one, other)), default=None)


def _retracted(stored: Transcript, retraction: Retraction, *, now: datetime) -> Transcript:
    return msgspec.structs.replace(
        stored,
        revision=max(stored.revision, RETRACTED) + 1,
        words=retraction.words,
        written=retraction.written,
        redacted_at=now,
    )


def _judged(call: _Call, policy_version: str) -> None:
    for segment_id, final in call.segments.items():
        call.segments[segment_id] = msgspec.structs.replace(final, policy_version=policy_version)
    if call.summary is not None:
        call.summary = msgspec.structs.replace(call.summary, policy_version=policy_version)


def _complete(call: _Call) -> bool:
    return call.facts.ended is not None and call.facts.transcript_ended_at is not None


def _spoken_order(final: Transcript) -> tuple[int, int, str]:
    return final.start_ms, final.channel, final.segment_id


def _document(call: _Call) -> CallDocument:
    facts = call.facts
    document = CallDocument(
        call_id=call.key.call_id,
        external_id=facts.started.external_id if facts.started else "",
        ingress=facts.started.ingress if facts.started else "",
        queue=facts.started.queue if facts.started else "",
        attributes=facts.started.attributes if facts.started else {},
        state="ended" if facts.ended or call.lost else "live",
        started_at=_started_at(call),
        legs=tuple(sorted((_leg(*leg) for leg in call.legs.items()), key=leg_order)),
    )
    if facts.ended:
        ended = facts.ended
        return _ended(document, ended.ended_at, duration_ms=ended.ended_ms, reason=ended.reason)
    if call.lost and call.summary:
        summary = call.summary
        return _ended(document, summary.ended_at, duration_ms=summary.duration_ms, reason=LOST)
    return document


def _ended(
    call: CallDocument, ended_at: datetime, *, duration_ms: int, reason: str
) -> CallDocument:
    return msgspec.structs.replace(call, ended_at=ended_at, duration_ms=duration_ms, reason=reason)


def _started_at(call: _Call) -> datetime:
    facts = call.facts
    if facts.started:
        return facts.started.started_at
    return facts.worked_out_start or call.last_event_at


def _leg(leg_id: str, leg: LegFacts) -> LegDocument:
    if leg.joined is None:
        return LegDocument(leg_id=leg_id, channel=leg.channel, role=leg.role)
    return LegDocument(
        leg_id=leg_id,
        channel=leg.joined.channel,
        role=leg.joined.role,
        label=leg.joined.label,
        participant_name=leg.joined.participant_name,
    )


def _gaps(call: _Call) -> tuple[GapDocument, ...]:
    gaps = sorted((start, leg_id, why, end) for (leg_id, start, why), end in call.gaps.items())
    left = [
        (start, leg_id, why, end, max(start, call.filled.get((leg_id, start, why), 0)))
        for start, leg_id, why, end in gaps
    ]
    return tuple(
        gap_document(leg_id, start, end_ms=end, why=why, from_ms=from_ms)
        for start, leg_id, why, end, from_ms in left
        if from_ms < end
    )


def _stored(call: _Call) -> StoredCall:
    document = _document(call)
    if call.lost:
        document = msgspec.structs.replace(document, ended_at=None, duration_ms=None, reason=LOST)
    finals = sorted(call.segments.values(), key=_spoken_order)
    newest = max(finals, key=lambda final: final.redacted_at, default=None)
    left = {leg_id: leg.left for leg_id, leg in call.legs.items() if leg.left}
    return StoredCall(
        tenant_id=call.key.tenant_id,
        call=document,
        segments=[segment_document(final) for final in finals],
        gaps=_gaps(call),
        packets={
            leg_id: PacketCounts(leg.packets_received, leg.packets_lost, leg.jitter_ms, leg.mos)
            for leg_id, leg in left.items()
        },
        policy_version=newest.policy_version if newest else "",
        transcript_complete=call.facts.transcript_ended_at is not None,
    )
