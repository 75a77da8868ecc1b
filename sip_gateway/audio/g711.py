"""G.711 (ITU-T), both laws: 8 bits a sample at 8 kHz."""

import warnings
from collections.abc import Callable

with warnings.catch_warnings():
    # Deprecated in 3.11 and 3.12; from 3.13 on the audioop-lts package brings the same module.
    warnings.simplefilter("ignore", DeprecationWarning)
    import audioop

RATE_HZ = 8000
SILENCE = {"PCMU": b"\xff", "PCMA": b"\xd5"}

_DECODE: dict[str, Callable[[bytes, int], bytes]] = {
    "PCMU": audioop.ulaw2lin,
    "PCMA": audioop.alaw2lin,
}
_ENCODE: dict[str, Callable[[bytes, int], bytes]] = {
    "PCMU": audioop.lin2ulaw,
    "PCMA": audioop.lin2alaw,
}


def decode(g711: bytes, codec: str) -> bytes:
    """int16 little-endian [samples], mono, of `codec` (`PCMU` or `PCMA`)."""
    return _DECODE[codec](g711, 2)


def encode(pcm: bytes, codec: str) -> bytes:
    """G.711 of int16 little-endian [samples], mono."""
    return _ENCODE[codec](pcm, 2)


def peak(pcm: bytes) -> int:
    """The largest of int16 [samples], whatever its sign."""
    return audioop.max(pcm, 2)


def transcode(g711: bytes, codec: str, *, to: str) -> bytes:
    """The same samples in the other law."""
    return g711 if codec == to else encode(decode(g711, codec), to)
