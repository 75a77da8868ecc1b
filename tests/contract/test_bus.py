"""What every bus owes its users, asked of memory, Postgres and Kafka alike."""

import asyncio
import hashlib
import json
import secrets
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import msgspec
import pytest
from prometheus_client import CollectorRegistry

from tests.contract.bus_places import (
    KafkaPlace,
    MemoryPlace,
    Place,
    PostgresPlace,
    Told,
    new_name,
    read,
    read_nothing_for,
    settle,
    start_member,
    until,
)
from trunkline.bus import Bus, Record, Subscription, Unavailable, Unreadable
from trunkline.bus.consume import Decoded, consume
from trunkline.bus.dead_letters import DeadLetter, DeadLetters, dead_topic
from trunkline.bus.sealed import SealedBus
from trunkline.embedded.postgres import EmbeddedPostgres


@pytest.fixture(scope="module")
def own_postgres() -> Iterator[EmbeddedPostgres]:
    """A server of our own, because we kill it."""
    with tempfile.TemporaryDirectory(prefix="trunkline-test-") as folder:
        Path(folder).chmod(0o711)
        server = EmbeddedPostgres(Path(folder, "data"), Path(folder, "run"))
        server.start()
        yield server
        server.stop()


@pytest.fixture(params=["memory", "postgres", "kafka"])
def place(request: pytest.FixtureRequest) -> Place:
    if request.param == "postgres":
        return PostgresPlace(request.getfixturevalue("own_postgres"))
    if request.param == "kafka":
        return KafkaPlace(request.getfixturevalue("kafka_broker"))
    return MemoryPlace()


@pytest.fixture
async def bus(place: Place) -> AsyncIterator[Bus]:
    bus = place.new_bus()
    yield bus
    await bus.close()


async def publish(bus: Bus, topic: str, keys: Sequence[str], *, text: str = "") -> None:
    """One record a key, all at once."""
    await asyncio.gather(*(bus.publish(topic, key, f"{text}{key}".encode()) for key in keys))


async def test_each_keys_records_come_in_the_order_of_their_publishing(bus: Bus) -> None:
    topic = new_name("order")
    keys = [f"call-{number}" for number in range(20)]

    async def tell(key: str) -> None:
        for number in range(25):
            await bus.publish(topic, key, str(number).encode())

    await asyncio.gather(*(tell(key) for key in keys))
    subscription = await bus.subscribe([topic], group=new_name("group"))
    records = await read(subscription, count=500)
    for key in keys:
        assert [int(r.value) for r in records if r.key == key] == list(range(25))
        assert len({r.partition for r in records if r.key == key}) == 1
    for part in {r.partition for r in records}:
        offsets = [r.offset for r in records if r.partition == part]
        assert offsets == sorted(set(offsets))
    await subscription.close()


async def test_publishes_that_do_not_wait_for_each_other_keep_their_order_too(bus: Bus) -> None:
    topic = new_name("order")
    values = [str(number).encode() for number in range(300)]
    await asyncio.gather(*(bus.publish(topic, "call", value) for value in values))
    subscription = await bus.subscribe([topic], group=new_name("group"))
    assert [r.value for r in await read(subscription, count=300)] == values
    await subscription.close()


async def test_a_new_group_starts_at_the_oldest_record_and_another_group_does_too(
    bus: Bus,
) -> None:
    topic = new_name("oldest")
    await publish(bus, topic, ["a", "b", "c"])
    for _ in range(2):
        subscription = await bus.subscribe([topic], group=new_name("group"))
        assert sorted(r.key for r in await read(subscription, count=3)) == ["a", "b", "c"]
        await subscription.close()


async def test_any_bytes_arrive_as_they_were_sent(bus: Bus) -> None:
    topic = new_name("bytes")
    value = bytes(range(256)) * 40
    await bus.publish(topic, "ключ", value)
    subscription = await bus.subscribe([topic], group=new_name("group"))
    (record,) = await read(subscription, count=1)
    assert (record.topic, record.key, record.value) == (topic, "ключ", value)
    await subscription.close()


async def test_fetch_returns_empty_after_its_wait(bus: Bus) -> None:
    subscription = await bus.subscribe([new_name("silent")], group=new_name("group"))
    await settle([subscription])
    started = time.monotonic()
    assert list(await subscription.fetch(wait_s=0.3)) == []
    assert time.monotonic() - started > 0.2
    await subscription.close()


