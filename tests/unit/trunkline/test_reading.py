"""How a stage comes to its share of the bus, and what it says that it lacks."""

import asyncio
from collections.abc import Sequence

import msgspec
import pytest
from prometheus_client import CollectorRegistry

from trunkline.bus import Unavailable
from trunkline.bus import reading as reading_module
from trunkline.bus.consume import Decoded
from trunkline.bus.dead_letters import DeadLetters
from trunkline.bus.memory import MemoryBus, MemorySubscription
from trunkline.bus.reading import Reading


class Told(msgspec.Struct, frozen=True, tag=True):
    number: int


class LateBus(MemoryBus):
    """Is not there when it is asked first."""

    asked = 0

    async def subscribe(self, topics: Sequence[str], *, group: str) -> MemorySubscription:
        self.asked += 1
        if self.asked < 3:
            raise Unavailable("no broker")
        return await super().subscribe(topics, group=group)


class Stage:
    """Does what it is told with each number, and notes what it says that it lacks."""

    def __init__(self, *lacks: str | None, bus: MemoryBus | None = None) -> None:
        self.bus = bus or MemoryBus(partitions=1)
        self.stop = asyncio.Event()
        self.done: list[int] = []
        self.said: list[str] = []
        self._lacks = list(lacks)
        self.reading = Reading(
            self.bus,
            ["t"],
            group="g",
            decoder=msgspec.json.Decoder(Told),
            dead_letters=DeadLetters(self.bus, registry=CollectorRegistry()),
            what="things",
        )

    async def handle(self, batch: Sequence[Decoded[Told]]) -> None:
        self.said.append(self.reading.missing)
        if self._lacks and (lacks := self._lacks.pop(0)) is not None:
            raise self.reading.again(lacks)
        self.done += [decoded.event.number for decoded in batch]
        if not self._lacks:
            self.stop.set()

    async def tell(self, number: int) -> None:
        await self.bus.publish("t", "call", msgspec.json.encode(Told(number)))


async def test_it_reads_as_soon_as_the_bus_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_module, "RETRY_S", 0.01)
    stage = Stage(bus=LateBus(partitions=1))
    await stage.tell(1)
    assert stage.reading.missing == "not started"
    running = asyncio.create_task(stage.reading.run(stage.handle, stage.stop))
    await asyncio.sleep(0)
    assert stage.reading.missing == "things: the bus is away"
    await running
    assert (stage.done, stage.said) == ([1], [""])
    assert stage.reading.missing == "stopped"


async def test_told_to_stop_before_the_bus_is_there_it_reads_nothing() -> None:
    stage = Stage(bus=LateBus())
    stage.stop.set()
    await stage.reading.run(stage.handle, stage.stop)
    assert (stage.said, stage.reading.missing) == ([], "stopped")


async def test_it_says_what_a_batch_waits_for_until_that_is_done() -> None:
    stage = Stage("the database is away", "", None, None)
    await stage.tell(1)
    running = asyncio.create_task(stage.reading.run(stage.handle, stage.stop))
    while not stage.done:
        await asyncio.sleep(0.01)
    await stage.tell(2)
    await running
    assert stage.done == [1, 2]
    assert stage.said == ["", "things: the database is away", "", ""]
    assert stage.bus.committed("g") == {("t", 0): 1}
