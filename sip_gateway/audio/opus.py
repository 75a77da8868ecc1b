"""Opus (RFC 6716) by the system's libopus, where it is installed (Debian: libopus0).

No wheel brings libopus alone and well kept; through ctypes it is the distribution that keeps it.
A packet may repeat the one before it at a lower rate (in-band FEC), and the decoder can go on
without one for a while (concealment): `recover` makes of a loss what can be made.
"""

import ctypes
import weakref
from functools import cache
from typing import NamedTuple

RATE_HZ = 16_000
"""At which it is decoded, whatever its encoder had: libopus resamples as it decodes."""

PER_TICK = RATE_HZ // 8000
LONGEST_PACKET = RATE_HZ * 120 // 1000
"""Samples; RFC 6716 section 2.1.4."""

LONGEST_GUESS = 200 * 8
"""Ticks; beyond it a loss is silence."""

SHORTEST = 20
"""Ticks of 2.5 ms, of which every duration is made."""

NAMES = ("libopus.so.0", "libopus.0.dylib", "opus.dll")
MOST_FRAMES = 48
_CELT_ONLY = 16
"""The first configuration without SILK, and so without FEC (RFC 6716 section 3.1)."""


class Recovered(NamedTuple):
    """What stands in for lost audio, at its end."""

    pcm: bytes = b""
    sure_ticks: int = 0
    """So much of its end is what was said; the rest is a guess."""


NOTHING = Recovered()


@cache
def _library() -> ctypes.CDLL | None:
    for name in NAMES:
        try:
            return _declared(ctypes.CDLL(name))
        except (OSError, AttributeError):
            continue
    return None


def _declared(library: ctypes.CDLL) -> ctypes.CDLL:
    """With the types of what is called; AttributeError if it is another library."""
    number, pointer = ctypes.c_int32, ctypes.c_void_p
    library.opus_decoder_create.restype = pointer
    library.opus_decoder_create.argtypes = [number, ctypes.c_int, pointer]
    library.opus_decoder_destroy.restype = None
    library.opus_decoder_destroy.argtypes = [pointer]
    library.opus_decode.argtypes = [
        *(pointer, ctypes.c_char_p, number, pointer, ctypes.c_int, ctypes.c_int)
    ]
    library.opus_packet_get_nb_samples.argtypes = [ctypes.c_char_p, number, number]
    library.opus_packet_parse.argtypes = [
        *(ctypes.c_char_p, number, pointer, pointer, pointer, ctypes.POINTER(ctypes.c_int))
    ]
    return library


def available() -> bool:
    """Whether Opus can be decoded here."""
    return _library() is not None


class OpusDecoder:
    """One leg's decoder: mono, whatever was encoded."""

    def __init__(self) -> None:
        library = _library()
        assert library is not None, "only what can be decoded is answered"
        self._library = library
        self._state = library.opus_decoder_create(RATE_HZ, 1, None)
        if not self._state:
            raise MemoryError("libopus")
        weakref.finalize(self, library.opus_decoder_destroy, self._state)
        self._out = ctypes.create_string_buffer(2 * LONGEST_PACKET)

    def decode(self, payload: bytes) -> bytes:
        """int16 [samples] at 16 kHz; empty if it is no Opus."""
        return self._decode(payload, LONGEST_PACKET) if payload else b""

    def recover(self, payload: bytes, *, ticks: int) -> Recovered:
        """What stands in for `ticks` lost before this payload, to be asked before it is decoded."""
        ticks = min(ticks, LONGEST_GUESS)
        ticks -= ticks % SHORTEST
        again = min(ticks, self._repeats(payload))
        pcm = self._guess((ticks - again) * PER_TICK)
        if again:
            pcm += self._decode(payload, again * PER_TICK, fec=1)
        return Recovered(pcm, again if len(pcm) == 2 * PER_TICK * ticks else 0)

    def _guess(self, samples: int) -> bytes:
        """Concealment, in pieces that the decoder takes."""
        pieces: list[bytes] = []
        while samples > 0:
            pieces.append(self._decode(None, min(samples, LONGEST_PACKET // 2)))
            samples -= LONGEST_PACKET // 2
        return b"".join(pieces)

    def _repeats(self, payload: bytes) -> int:
        """Ticks of what came before that this payload repeats."""
        if not payload or payload[0] >> 3 >= _CELT_ONLY:
            return 0
        length = int(self._library.opus_packet_get_nb_samples(payload, len(payload), RATE_HZ))
        sizes, offset = (ctypes.c_int16 * MOST_FRAMES)(), ctypes.c_int(0)
        count = int(
            self._library.opus_packet_parse(
                payload, len(payload), None, None, sizes, ctypes.byref(offset)
            )
        )
        if length <= 0 or count <= 0 or sizes[0] <= 0 or offset.value >= len(payload):
            return 0
        # A bit of activity for each 20 ms of the first frame, then whether it repeats (4.2.3).
        inside = max(1, length // count // (RATE_HZ // 50))
        first, stereo = payload[offset.value], payload[0] & 4
        flags = [7 - inside, *([6 - 2 * inside] if stereo else [])]
        # It repeats one frame, however many it has of its own.
        return length // count // PER_TICK if any(first >> bit & 1 for bit in flags) else 0

    def _decode(self, payload: bytes | None, samples: int, *, fec: int = 0) -> bytes:
        size = len(payload) if payload else 0
        count = int(self._library.opus_decode(self._state, payload, size, self._out, samples, fec))
        return ctypes.string_at(self._out, 2 * count) if count > 0 else b""
