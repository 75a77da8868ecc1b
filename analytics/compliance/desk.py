"""The reviewer's desk: the next sampled segment, and what a reviewer says of it."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple, Protocol, Self

import msgspec
from psycopg.rows import args_row

from analytics.access import Principal
from analytics.batch import CallKey
from analytics.compliance.cases import Reviewer, Seen, case, checked, labels, purpose, seen, tally
from analytics.compliance.counts import AS_TENANT, SQL, Period, summary, waiting
from analytics.compliance.documents import Answered, ReviewItem, Summary, Verdict
from analytics.retraction import BadMark, Changed, Mark, StillLive
from analytics.sql import queries
from analytics.store import Store, Unavailable
from analytics.store.connection import Connection, Connections

logger = logging.getLogger(__name__)

AUDIT = queries("speech")["audit"]
LEASE = timedelta(minutes=15)
"""So long a segment waits for the one who was asked, before another reviewer may get it."""

_MARKS: msgspec.json.Decoder[list[Mark]] = msgspec.json.Decoder(list[Mark])


class Seal(Protocol):
    """Encrypts for one tenant."""

    def seal(self, tenant_id: str, value: bytes, *, purpose: str) -> bytes:
        """Only this tenant's key opens it, for this purpose only; NoKey if it cannot be used."""
        ...


class Masks(Protocol):
    """Masks words of stored calls, everywhere."""

    async def mask_words(
        self, key: CallKey, marks: Sequence[Mark], *, by: str, why: str = "review"
    ) -> int:
        """How many segments read otherwise now."""
        ...


class NoKey(Exception):
    """The tenant's key cannot be used: says why, for the log."""


class NoReview(Exception):
    """There is no such review, or it is not for this reviewer now; says which."""


class Outdated(Exception):
    """The segment reads otherwise by now: look at it again."""


class _Row(NamedTuple):
    """A review as it is kept."""

    review_id: int
    call_id: str
    segment_id: str
    day: date
    state: str
    taken_by: str


class _Due(NamedTuple):
    """Missed words of one call, marked by one reviewer, that are not masked yet."""

    tenant_id: str
    call_id: str
    made_by: str
    label_ids: list[int]
    marks: str


