"""A stream's audio as RTP, as it comes: one RTP stream a channel, each on its own clock."""

import secrets

from sip_gateway.caller.stream import SAMPLES, Outlet
from sip_gateway.rtp.packet import Packet, build
from sip_gateway.streams.heard import Carried


class LiveSender:
    """Sends one channel's audio at once; timestamps are the stream's own clock."""

    def __init__(self, outlet: Outlet, carried: Carried) -> None:
        self.dropped = 0
        """Packets that this machine would not take."""

        self._outlet = outlet
        self._carried = carried
        self._size = SAMPLES * carried.tick_bytes
        self._ssrc = secrets.randbits(32)
        self._waiting = b""
        self._timestamp = secrets.randbits(32)
        self._sequence = secrets.randbits(16)
        self._talkspurt = True

    def send(self, audio: bytes) -> None:
        """What follows; less than a packet waits for more."""
        self._waiting += audio
        while len(self._waiting) >= self._size:
            payload, self._waiting = self._waiting[: self._size], self._waiting[self._size :]
            self._send(payload)

    def flush(self) -> None:
        """Send what waits, shorter than a packet."""
        if self._waiting:
            self._send(self._waiting)
            self._waiting = b""

    def skip(self, samples: int) -> None:
        """So much will never come: the receiver sees lost packets."""
        self.flush()
        self._go_on(samples)
        # Sequence numbers are 16 bits: a longer loss is told by the timestamp alone.
        self._sequence = (self._sequence + min(samples // SAMPLES, 0x7FFF)) & 0xFFFF

    def rest(self, samples: int) -> None:
        """So much silence is not sent: no sequence number is missing (RFC 3551 section 4.1)."""
        self.flush()
        self._go_on(samples)
        self._talkspurt = True

    def pause(self) -> None:
        """Nothing follows for a while."""
        self.flush()
        self._talkspurt = True

    def _send(self, payload: bytes) -> None:
        far = self._outlet.far
        packet = Packet(
            far.payload_type,
            self._talkspurt,
            self._sequence,
            self._timestamp,
            self._ssrc,
            payload,
        )
        try:
            self._outlet.udp.sendto(build(packet), (far.host, far.port))
        except BlockingIOError:
            self.dropped += 1
        self._talkspurt = False
        self._sequence = (self._sequence + 1) & 0xFFFF
        self._go_on(len(payload) // self._carried.tick_bytes)

    def _go_on(self, ticks: int) -> None:
        self._timestamp = (self._timestamp + ticks * self._carried.clock_per_tick) & 0xFFFFFFFF
