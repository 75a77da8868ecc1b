"""Where calls and transcripts are kept: one Protocol; memory and Postgres behind it."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

import msgspec

from analytics.batch import CallKey, StoredEvent, text_of
from analytics.events import (
    CallDocument,
    CallSummary,
    GapDocument,
    LegDocument,
    SegmentDocument,
    TranscriptDocument,
)
from analytics.retraction import Origin, Retraction
from analytics.seen_by import Roles
from redaction.events import Transcript

LOST = "lost"
"""The reason of a call that the store closed, because nothing came for too long."""


class Unavailable(Exception):
    """The database cannot be used now; trying again later can help."""


class Rejected(Exception):
    """The database will never take one of these events; the others it may."""


class Applied(NamedTuple):
    """What a batch changed."""

    segments: int
    """Rows of finals written or raised to a higher revision."""

    finalised: int
    """Calls whose summary was written or refreshed."""


class Unpublished(NamedTuple):
    """A summary that is in the outbox but not on the bus yet."""

    outbox_id: int
    summary: CallSummary


class UnpublishedRetraction(NamedTuple):
    """A masked segment that is stored but not on the bus yet."""

    retraction_id: int
    final: Transcript


class CallDetail(CallDocument, frozen=True, kw_only=True):
    """A call with its summary."""

    summary: CallSummary | None = None


class OpenCall(msgspec.Struct, frozen=True, kw_only=True):
    """A call in progress, as far as it is stored."""

    tenant_id: str
    call: CallDocument
    finals: tuple[Transcript, ...]
    gaps: tuple[GapDocument, ...]


class Wanted(NamedTuple):
    """Which calls of a tenant; empty fields ask for nothing."""

    state: str | None = None
    """`live` or `ended`."""

    limit: int = 50
    before: str = ""
    """A call id: only calls older than that one."""

    queue: str = ""
    external_id: str = ""
    """The peer's own name for the call."""

    attributes: tuple[tuple[str, str], ...] = ()
    """Names in lower case, and values: all of them."""

    def has(self, call: CallDocument) -> bool:
        """Whether this is one of them, however many there are."""
        asked = (self.state or "", self.queue, self.external_id)
        there = (call.state, call.queue, call.external_id)
        fits = all(want in ("", found) for want, found in zip(asked, there, strict=True))
        fits = fits and all(call.attributes.get(name) == value for name, value in self.attributes)
        return fits and (not self.before or call.call_id < self.before)


class Store(Protocol):
    """Every method raises Unavailable when the database is away.

    Rules: a segment keeps its highest revision, and only finals are kept. A call is finalised when
    its CallEnded and its TranscriptEnded are both in, whatever the order of the events: its
    summary and an outbox row are then written in the transaction that completed it. When a stored
    call changes afterwards, its summary is computed anew and told by a further outbox row.
    """

    async def apply(self, events: Sequence[StoredEvent], *, now: datetime) -> Applied:
        """Write a batch in one transaction; raise Rejected, having written nothing."""
        ...

    async def close_lost(self, *, silent_since: datetime, now: datetime) -> int:
        """Finalise every call of which nothing came since `silent_since`; how many there were."""
        ...

    async def unpublished(self, *, limit: int = 100) -> Sequence[Unpublished]:
        """Summaries whose outbox row is not marked as published, oldest first."""
        ...

    async def mark_published(self, outbox_ids: Sequence[int], *, now: datetime) -> None:
        """These are on the bus."""
        ...

    async def finals(self, tenant_id: str, call_id: str) -> Sequence[Transcript]:
        """Every final of one call as it is stored, in the order of speech."""
        ...

    async def retract(
        self, key: CallKey, retractions: Sequence[Retraction], *, origin: Origin, now: datetime
    ) -> int:
        """Put these in the place of what is stored, in one transaction; how many it did.

        Raises StillLive, or Changed, having written nothing.
        """
        ...

    async def unpublished_retractions(self, *, limit: int = 100) -> Sequence[UnpublishedRetraction]:
        """Masked segments that are not marked as published, oldest first."""
        ...

    async def mark_retractions_published(self, ids: Sequence[int], *, now: datetime) -> None:
        """These are on the bus."""
        ...

    async def calls(self, tenant_id: str, wanted: Wanted) -> Sequence[CallDocument]:
        """Newest first."""
        ...

    async def call(self, tenant_id: str, call_id: str) -> CallDetail | None:
        """One call, or None if this tenant has no such call."""
        ...

    async def transcript(
        self, tenant_id: str, call_id: str, *, roles: Roles = ()
    ) -> TranscriptDocument | None:
        """One call with everything said in it, as a reader with these roles sees it.

        None if this tenant has no such call. Without roles: as the strictest form has it.
        """
        ...

    async def open_calls(self, *, limit: int = 2000) -> Sequence[OpenCall]:
        """Calls of all tenants that are not finalised, newest first, with their finals."""
        ...

    async def close(self) -> None:
        """Disconnect."""
        ...


def detail(call: CallDocument, summary: CallSummary | None) -> CallDetail:
    """A call with its summary, as one document."""
    return CallDetail(
        call_id=call.call_id,
        external_id=call.external_id,
        ingress=call.ingress,
        queue=call.queue,
        attributes=call.attributes,
        state=call.state,
        started_at=call.started_at,
        ended_at=call.ended_at,
        duration_ms=call.duration_ms,
        reason=call.reason,
        legs=call.legs,
        summary=summary,
    )


def segment_document(final: Transcript) -> SegmentDocument:
    """A final as readers get it."""
    return SegmentDocument(
        segment_id=final.segment_id,
        leg_id=final.leg_id,
        channel=final.channel,
        speaker=final.speaker,
        start_ms=final.start_ms,
        end_ms=final.end_ms,
        text=text_of(final),
        written=final.written,
        words=final.words,
        language=final.language,
        policy_version=final.policy_version,
        recovered=final.recovered,
    )


def gap_document(
    leg_id: str, told_from_ms: int, *, end_ms: int, why: str, from_ms: int
) -> GapDocument:
    """What is left of a gap from `from_ms` on."""
    return GapDocument(
        leg_id=leg_id,
        start_ms=from_ms,
        end_ms=end_ms,
        why=why,
        told_from_ms=told_from_ms if told_from_ms < from_ms else None,
    )


def leg_order(leg: LegDocument) -> tuple[int, str]:
    """Legs are listed by channel."""
    return leg.channel, leg.leg_id
