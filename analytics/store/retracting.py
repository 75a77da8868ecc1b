"""Retractions in Postgres: one transaction masks, tells the outbox and notes what is to be told."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

import msgspec
from psycopg.rows import args_row

from analytics.batch import CallKey, day_of
from analytics.retraction import RETRACTED, Changed, Masked, Origin, Retraction, StillLive
from analytics.sql import queries
from analytics.store import UnpublishedRetraction
from analytics.store.connection import Connection
from redaction.events import RedactedWord, Transcript

RETRACT = queries("retract")
_FINAL = msgspec.json.Decoder(Transcript)


class _Row(msgspec.Struct, frozen=True, kw_only=True):
    """A retraction as the statements of retract.sql read it."""

    segment_id: str
    made_of: int
    text: str
    written: str
    words: tuple[RedactedWord, ...]
    masked: tuple[Masked, ...]


class _Of(NamedTuple):
    """Where and by whom, as the statements name it."""

    tenant_id: str
    call_id: str
    day: date
    made_by: str
    why: str
    policy_version: str
    now: datetime


async def retract(
    connection: Connection, key: CallKey, *, retractions: Sequence[Retraction], of: Origin,
    now: datetime,
) -> int:  # fmt: skip
    """Mask in this transaction; the caller finalises the call anew if the count is not 0."""
    held = await (await connection.execute(RETRACT["hold"], key)).fetchone()
    if held is None:
        return 0
    if not held[0]:
        raise StillLive
    values = _Of(*key, day_of(key.call_id), *of, now)._asdict()
    if retractions:
        rows = msgspec.json.encode([_row(retraction) for retraction in retractions]).decode()
        values |= {"rows": rows, "above": RETRACTED, "segments": len(retractions)}
        changed = await (await connection.execute(RETRACT["retract"], values)).fetchall()
        if len(changed) < len(retractions):
            raise Changed
        await connection.execute(RETRACT["note"], values)
        await connection.execute(RETRACT["audit"], values)
    if of.policy_version:
        await connection.execute(RETRACT["judged"], values)
        await connection.execute(RETRACT["judged_call"], values)
    return len(retractions)


async def unpublished(connection: Connection, *, limit: int) -> list[UnpublishedRetraction]:
    """Retractions that are not on the bus yet, oldest first."""
    cursor = connection.cursor(row_factory=args_row(_unpublished))
    return await (await cursor.execute(RETRACT["unpublished"], (limit,))).fetchall()


def _row(retraction: Retraction) -> _Row:
    return _Row(
        segment_id=retraction.segment_id,
        made_of=retraction.made_of,
        text=" ".join(word.text for word in retraction.words),
        written=retraction.written,
        words=retraction.words,
        masked=retraction.masked,
    )


def _unpublished(retraction_id: int, transcript: str) -> UnpublishedRetraction:
    return UnpublishedRetraction(retraction_id, _FINAL.decode(transcript))
