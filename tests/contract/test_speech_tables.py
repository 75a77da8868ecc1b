"""Models and routes in a real Postgres: what is known, what holds, who sees it, who changed it."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import psycopg
import pytest
from prometheus_client import CollectorRegistry

from analytics.batch import StoredEvent
from analytics.speech import Author, NewModel, NewRoute, SpeechTables
from analytics.store import Rejected, Unavailable, Wanted
from analytics.store.postgres import PostgresStore
from redaction.events import Transcript
from sip_gateway.events import CallStarted
from sip_gateway.media.sinks import JoinedLeg
from sip_gateway.worker_protocol import CallHints, HintedPhrase
from tests.told_call import ToldCall
from triton_models.options import LegOptions, Phrase
from triton_models.settings import ServedModel, Settings
from trunkline.embedded.postgres import EmbeddedPostgres
from trunkline.route_book import RouteBook

NOW = datetime(2025, 11, 20, 9, 31, tzinfo=UTC)
OPERATOR = Author("operator", NOW, "default")
MODEL = NewModel("moonshine", "v1", "ab" * 32, "asr", '{"stop_history_ms": 500}')


@pytest.fixture
async def dsn(migrated_dsn: str) -> str:
    return migrated_dsn


@pytest.fixture
async def tables(dsn: str) -> AsyncIterator[SpeechTables]:
    tables = await SpeechTables.connect(dsn)
    yield tables
    await tables.close()


async def rows(dsn: str, query: str, tenant: str = "") -> list[tuple[object, ...]]:
    """As the owner; with a tenant, as the API reads."""
    async with await psycopg.AsyncConnection.connect(dsn) as connection:
        if tenant:
            await connection.execute(
                "select set_config('trunkline.tenant_id', %s, true),"
                " set_config('role', 'trunkline_api', true)",
                (tenant,),
            )
        return list(await (await connection.execute(query.encode())).fetchall())


class TestModels:
    async def test_a_model_is_registered_once_and_known_again_after_it_was_retired(
        self, tables: SpeechTables
    ) -> None:
        assert await tables.register(MODEL, OPERATOR)
        assert not await tables.register(MODEL, OPERATOR)
        assert await tables.retire("moonshine", "v1", OPERATOR)
        assert not await tables.retire("moonshine", "v1", OPERATOR)
        (retired,) = await tables.models()
        assert retired.retired_at == NOW and json.loads(retired.settings)["stop_history_ms"] == 500
        later = OPERATOR._replace(now=NOW + timedelta(days=1))
        assert await tables.register(MODEL, later)
        (again,) = await tables.models()
        assert (again.retired_at, again.registered_at) == (None, later.now)

    async def test_a_name_is_answered_by_the_model_that_was_told_last(
        self, tables: SpeechTables
    ) -> None:
        await tables.register(MODEL, OPERATOR)
        await tables.register(MODEL._replace(version="v2"), OPERATOR)
        await tables.register(MODEL._replace(version="v3", served_as="asr_b"), OPERATOR)
        found = {row.version: row.served_as for row in await tables.models()}
        assert found == {"v1": "", "v2": "asr", "v3": "asr_b"}

    async def test_every_segment_joins_to_its_model(self, tables: SpeechTables, dsn: str) -> None:
        told = ToldCall()
        events: list[StoredEvent] = [
            msgspec.structs.replace(event, decoder=f"{event.decoder}+0a1b2c")
            if isinstance(event, Transcript)
            else event
            for event in (*told.lifecycle(), *told.speech())
        ]
        final = next(e for e in events if isinstance(e, Transcript) and e.is_final)
        store = await PostgresStore.connect(dsn)
        await store.apply(events, now=NOW)
        await store.close()
        query = "select registered, served_as, calls, segments > 0, words > 0 from v_model_days"
        assert await rows(dsn, query) == [(False, "", 1, True, True)]
        version = final.decoder.partition("+")[0]
        known = NewModel(final.model, version, final.model_sha256, "asr")
        await tables.register(known, OPERATOR)
        assert await rows(dsn, query) == [(True, "asr", 1, True, True)]


class TestRoutes:
    async def test_rules_hold_in_order_until_they_are_removed(self, tables: SpeechTables) -> None:
        late = await tables.add_route(NewRoute(options='{"model": "b"}'), OPERATOR)
        first = await tables.add_route(
            NewRoute(tenant_id="acme", queue="sales", share=0.1, priority=5, options="{}"), OPERATOR
        )
        assert [row.route_id for row in await tables.routes()] == [first, late]
        (row, _) = await tables.routes()
        assert (row.tenant_id, row.queue, row.share, row.options) == ("acme", "sales", 0.1, "{}")
        assert await tables.remove_route(first, OPERATOR)
        assert not await tables.remove_route(first, OPERATOR)
        assert [row.route_id for row in await tables.routes()] == [late]

    @pytest.mark.parametrize(("share", "options"), [(1.5, "{}"), (-0.1, "{}"), (0.5, "not JSON")])
    async def test_what_the_database_cannot_take_is_refused(
        self, tables: SpeechTables, share: float, options: str
    ) -> None:
        with pytest.raises(Rejected):
            await tables.add_route(NewRoute(share=share, options=options), OPERATOR)

    async def test_a_tenant_sees_the_rules_for_all_and_its_own(
        self, tables: SpeechTables, dsn: str
    ) -> None:
        for tenant in ("", "acme", "other"):
            await tables.add_route(NewRoute(tenant_id=tenant, options='{"model": "b"}'), OPERATOR)
        query = "select coalesce(tenant_id, '') from speech_routes order by 1"
        assert await rows(dsn, query, tenant="acme") == [("",), ("acme",)]

    async def test_changes_are_on_record_without_what_the_rules_say(
        self, tables: SpeechTables, dsn: str
    ) -> None:
        secret = '{"phrases": [{"text": "Canary Name"}]}'
        number = await tables.add_route(NewRoute(tenant_id="acme", options=secret), OPERATOR)
        await tables.remove_route(number, OPERATOR)
        await tables.register(MODEL, OPERATOR)
        await tables.retire("moonshine", "v1", OPERATOR)
        found = await rows(dsn, "select action, subject, actor, tenant_id from audit order by id")
        assert [row[0] for row in found] == [
            "route.added",
            "route.removed",
            "model.registered",
            "model.retired",
        ]
        assert {row[2:] for row in found} == {("operator", "default")}
        assert "Canary" not in str(await rows(dsn, "select * from audit"))


async def test_a_call_keeps_its_queue(dsn: str) -> None:
    store = await PostgresStore.connect(dsn)
    started = CallStarted(
        tenant_id="acme", call_id="c1", started_at=NOW, ingress="siprec", queue="card services"
    )
    await store.apply([started], now=NOW)
    await store.apply([started], now=NOW)
    (call,) = await store.calls("acme", Wanted(queue="card services"))
    assert call.queue == "card services"
    assert list(await store.calls("acme", Wanted(queue="other"))) == []
    await store.close()


LEG = JoinedLeg("acme", "c1", "c1-0", 0, "agent", "siprec", CallHints(queue="sales"))
SERVED = Settings(served=(ServedModel(name="asr_b", settings={"stop_history_ms": 700}),))


def book(source: SpeechTables, cache: Path, registry: CollectorRegistry) -> RouteBook:
    return RouteBook(source, SERVED, cache=cache, registry=registry)


async def test_a_leg_gets_what_the_database_says_and_the_last_known_when_it_is_away(
    tables: SpeechTables, dsn: str, tmp_path: Path
) -> None:
    text = '{"model": "asr_b", "phrases": [{"text": "Harbor Bank"}]}'
    await tables.add_route(NewRoute(queue="sales", options=text), OPERATOR)
    cache = tmp_path / "state" / "speech_routes.json"
    known = book(tables, cache, CollectorRegistry())
    await known.load()
    options = known.options(LEG)
    assert (options.model, options.endpointing.stop_history_ms) == ("asr_b", 700)
    assert options.phrases == (Phrase(text="Harbor Bank"),)
    assert cache.stat().st_mode & 0o777 == 0o600
    assert known.options(LEG._replace(hints=CallHints())) == LegOptions()

    away = await SpeechTables.connect("host=127.0.0.1 port=9 connect_timeout=1")
    registry = CollectorRegistry()
    later = book(away, cache, registry)
    await later.load()
    assert later.options(LEG) == options
    assert later.ready() == ""
    assert registry.get_sample_value("trunkline_speech_routes_stale") == 1
    await away.close()


async def test_without_database_and_without_a_cache_the_settings_hold(tmp_path: Path) -> None:
    away = await SpeechTables.connect("host=127.0.0.1 port=9 connect_timeout=1")
    never = book(away, tmp_path / "none.json", CollectorRegistry())
    await never.load()
    assert never.options(LEG) == LegOptions()
    (tmp_path / "bad.json").write_bytes(b"{")
    damaged = book(away, tmp_path / "bad.json", CollectorRegistry())
    await damaged.load()
    assert damaged.options(LEG) == LegOptions()
    await away.close()


async def test_a_rule_that_this_release_cannot_use_does_not_hold_and_the_others_do(
    tables: SpeechTables, tmp_path: Path
) -> None:
    await tables.add_route(NewRoute(priority=1, options='{"of_the_future": 1}'), OPERATOR)
    await tables.add_route(NewRoute(options='{"model": "asr_b"}'), OPERATOR)
    registry = CollectorRegistry()
    known = book(tables, tmp_path / "routes.json", registry)
    await known.load()
    assert known.options(LEG).model == "asr_b"
    assert registry.get_sample_value("trunkline_speech_routes_rules") == 1


async def test_what_the_call_asks_for_counts_and_what_it_cannot_have_does_not(
    tables: SpeechTables, tmp_path: Path
) -> None:
    registry = CollectorRegistry()
    known = book(tables, tmp_path / "routes.json", registry)
    await known.load()
    phrases = (HintedPhrase(text="Ada", weight=3.0),)
    hinted = CallHints(profile="low_latency", phrases=phrases)
    options = known.options(LEG._replace(hints=hinted))
    assert options.partial_interval_ms < LegOptions().partial_interval_ms
    assert options.phrases == (Phrase(text="Ada", weight=3.0),)
    assert known.options(LEG._replace(hints=CallHints(profile="turbo"))) == LegOptions()
    assert registry.get_sample_value("trunkline_speech_routes_unknown_profiles_total") == 1


async def test_tables_of_a_server_that_is_away_say_so(postgres_server: EmbeddedPostgres) -> None:
    away = await SpeechTables.connect(postgres_server.dsn_of("no_such_database"))
    with pytest.raises(Unavailable):
        await away.routes()
    await away.close()
