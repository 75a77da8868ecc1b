"""The brokers that the bus's contract tests run against, each with the same few verbs."""

import asyncio
import json
import secrets
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

import msgspec
from prometheus_client import CollectorRegistry

from tests.services.kafka_broker import KafkaBroker
from trunkline.bus import Bus, Record, Subscription
from trunkline.bus.kafka import KafkaBus
from trunkline.bus.memory import MemoryBus
from trunkline.bus.postgres import PostgresBus
from trunkline.bus.settings import Settings
from trunkline.embedded.postgres import EmbeddedPostgres

PARTITIONS = 8
PATIENCE_S = 25.0


class Place(Protocol):
    """One broker."""

    def new_bus(self) -> Bus: ...

    async def stop(self) -> None: ...

    async def start(self) -> None: ...


class MemoryPlace:
    """No broker: one bus object that all members share."""

    def __init__(self) -> None:
        self._bus = MemoryBus(partitions=PARTITIONS)

    def new_bus(self) -> Bus:
        return self._bus

    async def stop(self) -> None:
        self._bus.go_away()

    async def start(self) -> None:
        await self._bus.come_back()


class PostgresPlace:
    """An embedded Postgres; `stop` is SIGKILL."""

    def __init__(self, server: EmbeddedPostgres) -> None:
        self._server = server

    @property
    def spec(self) -> list[str]:
        return ["postgres", self._server.dsn]

    def new_bus(self) -> Bus:
        return open_bus(*self.spec)

    async def stop(self) -> None:
        self._server.kill()

    async def start(self) -> None:
        self._server.start()


class KafkaPlace:
    """A real Kafka broker; `stop` is SIGKILL."""

    def __init__(self, broker: KafkaBroker) -> None:
        self._broker = broker

    @property
    def spec(self) -> list[str]:
        return ["kafka", self._broker.servers]

    def new_bus(self) -> Bus:
        return open_bus(*self.spec)

    async def stop(self) -> None:
        self._broker.stop()

    async def start(self) -> None:
        self._broker.start()


def open_bus(kind: str, address: str) -> Bus:
    """A bus of its own connections and metrics."""
    if kind == "kafka":
        settings = Settings(backend=kind, kafka_servers=(address,), partitions=PARTITIONS)
        return KafkaBus(settings, registry=CollectorRegistry())
    return PostgresBus(address, Settings(partitions=PARTITIONS), registry=CollectorRegistry())


def new_name(kind: str) -> str:
    """A topic or group that no other test uses."""
    return f"test.{kind}.{secrets.token_hex(6)}"


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Try again until `condition` holds; each try waits for something itself."""
    async with asyncio.timeout(PATIENCE_S):
        while not await condition():
            await asyncio.sleep(0)


async def read(subscription: Subscription, *, count: int) -> list[Record]:
    """At least `count` records."""
    records: list[Record] = []

    async def enough() -> bool:
        records.extend(await subscription.fetch(wait_s=0.2))
        return len(records) >= count

    await until(enough)
    return records


async def read_nothing_for(subscription: Subscription, *, seconds: float) -> None:
    """Fails when a record comes."""
    assert list(await subscription.fetch(wait_s=seconds)) == []


async def settle(
    members: Sequence[Subscription], *, partitions: int = PARTITIONS
) -> list[list[Record]]:
    """Fetch in turn until the members share all partitions fairly; what each got meanwhile."""
    got: list[list[Record]] = [[] for _ in members]
    share = partitions // len(members)

    async def shared() -> bool:
        for member, records in zip(members, got, strict=True):
            records.extend(await member.fetch(wait_s=0.1))
        held = [await member.assigned() for member in members]
        return all(len(parts) == share for parts in held) and len(frozenset().union(*held)) == (
            partitions
        )

    await until(shared)
    return got


def start_member(spec: Sequence[str], topic: str, *, group: str) -> subprocess.Popen[str]:
    """A member in a process of its own, which says each record and what it committed."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.contract.bus_places", *spec, topic, group],
        stdout=subprocess.PIPE,
        text=True,
    )


def say(word: str, keys: Sequence[str]) -> None:
    print(json.dumps([word, *keys]), flush=True)


async def be_member(kind: str, address: str, topic: str, group: str) -> None:
    """Fetch once and commit; fetch again, do not commit, and hang until killed."""
    subscription = await open_bus(kind, address).subscribe([topic], group=group)
    first = await read(subscription, count=1)
    await subscription.commit(first)
    say("committed", [record.key for record in first])
    second = await read(subscription, count=1)
    say("read", [record.key for record in second])
    signal.pause()


class Told(msgspec.Struct, frozen=True, tag=True):
    """An event for tests."""

    number: int


if __name__ == "__main__":
    asyncio.run(be_member(*sys.argv[1:5]))
