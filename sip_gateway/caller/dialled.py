"""One call to a far end: INVITE, re-INVITE, BYE; its audio is somebody else's."""

import asyncio
import contextlib
import secrets
import socket
from collections.abc import Callable
from time import monotonic

from sip_gateway.caller.link import LOST, WAKE, Link, Notice, connect
from sip_gateway.caller.offer import Local, accepted, offer
from sip_gateway.caller.plan import CallFailed, Dial
from sip_gateway.caller.stream import Outlet, in_clear
from sip_gateway.caller.user_agent import CALL_ID_HEADER, Body, CallingAgent, Ends, Stage
from sip_gateway.rtp.srtp import seal
from sip_gateway.sip import sdes
from sip_gateway.sip.address import host_port
from sip_gateway.sip.message import Request, Response

HANG_UP_S = 10.0
"""After so long without an answer to BYE the call is over all the same."""

RECONNECT_S = 0.5


class Signalling:
    """Drives the calling agent over its link."""

    def __init__(self, agent: CallingAgent, link: Link, *, plan: Dial) -> None:
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
                plan = self._plan
                self._link = await connect(plan.transport, plan.host, plan.port, files=plan.tls)
                self.agent.reconnected()
                return
            await asyncio.sleep(RECONNECT_S)
        self.closed = True

    def _send(self) -> None:
        for message in self.agent.to_send(now=monotonic()):
            self._link.send(message)
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()


class DialledCall:
    """Contract: run `signalling.run()` beside it."""

    def __init__(self, plan: Dial, link: Link, sockets: list[socket.socket]) -> None:
        self._dial = plan
        self._local = Local(
            link.local[0],
            tuple(udp.getsockname()[1] for udp in sockets),
            str(secrets.randbits(31)),
            tuple(sdes.Crypto(1, plan.srtp, sdes.new_key(plan.srtp)) for _ in sockets)
            if plan.srtp
            else (),
        )
        self._sockets = sockets
        self._version = 0
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
        self._version += 1
        await self.exchange(offer(self._dial, self._local, version=self._version, held=held))

    async def exchange(self, body: Body) -> None:
        """The same with an offer of whoever's."""
        agent, refused = self.agent, self.agent.refusal
        self.signalling.invite(body)
        await self.signalling.until(lambda: not agent.negotiating)
        if agent.refusal is not refused and agent.refusal is not None:
            refusal = agent.refusal
            raise CallFailed(f"refused: {refusal.status} {refusal.reason}", status=refusal.status)
        if agent.no_answer:
            raise CallFailed("no answer to INVITE within 32 s")
        if self.signalling.closed:
            raise CallFailed("the far end closed the connection")

    def outlets(self) -> list[Outlet]:
        """Where the answer wants each stream; CallFailed if it does not take all."""
        assert self.agent.answer is not None
        to = accepted(self._dial, self.agent.answer.body)
        sealed = [seal(line.suite, line.key) for line in self._local.crypto] or [in_clear] * len(to)
        return [Outlet(*each) for each in zip(self._sockets, to, sealed, strict=True)]

    async def hang_up(self) -> None:
        """BYE or CANCEL, and its answer."""
        self.signalling.hang_up()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(HANG_UP_S):
                over = (Stage.ENDED, Stage.REFUSED)
                await self.signalling.until(lambda: self.agent.stage in over)


def _ends(plan: Dial, link: Link) -> Ends:
    party = plan.parties[0]
    at = f"{plan.user}@" if plan.user else ""
    target = f"sip:{at}{host_port(plan.host, plan.port)}"
    if plan.transport != "udp":
        target += f";transport={plan.transport}"
    caller = f'"{party.name}" <{party.aor}>'
    return Ends(
        plan.transport, link.local[0], link.local[1], target, caller, plan.headers, plan.login
    )
