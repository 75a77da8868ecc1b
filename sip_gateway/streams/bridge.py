"""A media stream as a SIPREC call to our own SIP port.

So a stream has all that a call has: media workers, the journal, pauses, refusal when full, and a
life that outlasts each of our processes but the one that holds the websocket.
"""

import asyncio
import logging
import re
from collections import deque
from collections.abc import Sequence

from sip_gateway.caller.dialled import DialledCall
from sip_gateway.caller.link import connect
from sip_gateway.caller.plan import Dial, Party
from sip_gateway.caller.stream import open_sockets
from sip_gateway.caller.user_agent import Stage
from sip_gateway.calls.hints import QUEUE, VIA
from sip_gateway.streams.heard import (
    CARRIED,
    StreamAudio,
    StreamEnded,
    StreamEvent,
    StreamLost,
    StreamOpened,
    StreamParty,
    StreamPaused,
    StreamQuiet,
    StreamResumed,
)
from sip_gateway.streams.parameters import chosen
from sip_gateway.streams.rtp_out import LiveSender

logger = logging.getLogger(__name__)

RATE_HZ = 8000
LONGEST_BACKLOG = 2 * 60 * RATE_HZ
"""Samples of all channels that wait while the call is being set up or changed; beyond it audio is
lost, and said to be."""

LONGEST_NAME = 64
LONGEST_QUEUE = 64


class Backlog:
    """What a stream said and the call has not taken yet. The stream's reader never waits for it."""

    def __init__(self) -> None:
        self._events: deque[StreamEvent] = deque()
        self._samples = 0
        self._more = asyncio.Event()

    def put(self, event: StreamEvent) -> None:
        """Behind the others; audio beyond the limit becomes a loss of the same length."""
        if isinstance(event, StreamAudio):
            length = event.samples
            if self._samples + length > LONGEST_BACKLOG:
                event = StreamLost(event.channel, length)
            else:
                self._samples += length
        if isinstance(event, StreamLost) and self._adds_to_a_loss(event):
            return
        self._events.append(event)
        self._more.set()

    def _adds_to_a_loss(self, lost: StreamLost) -> bool:
        """Whether it only makes the channel's last loss longer, behind which nothing else came."""
        for at, event in enumerate(reversed(self._events), start=1):
            if not isinstance(event, StreamLost):
                return False
            if event.channel == lost.channel:
                self._events[-at] = StreamLost(lost.channel, event.samples + lost.samples)
                return True
        return False

    async def get(self) -> StreamEvent:
        """The next, once there is one."""
        while not self._events:
            self._more.clear()
            await self._more.wait()
        event = self._events.popleft()
        if isinstance(event, StreamAudio):
            self._samples -= event.samples
        return event


class Bridge:
    """One conversation's call, from its first event to its last."""

    def __init__(
        self,
        opened: StreamOpened,
        *,
        sip: tuple[str, int],
        dialect: str,
        attributes: Sequence[str] = (),
    ) -> None:
        self.backlog = Backlog()
        self.call_id = ""
        """The appliance's id of the call, once it is answered."""

        self.dial = Dial(
            *sip,
            codec=opened.codec,
            parties=tuple(_party(p, alone=len(opened.parties) == 1) for p in opened.parties),
            headers=_headers(opened, dialect),
            session=opened.conversation,
            attributes=chosen(opened.told, attributes),
        )

    async def run(self) -> None:
        """Place the call, pass on what comes, hang up; CallFailed if the gateway will not have it.

        Returns early if the gateway ends the call.
        """
        link = await connect(self.dial.transport, self.dial.host, self.dial.port)
        sockets = open_sockets(link.local[0], len(self.dial.parties))
        call = DialledCall(self.dial, link, sockets)
        driving = asyncio.ensure_future(call.signalling.run())
        try:
            await call.negotiate()
            self.call_id = call.call_id
            await self._pass_on(call)
        finally:
            await call.hang_up()
            driving.cancel()
            await asyncio.gather(driving, return_exceptions=True)
            for udp in sockets:
                udp.close()

    async def _pass_on(self, call: DialledCall) -> None:
        over = asyncio.ensure_future(call.signalling.until(lambda: call.agent.stage is Stage.ENDED))
        carried = CARRIED[self.dial.codec]
        senders = [LiveSender(outlet, carried) for outlet in call.outlets()]
        try:
            while True:
                event = asyncio.ensure_future(self.backlog.get())
                await asyncio.wait({event, over}, return_when=asyncio.FIRST_COMPLETED)
                if over.done() or isinstance(event.result(), StreamEnded):
                    event.cancel()
                    break
                await self._take(event.result(), call, senders)
        finally:
            over.cancel()
        for sender in senders:
            sender.flush()

    async def _take(
        self, event: StreamEvent, call: DialledCall, senders: Sequence[LiveSender]
    ) -> None:
        if isinstance(event, StreamAudio):
            senders[event.channel].send(event.payload)
        elif isinstance(event, StreamLost):
            senders[event.channel].skip(event.samples)
        elif isinstance(event, StreamQuiet):
            senders[event.channel].rest(event.samples)
        elif isinstance(event, StreamPaused):
            for sender in senders:
                sender.pause()
            await call.negotiate(held=True)
        elif isinstance(event, StreamResumed):
            await call.negotiate()


def _headers(opened: StreamOpened, dialect: str) -> tuple[tuple[str, str], ...]:
    """Which queue the platform named, if it can stand in a header at all."""
    queue = opened.queue
    if queue.isascii() and queue.isprintable() and 0 < len(queue) <= LONGEST_QUEUE:
        return (VIA, dialect), (QUEUE, queue)
    return ((VIA, dialect),)


def _party(party: StreamParty, *, alone: bool) -> Party:
    """A name that tells the role, unless the platform knows the person's own.

    The address tells it too, but for a number: then the other party's does.
    """
    user = party.role if party.role in ("agent", "customer") else "speaker"
    number = "" if alone and party.name else _number(party.aor)
    aor = f"tel:{number}" if number else f"sip:{user}@stream.invalid"
    return Party(_safe_name(party.name) or user.capitalize(), aor)


def _safe_name(name: str) -> str:
    """What of a name can stand in a quoted string of a header."""
    kept = "".join(char for char in name if char.isprintable() and char not in '"\\<>')
    return kept[:LONGEST_NAME].strip()


_SCHEME = re.compile(r"^(?:tel|sips?):", re.IGNORECASE)
_SEPARATORS = str.maketrans("", "", "-.() ")
_NUMBER = re.compile(r"\+?[0-9]{1,20}")


def _number(aor: str) -> str:
    """The number in what platforms call one: `tel:+49…`, `sip:100@host` and `+1-202-…` too."""
    user = re.split("[@;]", _SCHEME.sub("", aor.strip()), maxsplit=1)[0]
    number = user.translate(_SEPARATORS)
    return number if _NUMBER.fullmatch(number) else ""
