"""Everything that Postgres holds about a call is found, in the store's tables and on the bus."""

from datetime import UTC, datetime

import msgspec
import psycopg

from analytics.store.postgres import PostgresStore
from tests.told_call import CALL_ID, ToldCall
from trunkline.evaluate.leaks import Secret
from trunkline.evaluate.reference import Span
from trunkline.evaluate.score import leaked_stored
from trunkline.evaluate.stored import stored_texts

NOW = datetime(2025, 11, 20, 9, 31, tzinfo=UTC)
CARD = Span(
    kind="CARD",
    turn=0,
    channel=1,
    start_ms=3000,
    end_ms=6000,
    spoken="",
    canonical="4242424242424242",
)
BUS = """
create schema bus;
create table bus.transcripts (part int, pos bigint, key text, value bytea);
"""


async def test_segments_messages_and_notes_of_the_call_are_searched_and_others_are_not(
    migrated_dsn: str,
) -> None:
    store = await PostgresStore.connect(migrated_dsn)
    call = ToldCall()
    said = call.said(1, "it is four two four two", start_ms=3000)
    await store.apply([*call.lifecycle(), *call.speech(), said], now=NOW)
    await store.close()
    clean = call.said(1, "it is [card]", start_ms=3000)
    async with await psycopg.AsyncConnection.connect(migrated_dsn, autocommit=True) as connection:
        await connection.execute(BUS)
        for key, event in ((CALL_ID, said), (CALL_ID, clean), ("another", said)):
            await connection.execute(
                "insert into bus.transcripts values (0, 0, %s, %s)",
                [key, msgspec.json.encode(event)],
            )
        await connection.execute(
            "insert into bus.transcripts values (0, 1, %s, '\\xff00ff')", [CALL_ID]
        )
        await connection.execute(
            "update calls set external_id = 'x-4242424242' where call_id = %s", [CALL_ID]
        )
    found = await stored_texts(migrated_dsn, CALL_ID)
    timed = {one.place for one in found if Secret(CARD).readable_in(one.words)}
    assert timed == {"segments.words", "transcripts.value.words"}
    assert {leak.place for leak in leaked_stored([CARD], found)} == timed | {"calls.external_id"}
    assert await stored_texts(migrated_dsn, "0" * 32) == []
