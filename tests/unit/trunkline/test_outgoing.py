"""Events on their way to a bus that goes away and comes back."""

import asyncio

from prometheus_client import CollectorRegistry

from trunkline.bus import Unavailable
from trunkline.roles.outgoing import MAX_PARTIALS, Letter, Outgoing


class FickleBus:
    """A bus that is away until told otherwise. Only `publish` of the Protocol."""

    def __init__(self) -> None:
        self.back = asyncio.Event()
        self.refused = 0
        self.published: list[tuple[str, bytes]] = []

    async def publish(self, topic: str, key: str, value: bytes) -> None:
        await asyncio.sleep(0)
        if not self.back.is_set():
            self.refused += 1
            self.back.set()
            raise Unavailable("away")
        self.published.append((key, value))


def letters(kinds: str) -> list[Letter]:
    """p: a partial; f: a final."""
    return [Letter("t", f"{kind}{n}".encode(), kind == "p") for n, kind in enumerate(kinds)]


async def send(bus: FickleBus, posted: dict[str, str]) -> CollectorRegistry:
    registry = CollectorRegistry()
    outgoing = Outgoing(bus, registry=registry)  # type: ignore[arg-type]
    async with asyncio.TaskGroup() as tasks:
        outgoing.start(tasks)
        for call_id, kinds in posted.items():
            for letter in letters(kinds):
                outgoing.put(call_id, letter)
        for call_id in posted:
            await outgoing.sent(call_id)
    return registry


async def test_each_calls_events_arrive_in_order_after_the_bus_has_come_back() -> None:
    bus = FickleBus()
    await send(bus, {"a": "fpfpf", "b": "ffff"})
    assert bus.refused == 1
    for call_id, kinds in {"a": "fpfpf", "b": "ffff"}.items():
        wanted = [letter.value for letter in letters(kinds)]
        assert [value for key, value in bus.published if key == call_id] == wanted


async def test_while_the_bus_is_away_the_oldest_partials_go_and_finals_never() -> None:
    bus = FickleBus()
    registry = await send(bus, {"a": "p" * 100 + "f" * 100 + "p" * 100})
    sent = [value for _, value in bus.published]
    wanted = [letter.value for letter in letters("p" * 100 + "f" * 100 + "p" * 100)]
    assert sent == [wanted[0], *wanted[100:200], *wanted[-MAX_PARTIALS + 1 :]]
    dropped = registry.get_sample_value("trunkline_listen_partials_dropped_total")
    assert dropped == 200 - MAX_PARTIALS


async def test_at_the_end_a_bus_that_stays_away_keeps_nobody_waiting() -> None:
    class NoBus(FickleBus):
        async def publish(self, topic: str, key: str, value: bytes) -> None:
            raise Unavailable("away")

    outgoing = Outgoing(NoBus(), registry=CollectorRegistry())  # type: ignore[arg-type]
    async with asyncio.TaskGroup() as tasks:
        outgoing.start(tasks)
        outgoing.put("a", letters("f")[0])
        await asyncio.sleep(0)
        assert outgoing.ready() == "bus is away"
        await outgoing.close(wait_s=0.01)
