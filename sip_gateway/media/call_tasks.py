"""The calls of a worker, as messages of signalling open, change and close them.

Each call has a task and an inbox, so that no call waits for another; each leg has a task that waits
for its end.
"""

import asyncio
import logging
from collections.abc import Coroutine
from time import monotonic

from sip_gateway.audio.key import Key
from sip_gateway.media.call import MediaCall
from sip_gateway.media.contained import Contained
from sip_gateway.media.hearing import Hearing
from sip_gateway.media.parts import Parts
from sip_gateway.media.pause_rule import Cause
from sip_gateway.media.port_pool import NoPort
from sip_gateway.media.running_leg import RunningLeg
from sip_gateway.media.upkeep import Upkeep
from sip_gateway.worker_protocol import (
    CallClosed,
    CallOpened,
    CallRefused,
    CloseCall,
    LegSpec,
    OpenCall,
    PauseLegs,
    PressKey,
    ResumeLegs,
    ToCall,
    UpdateLegs,
)

logger = logging.getLogger(__name__)

Inbox = asyncio.Queue[ToCall | None]
"""None: the call is handed over."""


class CallTasks:
    """Contract: `open` each call once; `post` it what comes for it afterwards."""

    def __init__(
        self,
        calls: dict[str, MediaCall],
        parts: Parts,
        tasks: asyncio.TaskGroup,
        *,
        hearing: Hearing,
        upkeep: Upkeep,
    ) -> None:
        self._calls = calls
        self._parts = parts
        self._tasks = tasks
        self._hearing = hearing
        self._upkeep = upkeep
        self._inboxes: dict[str, Inbox] = {}

    def post(self, message: ToCall) -> bool:
        """False where there is no such call."""
        inbox = self._inboxes.get(message.call_id)
        if inbox is not None:
            inbox.put_nowait(message)
        return inbox is not None

    def open(self, message: OpenCall) -> None:
        """Begin with a call."""
        inbox = self._inboxes[message.call_id] = Inbox()
        self._tasks.create_task(self._run_call(message, inbox))

    async def hand_over(self) -> None:
        """Finish what was heard, free the ports, and leave each call to who takes it up."""
        await self._end_legs([running for _, running in self._hearing.legs()], reason="")
        for call in list(self._calls.values()):
            call.remember()
            self._inboxes[call.call_id].put_nowait(None)

    async def _run_call(self, opened: OpenCall, inbox: Inbox) -> None:
        """Do what the call's messages say, until it is closed or handed over."""
        call = MediaCall(opened, self._parts)
        open_ = await self._contain(self._open(call, opened), call_id=call.call_id)
        if not open_:
            self._say_refused(call, "fault")
            inbox.put_nowait(CloseCall(call_id=call.call_id, reason="fault"))
        while call.call_id in self._calls and (message := await inbox.get()):
            if isinstance(message, CloseCall):
                closing = self._close(call, reason=message.reason)
                await self._contain(closing, call_id=call.call_id)
                self._parts.say(CallClosed(call_id=call.call_id))
                break
            await self._take(call, message)
        self._calls.pop(call.call_id, None)
        self._inboxes.pop(call.call_id, None)
        self._parts.metrics.calls.set(len(self._calls))

    async def _take(self, call: MediaCall, message: ToCall) -> None:
        if isinstance(message, PauseLegs | ResumeLegs | PressKey):
            await self._contain(self._obey(call, message), call_id=call.call_id)
        elif isinstance(message, UpdateLegs):
            updating = self._update(call, message.legs)
            if not await self._contain(updating, call_id=call.call_id):
                self._say_refused(call, "fault")
        else:
            self._say_opened(call)

    async def _open(self, call: MediaCall, opened: OpenCall) -> None:
        try:
            sockets = await call.open_sockets(opened.legs)
        except (OSError, NoPort) as error:
            self._refuse(call, error)
            return
        self._calls[call.call_id] = call
        self._upkeep.begin(call, now=monotonic())
        self._parts.metrics.calls.set(len(self._calls))
        call.announce()
        for spec in opened.legs:
            self._start(call, call.add(spec, sockets[spec.leg_id], again=opened.resumed))
        self._say_opened(call)

    async def _update(self, call: MediaCall, specs: tuple[LegSpec, ...]) -> None:
        try:
            sockets = await call.open_sockets(specs)
        except (OSError, NoPort) as error:
            self._refuse(call, error)
            return
        named = {spec.leg_id for spec in specs}
        leaving = [running for leg_id, running in call.legs.items() if leg_id not in named]
        for spec in specs:
            if spec.leg_id in call.legs:
                call.change(call.legs[spec.leg_id], spec)
            else:
                self._start(call, call.add(spec, sockets[spec.leg_id]))
        self._say_opened(call)
        await self._end_legs(leaving, reason="removed")

    async def _obey(self, call: MediaCall, message: PauseLegs | ResumeLegs | PressKey) -> None:
        if isinstance(message, PauseLegs):
            call.pausing.pause_at(message.at, Cause(message.why, message.by))
        elif isinstance(message, PressKey):
            if running := call.legs.get(message.leg_id):
                key = Key(message.symbol) if message.symbol else None
                call.pausing.press(running, message.duration_ms, key)
        else:
            call.pausing.resume(Cause("api", message.by))

    async def _close(self, call: MediaCall, *, reason: str) -> None:
        ended = call.said_ended(reason=reason)
        await self._end_legs(list(call.legs.values()), reason=reason)
        await call.finish(ended)

    async def _end_legs(self, legs: list[RunningLeg], *, reason: str) -> None:
        for running in legs:
            running.leave(reason)
        await asyncio.gather(*(running.task for running in legs if running.task))

    def _refuse(self, call: MediaCall, error: OSError | NoPort) -> None:
        self._parts.metrics.refused.inc()
        why = str(error) if isinstance(error, NoPort) else error.strerror or "port not free"
        logger.warning("no RTP port", extra={"call_id": call.call_id, "reason": why})
        self._say_refused(call, why)

    def _say_refused(self, call: MediaCall, why: str) -> None:
        self._parts.say(CallRefused(call_id=call.call_id, why=why))

    def _say_opened(self, call: MediaCall) -> None:
        ports = {leg_id: running.rtp.port for leg_id, running in call.legs.items()}
        self._parts.say(CallOpened(call_id=call.call_id, rtp_ports=ports))

    def _start(self, call: MediaCall, running: RunningLeg) -> None:
        running.task = self._tasks.create_task(self._run_leg(call, running))
        self._parts.metrics.legs.inc()

    async def _run_leg(self, call: MediaCall, running: RunningLeg) -> None:
        """The leg's end; until then it is heard with all others (`hearing`)."""
        leg_id = running.leg.joined.leg_id
        await running.over.wait()
        self._hearing.play_out(call, running)
        await self._contain(call.end_leg(running), call_id=call.call_id, leg_id=leg_id)
        self._parts.metrics.legs.dec()

    async def _contain(
        self, work: Coroutine[None, None, None], *, call_id: str, leg_id: str = ""
    ) -> bool:
        """False after a fault of ours."""
        with Contained(self._parts.metrics.faults, call_id=call_id, leg_id=leg_id) as contained:
            await work
        return not contained.faulted
