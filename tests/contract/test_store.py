"""What every Store does: the same tests over memory and over a real Postgres."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta

import msgspec
import psycopg
import pytest

from analytics.batch import StoredEvent
from analytics.migrate import MigrationEdited, migrate
from analytics.store import Rejected, Store, Unavailable, Wanted
from analytics.store.memory import MemoryStore
from analytics.store.postgres import PostgresStore
from sip_gateway.events import CallStarted
from tests.told_call import CALL_ID, ToldCall, at

NOW = datetime(2025, 11, 20, 9, 31, tzinfo=UTC)
LATER = NOW + timedelta(minutes=30)
OTHER_ID = "019aa09969c07a1bb9c0ffee00000002"


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


@pytest.fixture
async def dsn(migrated_dsn: str) -> str:
    """A migrated database."""
    return migrated_dsn


def whole_call(call: ToldCall) -> list[StoredEvent]:
    """Both topics, one after the other."""
    return [*call.lifecycle(), *call.speech()]


def shuffled(call: ToldCall, seed: int) -> list[StoredEvent]:
    """Both topics interleaved at random, each in its order, with stretches of it repeated."""
    rng = random.Random(seed)
    topics: list[list[StoredEvent]] = [[*call.lifecycle()], [*call.speech()]]
    told: list[StoredEvent] = []
    while any(topics):
        told.append(rng.choice([topic for topic in topics if topic]).pop(0))
        if rng.random() < 0.2:
            told += told[-rng.randint(1, 5) :]
    return told


async def test_a_told_call_reads_back_as_its_transcript(store: Store) -> None:
    call = ToldCall()
    applied = await store.apply(whole_call(call), now=NOW)
    assert (applied.segments, applied.finalised) == (3, 1)
    document = await store.transcript("default", CALL_ID)
    assert document is not None
    assert document.call.state == "ended"
    assert document.call.duration_ms == 10_000
    assert document.call.ended_at == at(10_000)
    assert [leg.participant_name for leg in document.call.legs] == ["Alice", ""]
    assert [segment.text for segment in document.segments] == [
        "good morning how can I help",
        "my card is [card] [name]",
        "thank you",
    ]
    assert document.segments[1].words[3].kind == "card"
    assert document.segments[2].written == "THANK YOU"
    assert [(gap.start_ms, gap.end_ms) for gap in document.gaps] == [(7000, 7400)]
    assert document.summary is not None
    assert document.summary.redactions == {"card": 1, "name": 1}
    assert document.summary.transcript_complete
    assert [leg.packets_lost for leg in document.summary.legs] == [0, 1]


@pytest.mark.parametrize("seed", range(12))
async def test_any_interleaving_of_the_topics_ends_in_the_same_call(
    store: Store, seed: int
) -> None:
    expected = MemoryStore()
    await expected.apply(whole_call(ToldCall()), now=NOW)
    told = shuffled(ToldCall(), seed)
    rng = random.Random(seed)
    while told:
        size = rng.randint(1, 6)
        await store.apply(told[:size], now=NOW)
        told = told[size:]
    assert await store.transcript("default", CALL_ID) == await expected.transcript(
        "default", CALL_ID
    )


async def test_a_replay_changes_nothing_and_tells_nobody(store: Store) -> None:
    await store.apply(whole_call(ToldCall()), now=NOW)
    before = await store.unpublished()
    again = await store.apply(whole_call(ToldCall()), now=NOW)
    assert (again.segments, again.finalised) == (0, 0)
    assert await store.unpublished() == before


@pytest.mark.parametrize("order", ["after", "before", "between revisions", "twice"])
async def test_a_corrected_speaker_stays_whichever_comes_first(store: Store, order: str) -> None:
    call = ToldCall()
    final, corrected = call.said(0, "my turn", start_ms=700), call.corrected(0, 700, "speaker_2")
    again = call.said(0, "my [name]", start_ms=700, revision=2)
    batches: dict[str, list[StoredEvent]] = {
        "after": [final, again, corrected],
        "before": [corrected, final, again],
        "between revisions": [final, corrected, again],
        "twice": [corrected, final, corrected, again, final],
    }
    for event in [call.started(), call.joined(0), *batches[order]]:
        await store.apply([event], now=NOW)
    document = await store.transcript("default", CALL_ID)
    assert document is not None
    assert [(s.text, s.speaker) for s in document.segments] == [("my [name]", "speaker_2")]


async def test_a_correction_after_the_end_refreshes_the_summary_once(store: Store) -> None:
    call = ToldCall()
    await store.apply(whole_call(call), now=NOW)
    told = [call.corrected(0, 6000, "speaker_2")]
    assert (await store.apply(told, now=NOW)).finalised == 1
    assert (await store.apply(told, now=NOW)).finalised == 0
    document = await store.transcript("default", CALL_ID)
    assert document is not None and document.summary is not None
    speakers = [(s.speaker, s.words) for s in document.summary.speakers]
    assert speakers == [("agent", 6), ("speaker_2", 2), ("customer", 3)]


async def test_a_partial_is_never_stored(store: Store) -> None:
    call = ToldCall()
    await store.apply([call.started(), call.said(0, "hello", start_ms=0, final=False)], now=NOW)
    document = await store.transcript("default", CALL_ID)
    assert document is not None and document.segments == ()


async def test_a_lower_revision_never_comes_back(store: Store) -> None:
    call = ToldCall()
    await store.apply([call.said(0, "my pin is [pin]", start_ms=0, revision=3)], now=NOW)
    await store.apply([call.said(0, "my pin is sesame", start_ms=0, revision=2)], now=NOW)
    document = await store.transcript("default", CALL_ID)
    assert document is not None and document.segments[0].text == "my pin is [pin]"


@pytest.mark.parametrize("last", ["call_ended", "transcript_ended"])
async def test_a_call_is_finalised_when_both_topics_have_ended(store: Store, last: str) -> None:
    call = ToldCall()
    ends: list[StoredEvent] = [call.ended(at_ms=900), call.transcript_ended(at_ms=900)]
    if last == "call_ended":
        ends.reverse()
    await store.apply([call.started(), call.joined(0), ends[0]], now=NOW)
    detail = await store.call("default", CALL_ID)
    assert detail is not None and detail.summary is None
    assert (await store.apply([ends[1]], now=NOW)).finalised == 1
    detail = await store.call("default", CALL_ID)
    assert detail is not None and detail.summary is not None
    assert detail.summary.reason == "bye"


async def test_a_final_after_the_end_refreshes_the_summary_and_is_told(store: Store) -> None:
    await store.apply(whole_call(ToldCall()), now=NOW)
    first = await store.unpublished()
    await store.mark_published([entry.outbox_id for entry in first], now=NOW)
    late = ToldCall().said(1, "[card]", start_ms=2900, revision=4)
    assert (await store.apply([late], now=NOW)).finalised == 1
    (entry,) = await store.unpublished()
    assert entry.outbox_id > first[-1].outbox_id
    assert entry.summary.redactions == {"card": 1}


async def test_the_summary_waits_in_the_outbox_until_it_is_published(store: Store) -> None:
    await store.apply(whole_call(ToldCall()), now=NOW)
    (entry,) = await store.unpublished()
    assert entry.summary.call_id == CALL_ID
    assert [e.outbox_id for e in await store.unpublished()] == [entry.outbox_id]
    await store.mark_published([entry.outbox_id], now=NOW)
    assert await store.unpublished() == []


async def test_a_silent_call_is_closed_as_lost_and_never_stays_live(store: Store) -> None:
    call = ToldCall()
    await store.apply([call.started(), call.said(0, "hello there", start_ms=1000)], now=NOW)
    assert await store.close_lost(silent_since=NOW - timedelta(seconds=1), now=NOW) == 0
    assert await store.close_lost(silent_since=LATER, now=LATER) == 1
    detail = await store.call("default", CALL_ID)
    assert detail is not None and detail.summary is not None
    assert (detail.state, detail.reason, detail.duration_ms) == ("ended", "lost", 1600)
    assert detail.ended_at == at(1600)
    assert not detail.summary.transcript_complete
    assert await store.close_lost(silent_since=LATER, now=LATER) == 0


async def test_a_lost_call_takes_what_still_comes(store: Store) -> None:
    call = ToldCall()
    await store.apply([call.started(), call.joined(0)], now=NOW)
    await store.close_lost(silent_since=LATER, now=LATER)
    await store.apply([call.said(0, "still here", start_ms=5000)], now=LATER)
    detail = await store.call("default", CALL_ID)
    assert detail is not None and detail.summary is not None
    assert (detail.reason, detail.duration_ms) == ("lost", 5600)
    await store.apply([call.ended(at_ms=9000), call.transcript_ended(at_ms=9000)], now=LATER)
    detail = await store.call("default", CALL_ID)
    assert detail is not None and detail.summary is not None
    assert (detail.reason, detail.duration_ms) == ("bye", 9000)
    assert detail.summary.transcript_complete


async def test_a_call_whose_redaction_never_ended_keeps_its_own_reason(store: Store) -> None:
    call = ToldCall()
    await store.apply([call.started(), call.ended(at_ms=700)], now=NOW)
    assert await store.close_lost(silent_since=LATER, now=LATER) == 1
    detail = await store.call("default", CALL_ID)
    assert detail is not None and detail.summary is not None
    assert (detail.reason, detail.duration_ms) == ("bye", 700)
    assert not detail.summary.transcript_complete


async def test_partials_keep_a_call_from_being_lost(store: Store) -> None:
    call = ToldCall()
    await store.apply([call.started()], now=NOW)
    await store.apply([call.said(0, "hello", start_ms=0, final=False)], now=LATER)
    assert await store.close_lost(silent_since=LATER - timedelta(seconds=1), now=LATER) == 0


async def test_lists_go_backwards_in_pages_and_by_state(store: Store) -> None:
    ids = [f"019aa09969c07a1bb9c0ffee000000{i:02d}" for i in range(5)]
    for call_id in ids:
        await store.apply([ToldCall(call_id).started()], now=NOW)
    await store.apply([ToldCall(ids[3]).ended(at_ms=5)], now=NOW)
    first = await store.calls("default", Wanted(limit=2))
    assert [call.call_id for call in first] == [ids[4], ids[3]]
    rest = await store.calls("default", Wanted(limit=9, before=first[-1].call_id))
    assert [call.call_id for call in rest] == [ids[2], ids[1], ids[0]]
    ended = await store.calls("default", Wanted(state="ended"))
    assert [call.call_id for call in ended] == [ids[3]]
    assert len(await store.calls("default", Wanted(state="live"))) == 4


async def test_a_call_is_found_by_the_peers_name_for_it(store: Store) -> None:
    named = msgspec.structs.replace(ToldCall().started(), external_id="session of the CRM's")
    await store.apply([named, ToldCall(OTHER_ID).started()], now=NOW)
    (call,) = await store.calls("default", Wanted(external_id="session of the CRM's"))
    assert call.call_id == CALL_ID
    assert not await store.calls("default", Wanted(external_id="session"))


async def test_a_call_is_found_by_the_ids_of_its_contact_centre(store: Store) -> None:
    ids = {"ucid": "00001001551707824348", "x-desk": 'Zoë\'s "desk": 7%'}
    told = msgspec.structs.replace(ToldCall().started(), attributes=ids)
    await store.apply([told, ToldCall(OTHER_ID).started()], now=NOW)
    for asked in [tuple(ids.items())[:1], tuple(ids.items())[1:], tuple(ids.items())]:
        found = await store.calls("default", Wanted(attributes=asked))
        assert [call.call_id for call in found] == [CALL_ID]
    for none in [("ucid", "0000100155170782434"), ("ucid", ""), ("x", "y"), ("ucid", "%")]:
        assert not await store.calls("default", Wanted(attributes=(none,)))
    assert not await store.calls("other", Wanted(attributes=tuple(ids.items())))
    assert len(await store.calls("default", Wanted())) == 2


async def test_one_tenant_sees_nothing_of_another(store: Store) -> None:
    await store.apply(whole_call(ToldCall()), now=NOW)
    await store.apply(whole_call(ToldCall(OTHER_ID, tenant_id="other")), now=NOW)
    assert [call.call_id for call in await store.calls("other", Wanted())] == [OTHER_ID]
    assert await store.transcript("other", CALL_ID) is None
    assert await store.call("default", OTHER_ID) is None


async def test_one_call_id_in_two_tenants_stays_two_calls(store: Store) -> None:
    await store.apply(whole_call(ToldCall()), now=NOW)
    await store.apply([ToldCall(tenant_id="other").said(0, "mine", start_ms=0)], now=NOW)
    ours = await store.transcript("default", CALL_ID)
    theirs = await store.transcript("other", CALL_ID)
    assert ours is not None and len(ours.segments) == 3
    assert theirs is not None and len(theirs.segments) == 1


async def test_open_calls_come_with_their_finals_and_gaps(store: Store) -> None:
    await store.apply(whole_call(ToldCall(OTHER_ID)), now=NOW)
    call = ToldCall()
    final = call.said(0, "hello there", start_ms=1000, revision=4)
    await store.apply([call.started(), call.joined(0), final, call.gap(0, 0, 400)], now=NOW)
    (opened,) = await store.open_calls()
    assert opened.call.call_id == CALL_ID
    assert opened.finals == (final,)
    assert [gap.end_ms for gap in opened.gaps] == [400]


async def test_a_gap_that_was_filled_is_none_and_half_of_one_is_its_rest(store: Store) -> None:
    call = ToldCall()
    events: list[StoredEvent] = [
        *(call.started(), call.joined(0), call.gap(0, 1_000, 3_000), call.gap(0, 5_000, 9_000)),
        *(call.filled(0, 1_000, 3_000), call.filled(0, 5_000, 6_000), call.filled(0, 5_000, 8_000)),
        msgspec.structs.replace(call.said(0, "said late", start_ms=1_200), recovered=True),
    ]
    for batch in (events[:5], events[5:], events[3:6], events):
        await store.apply(batch, now=NOW)
    (opened,) = await store.open_calls()
    (left,) = opened.gaps
    assert (left.start_ms, left.end_ms, left.told_from_ms) == (8_000, 9_000, 5_000)
    await store.apply([call.ended(at_ms=9_000), call.transcript_ended(at_ms=9_100)], now=NOW)
    stored = await store.transcript("default", CALL_ID)
    assert stored is not None and stored.gaps == (left,)
    assert [segment.recovered for segment in stored.segments] == [True]
    assert stored.summary is not None and stored.summary.legs[0].gap_ms == 1_000


def unstorable(call: ToldCall) -> Sequence[StoredEvent]:
    """Postgres keeps no NUL in text."""
    return [call.said(0, "fine", start_ms=0), call.said(0, "\0", start_ms=1000)]


async def test_a_batch_that_cannot_be_stored_is_refused_whole(dsn: str) -> None:
    store = await PostgresStore.connect(dsn)
    with pytest.raises(Rejected) as refused:
        await store.apply(unstorable(ToldCall()), now=NOW)
    assert "fine" not in str(refused.value)
    assert await store.transcript("default", CALL_ID) is None
    await store.close()


async def test_a_database_that_is_away_is_said_so() -> None:
    store = PostgresStore("host=/nonexistent dbname=none connect_timeout=1")
    with pytest.raises(Unavailable):
        await store.apply([ToldCall().started()], now=NOW)


async def test_after_its_connections_were_cut_the_store_goes_on_at_once(dsn: str) -> None:
    store = await PostgresStore.connect(dsn)
    await asyncio.gather(*(store.calls("default", Wanted()) for _ in range(6)))
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
        await connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where datname = current_database() and pid <> pg_backend_pid()"
        )
    await store.apply([ToldCall().started()], now=NOW)
    assert len(await store.calls("default", Wanted())) == 1
    await store.close()


async def test_segments_go_to_the_partition_of_the_calls_day(dsn: str) -> None:
    store = await PostgresStore.connect(dsn)
    await store.apply([ToldCall().said(0, "near", start_ms=0)], now=NOW)
    await store.apply([ToldCall("odd").said(0, "far", start_ms=0)], now=NOW)
    await store.close()
    async with await psycopg.AsyncConnection.connect(dsn) as connection:
        rows = await (
            await connection.execute("select call_id, tableoid::regclass::text from segments")
        ).fetchall()
    assert dict(rows) == {CALL_ID: "segments_20251120", "odd": "segments_other"}


async def test_the_api_role_sees_one_tenant_even_without_asking_for_it(dsn: str) -> None:
    store = await PostgresStore.connect(dsn)
    await store.apply(whole_call(ToldCall()), now=NOW)
    await store.apply(whole_call(ToldCall(OTHER_ID, tenant_id="other")), now=NOW)
    await store.close()
    async with await psycopg.AsyncConnection.connect(dsn) as connection:
        await connection.execute("set local role trunkline_api")
        for table in ("calls", "legs", "segments", "gaps"):
            await connection.execute("select set_config('trunkline.tenant_id', 'other', true)")
            query = f"select distinct tenant_id from {table}".encode()
            assert await (await connection.execute(query)).fetchall() == [("other",)]
            await connection.execute("select set_config('trunkline.tenant_id', '', true)")
            assert await (await connection.execute(query)).fetchall() == []


async def test_an_analyst_reads_its_tenants_views_and_no_table(dsn: str) -> None:
    store = await PostgresStore.connect(dsn)
    await store.apply(whole_call(ToldCall()), now=NOW)
    await store.apply(whole_call(ToldCall(OTHER_ID, tenant_id="other")), now=NOW)
    await store.close()
    async with await psycopg.AsyncConnection.connect(dsn) as connection:
        # Rolled back at the end: roles outlive the database of a test.
        await connection.execute("create role test_analyst in role trunkline_analyst")
        await connection.execute("insert into analyst_tenants values ('test_analyst', 'other')")
        await connection.execute("set session authorization test_analyst")
        for view in ("v_transcripts", "v_words", "v_talk_metrics"):
            rows = await connection.execute(f"select distinct tenant_id from {view}".encode())
            assert await rows.fetchall() == [("other",)], view
        found = await connection.execute(
            "select speaker from v_transcripts where search @@ websearch_to_tsquery('mornings')"
        )
        assert await found.fetchall() == [("agent",)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await connection.execute("select participant_aor from legs")
        await connection.rollback()


async def test_migrating_twice_does_nothing_and_an_edited_migration_is_refused(dsn: str) -> None:
    await migrate(dsn)
    async with await psycopg.AsyncConnection.connect(dsn) as connection:
        await connection.execute(
            "update schema_migrations set sha256 = 'edited' where name like '0001%'"
        )
    with pytest.raises(MigrationEdited, match="0001_calls"):
        await migrate(dsn)


async def test_every_column_says_what_it_holds(dsn: str) -> None:
    async with await psycopg.AsyncConnection.connect(dsn) as connection:
        bare = await connection.execute(
            """
            select c.relname, a.attname from pg_class c
            join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
            where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
                and not c.relispartition and c.relname <> 'schema_migrations'
                and col_description(c.oid, a.attnum) is null
            """
        )
        assert await bare.fetchall() == []


async def test_two_sinks_that_each_bring_one_end_finalise_the_call_once(dsn: str) -> None:
    one, other = await PostgresStore.connect(dsn), await PostgresStore.connect(dsn)
    calls = [ToldCall(f"019aa09969c07a1bb9c0ffee0000{i:04d}") for i in range(30)]
    for call in calls:
        await one.apply([call.started()], now=NOW)
    for call in calls:
        done = await asyncio.gather(
            one.apply([call.ended(at_ms=900)], now=NOW),
            other.apply([call.transcript_ended(at_ms=900)], now=NOW),
        )
        assert sum(applied.finalised for applied in done) == 1
    assert len(await one.unpublished()) == 30
    await one.close()
    await other.close()


async def test_two_sinks_over_the_same_calls_in_opposite_order_do_not_lock_up(dsn: str) -> None:
    one, other = await PostgresStore.connect(dsn), await PostgresStore.connect(dsn)
    calls = [ToldCall(f"019aa09969c07a1bb9c0ffee0000{i:04d}") for i in range(20)]
    lifecycle = [event for call in calls for event in call.lifecycle()]
    speech = [event for call in reversed(calls) for event in call.speech()]
    for _ in range(5):
        await asyncio.gather(one.apply(lifecycle, now=NOW), other.apply(speech, now=NOW))
    assert len(await one.unpublished()) == 20
    await one.close()
    await other.close()


async def test_what_a_call_told_of_itself_is_kept_and_read_back(store: Store) -> None:
    told = whole_call(ToldCall())
    started = next(event for event in told if isinstance(event, CallStarted))
    attributes = {"ucid": "00001001551707824348", "x-queue-name": 'Zoë\'s "desk"'}
    told[told.index(started)] = msgspec.structs.replace(started, attributes=attributes)
    await store.apply(told, now=NOW)
    (listed,) = await store.calls("default", Wanted())
    one = await store.call("default", CALL_ID)
    transcript = await store.transcript("default", CALL_ID)
    assert one is not None and transcript is not None
    assert listed.attributes == one.attributes == transcript.call.attributes == attributes


async def test_a_call_that_told_nothing_has_no_attributes(store: Store) -> None:
    await store.apply(whole_call(ToldCall()), now=NOW)
    (listed,) = await store.calls("default", Wanted())
    assert listed.attributes == {}


async def test_who_paused_and_resumed_a_call_stands_in_the_audit_once(dsn: str) -> None:
    call = ToldCall()
    pauses: list[StoredEvent] = [
        call.held(0, 1000, by="key1"),
        call.held(1, 1000, by="key1"),
        call.held(1, 1000, by="key1"),  # said again while it lasts
        call.resumed(1, 3000, by="key2"),
        call.held(1, 4000, why="dtmf", by="agent"),
        call.resumed(1, 5000, why="time", by="time"),
        call.held(1, 6000, why="recording_pause", by="audiohook"),
        call.held(1, 7000, why="hold", by=""),  # of an older release
    ]
    store = await PostgresStore.connect(dsn)
    try:
        for _ in range(2):  # read twice
            await store.apply([*call.lifecycle()[:-1], *pauses], now=NOW)
            await store.apply(pauses, now=NOW)
    finally:
        await store.close()
    async with await psycopg.AsyncConnection.connect(dsn) as connection:
        found = await connection.execute(
            "select actor, action, subject, at, detail->>'why', detail->>'leg_id' "
            "from audit order by id"
        )
        rows = await found.fetchall()
    assert [(actor, action, why) for actor, action, _, _, why, _ in rows] == [
        ("key1", "call.paused", "api"),
        ("key1", "call.paused", "api"),
        ("key2", "call.resumed", "api"),
        ("agent", "call.paused", "dtmf"),
        ("time", "call.resumed", "time"),
        ("audiohook", "call.paused", "recording_pause"),
        ("hold", "call.paused", "hold"),
    ]
    assert [leg for *_, leg in rows[:3]] == [call.leg_id(0), call.leg_id(1), call.leg_id(1)]
    assert {subject for _, _, subject, *_ in rows} == {CALL_ID}
    assert [at_ for _, _, _, at_, _, _ in rows[1:3]] == [at(1000), at(3000)]
