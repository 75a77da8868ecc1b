"""What a leg's SDP agreed on."""

from typing import NamedTuple

from sip_gateway.audio.codecs import Coding

_BYTES_PER_TICK = {
    Coding("PCMU"): 1,
    Coding("PCMA"): 1,
    Coding("G722"): 1,
    Coding("L16", 8_000): 2,
    Coding("L16", 16_000): 4,
}


class MediaFormat(NamedTuple):
    """What the leg's packets hold."""

    codec: str
    payload_type: int
    telephone_event_type: int | None = None
    clock_hz: int = 8000
    """Of RTP timestamps."""

    @property
    def coding(self) -> Coding:
        """How its payloads are to be read."""
        return Coding(self.codec, self.clock_hz)

    @property
    def bytes_per_tick(self) -> int:
        """Of payloads whose size tells their time; else 0."""
        return _BYTES_PER_TICK.get(self.coding, 0)
