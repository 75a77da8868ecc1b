"""Which legs of a worker are heard when, and which calls are looked after."""

import asyncio
from collections.abc import Iterable
from types import SimpleNamespace
from typing import cast

from prometheus_client import CollectorRegistry

from sip_gateway.media.call import MediaCall
from sip_gateway.media.hearing import SLICE, Hearing, OfCall
from sip_gateway.media.metrics import MediaMetrics
from sip_gateway.media.upkeep import Upkeep
from sip_gateway.worker_protocol import FromWorker, MediaTimedOut


class ACall:
    """Counts how often it was looked after."""

    def __init__(self, call_id: str, *due_at: float, broken: bool = False) -> None:
        self.call_id = call_id
        self.looked_after = 0
        self.failed: list[str] = []
        self.pausing = SimpleNamespace(on=False, look_after=lambda: None)
        self._broken = broken
        self.legs = {
            f"{call_id}-{n}": SimpleNamespace(
                due_at=at, leaves=None, name=f"{call_id}-{n}", fail=self._fail
            )
            for n, at in enumerate(due_at)
        }

    def _fail(self) -> None:
        self.failed.append(self.call_id)
        self.legs = {}

    def receive_control(self, running: object) -> None:
        raise ValueError("a fault")

    def remember(self) -> None:
        self.looked_after += 1

    def times_out(self, *, now: float) -> bool:
        return self._broken and not self.legs


class Slices(Hearing):
    """Tells how many legs were heard at once, and how often others had their turn before."""

    others = 0
    heard: list[tuple[int, int]] = []

    def hear(self, legs: Iterable[OfCall]) -> None:
        legs = list(legs)
        for _, running in legs:
            running.due_at = float("inf")
        self.heard = [*self.heard, (len(legs), self.others)]


def as_calls(calls: list[ACall]) -> dict[str, MediaCall]:
    return {call.call_id: cast(MediaCall, call) for call in calls}


def upkeep_of(calls: list[ACall], said: list[FromWorker]) -> tuple[Upkeep, dict[str, MediaCall]]:
    of_worker = as_calls(calls)
    metrics = MediaMetrics(CollectorRegistry())
    upkeep = Upkeep(of_worker, metrics, say=said.append, load=lambda: 0.0)
    for call in of_worker.values():
        upkeep.begin(call, now=0.0)
    return upkeep, of_worker


def test_who_has_waited_longest_is_heard_first_and_who_leaves_is_not() -> None:
    calls = [ACall("a", 3.0, 1.0), ACall("b", 2.0, 4.1), ACall("c", 0.5)]
    calls[2].legs["c-0"].leaves = "bye"
    hearing = Hearing(as_calls(calls), MediaMetrics(CollectorRegistry()).faults)
    due = [cast(SimpleNamespace, running).name for _, running in hearing.due(4.0)]
    assert due == ["a-1", "b-0", "a-0"]


async def test_others_have_their_turn_while_many_legs_are_due() -> None:
    calls = as_calls([ACall(f"{n}", 0.0, 0.0) for n in range(2 * SLICE)])
    hearing = Slices(calls, MediaMetrics(CollectorRegistry()).faults)
    running = asyncio.create_task(hearing.run())
    while sum(legs for legs, _ in hearing.heard) < 4 * SLICE:
        await asyncio.sleep(0)
        hearing.others += 1
    running.cancel()
    assert [legs for legs, _ in hearing.heard] == [SLICE] * 4
    turns = [others for _, others in hearing.heard]
    assert turns == sorted(set(turns)), "between any two"


def test_calls_that_began_together_take_turns() -> None:
    calls = [ACall(f"{n}") for n in range(500)]
    upkeep, _ = upkeep_of(calls, [])
    most = before = 0
    for turn in range(50, 175):  # of 20 ms, from the first second on
        upkeep.take_turns(turn * 0.02)
        total = sum(call.looked_after for call in calls)
        most, before = max(most, total - before), total
    assert most <= 25, "at a time"
    assert min(call.looked_after for call in calls) >= 2
    assert max(call.looked_after for call in calls) <= 3


def test_a_call_that_has_ended_has_no_more_turns() -> None:
    calls = [ACall("a"), ACall("b")]
    upkeep, of_worker = upkeep_of(calls, [])
    del of_worker["a"]
    for turn in range(50, 200):
        upkeep.take_turns(turn * 0.02)
    assert (calls[0].looked_after, calls[1].looked_after) == (0, 3)


def test_a_fault_in_a_turn_ends_the_legs_of_that_call_alone() -> None:
    said: list[FromWorker] = []
    calls = [ACall("a", 0.0, broken=True), ACall("b")]
    upkeep, _ = upkeep_of(calls, said)
    for turn in range(50, 151):
        upkeep.take_turns(turn * 0.02)
    assert (calls[0].failed, calls[1].failed) == (["a"], [])
    assert calls[1].looked_after == 3
    assert MediaTimedOut(call_id="a") in said, "it is looked after nevertheless"