class Desk:
    """The tables of migration 0060. Every method raises Unavailable when the database is away."""

    def __init__(self, dsn: str, store: Store, *, seal: Seal, masks: Masks) -> None:
        self._connections = Connections(dsn, most=4)
        self._store = store
        self._seal = seal
        self._masks = masks

    @classmethod
    async def connect(cls, dsn: str, store: Store, *, seal: Seal, masks: Masks) -> Self:
        """Connects by itself, now or as soon as the server is there."""
        desk = cls(dsn, store, seal=seal, masks=masks)
        await desk._connections.open()
        return desk

    async def close(self) -> None:
        """Disconnect."""
        await self._connections.close()

    async def summary(self, period: Period, *, now: datetime) -> Summary:
        """What redaction did on some days."""
        async with self._connections.transaction() as connection:
            return await summary(connection, period, now=now)

    async def next(self, who: Principal, *, now: datetime) -> ReviewItem | None:
        """What this reviewer is to judge next; None if nothing is open."""
        while True:
            async with self._connections.transaction() as connection:
                await connection.execute(AS_TENANT, (who.tenant_id,))
                taken = {"tenant_id": who.tenant_id, "actor": who.key_id, "now": now}
                row = await _one(connection, "next", {**taken, "until": now + LEASE})
                if row is None:
                    return None
                looked_at = seen(
                    await self._store.finals(who.tenant_id, row.call_id), row.segment_id
                )
                if looked_at is None:
                    await connection.execute(SQL["gone"], {**taken, "review_id": row.review_id})
                    continue
                told = {"review_id": row.review_id}
                await _audit(connection, who, "review.looked", row.segment_id, told=told, now=now)
                left = await waiting(connection, who.tenant_id)
            return ReviewItem(
                review_id=row.review_id,
                call_id=row.call_id,
                day=row.day,
                revision=looked_at.final.revision,
                at=looked_at.at,
                turns=looked_at.turns,
                until=now + LEASE,
                left=left,
            )

    async def answer(
        self, who: Principal, review_id: int, verdict: Verdict, *, now: datetime
    ) -> Answered:
        """Keep a verdict, and mask what was missed.

        Raises NoReview, Outdated, BadMark and NoKey. The verdict is kept first: what cannot be
        masked just now is masked later, by `mask_due` in the store role.
        """
        async with self._connections.transaction() as connection:
            await connection.execute(AS_TENANT, (who.tenant_id,))
            key = {"tenant_id": who.tenant_id, "review_id": review_id}
            row = await _one(connection, "one", key)
            _for_this_reviewer(row, who)
            assert row is not None
            looked_at = seen(await self._store.finals(who.tenant_id, row.call_id), row.segment_id)
            if looked_at is None or looked_at.final.revision != verdict.revision:
                raise Outdated("The segment reads otherwise by now: look at it again.")
            await self._keep(connection, row, looked_at, verdict=verdict, who=(who, now))
            left = await waiting(connection, who.tenant_id)
        masked = await self.mask_due(now=now, review_id=review_id)
        return Answered(review_id=review_id, masked=masked, left=left)

    async def _keep(
        self,
        connection: Connection,
        row: _Row,
        looked_at: Seen,
        *,
        verdict: Verdict,
        who: tuple[Principal, datetime],
    ) -> None:
        principal, now = who
        words = looked_at.turns[looked_at.at].words
        marks = checked(words, verdict.marks)
        if verdict.unclear and marks:
            raise BadMark("unclear: without marks")
        of_review = {
            "tenant_id": principal.tenant_id,
            "review_id": row.review_id,
            "actor": principal.key_id,
            "now": now,
        }
        counted = tally(words, marks)._asdict()
        state = "unclear" if verdict.unclear else "done"
        await connection.execute(SQL["answer"], {**of_review, **counted, "state": state})
        told = {"review_id": row.review_id, "state": state, **counted}
        await _audit(connection, principal, "review.marked", row.segment_id, told=told, now=now)
        if verdict.unclear:
            return
        of_segment = {**of_review, "call_id": row.call_id, "segment_id": row.segment_id}
        for label in labels(words, marks):
            await connection.execute(SQL["label"], {**of_segment, **label._asdict()})
        made = case(row.review_id, looked_at, marks, by=Reviewer(principal.key_id, now))
        sealed = await asyncio.to_thread(
            self._seal.seal,
            principal.tenant_id,
            msgspec.json.encode(made),
            purpose=purpose(row.review_id),
        )
        await connection.execute(SQL["case"], {**of_review, "sealed": sealed})

    async def mask_due(self, *, now: datetime, review_id: int = 0) -> bool:
        """Mask what was marked as missed and is not masked yet; whether nothing is left to do."""
        done = True
        try:
            async with self._connections.transaction() as connection:
                cursor = connection.cursor(row_factory=args_row(_Due))
                await cursor.execute(SQL["due"], {"review_id": review_id})
                due = await cursor.fetchall()
            for one in due:
                done = await self._mask(one, now=now) and done
        except Unavailable:
            return False
        return done

    async def _mask(self, due: _Due, *, now: datetime) -> bool:
        key = CallKey(due.tenant_id, due.call_id)
        marks = _MARKS.decode(due.marks)
        try:
            try:
                await self._masks.mask_words(key, marks, by=due.made_by)
            except BadMark:
                await self._mask_singly(key, marks, by=due.made_by)
        except (StillLive, Changed):
            return False
        async with self._connections.transaction() as connection:
            await connection.execute(SQL["masked"], (now, due.label_ids))
        return True

    async def _mask_singly(self, key: CallKey, marks: Sequence[Mark], *, by: str) -> None:
        """One of them means nothing: its segment is gone, or reads otherwise by now."""
        for mark in marks:
            try:
                await self._masks.mask_words(key, [mark], by=by)
            except BadMark:
                where = {"call_id": key.call_id}
                logger.warning("marked words are not stored any more", extra=where)


def _for_this_reviewer(row: _Row | None, who: Principal) -> None:
    if row is None:
        raise NoReview("There is no such review.")
    if row.state != "open":
        raise NoReview("This has been reviewed already.")
    if row.taken_by != who.key_id:
        raise NoReview("Somebody else reviews this now.")


async def _one(connection: Connection, name: str, wanted: Mapping[str, object]) -> _Row | None:
    cursor = connection.cursor(row_factory=args_row(_Row))
    return await (await cursor.execute(SQL[name], wanted)).fetchone()


async def _audit(
    connection: Connection,
    who: Principal,
    action: str,
    subject: str,
    *,
    told: Mapping[str, object],
    now: datetime,
) -> None:
    row = {
        "tenant_id": who.tenant_id,
        "now": now,
        "actor": who.key_id,
        "action": action,
        "subject": subject,
        "detail": msgspec.json.encode(told).decode(),
    }
    await connection.execute(AUDIT, row)
