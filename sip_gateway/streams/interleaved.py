"""Binary audio, channels interleaved sample by sample and cut anywhere, to payloads a channel."""

from typing import Literal

import numpy as np

from sip_gateway.streams.about import BadMessage
from sip_gateway.streams.heard import CARRIED, ChannelEvent, StreamAudio, StreamLost
from sip_gateway.streams.linear import RATES_HZ, Linear, carried

RATE_HZ = 8000
LATE_S = 3.0
"""A live stream that falls so far behind has left something out."""

DRIFT = 0.025
"""Of what a second of audio is late is taken for the platform's slower clock: 100 ppm make 4 ms."""

Encoding = Literal["pcmu", "pcma", "l16"]


class Interleaved:
    """Audio of `carries` channels. L16 at 8 kHz comes out as G.711, else as L16 at 16 kHz."""

    def __init__(self, encoding: Encoding, rate_hz: int, carries: tuple[int, ...]) -> None:
        self.codec = carried(rate_hz) if encoding == "l16" else encoding.upper()
        self._tick_bytes = CARRIED[self.codec].tick_bytes
        self._linear = [Linear(rate_hz) for _ in carries] if encoding == "l16" else []
        self._carries = carries
        width = 2 if encoding == "l16" else 1
        self._unit = width * len(carries) * (rate_hz // RATE_HZ)
        self._rest = b""

    def receive(self, data: bytes) -> list[StreamAudio]:
        """The samples that are whole on all channels; the rest waits."""
        data = self._rest + data
        whole = len(data) - len(data) % self._unit
        data, self._rest = data[:whole], data[whole:]
        payloads = [self._payload(data, n) for n in range(len(self._carries))]
        return [
            StreamAudio(channel, payload, self._tick_bytes)
            for channel, payload in zip(self._carries, payloads, strict=True)
            if payload
        ]

    def _payload(self, data: bytes, n: int) -> bytes:
        count = len(self._carries)
        if not self._linear:
            return data[n::count]
        return self._linear[n].receive(np.frombuffer(data, dtype="<i2")[n::count])


class ArrivalClock:
    """What a stream without timestamps left out, by when the rest came."""

    def __init__(self) -> None:
        self._due: float | None = None
        """When the next audio should come."""

    def receive(self, samples: int, *, now: float) -> int:
        """Samples that are missing before these."""
        length_s = samples / RATE_HZ
        late_s = 0.0 if self._due is None else now - self._due
        if self._due is None or late_s > LATE_S:
            self._due = now + length_s
            return round(late_s * RATE_HZ)
        self._due += length_s + max(0.0, late_s) * min(1.0, DRIFT * length_s)
        return 0

    def skip(self, samples: int) -> None:
        """So much is known to be missing."""
        if self._due is not None:
            self._due += samples / RATE_HZ

    def restart(self) -> None:
        """Nothing is expected until the next audio."""
        self._due = None


class Arriving:
    """Binary audio of `carries` channels, and what was left out of it; BadMessage: no such rate."""

    def __init__(self, encoding: Encoding, rate_hz: int, carries: tuple[int, ...]) -> None:
        if rate_hz not in RATES_HZ or (encoding != "l16" and rate_hz != RATE_HZ):
            raise BadMessage("no such rate: L16 at 8000 Hz and some multiples, G.711 at 8000")
        self.clock = ArrivalClock()
        self._audio = Interleaved(encoding, rate_hz, carries)
        self._carries = carries

    @property
    def codec(self) -> str:
        """What comes of it."""
        return self._audio.codec

    def receive(self, data: bytes, *, now: float) -> list[ChannelEvent]:
        """What came, behind what is missing before it."""
        heard = self._audio.receive(data)
        missing = self.clock.receive(heard[0].samples, now=now) if heard else 0
        return [*(self.lost(missing) if missing else ()), *heard]

    def lost(self, samples: int) -> list[ChannelEvent]:
        """So much is missing on every channel."""
        return [StreamLost(channel, samples) for channel in self._carries]
