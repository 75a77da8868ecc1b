"""An RTP stream as a phone sends it, and a link that delivers it as told: for tests without I/O."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from sip_gateway.audio.g711 import encode
from sip_gateway.rtp.clock import CallClock
from sip_gateway.rtp.media_format import MediaFormat
from sip_gateway.rtp.outputs import Lost, Pressed, Step
from sip_gateway.rtp.packet import Packet, build
from sip_gateway.rtp.receiver import LegReceiver

PACKET_MS = 20
PCMU = MediaFormat("PCMU", 0, 101)


class Delivery(NamedTuple):
    """One datagram and when it arrives, in seconds."""

    at: float
    data: bytes


def speech(ms: int, *, seed: int = 7) -> bytes:
    """G.711 mu-law of noise: no two packets alike, and no digital silence in it."""
    samples = np.random.default_rng(seed).integers(1000, 20000, ms * 8)
    return encode(samples.astype("<i2").tobytes(), "PCMU")


def packets(
    g711: bytes, *, sequence: int = 0, timestamp: int = 0, ssrc: int = 1, size: int = 160
) -> list[Packet]:
    """The packets of 20 ms that carry `g711`."""
    return [
        Packet(
            0,
            n == 0,
            (sequence + n) & 0xFFFF,
            (timestamp + n * size) & 0xFFFFFFFF,
            ssrc,
            g711[n * size : (n + 1) * size],
        )
        for n in range(len(g711) // size)
    ]


def on_time(sent: Iterable[Packet], *, start_s: float = 100.0) -> list[Delivery]:
    """Each packet 20 ms after the one before."""
    return [Delivery(start_s + n * 0.02, build(packet)) for n, packet in enumerate(sent)]


class Heard(NamedTuple):
    """What came out of a receiver."""

    steps: list[Step]
    lost: list[Lost]
    pressed: list[Pressed]

    def audio(self) -> bytes:
        """All audio from 0 ms on, skipped spans as silence."""
        whole = bytearray()
        for step in self.steps:
            start = step.start_ms * 8
            whole += b"\xff" * (start - len(whole))
            g711 = encode(step.pcm, "PCMU")
            whole[start : start + len(g711)] = g711
        return bytes(whole)

    def lost_ms(self) -> int:
        return sum(gap.end_ms - gap.start_ms for gap in self.lost)


class Listener:
    """A receiver and its driver: jumps from arrival to timer to arrival."""

    def __init__(self, *, jitter_s: float = 0.06, clock: CallClock | None = None) -> None:
        self.receiver = LegReceiver(PCMU, clock=clock or CallClock(), jitter_s=jitter_s)
        self.heard = Heard([], [], [])

    def listen(self, deliveries: Iterable[Delivery]) -> "Listener":
        for at, data in deliveries:
            self.run_timers(until=at)
            self.receiver.receive_datagram(data, now=at)
            self._take()
        return self

    def run_timers(self, *, until: float) -> None:
        while (due := self.receiver.next_timer()) is not None and due <= until:
            self.receiver.receive_timer(now=due)
        self._take()

    def finish(self) -> Heard:
        self.receiver.flush()
        self._take()
        return self.heard

    def _take(self) -> None:
        for item in self.receiver.take():
            if isinstance(item, Step):
                self.heard.steps.append(item)
            elif isinstance(item, Lost):
                self.heard.lost.append(item)
            else:
                self.heard.pressed.append(item)


def hear(deliveries: Iterable[Delivery]) -> Heard:
    """Listen to all of it."""
    return Listener().listen(deliveries).finish()