async def test_a_waiting_fetch_gets_the_record_it_waited_for(bus: Bus) -> None:
    topic = new_name("wake")
    subscription = await bus.subscribe([topic], group=new_name("group"))
    await settle([subscription])
    waiting = asyncio.create_task(read(subscription, count=1))
    await bus.publish(topic, "a", b"")
    assert [r.key for r in await waiting] == ["a"]
    await subscription.close()


async def test_no_more_than_the_limit_comes_at_once_and_nothing_is_lost(bus: Bus) -> None:
    topic = new_name("limit")
    keys = [str(number) for number in range(100)]
    await publish(bus, topic, keys)
    subscription = await bus.subscribe([topic], group=new_name("group"))
    got: list[str] = []

    async def all_there() -> bool:
        records = await subscription.fetch(limit=7, wait_s=0.2)
        assert len(records) <= 7
        got.extend(r.key for r in records)
        return len(got) == len(keys)

    await until(all_there)
    assert sorted(got) == sorted(keys)
    await subscription.close()


async def test_a_group_reads_several_topics(bus: Bus) -> None:
    topics = [new_name("one"), new_name("two")]
    for topic in topics:
        await bus.publish(topic, "call", topic.encode())
    subscription = await bus.subscribe(topics, group=new_name("group"))
    records = await read(subscription, count=2)
    assert {r.topic: r.value.decode() for r in records} == {topic: topic for topic in topics}
    assert len(await subscription.assigned()) == 16
    await subscription.close()


async def test_two_members_share_the_partitions_and_read_everything_between_them(
    place: Place, bus: Bus
) -> None:
    topic, group = new_name("shared"), new_name("group")
    other = place.new_bus()
    members = [await bus.subscribe([topic], group=group)]
    await settle(members)
    members.append(await other.subscribe([topic], group=group))
    await settle(members)
    keys = [str(number) for number in range(64)]
    await publish(bus, topic, keys)
    got: list[list[Record]] = [[], []]

    async def all_there() -> bool:
        for member, records in zip(members, got, strict=True):
            records.extend(await member.fetch(wait_s=0.1))
        return sum(map(len, got)) >= len(keys)

    await until(all_there)
    assert sorted(r.key for records in got for r in records) == sorted(keys)
    assert not {r.partition for r in got[0]} & {r.partition for r in got[1]}
    assert got[0] and got[1]
    for member in members:
        await member.close()
    await other.close()


async def test_when_a_member_closes_the_other_goes_on_after_its_commit(
    place: Place, bus: Bus
) -> None:
    topic, group = new_name("left"), new_name("group")
    other = place.new_bus()
    leaver = await other.subscribe([topic], group=group)
    await publish(bus, topic, [str(number) for number in range(16)])
    done = await read(leaver, count=16)
    await leaver.commit(done)
    await publish(bus, topic, [f"later-{number}" for number in range(16)])
    await read(leaver, count=16)
    await leaver.close()
    heir = await bus.subscribe([topic], group=group)
    records = await read(heir, count=16)
    assert sorted(r.key for r in records) == sorted(f"later-{number}" for number in range(16))
    await heir.close()
    await other.close()


async def test_a_commit_covers_what_came_before_it_in_its_partition_only(bus: Bus) -> None:
    topic, group = new_name("upto"), new_name("group")
    await publish(bus, topic, [str(number) for number in range(40)])
    member = await bus.subscribe([topic], group=group)
    records = await read(member, count=40)
    some = records[0].partition
    middle = [r for r in records if r.partition == some][1]
    await member.commit([middle])
    await member.close()
    again = await bus.subscribe([topic], group=group)
    expected = {r for r in records if r.partition != some or r.offset > middle.offset}
    assert set(await read(again, count=len(expected))) == expected
    await again.close()


async def test_a_commit_for_a_partition_that_moved_away_is_ignored(place: Place, bus: Bus) -> None:
    topic, group = new_name("moved"), new_name("group")
    await publish(bus, topic, [str(number) for number in range(64)])
    first = await bus.subscribe([topic], group=group)
    records = await read(first, count=64)
    other = place.new_bus()
    second = await other.subscribe([topic], group=group)
    await settle([first, second])
    await first.commit(records)
    moved = {part for _, part in await second.assigned()}
    await second.close()
    await first.close()
    third = await bus.subscribe([topic], group=group)
    expected = {r for r in records if r.partition in moved}
    assert expected
    assert set(await read(third, count=len(expected))) == expected
    await third.close()
    await other.close()


