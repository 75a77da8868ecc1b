"""Hears all legs of a worker: those that are due, a few at a time, who has waited longest first.

Nothing here takes long, so that a worker full of legs still answers, and no leg waits for all.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import attrgetter
from time import monotonic
from typing import NamedTuple

from prometheus_client import Counter

from sip_gateway.media.ahead import look_ahead
from sip_gateway.media.call import MediaCall
from sip_gateway.media.contained import Contained
from sip_gateway.media.running_leg import RunningLeg

SWEEP_S = 0.02
"""How often ports are emptied: two packets at most wait, and wake-ups do not grow with packets."""

SLICE = 64
"""Legs, about 4 ms. Of 16, each costs a quarter more: what a step works with has left the caches
when its turn comes again."""

_DUE_AT = attrgetter("running.due_at")


class OfCall(NamedTuple):
    """A leg and its call."""

    call: MediaCall
    running: RunningLeg


class Hearing:
    """Contract: `hear` what is `due`, or let `run` do so."""

    def __init__(self, calls: Mapping[str, MediaCall], faults: Counter) -> None:
        self._calls = calls
        self._faults = faults

    def legs(self) -> Iterator[OfCall]:
        """All there are."""
        for call in self._calls.values():
            for running in call.legs.values():
                yield OfCall(call, running)

    def due(self, now: float) -> list[OfCall]:
        """Those of which a frame should be whole by now, in the order in which they were."""
        due = [
            OfCall(call, running)
            for call in self._calls.values()
            for running in call.legs.values()
            if running.due_at <= now and running.leaves is None
        ]
        due.sort(key=_DUE_AT)
        return due

    def hear(self, legs: Iterable[OfCall]) -> None:
        """A few of them: what came is taken first, so that the costly part of it can be done for
        all of them at once."""
        staying = [one for one in legs if one.running.leaves is None]
        self._each(staying, MediaCall.receive)
        heard = [one for one in staying if not one.running.faulted]
        with Contained(self._faults):
            look_ahead(running.leg for _, running in heard)
        self._each(heard, MediaCall.hear)

    def play_out(self, call: MediaCall, running: RunningLeg) -> None:
        """The last of a leg."""
        if not running.faulted:
            self._each([OfCall(call, running)], MediaCall.play_out)

    async def run(self) -> None:
        """Hear all of them, until cancelled."""
        while True:
            began = monotonic()
            due = self.due(began)
            for at in range(0, len(due), SLICE):
                self.hear(due[at : at + SLICE])
                await asyncio.sleep(0)
            await asyncio.sleep(began + SWEEP_S - monotonic())

    def _each(self, legs: list[OfCall], step: Callable[[MediaCall, RunningLeg], None]) -> None:
        """The same with each leg; one that faults ends."""
        rest = iter(legs)
        running = None
        while True:
            with Contained(self._faults) as contained:
                for call, running in rest:
                    contained.call_id, contained.leg_id = call.call_id, running.leg.joined.leg_id
                    step(call, running)
            if not contained.faulted or running is None:
                return
            running.fail()
