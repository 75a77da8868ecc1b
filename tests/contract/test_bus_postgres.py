"""What only the Postgres bus has: its tables, its locks, its retention."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator

import psycopg
import pytest
from prometheus_client import CollectorRegistry

from tests.contract.bus_places import new_name, read, read_nothing_for, settle, until
from trunkline.bus import Subscription
from trunkline.bus.postgres import PostgresBus
from trunkline.bus.retention import Retention
from trunkline.bus.settings import Settings


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
async def bus(postgres_dsn: str, registry: CollectorRegistry) -> AsyncIterator[PostgresBus]:
    bus = PostgresBus(postgres_dsn, Settings(partitions=4), registry=registry)
    yield bus
    await bus.close()


async def test_a_record_that_commits_late_is_never_skipped(
    bus: PostgresBus, postgres_dsn: str
) -> None:
    topic = "t.late"
    await bus.publish(topic, "call", b"first")
    member = await bus.subscribe([topic], group="g")
    await read(member, count=1)
    async with await psycopg.AsyncConnection.connect(postgres_dsn) as slow:
        # Another writer has taken its offset and not committed yet.
        cursor = await slow.execute(
            "UPDATE bus.heads SET next_pos = next_pos + 1 WHERE topic = 't.late'"
            " RETURNING part, next_pos - 1"
        )
        rows = await cursor.fetchall()
        behind = asyncio.create_task(bus.publish(topic, "call", b"third"))
        await read_nothing_for(member, seconds=0.3)
        assert not behind.done()
        for part, pos in rows:
            await slow.execute(
                'INSERT INTO bus."t.late" (part, pos, key, value) VALUES (%s, %s, %s, %s)',
                [part, pos, "call", b"second"],
            )
    await behind
    records = await read(member, count=5)
    assert sorted(r.value for r in records) == [b"second"] * 4 + [b"third"]
    (part,) = {r.partition for r in records if r.value == b"third"}
    assert [r.value for r in records if r.partition == part] == [b"second", b"third"]
    await member.close()


async def test_two_processes_worth_of_writers_leave_no_hole_and_no_double(
    bus: PostgresBus, postgres_dsn: str
) -> None:
    other = PostgresBus(postgres_dsn, Settings(partitions=4), registry=CollectorRegistry())
    member = await bus.subscribe(["t.both"], group="g")
    writing = asyncio.gather(
        *(one.publish("t.both", f"{n}", b"") for n in range(400) for one in (bus, other))
    )
    records = await read(member, count=800)
    await writing
    assert len(records) == 800
    for part in range(4):
        offsets = [r.offset for r in records if r.partition == part]
        assert offsets == list(range(len(offsets)))
    await other.close()
    await member.close()


async def test_a_topic_keeps_its_partitions_when_the_setting_changes(
    bus: PostgresBus, postgres_dsn: str
) -> None:
    await bus.publish("t.four", "a", b"")
    wider = PostgresBus(postgres_dsn, Settings(partitions=16), registry=CollectorRegistry())
    await wider.publish("t.four", "b", b"")
    tail = await wider.tail(["t.four"], since_s=60)
    assert len(await read(tail, count=2)) == 2
    assert len(await tail.assigned()) == 4
    await tail.close()
    await wider.close()


async def test_three_members_share_four_partitions_two_one_one(
    bus: PostgresBus, postgres_dsn: str
) -> None:
    members: list[Subscription] = [await bus.subscribe(["t.three"], group="g") for _ in range(3)]

    async def shared() -> bool:
        for member in members:
            await member.fetch(wait_s=0.05)
        held = [await member.assigned() for member in members]
        return sorted(map(len, held)) == [1, 1, 2] and len(frozenset().union(*held)) == 4

    await until(shared)
    await asyncio.gather(*(member.close() for member in members))
    with psycopg.connect(postgres_dsn) as connection:
        row = connection.execute(
            "SELECT (SELECT count(*) FROM bus.members),"
            " (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory')"
        ).fetchone()
    assert row == (0, 0)


async def test_a_member_that_is_stuck_is_put_out_and_its_partitions_move(
    bus: PostgresBus, postgres_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trunkline.bus.postgres_group.SILENT_S", 2.5)
    topic = new_name("stuck")
    await bus.publish(topic, "first", b"")
    spec = ["postgres", postgres_dsn, topic, "g"]
    with subprocess.Popen(
        [sys.executable, "-m", "tests.contract.bus_places", *spec], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        await asyncio.to_thread(process.stdout.readline)
        os.kill(process.pid, signal.SIGSTOP)  # its connection and its locks stay
        try:
            await bus.publish(topic, "second", b"")
            member = await bus.subscribe([topic], group="g")
            assert [r.key for r in await read(member, count=1)] == ["second"]
            await settle([member], partitions=4)
            await member.close()
        finally:
            process.kill()


async def test_retention_deletes_what_is_old_and_counts_what_nobody_had_read(
    postgres_dsn: str, bus: PostgresBus, registry: CollectorRegistry
) -> None:
    for topic in ("t.raw", "t.other"):
        for number in range(10):
            await bus.publish(topic, "call", str(number).encode())
    member = await bus.subscribe(["t.raw"], group="g")
    records = await read(member, count=10)
    await member.commit([records[6]])
    await member.close()
    assert await bus.prune() == 0
    with psycopg.connect(postgres_dsn, autocommit=True) as connection:
        for table in ("t.raw", "t.other"):
            connection.execute(f"UPDATE bus.\"{table}\" SET at = at - interval '2 hours'")
    await bus.publish("t.raw", "call", b"new")
    assert await bus.prune() == 10  # raw transcripts are kept for one hour, all else for a week
    count = registry.get_sample_value("trunkline_bus_expired_unread_total", {"topic": "t.raw"})
    assert count == 3
    again = await bus.subscribe(["t.raw"], group="g")
    assert [r.value for r in await read(again, count=1)] == [b"new"]
    await again.close()


async def test_the_retention_part_prunes_at_once_and_stops_when_told(
    bus: PostgresBus, postgres_dsn: str
) -> None:
    await bus.publish("t.raw", "call", b"")
    with psycopg.connect(postgres_dsn, autocommit=True) as connection:
        connection.execute("UPDATE bus.\"t.raw\" SET at = at - interval '2 hours'")
        stop = asyncio.Event()
        running = asyncio.create_task(Retention(bus).run(stop))

        async def pruned() -> bool:
            await asyncio.sleep(0.01)
            return connection.execute('SELECT 1 FROM bus."t.raw"').fetchone() is None

        await until(pruned)
    stop.set()
    async with asyncio.timeout(2):
        await running


async def test_only_one_process_prunes_at_a_time(bus: PostgresBus, postgres_dsn: str) -> None:
    await bus.publish("t.raw", "call", b"")
    async with await psycopg.AsyncConnection.connect(postgres_dsn) as other:
        await other.execute("UPDATE bus.\"t.raw\" SET at = at - interval '2 hours'")
        await other.commit()
        await other.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('trunkline bus prune', 0))"
        )
        assert await bus.prune() == 0
        await other.commit()
    assert await bus.prune() == 1


async def test_a_name_that_cannot_be_a_table_is_refused(bus: PostgresBus) -> None:
    for topic in ("", "Upper", "a" * 49, 'x"; drop', "1st"):
        with pytest.raises(ValueError, match="topic"):
            await bus.publish(topic, "call", b"")


async def test_a_cancelled_fetch_loses_nothing(bus: PostgresBus) -> None:
    member = await bus.subscribe(["t.cancel"], group="g")
    await settle([member], partitions=4)
    for _ in range(20):
        fetch = asyncio.create_task(member.fetch(wait_s=5))
        await bus.publish("t.cancel", "call", b"")
        fetch.cancel()
        await asyncio.wait([fetch])
        if not fetch.cancelled():
            assert len(fetch.result()) == 1
            await bus.publish("t.cancel", "call", b"")
        assert len(await read(member, count=1)) == 1
    await member.close()