async def test_a_tail_reads_everything_from_its_moment_on_beside_any_group(
    place: Place, bus: Bus
) -> None:
    topic = new_name("tail")
    await bus.publish(topic, "old", b"")
    await asyncio.sleep(1.0)  # the time that makes it old
    between = time.monotonic() - 0.5
    await bus.publish(topic, "recent", b"")
    buses = (bus, other := place.new_bus())
    tails = [await one.tail([topic], since_s=time.monotonic() - between) for one in buses]
    for tail in tails:
        assert [r.key for r in await read(tail, count=1)] == ["recent"]
        assert len(await tail.assigned()) == 8
    await publish(bus, topic, ["new-1", "new-2", "new-3"])
    for tail in tails:
        records = await read(tail, count=3)
        assert sorted(r.key for r in records) == ["new-1", "new-2", "new-3"]
        await tail.commit(records)
        await tail.close()
    everything = await bus.tail([topic], since_s=3600)
    assert len(await read(everything, count=5)) == 5
    await everything.close()
    await other.close()


async def test_a_tail_that_begins_now_misses_nothing_published_after_it(bus: Bus) -> None:
    topic = new_name("now")
    tail = await bus.tail([topic], since_s=0)
    await publish(bus, topic, [str(number) for number in range(20)])
    assert len(await read(tail, count=20)) == 20
    await tail.close()


async def consume_until(
    subscription: Subscription, bus: Bus, *, count: int, registry: CollectorRegistry
) -> list[int]:
    """Run the stages' loop until `count` events were handled."""
    stop = asyncio.Event()
    got: list[int] = []

    async def handle(batch: Sequence[Decoded[Told]]) -> None:
        got.extend(decoded.event.number for decoded in batch)
        if len(got) >= count:
            stop.set()

    async with asyncio.timeout(25):
        await consume(
            subscription,
            handle,
            decoder=msgspec.json.Decoder(Told),
            dead_letters=DeadLetters(bus, registry=registry),
            stop=stop,
        )
    return got


async def test_a_poison_message_is_noted_without_its_payload_and_passed_over(bus: Bus) -> None:
    topic, group = new_name("poison"), new_name("group")
    poison = b'{"type":"Told","number":"canary-4711"}'
    await bus.publish(topic, "call", msgspec.json.encode(Told(1)))
    await bus.publish(topic, "call", poison)
    await bus.publish(topic, "call", msgspec.json.encode(Told(2)))
    registry = CollectorRegistry()
    member = await bus.subscribe([topic], group=group)
    assert await consume_until(member, bus, count=2, registry=registry) == [1, 2]
    labels = {"topic": topic, "reason": "undecodable"}
    assert registry.get_sample_value("trunkline_bus_poison_total", labels) == 1
    dead = await bus.tail([dead_topic(topic)], since_s=3600)
    (record,) = await read(dead, count=1)
    letter = msgspec.json.decode(record.value, type=DeadLetter)
    assert (letter.topic, letter.reason) == (topic, "undecodable")
    assert letter.sha256 == hashlib.sha256(poison).hexdigest()
    assert b"canary" not in record.value
    await dead.close()
    # The loop committed it: nobody stumbles over it again.
    again = await bus.subscribe([topic], group=group)
    await settle([again])
    await read_nothing_for(again, seconds=0.3)
    await again.close()


async def test_sealed_payloads_are_unreadable_on_the_wire_and_readable_with_the_key(
    bus: Bus,
) -> None:
    topic, open_topic = new_name("raw"), new_name("open")
    sealed = SealedBus(bus, secrets.token_bytes(32), topics=frozenset([topic]))
    for name in (topic, open_topic):
        await sealed.publish(name, "call", b"canary-4711")
    wire = await bus.tail([topic, open_topic], since_s=3600)
    values = {r.topic: r.value for r in await read(wire, count=2)}
    assert b"canary" not in values[topic]
    assert values[open_topic] == b"canary-4711"
    await wire.close()
    member = await sealed.subscribe([topic, open_topic], group=new_name("group"))
    assert [r.value for r in await read(member, count=2)] == [b"canary-4711"] * 2
    await member.close()


