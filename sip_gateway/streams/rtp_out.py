"""A stream's audio as RTP, as it comes: one RTP stream a channel, in step."""

import secrets
from collections.abc import Sequence

from sip_gateway.caller.stream import SAMPLES, Outlet
from sip_gateway.rtp.packet import Packet, build


class LiveSender:
    """Sends what it is given at once; timestamps are the stream's own clock."""

    def __init__(self, outlets: Sequence[Outlet]) -> None:
        self.dropped = 0
        """Packets that this machine would not take."""

        self._outlets = outlets
        self._ssrcs = [secrets.randbits(32) for _ in outlets]
        self._waiting = [b"" for _ in outlets]
        self._timestamp = secrets.randbits(32)
        self._sequence = secrets.randbits(16)
        self._talkspurt = True

    def send(self, channels: Sequence[bytes]) -> None:
        """G.711 of every channel; less than a packet waits for the next."""
        self._waiting = [
            waiting + new for waiting, new in zip(self._waiting, channels, strict=True)
        ]
        while len(self._waiting[0]) >= SAMPLES:
            payloads = [waiting[:SAMPLES] for waiting in self._waiting]
            self._waiting = [waiting[SAMPLES:] for waiting in self._waiting]
            self._send(payloads)

    def flush(self) -> None:
        """Send what waits, shorter than a packet."""
        if self._waiting[0]:
            self._send(self._waiting)
            self._waiting = [b"" for _ in self._waiting]

    def skip(self, samples: int) -> None:
        """So much will never come: the receiver sees lost packets."""
        self.flush()
        self._timestamp = (self._timestamp + samples) & 0xFFFFFFFF
        # Sequence numbers are 16 bits: a longer loss is told by the timestamp alone.
        self._sequence = (self._sequence + min(samples // SAMPLES, 0x7FFF)) & 0xFFFF

    def pause(self) -> None:
        """Nothing follows for a while."""
        self.flush()
        self._talkspurt = True

    def _send(self, payloads: Sequence[bytes]) -> None:
        for outlet, ssrc, payload in zip(self._outlets, self._ssrcs, payloads, strict=True):
            packet = Packet(
                outlet.far.payload_type,
                self._talkspurt,
                self._sequence,
                self._timestamp,
                ssrc,
                payload,
            )
            try:
                outlet.udp.sendto(build(packet), (outlet.far.host, outlet.far.port))
            except BlockingIOError:
                self.dropped += 1
        self._talkspurt = False
        self._sequence = (self._sequence + 1) & 0xFFFF
        self._timestamp = (self._timestamp + len(payloads[0])) & 0xFFFFFFFF
