"""Sending RTP in real time: every stream of a call in lockstep, paced without drift."""

import asyncio
import random
import socket
from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from typing import NamedTuple

from sip_gateway.caller.keys import EventPacket
from sip_gateway.caller.offer import Far
from sip_gateway.caller.plan import CallPlan
from sip_gateway.rtp.packet import Packet, build

PACKET_S = 0.02
SAMPLES = 160


def in_clear(rtp: bytes) -> bytes:
    """RTP as it is."""
    return rtp


class Outlet(NamedTuple):
    """Where a stream's packets go, and from which socket."""

    udp: socket.socket
    far: Far
    seal: Callable[[bytes], bytes] = in_clear
    """What makes SRTP of RTP."""


class Stream(NamedTuple):
    """One stream to send."""

    payloads: Sequence[bytes]
    outlet: Outlet
    events: Mapping[int, EventPacket] = {}
    """Telephone-events in place of packets of audio, by the number of the packet."""


class Sent:
    """What has been sent so far."""

    def __init__(self) -> None:
        self.packets = 0
        self.left_out = 0
        self.ms = 0
        """Position in the audio."""


class Losses:
    """Which packets of one stream are left out: a chain of two states (Gilbert)."""

    def __init__(self, loss: float, seed: str, *, burst: float = 1.0) -> None:
        self._chance = random.Random(seed)
        self._losing = False
        # By themselves: the next is as likely to be lost as any.
        self._goes_on = 1 - 1 / burst if burst > 1 else loss
        self._begins = loss / burst / (1 - loss) if burst > 1 else loss

    @classmethod
    def of(cls, plan: CallPlan, streams: int) -> "list[Losses]":
        """One for each stream."""
        return [
            cls(plan.loss, f"{plan.loss_seed}/{n}", burst=plan.loss_burst) for n in range(streams)
        ]

    def next(self) -> bool:
        """Whether the next packet is left out."""
        self._losing = self._chance.random() < (self._goes_on if self._losing else self._begins)
        return self._losing


class Pacer:
    """Sends streams of equal length; `paused` leaves out what would be sent meanwhile."""

    def __init__(self, streams: Sequence[Stream], *, losses: Sequence[Losses]) -> None:
        self.sent = Sent()
        self.paused = False
        self._streams = streams
        self._losses = losses
        chance = random.SystemRandom()
        self._ssrcs = [chance.getrandbits(32) for _ in streams]
        self._timestamps = [chance.getrandbits(32) for _ in streams]
        self._sequences = [chance.getrandbits(16) for _ in streams]
        self._talkspurt = True

    async def send_all(self) -> None:
        """Send everything; each packet leaves 20 ms after the last by the monotonic clock."""
        started = monotonic()
        for n in range(len(self._streams[0].payloads)):
            wait_s = started + n * PACKET_S - monotonic()
            if wait_s > 0:
                await asyncio.sleep(wait_s)
            self._send(n)
            self.sent.ms = (n + 1) * 20
        await asyncio.sleep(max(0.0, started + self.sent.ms / 1000 - monotonic()))

    def _send(self, n: int) -> None:
        for i, stream in enumerate(self._streams):
            if self.paused:
                continue
            if self._losses[i].next():
                self.sent.left_out += 1
            else:
                try:
                    far = stream.outlet.far
                    sealed = stream.outlet.seal(self._packet(i, n))
                    stream.outlet.udp.sendto(sealed, (far.host, far.port))
                    self.sent.packets += 1
                except BlockingIOError:
                    self.sent.left_out += 1  # the network cannot take it now, nor late
            self._sequences[i] = (self._sequences[i] + 1) & 0xFFFF
        self._talkspurt = self.paused

    def _packet(self, i: int, n: int) -> bytes:
        stream = self._streams[i]
        far, event = stream.outlet.far, stream.events.get(n)
        began_at = n if event is None else event.began_at
        return build(
            Packet(
                far.payload_type if event is None else far.event_type,
                self._talkspurt or (event is not None and n == began_at),
                self._sequences[i],
                (self._timestamps[i] + began_at * SAMPLES) & 0xFFFFFFFF,
                self._ssrcs[i],
                stream.payloads[n] if event is None else event.payload,
            )
        )


def open_sockets(host: str, count: int) -> list[socket.socket]:
    """UDP sockets on free even ports (RFC 3550 section 11)."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found: list[socket.socket] = []
    while len(found) < count:
        udp = socket.socket(family, socket.SOCK_DGRAM)
        udp.bind((host, 0))
        if udp.getsockname()[1] % 2:
            udp.close()
            continue
        udp.setblocking(False)
        found.append(udp)
    return found