async def test_what_does_not_decrypt_is_poison_and_not_a_crash(bus: Bus) -> None:
    topic = new_name("raw")
    topics = frozenset([topic])
    sealed = SealedBus(bus, secrets.token_bytes(32), topics=topics)
    stranger = SealedBus(bus, secrets.token_bytes(32), topics=topics)
    told = msgspec.json.encode(Told(7))
    await stranger.publish(topic, "call", told)
    await bus.publish(topic, "call", told)  # never sealed: not believed either
    await sealed.publish(topic, "call", told)
    tail = await sealed.tail([topic], since_s=3600)
    kinds = [isinstance(r, Unreadable) for r in await read(tail, count=3)]
    assert kinds == [True, True, False]
    await tail.close()
    registry = CollectorRegistry()
    member = await sealed.subscribe([topic], group=new_name("group"))
    assert await consume_until(member, sealed, count=1, registry=registry) == [7]
    labels = {"topic": topic, "reason": "unreadable"}
    assert registry.get_sample_value("trunkline_bus_poison_total", labels) == 2


async def test_a_broker_that_stops_and_returns_interrupts_and_loses_nothing(
    place: Place, bus: Bus
) -> None:
    topic, group = new_name("away"), new_name("group")
    member = await bus.subscribe([topic], group=group)
    tail = await bus.tail([topic], since_s=0)
    await publish(bus, topic, ["before-1", "before-2"])
    before = await read(member, count=2)
    await member.commit(before[:1])
    await read(tail, count=2)
    await place.stop()
    try:
        started = time.monotonic()
        with pytest.raises(Unavailable):
            await bus.publish(topic, "lost", b"")
        assert time.monotonic() - started < 20
        assert list(await member.fetch(wait_s=0.2)) == []
        assert list(await tail.fetch(wait_s=0.2)) == []
        assert bus.ready() == "the bus is away"
        await member.commit(before)  # kept until the broker is back
    finally:
        await place.start()

    async def published() -> bool:
        try:
            await bus.publish(topic, "after", b"")
        except Unavailable:
            return False
        return True

    await until(published)

    async def seen_by(subscription: Subscription) -> set[str]:
        keys: set[str] = set()

        async def after() -> bool:
            keys.update(r.key for r in await subscription.fetch(wait_s=0.2))
            return "after" in keys

        await until(after)
        return keys - {"lost"}  # it may have been written before its acknowledgement was lost

    assert await seen_by(tail) == {"after"}
    assert bus.ready() == ""
    assert "after" in await seen_by(member)

    async def all_are_back() -> bool:
        return {(r.topic, r.partition) for r in before} <= await member.assigned()

    await until(all_are_back)  # one partition is read while the next is still being taken over
    await tail.close()
    await member.close()
    again = await bus.subscribe([topic], group=group)
    assert not {"before-1", "before-2"} & await seen_by(again)
    await again.close()


async def test_a_subscription_made_while_the_broker_is_away_begins_when_it_returns(
    place: Place, bus: Bus
) -> None:
    topic = new_name("late")
    await bus.publish(topic, "kept", b"")
    await place.stop()
    try:
        other = place.new_bus()
        member = await other.subscribe([topic], group=new_name("group"))
        assert list(await member.fetch(wait_s=0.1)) == []
    finally:
        await place.start()
    assert [r.key for r in await read(member, count=1)] == ["kept"]
    await member.close()
    await other.close()


async def test_after_sigkill_of_a_member_another_resumes_at_its_commit(
    place: Place, bus: Bus
) -> None:
    if not isinstance(place, PostgresPlace | KafkaPlace):
        pytest.skip("memory ends with its process")
    topic, group = new_name("killed"), new_name("group")
    await bus.publish(topic, "first", b"")
    with start_member(place.spec, topic, group=group) as process:
        assert process.stdout is not None
        try:
            said = await asyncio.to_thread(process.stdout.readline)
            assert json.loads(said) == ["committed", "first"]
            await bus.publish(topic, "second", b"")
            said = await asyncio.to_thread(process.stdout.readline)
            assert json.loads(said) == ["read", "second"]
            heir = await bus.subscribe([topic], group=group)
            await heir.fetch(wait_s=0.1)
        finally:
            process.kill()
    records = await read(heir, count=1)
    assert [r.key for r in records] == ["second"]
    await settle([heir])
    await heir.close()
