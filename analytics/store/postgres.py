"""The store in Postgres."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Self

import msgspec
from psycopg.rows import args_row

from analytics.batch import Batch, CallKey, StoredEvent, day_of, fold
from analytics.events import CallDocument, CallSummary, TranscriptDocument
from analytics.retraction import Origin, Retraction
from analytics.seen_by import Roles, transcript_for
from analytics.sql import queries
from analytics.store import (
    Applied,
    CallDetail,
    OpenCall,
    Unpublished,
    UnpublishedRetraction,
    Wanted,
    detail,
    retracting,
    writes,
)
from analytics.store.connection import Connection, Connections
from analytics.store.partitions import Partitions
from analytics.store.rows import CallRow, CallRows, GapRow, LegRow, SegmentRow, by_call, document
from analytics.summary import summarise
from redaction.events import Transcript

WRITE = queries("write")
READ = queries("read")


class PostgresStore:
    """The tables of `sql/migrations`; `Store` tells what each method does."""

    def __init__(self, dsn: str) -> None:
        self._connections = Connections(dsn)
        self._partitions = Partitions(self._connections)
        self._tenants: set[str] = set()

    @classmethod
    async def connect(cls, dsn: str) -> Self:
        """A store that connects by itself, now or as soon as the server is there."""
        store = cls(dsn)
        await store._connections.open()
        return store

    async def close(self) -> None:
        """Disconnect."""
        await self._connections.close()

    async def apply(self, events: Sequence[StoredEvent], *, now: datetime) -> Applied:
        """Write a batch in one transaction."""
        batch = fold(events)
        await self._partitions.prepare({day_of(key.call_id) for key in batch.calls}, now=now)
        async with self._connections.transaction() as connection:
            await self._ensure_tenants(connection, batch)
            changed: set[CallKey] = set()
            segments = 0
            if batch.calls:
                changed |= set(await _write(connection, "calls", writes.calls(batch, now=now)))
                changed |= set(await _write(connection, "legs", writes.legs(batch)))
                changed |= set(await _write(connection, "gaps", writes.gaps(batch)))
                changed |= set(await _write(connection, "fills", writes.fills(batch)))
                await _write(connection, "pauses", writes.pauses(batch))
                written = await _write(connection, "segments", writes.segments(batch))
                changed |= set(written)
                segments = len(written)
                await _write(connection, "corrections", writes.corrections(batch))
                changed |= set(await _correct(connection, batch))
            if batch.retracted:
                masked = await _keys(
                    connection, retracting.RETRACT["retracted"], (writes.retracted(batch),)
                )
                changed |= set(masked)
            await _heard(connection, batch, now=now)
            done = await _keys(connection, WRITE["complete"], arrays(changed)) if changed else []
            await _finalise(connection, done, now=now)
        self._tenants |= {key.tenant_id for key in batch.calls}
        return Applied(segments, len(done))

    async def _ensure_tenants(self, connection: Connection, batch: Batch) -> None:
        unknown = {key.tenant_id for key in batch.calls} - self._tenants
        if unknown:
            await connection.execute(WRITE["tenants"], (sorted(unknown),))

    async def close_lost(self, *, silent_since: datetime, now: datetime) -> int:
        """Finalise every call of which nothing came since `silent_since`."""
        async with self._connections.transaction() as connection:
            lost = await _keys(connection, WRITE["mark_lost"], (silent_since,))
            await _finalise(connection, lost, now=now)
        return len(lost)

    async def unpublished(self, *, limit: int = 100) -> Sequence[Unpublished]:
        """Summaries whose outbox row is not marked as published."""
        async with self._connections.transaction() as connection:
            cursor = connection.cursor(row_factory=args_row(_unpublished))
            return await (await cursor.execute(WRITE["unpublished"], (limit,))).fetchall()

    async def mark_published(self, outbox_ids: Sequence[int], *, now: datetime) -> None:
        """These are on the bus."""
        async with self._connections.transaction() as connection:
            await connection.execute(WRITE["mark_published"], (now, list(outbox_ids)))

    async def finals(self, tenant_id: str, call_id: str) -> Sequence[Transcript]:
        """Every final of one call as it is stored."""
        async with self._connections.transaction() as connection:
            await connection.execute(READ["as_tenant"], (tenant_id,))
            rows = await _read(connection, [CallKey(tenant_id, call_id)])
        return rows[0].finals if rows else ()

    async def retract(
        self, key: CallKey, retractions: Sequence[Retraction], *, origin: Origin, now: datetime
    ) -> int:
        """Put these in the place of what is stored."""
        async with self._connections.transaction() as connection:
            count = await retracting.retract(
                connection, key, retractions=retractions, of=origin, now=now
            )
            if count:
                finalised = await _keys(connection, WRITE["complete"], arrays([key]))
                await _finalise(connection, finalised, now=now)
        return count

    async def unpublished_retractions(self, *, limit: int = 100) -> Sequence[UnpublishedRetraction]:
        """Masked segments that are not marked as published."""
        async with self._connections.transaction() as connection:
            return await retracting.unpublished(connection, limit=limit)

    async def mark_retractions_published(self, ids: Sequence[int], *, now: datetime) -> None:
        """These are on the bus."""
        async with self._connections.transaction() as connection:
            await connection.execute(retracting.RETRACT["mark_published"], (now, list(ids)))

    async def calls(self, tenant_id: str, wanted: Wanted) -> Sequence[CallDocument]:
        """One tenant's calls, newest first."""
        async with self._connections.transaction() as connection:
            await connection.execute(READ["as_tenant"], (tenant_id,))
            cursor = connection.cursor(row_factory=args_row(CallRow))
            attributes = msgspec.json.encode(dict(wanted.attributes)).decode()
            asked = {"tenant_id": tenant_id, **wanted._asdict(), "attributes": attributes}
            rows = await (await cursor.execute(READ["calls"], asked)).fetchall()
            keys = [CallKey(row.tenant_id, row.call_id) for row in rows]
            legs = await _legs(connection, keys)
        return [document(row, legs.get(key, [])) for key, row in zip(keys, rows, strict=True)]

    async def call(self, tenant_id: str, call_id: str) -> CallDetail | None:
        """One call, or None if this tenant has no such call."""
        key = CallKey(tenant_id, call_id)
        async with self._connections.transaction() as connection:
            await connection.execute(READ["as_tenant"], (tenant_id,))
            rows = await _read(connection, [key], speech=False)
        return detail(rows[0].document, rows[0].summary) if rows else None

    async def transcript(
        self, tenant_id: str, call_id: str, *, roles: Roles = ()
    ) -> TranscriptDocument | None:
        """One call with everything said in it, or None if this tenant has no such call."""
        async with self._connections.transaction() as connection:
            await connection.execute(READ["as_tenant"], (tenant_id,))
            rows = await _read(connection, [CallKey(tenant_id, call_id)])
        if not rows:
            return None
        stored = rows[0].stored
        document = TranscriptDocument(
            call=rows[0].document,
            segments=tuple(stored.segments),
            gaps=tuple(stored.gaps),
            summary=rows[0].summary,
        )
        return transcript_for(document, roles)

    async def open_calls(self, *, limit: int = 2000) -> Sequence[OpenCall]:
        """Calls of all tenants that are not finalised, newest first, with their finals."""
        async with self._connections.transaction() as connection:
            keys = await _keys(connection, READ["open_calls"], (limit,))
            calls = await _read(connection, keys)
        return [
            OpenCall(
                tenant_id=call.row.tenant_id,
                call=call.document,
                finals=call.finals,
                gaps=call.gap_documents,
            )
            for call in calls
        ]


