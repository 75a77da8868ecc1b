"""What comes out of the database: rows, and the documents they make (pure)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol, TypeVar

import msgspec

from analytics.batch import CallKey
from analytics.events import CallDocument, CallSummary, GapDocument, LegDocument
from analytics.store import LOST, gap_document, segment_document
from analytics.summary import PacketCounts, StoredCall
from redaction.events import Transcript

_FINAL = msgspec.json.Decoder(Transcript)
_ATTRIBUTES = msgspec.json.Decoder(dict[str, str])
_SUMMARY = msgspec.json.Decoder(CallSummary)


class CallRow(NamedTuple):
    """As `calls` and `some_calls` of read.sql select it."""

    tenant_id: str
    call_id: str
    external_id: str
    ingress: str
    queue: str
    attributes: str
    started_at: datetime
    ended_at: datetime | None
    duration_ms: int | None
    end_reason: str
    lost: bool
    transcript_complete: bool
    summary: str | None


class LegRow(NamedTuple):
    """As `legs` of read.sql selects it."""

    tenant_id: str
    call_id: str
    leg_id: str
    channel: int
    role: str
    label: str
    participant_name: str
    packets_received: int
    packets_lost: int
    jitter_ms: float
    mos: float | None


class SegmentRow(NamedTuple):
    """As `segments` of read.sql selects it."""

    tenant_id: str
    call_id: str
    transcript: str


class GapRow(NamedTuple):
    """As `gaps` of read.sql selects it."""

    tenant_id: str
    call_id: str
    leg_id: str
    start_ms: int
    end_ms: int
    why: str
    told_from_ms: int


class OfCall(Protocol):
    """Any row that belongs to a call."""

    @property
    def tenant_id(self) -> str: ...

    @property
    def call_id(self) -> str: ...


R = TypeVar("R", bound=OfCall)


def by_call(rows: Iterable[R]) -> Mapping[CallKey, list[R]]:
    """Rows grouped by their call, in their order."""
    grouped: defaultdict[CallKey, list[R]] = defaultdict(list)
    for row in rows:
        grouped[CallKey(row.tenant_id, row.call_id)].append(row)
    return grouped


@dataclass(frozen=True, slots=True)
class CallRows:
    """Everything stored of one call."""

    row: CallRow
    legs: Sequence[LegRow]
    segments: Sequence[SegmentRow]
    gaps: Sequence[GapRow]

    @property
    def summary(self) -> CallSummary | None:
        """None until the call is finalised."""
        return _SUMMARY.decode(self.row.summary) if self.row.summary else None

    @property
    def finals(self) -> tuple[Transcript, ...]:
        """In the order of speech."""
        return tuple(_FINAL.decode(segment.transcript) for segment in self.segments)

    @property
    def document(self) -> CallDocument:
        """As lists show it."""
        return document(self.row, self.legs)

    @property
    def gap_documents(self) -> tuple[GapDocument, ...]:
        """In the order of time."""
        return tuple(
            gap_document(g.leg_id, g.told_from_ms, end_ms=g.end_ms, why=g.why, from_ms=g.start_ms)
            for g in self.gaps
        )

    @property
    def stored(self) -> StoredCall:
        """As its summary is worked out from. The end of a lost call is its last known moment."""
        call = self.document
        if self.row.lost:
            call = msgspec.structs.replace(call, ended_at=None, duration_ms=None, reason=LOST)
        finals = self.finals
        newest = max(finals, key=lambda final: final.redacted_at, default=None)
        return StoredCall(
            tenant_id=self.row.tenant_id,
            call=call,
            segments=[segment_document(final) for final in finals],
            gaps=self.gap_documents,
            packets={leg.leg_id: _packets(leg) for leg in self.legs},
            policy_version=newest.policy_version if newest else "",
            transcript_complete=self.row.transcript_complete,
        )


def _packets(leg: LegRow) -> PacketCounts:
    return PacketCounts(leg.packets_received, leg.packets_lost, leg.jitter_ms, leg.mos)


def document(row: CallRow, legs: Iterable[LegRow]) -> CallDocument:
    """A call as lists show it."""
    return CallDocument(
        call_id=row.call_id,
        external_id=row.external_id,
        ingress=row.ingress,
        queue=row.queue,
        attributes=_ATTRIBUTES.decode(row.attributes),
        state="live" if row.ended_at is None else "ended",
        started_at=row.started_at,
        ended_at=row.ended_at,
        duration_ms=row.duration_ms,
        reason=row.end_reason,
        legs=tuple(
            LegDocument(
                leg_id=leg.leg_id,
                channel=leg.channel,
                role=leg.role,
                label=leg.label,
                participant_name=leg.participant_name,
            )
            for leg in legs
        ),
    )
