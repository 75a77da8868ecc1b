"""What a leg's payloads become: samples at the codec's own rate.

All time of a leg is in ticks of 1/8000 s, whatever its codec's sample rate and RTP clock are.
"""

import sys
from array import array
from typing import NamedTuple

from G722 import G722  # type: ignore[import-not-found]

from sip_gateway.audio import g711, opus
from sip_gateway.audio.opus import NOTHING, OpusDecoder, Recovered

TICK_HZ = 8000
_CHANGE_BYTE_ORDER = sys.byteorder == "little"


class Coding(NamedTuple):
    """A codec as its SDP names it."""

    name: str
    clock_hz: int = 8000
    """Of its RTP timestamps; G.722's is half its sample rate (RFC 3551 section 4.5.2)."""

    @property
    def rate_hz(self) -> int:
        """Of its samples, as they are decoded."""
        return 16_000 if self.name in ("G722", "OPUS") else self.clock_hz


OPUS = Coding("OPUS", 48_000)
"""RFC 7587: its clock is always 48 kHz, whatever is inside."""

DECODED = (
    Coding("PCMU"),
    Coding("PCMA"),
    Coding("G722"),
    Coding("L16", 16_000),
    Coding("L16", 8_000),
    *([OPUS] if opus.available() else []),
)
"""What we take on this machine. Of an offer, the peer's order counts."""


class Decoder:
    """Decodes one leg's payloads, given in order."""

    def __init__(self, coding: Coding) -> None:
        self.rate_hz = coding.rate_hz
        self.tick_bytes = 2 * coding.rate_hz // TICK_HZ
        """Of its samples."""

        self._name = coding.name
        self._g722 = G722(16_000, 64_000) if coding.name == "G722" else None
        self._opus = OpusDecoder() if coding.name == "OPUS" else None

    def decode(self, payload: bytes, *, most_ticks: int) -> bytes:
        """int16 little-endian [samples], mono, of whole ticks; what is longer is cut off."""
        if self._name == "L16":
            size = min(len(payload), most_ticks * self.tick_bytes)
            samples = array("h", payload[: size - size % self.tick_bytes])
            if _CHANGE_BYTE_ORDER:
                samples.byteswap()
            return samples.tobytes()
        if self._opus is not None:
            return self._opus.decode(payload)[: most_ticks * self.tick_bytes]
        if self._g722 is not None:
            return bytes(self._g722.decode(payload[:most_ticks]))
        return g711.decode(payload[:most_ticks], self._name)

    def recover(self, payload: bytes, *, ticks: int) -> Recovered:
        """What stands in for `ticks` lost before this payload, to be asked before it is decoded."""
        return self._opus.recover(payload, ticks=ticks) if self._opus else NOTHING


def at_rate(pcm: bytes, rate_hz: int, *, to_hz: int) -> bytes:
    """A few samples at the other of the two rates: for the seam where a codec changes."""
    if rate_hz == to_hz:
        return pcm
    samples = array("h", pcm)
    if rate_hz > to_hz:
        return samples[:: rate_hz // to_hz].tobytes()
    doubled = array("h", bytes(2 * len(pcm)))
    doubled[::2] = doubled[1::2] = samples
    return doubled.tobytes()
