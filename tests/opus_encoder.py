"""An Opus encoder for tests, by the system's libopus."""

import ctypes
import weakref

import numpy as np
from numpy.typing import NDArray

VOIP = 2048
BITRATE, FEC, LOSS_PERCENT, DTX, BANDWIDTH = 4002, 4012, 4014, 4016, 4008
WIDEBAND, FULLBAND = 1103, 1105
LONGEST = 4000


class OpusEncoder:
    """16 kHz in, mono unless `channels` says otherwise."""

    def __init__(self, *, rate_hz: int = 16_000, channels: int = 1, **settings: int) -> None:
        self._library = ctypes.CDLL("libopus.so.0")
        self._library.opus_encoder_create.restype = ctypes.c_void_p
        destroy = self._library.opus_encoder_destroy
        destroy.argtypes, destroy.restype = [ctypes.c_void_p], None
        self._state = self._library.opus_encoder_create(rate_hz, channels, VOIP, None)
        weakref.finalize(self, destroy, self._state)
        self._channels = channels
        for name, value in settings.items():
            request = {"bitrate": BITRATE, "fec": FEC, "loss": LOSS_PERCENT, "dtx": DTX}[name]
            assert self._library.opus_encoder_ctl(ctypes.c_void_p(self._state), request, value) == 0

    def encode(self, samples: NDArray[np.int16]) -> bytes:
        """One packet, of 2.5 to 60 ms."""
        out = ctypes.create_string_buffer(LONGEST)
        pcm = np.ascontiguousarray(samples, "<i2").tobytes()
        size = self._library.opus_encode(
            ctypes.c_void_p(self._state), pcm, len(samples) // self._channels, out, LONGEST
        )
        assert size > 0
        return out.raw[:size]

    def packets(self, samples: NDArray[np.int16], *, size: int = 320) -> list[bytes]:
        """Whole packets of `size` samples."""
        whole = len(samples) // size * size
        return [self.encode(samples[at : at + size]) for at in range(0, whole, size)]