def arrays(keys: Iterable[CallKey]) -> tuple[list[str], list[str]]:
    """Two parallel arrays, for `unnest`."""
    ordered = sorted(keys)
    return [key.tenant_id for key in ordered], [key.call_id for key in ordered]


async def _write(connection: Connection, name: str, rows: str) -> list[CallKey]:
    """Run one statement of write.sql; the call of each row that it changed."""
    return await _keys(connection, WRITE[name], (rows,)) if rows != "[]" else []


async def _keys(
    connection: Connection, query: bytes, parameters: Sequence[object]
) -> list[CallKey]:
    cursor = connection.cursor(row_factory=args_row(CallKey))
    return await (await cursor.execute(query, parameters)).fetchall()


async def _correct(connection: Connection, batch: Batch) -> list[CallKey]:
    """Put corrected speakers onto finals: those of this batch, and those it corrects."""
    touched = {key for key, _ in batch.speakers} | {key for key, _ in batch.segments}
    if not touched:
        return []
    days = [day_of(call_id) for _, call_id in sorted(touched)]
    return await _keys(connection, WRITE["correct"], (*arrays(touched), days))


async def _heard(connection: Connection, batch: Batch, *, now: datetime) -> None:
    tenants, calls = arrays(batch.heard)
    await connection.execute(WRITE["heard"], {"now": now, "tenants": tenants, "calls": calls})


async def _finalise(connection: Connection, keys: Sequence[CallKey], *, now: datetime) -> None:
    """Write summary and outbox row of calls that this transaction has locked."""
    for call in await _read(connection, keys):
        summary = summarise(call.stored)
        row = {
            "tenant_id": summary.tenant_id,
            "call_id": summary.call_id,
            "summary": msgspec.json.encode(summary).decode(),
            "ended_at": summary.ended_at,
            "duration_ms": summary.duration_ms,
            "now": now,
        }
        await connection.execute(WRITE["finalise"], row)
        await connection.execute(WRITE["tell"], row)


async def _read(
    connection: Connection, keys: Sequence[CallKey], *, speech: bool = True
) -> list[CallRows]:
    """Everything stored of these calls; without segments and gaps unless `speech`."""
    if not keys:
        return []
    wanted = arrays(keys)
    cursor = connection.cursor(row_factory=args_row(CallRow))
    rows = await (await cursor.execute(READ["some_calls"], wanted)).fetchall()
    legs = await _legs(connection, keys)
    segments = await _segments(connection, keys) if speech else {}
    gaps = await _gaps(connection, keys) if speech else {}
    found = [(CallKey(row.tenant_id, row.call_id), row) for row in rows]
    return [
        CallRows(row, legs.get(key, []), segments.get(key, []), gaps.get(key, []))
        for key, row in found
    ]


async def _legs(connection: Connection, keys: Sequence[CallKey]) -> Mapping[CallKey, list[LegRow]]:
    cursor = connection.cursor(row_factory=args_row(LegRow))
    return by_call(await (await cursor.execute(READ["legs"], arrays(keys))).fetchall())


async def _segments(
    connection: Connection, keys: Sequence[CallKey]
) -> Mapping[CallKey, list[SegmentRow]]:
    days = sorted({day_of(key.call_id) for key in keys})
    cursor = connection.cursor(row_factory=args_row(SegmentRow))
    await cursor.execute(READ["segments"], (*arrays(keys), days))
    return by_call(await cursor.fetchall())


async def _gaps(connection: Connection, keys: Sequence[CallKey]) -> Mapping[CallKey, list[GapRow]]:
    cursor = connection.cursor(row_factory=args_row(GapRow))
    return by_call(await (await cursor.execute(READ["gaps"], arrays(keys))).fetchall())


def _unpublished(outbox_id: int, summary: str) -> Unpublished:
    return Unpublished(outbox_id, msgspec.json.decode(summary, type=CallSummary))
