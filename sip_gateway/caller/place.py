"""Placing one call: INVITE, audio in real time, BYE."""

import asyncio
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from time import monotonic

from sip_gateway.caller.dialled import DialledCall
from sip_gateway.caller.keys import event_packets
from sip_gateway.caller.link import Link, connect
from sip_gateway.caller.plan import CallPlan, CallReport
from sip_gateway.caller.recording import streams
from sip_gateway.caller.stream import Losses, Pacer, Stream, open_sockets
from sip_gateway.caller.user_agent import Stage

Started = Callable[[str, datetime], None]
"""Told the call id and the wall-clock time of the first packet."""


class PlacedCall(DialledCall):
    """One call on its way; `place_call` runs it."""

    def __init__(self, plan: CallPlan, link: Link, sockets: list[socket.socket]) -> None:
        super().__init__(plan, link, sockets)
        self._plan = plan

    async def play(self, payloads: list[list[bytes]], *, started: Started) -> Pacer:
        """Send the audio to where the answer wants it, until its end or the far end's BYE."""
        outlets = self.outlets()
        sending = [
            Stream(audio, to, event_packets(self._plan.keys, stream=n))
            for n, (audio, to) in enumerate(zip(payloads, outlets, strict=True))
        ]
        pacer = Pacer(sending, losses=Losses.of(self._plan, len(sending)))
        started(self.call_id, datetime.now(UTC))
        over = asyncio.ensure_future(self.signalling.until(lambda: self.agent.stage is Stage.ENDED))
        audio = asyncio.ensure_future(pacer.send_all())
        holding = asyncio.ensure_future(self._hold(pacer))
        try:
            while not (over.done() or audio.done()):
                waiting = {task for task in (over, audio, holding) if not task.done()}
                done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
        finally:
            for task in (over, audio, holding):
                task.cancel()
        return pacer

    async def _hold(self, pacer: Pacer) -> None:
        """Put the call on hold and take it off again, as planned."""
        began = monotonic()
        for start_ms, end_ms in self._plan.holds:
            await asyncio.sleep(began + start_ms / 1000 - monotonic())
            pacer.paused = True
            await self.negotiate(held=True)
            await asyncio.sleep(began + end_ms / 1000 - monotonic())
            await self.negotiate()
            pacer.paused = False


async def place_call(plan: CallPlan, *, on_started: Started | None = None) -> CallReport:
    """Place the call and return when it is over; CallFailed says why it did not come about."""
    payloads = await asyncio.to_thread(streams, plan)
    link = await connect(plan.transport, plan.host, plan.port, files=plan.tls)
    sockets = open_sockets(link.local[0], len(payloads))
    call = PlacedCall(plan, link, sockets)
    driving = asyncio.ensure_future(call.signalling.run())
    try:
        await call.negotiate()
        pacer = await call.play(payloads, started=on_started or (lambda call_id, at: None))
    finally:
        await call.hang_up()
        driving.cancel()
        await asyncio.gather(driving, return_exceptions=True)
        for udp in sockets:
            udp.close()
    if not driving.cancelled():
        driving.result()
    return CallReport(
        call_id=call.call_id,
        sip_call_id=call.agent.call_id,
        duration_ms=pacer.sent.ms,
        packets_sent=pacer.sent.packets,
        packets_left_out=pacer.sent.left_out,
        ended_by_far_end=call.agent.ended_by_far_end,
        bye_answered=call.agent.stage is Stage.ENDED and not call.agent.no_answer,
    )
