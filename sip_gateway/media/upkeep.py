"""What each call of a worker needs once a second: its RTCP, its counts, how far it was heard.

The calls take turns, so that a thousand of them never come at once.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping
from time import monotonic
from typing import NamedTuple

from sip_gateway.media.call import MediaCall
from sip_gateway.media.contained import Contained
from sip_gateway.media.metrics import MediaMetrics
from sip_gateway.worker_protocol import FromWorker, LoadTold, MediaTimedOut

logger = logging.getLogger(__name__)

EVERY_S = 1.0
_TURN_S = 0.02
_TURNS = round(EVERY_S / _TURN_S)


class _Turn(NamedTuple):
    at: float
    call: MediaCall


class Upkeep:
    """Contract: `begin` with each call, once."""

    def __init__(
        self,
        calls: Mapping[str, MediaCall],
        metrics: MediaMetrics,
        *,
        say: Callable[[FromWorker], None],
        load: Callable[[], float],
    ) -> None:
        self._calls = calls
        self._metrics = metrics
        self._say = say
        self._load = load
        self._told_load = 0.0
        self._turns: deque[_Turn] = deque()
        """In order of time: each goes to the end when it was its turn."""

    def begin(self, call: MediaCall, *, now: float) -> None:
        """It takes its turns until it is no longer among the calls."""
        self._turns.append(_Turn(now + EVERY_S, call))

    async def run(self) -> None:
        """Until cancelled."""
        second = monotonic()
        while True:
            await asyncio.sleep(_TURN_S)
            now = monotonic()
            self.take_turns(now)
            if now - second >= EVERY_S:
                second = now
                self._look_after_all()

    def take_turns(self, now: float) -> None:
        """Look after the calls whose turn it is; of very many, some wait for the next time."""
        for _ in range(2 + 2 * len(self._turns) // _TURNS):
            if not self._turns or self._turns[0].at > now:
                return
            call = self._turns.popleft().call
            if self._calls.get(call.call_id) is not call:
                continue
            self.begin(call, now=now)
            with Contained(self._metrics.faults, call_id=call.call_id) as contained:
                self._look_after(call, now)
            if contained.faulted:
                for running in call.legs.values():
                    running.fail()

    def _look_after(self, call: MediaCall, now: float) -> None:
        for running in call.legs.values():
            call.receive_control(running)
            running.report(now=now)
            self._metrics.add(running.leg.counts, running.reported)
        call.remember()
        call.pausing.look_after()
        if call.times_out(now=now):
            logger.info("media timed out", extra={"call_id": call.call_id})
            self._say(MediaTimedOut(call_id=call.call_id))

    def _look_after_all(self) -> None:
        self._metrics.tell_frames()
        if (load := round(self._load(), 1)) != self._told_load:
            self._told_load = load
            self._say(LoadTold(load=load))
        self._metrics.paused.set(sum(call.pausing.on for call in self._calls.values()))
