"""Words masked after a call is over: every sink shows the mask, and nobody the words."""

from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime

import msgspec
import psycopg
import pytest

from analytics.batch import CallKey
from analytics.retraction import BadMark, Mark, StillLive
from analytics.retractor import Retractor
from analytics.store import Store
from analytics.store.memory import MemoryStore
from analytics.store.postgres import PostgresStore
from redaction.events import RedactedWord
from tests.told_call import CALL_ID, ToldCall

NOW = datetime(2025, 11, 20, 9, 31, tzinfo=UTC)
KEY = CallKey("default", CALL_ID)
SEGMENT = f"{CALL_ID}-0/000000500"
"""good morning how can I help"""


@pytest.fixture(params=["memory", "postgres"])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    """An empty store of each kind."""
    if request.param == "memory":
        yield MemoryStore()
        return
    dsn: str = request.getfixturevalue("migrated_dsn")
    postgres = await PostgresStore.connect(dsn)
    yield postgres
    await postgres.close()


def shouted(words: Iterable[RedactedWord], language: str) -> str:
    """A written form that tests recognise."""
    return " ".join(word.text for word in words).upper()


def how_can_i(kind: str = "name") -> Mark:
    """The third to fifth word."""
    return Mark(SEGMENT, 1100, 2000, kind)


async def told(store: Store, call: ToldCall) -> None:
    """A whole call."""
    await store.apply([*call.lifecycle(), *call.speech()], now=NOW)


async def texts(store: Store) -> dict[str, str]:
    """What the store shows of each segment."""
    document = await store.transcript(*KEY)
    assert document is not None
    return {segment.segment_id: segment.text for segment in document.segments}


async def test_marked_words_become_one_token_in_text_words_written_form_and_summary(
    store: Store,
) -> None:
    await told(store, ToldCall())
    masked = await Retractor(store, write=shouted).mask_words(KEY, [how_can_i()], by="key-7")
    assert masked == 1
    document = await store.transcript(*KEY)
    assert document is not None and document.summary is not None
    segment = document.segments[0]
    assert segment.text == "good morning [name] help"
    assert segment.written == "GOOD MORNING [NAME] HELP"
    token = segment.words[2]
    assert (token.start_ms, token.end_ms, token.kind) == (1100, 2000, "name")
    assert document.summary.redactions == {"card": 1, "name": 2}


async def test_a_mark_made_twice_changes_nothing_and_tells_nobody(store: Store) -> None:
    await told(store, ToldCall())
    retractor = Retractor(store, write=shouted)
    await retractor.mask_words(KEY, [how_can_i()], by="key-7")
    before = await store.unpublished(), await store.unpublished_retractions()
    assert await retractor.mask_words(KEY, [how_can_i("card")], by="key-8") == 0
    assert (await store.unpublished(), await store.unpublished_retractions()) == before


async def test_the_crm_is_told_again_under_a_higher_revision(store: Store) -> None:
    await told(store, ToldCall())
    first = await store.unpublished()
    await store.mark_published([entry.outbox_id for entry in first], now=NOW)
    await Retractor(store, write=shouted).mask_words(KEY, [how_can_i()], by="key-7")
    again = await store.unpublished()
    assert len(again) == 1
    assert again[0].outbox_id > max(entry.outbox_id for entry in first)
    assert again[0].summary.redactions["name"] == 2


async def test_the_bus_gets_the_masked_segment_above_any_revision_of_redaction(
    store: Store,
) -> None:
    call = ToldCall()
    late = call.said(0, "good morning how can I help", start_ms=500, revision=3)
    late = msgspec.structs.replace(late, recovered=True)
    await store.apply([*call.lifecycle(), late, *call.speech()], now=NOW)
    await Retractor(store, write=shouted).mask_words(KEY, [how_can_i()], by="key-7")
    (entry,) = await store.unpublished_retractions()
    assert entry.final.retraction and entry.final.is_final
    assert entry.final.revision > 1_500_000_000
    assert [word.text for word in entry.final.words] == ["good", "morning", "[name]", "help"]
    stored = next(f for f in await store.finals(*KEY) if f.segment_id == SEGMENT)
    assert entry.final == msgspec.structs.replace(stored, retraction=True)
    assert stored.recovered
    await store.mark_retractions_published([entry.retraction_id], now=NOW)
    assert await store.unpublished_retractions() == []


