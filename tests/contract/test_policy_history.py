"""Policies in force: from files through the bus into a real Postgres, the views and the report."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import psycopg
import pytest
from prometheus_client import CollectorRegistry

from analytics.compliance.archive import Archive
from analytics.compliance.counts import Period
from analytics.compliance.history import PolicyHistory
from analytics.compliance.policy_sink import PolicySink
from analytics.store.postgres import PostgresStore
from redaction.events import POLICIES_TOPIC, PolicyInForce
from redaction.policy.policy_watch import PolicyWatch
from redaction.policy.presidio import build_engine
from redaction.settings import Settings
from tests.told_call import STARTED_AT, ToldCall
from trunkline.bus.dead_letters import DeadLetters
from trunkline.bus.memory import MemoryBus
from trunkline.cli.compliance import lines

T0 = datetime(2025, 11, 20, 9, 0, tzinfo=UTC)
Rows = Callable[[str], Awaitable[list[tuple[object, ...]]]]


def at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def told(version: str, since: float, *, seen: float = 0, tenant: str = "default") -> PolicyInForce:
    """As a redact process says it."""
    return PolicyInForce(
        tenant_id=tenant,
        policy_version=version,
        in_force_at=at(since),
        seen_at=at(max(since, seen)),
        source="own" if tenant else "default",
        file_sha256=f"sha of {version}",
        masked={"token": ("card",)},
    )


@pytest.fixture
async def history(migrated_dsn: str) -> AsyncIterator[PolicyHistory]:
    made = await PolicyHistory.connect(migrated_dsn)
    yield made
    await made.close()


@pytest.fixture
def rows(migrated_dsn: str) -> Rows:
    async def read(query: str) -> list[tuple[object, ...]]:
        async with await psycopg.AsyncConnection.connect(migrated_dsn) as connection:
            await connection.execute("set timezone to 'UTC'")
            return list(await (await connection.execute(query.encode())).fetchall())

    return read


SPANS = (
    "select policy_version, from_at, until_at from v_policy_in_force order by tenant_id, from_at"
)


class TestSpans:
    async def test_several_processes_and_restarts_make_one_stretch_of_time_of_a_version(
        self, history: PolicyHistory, rows: Rows
    ) -> None:
        events = [
            *(told("a", 0), told("a", 0.1), told("a", 0, seen=15), told("a", 20)),
            *(told("b", 30), told("b", 30.1), told("a", 0.1, seen=30.05)),
            told("a", 40),
        ]
        for order in (events, events[::-1], events * 2):
            await rows("delete from policy_history returning 1")
            for event in order:
                await history.apply(event)
            assert await rows(SPANS) == [
                ("a", at(0), at(30)),
                ("b", at(30), at(40)),
                ("a", at(40), None),
            ]
        seen = await rows("select last_seen_at from v_policy_in_force order by from_at")
        assert seen == [(at(30.05),), (at(30.1),), (at(40),)]

    async def test_a_policy_that_tenants_share_is_in_the_history_of_each_since_it_is_there(
        self, history: PolicyHistory, rows: Rows
    ) -> None:
        await rows(
            "insert into tenants (tenant_id, created_at) values"
            f" ('early', '{at(-9)}'), ('late', '{at(5)}'), ('own', '{at(-9)}') returning 1"
        )
        shared = msgspec.structs.replace(told("d", 0, tenant=""), others=("own",))
        await history.apply(shared)
        await history.apply(told("o", 0, tenant="own"))
        await history.apply(msgspec.structs.replace(shared, seen_at=at(15)))
        # Its file is taken away: it has what the others have, from then on.
        await history.apply(told("d", 20, tenant=""))
        query = "select tenant_id, policy_version, from_at from v_policy_in_force order by 1, 3"
        assert await rows(query) == [
            ("early", "d", at(0)),
            ("late", "d", at(5)),
            ("own", "o", at(0)),
            ("own", "d", at(20)),
        ]

    async def test_versions_without_calls_stand_beside_those_known_only_from_calls(
        self, migrated_dsn: str, history: PolicyHistory, rows: Rows
    ) -> None:
        call = ToldCall()
        store = await PostgresStore.connect(migrated_dsn)
        said = [call.said(0, "my card is [card]", start_ms=0)]
        ended = call.transcript_ended(at_ms=1)
        await store.apply([*call.lifecycle(), *said, ended], now=STARTED_AT)
        await store.close()
        query = "select policy_version, told, calls from v_policy_history order by from_at"
        assert await rows(query) == [("p1", False, 1)]
        await history.apply(told("quiet", 24 * 60))
        assert await rows(query) == [("p1", False, 1), ("quiet", True, 0)]
        await history.apply(told("p1", 0))
        assert await rows(query) == [("p1", True, 1), ("quiet", True, 0)]

    async def test_who_reads_a_tenants_history_sees_no_other_ones(
        self, migrated_dsn: str, history: PolicyHistory
    ) -> None:
        await history.apply(told("mine", 0, tenant="mine"))
        await history.apply(told("theirs", 0, tenant="theirs"))
        as_tenant = (
            b"select set_config('trunkline.tenant_id', 'mine', true),"
            b" set_config('role', 'trunkline_api', true)"
        )
        async with await psycopg.AsyncConnection.connect(migrated_dsn) as connection:
            await connection.execute(as_tenant)
            for name in (b"policy_history", b"v_policy_in_force", b"v_policy_history"):
                found = await connection.execute(b"select tenant_id from " + name)
                assert await found.fetchall() == [("mine",)]
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                await connection.execute(b"update policy_history set source = 'x'")

    async def test_every_column_says_what_it_is(self, history: PolicyHistory, rows: Rows) -> None:
        missing = await rows(
            "select c.relname, a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid"
            " where c.relname ~ '^(policy_history|v_policy)' and a.attnum > 0"
            " and c.relkind in ('r', 'v') and col_description(c.oid, a.attnum) is null"
        )
        assert missing == []


@asynccontextmanager
async def redacting(bus: MemoryBus, settings: Settings) -> AsyncIterator[None]:
    """A redact process, as far as it tells of policies."""
    stop = asyncio.Event()
    watch = PolicyWatch(
        bus, settings, registry=CollectorRegistry(), engine=build_engine(), look_s=0.05
    )
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(watch.run(stop))
        try:
            yield
        finally:
            stop.set()


def put(path: Path, text: str) -> str:
    """Replace a file in one step; the hash of what is in it now."""
    written = path.with_suffix(".new")
    written.write_text(text)
    written.replace(path)
    return hashlib.sha256(text.encode()).hexdigest()


async def until(rows: Rows, query: str, wanted: Sequence[tuple[object, ...]]) -> None:
    async with asyncio.timeout(20):
        while await rows(query) != list(wanted):
            await asyncio.sleep(0.05)


async def test_files_that_change_without_a_call_are_in_the_report(
    migrated_dsn: str, history: PolicyHistory, rows: Rows, tmp_path: Path
) -> None:
    folder = tmp_path / "policies"
    folder.mkdir()
    settings = Settings(policies_dir=str(folder))
    acme, text = folder / "acme.toml", 'render = { card = "mask" }\n'
    sha256 = put(acme, text)
    await rows("insert into tenants (tenant_id) values ('acme') returning 1")
    bus, stop, registry = MemoryBus(), asyncio.Event(), CollectorRegistry()
    letters = DeadLetters(bus, registry=registry)
    sink = PolicySink(history, bus, dead_letters=letters, registry=registry)
    query = "select file_sha256, source, until_at is null from v_policy_in_force order by from_at"
    query = query.replace("order", "where tenant_id = 'acme' order")
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(sink.run(stop))
        async with redacting(bus, settings), redacting(bus, settings):
            await until(rows, query, [(sha256, "own", True)])
            bus.go_away()
            broken = put(acme, "leave_in = [")
            await bus.come_back()
            await until(rows, query, [(sha256, "own", False), (broken, "own", True)])
        async with redacting(bus, settings):
            await bus.publish(POLICIES_TOPIC, "x", b'{"type":"PolicyUnheardOf"}')
            put(acme, text)
            stretches = [(sha256, "own", False), (broken, "own", False), (sha256, "own", True)]
            await until(rows, query, stretches)
        stop.set()
    assert registry.get_sample_value(
        "trunkline_bus_poison_total", {"topic": POLICIES_TOPIC, "reason": "undecodable"}
    )

    archive = await Archive.connect(migrated_dsn)
    today: date = datetime.now(UTC).date()
    found = await archive.summary(
        Period("acme", today - timedelta(days=1), today), now=datetime.now(UTC)
    )
    await archive.close()
    first, unusable, last = found.history
    assert first.policy_version == last.policy_version != unusable.policy_version
    assert unusable.policy_version == "no usable policy"
    assert first.does.masked["mask"] == ("card",)
    report = "\n".join(lines(found))
    assert "Policies in force" in report and sha256[:12] in report and "mask: card" in report
