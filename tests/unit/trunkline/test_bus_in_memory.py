"""The bus's own logic, on the bus in memory: shares, the loop, the seal."""

import asyncio
import secrets
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest
from prometheus_client import CollectorRegistry

from trunkline.bus import Record, Unavailable, Unreadable
from trunkline.bus.consume import Decoded, consume
from trunkline.bus.dead_letters import DeadLetters
from trunkline.bus.memory import MemoryBus
from trunkline.bus.sealed import BadKey, Seal, SealedBus, load_or_create_key
from trunkline.bus.settings import Settings, retention_s
from trunkline.bus.share import partition_of, quota


class Told(msgspec.Struct, frozen=True, tag=True):
    number: int


class Loop:
    """The stages' loop over a bus in memory, with one partition and a handler that is told."""

    def __init__(self) -> None:
        self.bus = MemoryBus(partitions=1)
        self.stop = asyncio.Event()
        self.registry = CollectorRegistry()

    async def publish(self, *numbers: int) -> None:
        for number in numbers:
            await self.bus.publish("t", "call", msgspec.json.encode(Told(number)))

    async def run(self, handle: object) -> None:
        await consume(
            await self.bus.subscribe(["t"], group="g"),
            handle,  # type: ignore[arg-type]
            decoder=msgspec.json.Decoder(Told),
            dead_letters=DeadLetters(self.bus, registry=self.registry),
            stop=self.stop,
        )


@pytest.mark.parametrize("members", range(1, 10))
@pytest.mark.parametrize("partitions", [1, 3, 8])
def test_quotas_add_up_and_differ_by_one_at_most(members: int, partitions: int) -> None:
    quotas = [quota(rank, members=members, partitions=partitions) for rank in range(members)]
    assert sum(quotas) == partitions
    assert max(quotas) - min(quotas) <= 1


def test_a_keys_partition_never_changes_from_release_to_release() -> None:
    assert [partition_of(key, 8) for key in ("a", "call-17", "ключ")] == [3, 0, 2]


def test_raw_transcripts_are_kept_shorter() -> None:
    settings = Settings(retention_raw_s=60, retention_s=600)
    assert retention_s(settings, "trunkline.transcripts.raw") == 60
    assert retention_s(settings, "trunkline.transcripts") == 600


async def test_the_loop_commits_all_of_a_batch_when_the_stage_names_nothing() -> None:
    loop = Loop()
    await loop.publish(1, 2, 3)

    async def handle(batch: Sequence[Decoded[Told]]) -> None:
        assert [decoded.event.number for decoded in batch] == [1, 2, 3]
        loop.stop.set()

    await loop.run(handle)
    assert loop.bus.committed("g") == {("t", 0): 2}


async def test_the_loop_commits_only_up_to_what_the_stage_names() -> None:
    loop = Loop()
    await loop.publish(1, 2, 3)

    async def handle(batch: Sequence[Decoded[Told]]) -> Sequence[Record]:
        loop.stop.set()
        return [batch[0].record]

    await loop.run(handle)
    assert loop.bus.committed("g") == {("t", 0): 0}


async def test_a_batch_comes_again_while_the_stages_service_is_away() -> None:
    loop = Loop()
    await loop.publish(1)
    tries: list[int] = []

    async def handle(batch: Sequence[Decoded[Told]]) -> None:
        tries.append(batch[0].event.number)
        if len(tries) < 2:
            raise Unavailable("the database")
        loop.stop.set()

    await loop.run(handle)
    assert tries == [1, 1]
    assert loop.bus.committed("g") == {("t", 0): 0}


async def test_a_stop_ends_the_wait_for_a_service_and_commits_nothing() -> None:
    loop = Loop()
    await loop.publish(1)

    async def handle(batch: Sequence[Decoded[Told]]) -> None:
        loop.stop.set()
        raise Unavailable("the database")

    await loop.run(handle)
    assert loop.bus.committed("g") == {}


async def test_a_fault_of_the_stage_ends_the_loop_uncommitted_and_leaves_the_group() -> None:
    loop = Loop()
    await loop.publish(1)

    async def handle(batch: Sequence[Decoded[Told]]) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await loop.run(handle)
    assert loop.bus.committed("g") == {}
    heir = await loop.bus.subscribe(["t"], group="g")
    assert len(await heir.assigned()) == 1


@pytest.mark.parametrize(
    "poison",
    [b"", b"\xff\xfe", b'{"type":"Told"}', b'{"type":"Other","number":1}']
    + [b'{"type":"T\xff","number":1}', b'{"type":"Told","new":' + b"[" * 100_000],
)
async def test_no_bytes_end_the_loop(poison: bytes) -> None:
    loop = Loop()
    await loop.bus.publish("t", "call", poison)
    await loop.publish(1)

    async def handle(batch: Sequence[Decoded[Told]]) -> None:
        assert [decoded.event.number for decoded in batch] == [1]
        loop.stop.set()

    await loop.run(handle)
    labels = {"topic": "t", "reason": "undecodable"}
    assert loop.registry.get_sample_value("trunkline_bus_poison_total", labels) == 1
    assert loop.bus.committed("g") == {("t", 0): 1}


async def test_the_stage_is_called_with_nothing_when_nothing_comes() -> None:
    loop = Loop()

    async def handle(batch: Sequence[Decoded[Told]]) -> None:
        assert list(batch) == []
        loop.stop.set()

    await loop.run(handle)


def test_a_value_opens_only_with_its_key_on_its_topic_under_its_call() -> None:
    seal, other = Seal(secrets.token_bytes(32)), Seal(secrets.token_bytes(32))
    sealed = seal.close(b"canary", topic="raw", key="call-1")
    assert b"canary" not in sealed
    assert seal.open(sealed, topic="raw", key="call-1") == b"canary"
    assert seal.open(sealed, topic="raw", key="call-2") is None
    assert seal.open(sealed, topic="rawc", key="all-1") is None
    assert other.open(sealed, topic="raw", key="call-1") is None


def test_no_change_or_cut_of_a_sealed_value_opens() -> None:
    seal = Seal(secrets.token_bytes(32))
    sealed = seal.close(b"canary", topic="raw", key="call")
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        assert seal.open(bytes(changed), topic="raw", key="call") is None
        assert seal.open(sealed[:place], topic="raw", key="call") is None


def test_the_same_value_is_sealed_differently_each_time() -> None:
    seal = Seal(secrets.token_bytes(32))
    assert len({seal.close(b"yes", topic="raw", key="call") for _ in range(100)}) == 100


async def test_an_unreadable_record_carries_no_payload_of_the_topic() -> None:
    bus = MemoryBus()
    sealed = SealedBus(bus, secrets.token_bytes(32), topics=frozenset(["raw"]))
    await bus.publish("raw", "call", b'{"type":"Told","number":1}')
    tail = await sealed.tail(["raw"], since_s=60)
    (record,) = await tail.fetch()
    assert isinstance(record, Unreadable)
    assert len(record.value) == 32


def test_a_key_file_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "raw.key"
    key = load_or_create_key(path)
    assert len(key) == 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_or_create_key(path) == key
    assert [file.name for file in path.parent.iterdir()] == ["raw.key"]


def test_a_bad_key_file_is_named_without_its_content(tmp_path: Path) -> None:
    path = tmp_path / "raw.key"
    path.write_text("beef")
    with pytest.raises(BadKey, match=r"raw\.key: expected 64 hex") as caught:
        load_or_create_key(path)
    assert "beef" not in str(caught.value)