async def test_replayed_finals_do_not_bring_the_words_back(store: Store) -> None:
    call = ToldCall()
    await told(store, call)
    await Retractor(store, write=shouted).mask_words(KEY, [how_can_i()], by="key-7")
    await told(store, call)
    late = call.said(0, "good morning how can I help", start_ms=500, revision=40_000)
    await store.apply([late], now=NOW)
    assert (await texts(store))[SEGMENT] == "good morning [name] help"


async def test_a_retraction_off_the_bus_masks_what_is_stored_and_makes_no_call(
    store: Store,
) -> None:
    call = ToldCall()
    await told(store, call)
    masked = msgspec.structs.replace(
        call.said(0, "good morning [name] help", start_ms=500, revision=1_500_000_001),
        retraction=True,
    )
    gone = msgspec.structs.replace(masked, call_id="019aa09969c07a1bb9c0ffee00000009")
    assert (await store.apply([masked, gone], now=NOW)).finalised == 1
    assert (await store.apply([masked, gone], now=NOW)).finalised == 0
    assert (await texts(store))[SEGMENT] == "good morning [name] help"
    assert await store.call("default", gone.call_id) is None


async def test_two_reviewers_of_one_segment_both_have_their_way(store: Store) -> None:
    await told(store, ToldCall())
    retractor = Retractor(store, write=shouted)
    await retractor.mask_words(KEY, [how_can_i()], by="key-7")
    await retractor.mask_words(KEY, [Mark(SEGMENT, 500, 800, "name")], by="key-8")
    assert (await texts(store))[SEGMENT] == "[name] morning [name] help"


async def test_a_mark_over_a_token_takes_it_up(store: Store) -> None:
    await told(store, ToldCall())
    retractor = Retractor(store, write=shouted)
    await retractor.mask_words(KEY, [how_can_i()], by="key-7")
    await retractor.mask_words(KEY, [Mark(SEGMENT, 800, 2300, "address")], by="key-7")
    assert (await texts(store))[SEGMENT] == "good [address]"


@pytest.mark.parametrize(
    "mark",
    [
        Mark("nowhere", 500, 800, "name"),
        Mark(SEGMENT, 90_000, 90_100, "name"),
        Mark(SEGMENT, 500, 800, "Not A Kind"),
    ],
)
async def test_a_mark_that_means_nothing_is_refused(store: Store, mark: Mark) -> None:
    await told(store, ToldCall())
    with pytest.raises(BadMark):
        await Retractor(store, write=shouted).mask_words(KEY, [mark], by="key-7")


async def test_while_redaction_goes_on_there_is_nothing_to_mark(store: Store) -> None:
    call = ToldCall()
    await store.apply([call.started(), call.said(0, "hello you", start_ms=500)], now=NOW)
    with pytest.raises(StillLive):
        await Retractor(store, write=shouted).mask_words(
            KEY, [Mark(SEGMENT, 500, 800, "name")], by="key-7"
        )


async def test_another_tenants_call_cannot_be_marked(store: Store) -> None:
    await told(store, ToldCall())
    other = CallKey("other", CALL_ID)
    with pytest.raises(BadMark):
        await Retractor(store, write=shouted).mask_words(other, [how_can_i()], by="key-7")


async def test_postgres_keeps_the_words_nowhere_and_says_who_masked_them(
    migrated_dsn: str,
) -> None:
    store = await PostgresStore.connect(migrated_dsn)
    try:
        await told(store, ToldCall())
        await Retractor(store, write=shouted).mask_words(KEY, [how_can_i()], by="key-7")
    finally:
        await store.close()
    async with await psycopg.AsyncConnection.connect(migrated_dsn) as connection:
        rows = await (
            await connection.execute(
                "select s::text from segments s union all select c::text from calls c "
                "union all select o::text from outbox o union all select r::text from retractions r"
            )
        ).fetchall()
        assert not [row for (row,) in rows if "can" in row.split() or "'can" in row]
        found = await connection.execute("select actor, action, subject, detail from audit")
        assert await found.fetchall() == [
            ("key-7", "transcript.masked", CALL_ID, {"why": "review", "segments": 1})
        ]
        noted = await connection.execute("select made_by, why, spans, leg_id from retractions")
        assert await noted.fetchall() == [
            (
                "key-7",
                "review",
                [{"start_ms": 1100, "end_ms": 2000, "kind": "name"}],
                f"{CALL_ID}-0",
            )
        ]
