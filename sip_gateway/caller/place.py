"""Placing one call: INVITE, audio in real time, BYE."""

import asyncio
import contextlib
import secrets
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from time import monotonic

from sip_gateway.caller.link import LOST, WAKE, Link, Notice, connect
from sip_gateway.caller.offer import Local, accepted, offer
from sip_gateway.caller.plan import CallFailed, CallPlan, CallReport
from sip_gateway.caller.recording import streams
from sip_gateway.caller.stream import Pacer, Stream, open_sockets
from sip_gateway.caller.user_agent import CALL_ID_HEADER, Body, CallingAgent, Ends, Stage
from sip_gateway.sip.address import host_port
from sip_gateway.sip.message import Request, Response

HANG_UP_S = 10.0
"""After so long without an answer to BYE the call is over all the same."""

RECONNECT_S = 0.5

Started = Callable[[str, datetime], None]
"""Told the call id and the wall-clock time of the first packet."""


class Signalling:
    """Drives the calling agent over its link."""

    def __init__(self, agent: CallingAgent, link: Link, *, plan: CallPlan) -> None:
        self.agent = agent
        self.closed = False
        self._link = link
        self._plan = plan
        self._changed = asyncio.Event()

    async def run(self) -> None:
        """Send what is due and take what comes, until the far end closes the link for good."""
        try:
            while not self.closed:
                self._send()
                message: Request | Response | Notice = WAKE
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._wait_s()):
                        message = await self._link.inbox.get()
                if isinstance(message, Request | Response):
                    self.agent.receive_message(message, now=monotonic())
                elif message is LOST:
                    await self._reconnect()
        finally:
            self.closed = True
            self._changed.set()
            self._link.close()

    def invite(self, body: Body) -> None:
        """Start the call or change its media."""
        self.agent.invite(body, now=monotonic())
        self._link.inbox.put_nowait(WAKE)

    def hang_up(self) -> None:
        """End the call."""
        self.agent.hang_up(now=monotonic())
        self._link.inbox.put_nowait(WAKE)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Return once `holds`, or the link is closed."""
        while not holds() and not self.closed:
            await self._changed.wait()

    def _wait_s(self) -> float | None:
        due = self.agent.next_timer()
        return None if due is None else max(0.0, due - monotonic())

    async def _reconnect(self) -> None:
        """A call outlives its connection: the far end may be starting again."""
        while self.agent.stage in (Stage.ANSWERED, Stage.ENDING) and not self.agent.negotiating:
            with contextlib.suppress(CallFailed):
                self._link = await connect(self._plan.transport, self._plan.host, self._plan.port)
                self.agent.reconnected()
                return
            await asyncio.sleep(RECONNECT_S)
        self.closed = True

    def _send(self) -> None:
        for message in self.agent.to_send(now=monotonic()):
            self._link.send(message)
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()


class PlacedCall:
    """One call on its way; `place_call` runs it."""

    def __init__(self, plan: CallPlan, link: Link, sockets: list[socket.socket]) -> None:
        self._plan = plan
        self._local = Local(
            link.local[0],
            tuple(udp.getsockname()[1] for udp in sockets),
            str(secrets.randbits(31)),
        )
        self._sockets = sockets
        self._version = 1
        tokens = [secrets.token_hex(8) for _ in range(3)]
        agent = CallingAgent(_ends(plan, link), siprec=plan.siprec, tokens=tokens)
        self.signalling = Signalling(agent, link, plan=plan)
        self.agent = agent

    @property
    def call_id(self) -> str:
        """The appliance's id of the call."""
        answer = self.agent.answer
        return (answer.headers.get(CALL_ID_HEADER) if answer else None) or ""

    async def negotiate(self, *, held: bool = False) -> None:
        """INVITE or re-INVITE, until its final response; CallFailed if it is not a 2xx."""
        agent, refused = self.agent, self.agent.refusal
        self.signalling.invite(offer(self._plan, self._local, version=self._version, held=held))
        self._version += 1
        await self.signalling.until(lambda: not agent.negotiating)
        if agent.refusal is not refused and agent.refusal is not None:
            refusal = agent.refusal
            raise CallFailed(f"refused: {refusal.status} {refusal.reason}", status=refusal.status)
        if agent.no_answer:
            raise CallFailed("no answer to INVITE within 32 s")
        if self.signalling.closed:
            raise CallFailed("the far end closed the connection")

    async def play(self, payloads: list[list[bytes]], *, started: Started) -> Pacer:
        """Send the audio to where the answer wants it, until its end or the far end's BYE."""
        assert self.agent.answer is not None
        to = accepted(self._plan, self.agent.answer.body)
        sending = [
            Stream(audio, udp, far)
            for audio, udp, far in zip(payloads, self._sockets, to, strict=True)
        ]
        pacer = Pacer(sending, loss=self._plan.loss, loss_seed=self._plan.loss_seed)
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

    async def hang_up(self) -> None:
        """BYE or CANCEL, and its answer."""
        self.signalling.hang_up()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(HANG_UP_S):
                over = (Stage.ENDED, Stage.REFUSED)
                await self.signalling.until(lambda: self.agent.stage in over)


async def place_call(plan: CallPlan, *, on_started: Started | None = None) -> CallReport:
    """Place the call and return when it is over; CallFailed says why it did not come about."""
    payloads = await asyncio.to_thread(streams, plan)
    link = await connect(plan.transport, plan.host, plan.port)
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


def _ends(plan: CallPlan, link: Link) -> Ends:
    party = plan.parties[0]
    target = f"sip:{host_port(plan.host, plan.port)}"
    if plan.transport != "udp":
        target += f";transport={plan.transport}"
    caller = f'"{party.name}" <{party.aor}>'
    return Ends(plan.transport, link.local[0], link.local[1], target, caller, plan.headers)
