"""Linear samples as platforms send them, in either byte order and at several rates, as the payload
that a call carries: G.711 of 8 kHz, else L16 of 16 kHz."""

from functools import cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from sip_gateway.audio.g711 import encode
from sip_gateway.audio.resample import resample

NARROW_HZ, WIDE_HZ = 8000, 16_000
RATES_HZ = tuple(n * NARROW_HZ for n in (1, 2, 3, 4, 6, 8, 12, 24))
"""8 to 192 kHz: what is a whole number of samples a tick."""

_CONTEXT_TICKS = 8
"""Before and behind what is computed: so far the filter of `resample` reaches for these rates."""

_SETTLED = 2 * NARROW_HZ
"""Samples that are not silence, after which the byte order is not looked at any more."""

Samples = NDArray[np.int16]


def carried(rate_hz: int) -> str:
    """The codec that samples of this rate are carried in."""
    return "PCMU" if rate_hz == NARROW_HZ else "L16"


class Linear:
    """One channel. `receive` takes whole samples and gives payload of whole ticks."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._wide = ToWide(rate_hz) if rate_hz > WIDE_HZ else None

    def receive(self, samples: Samples) -> bytes:
        """The payload of these samples, or of those that came just before."""
        if self._rate_hz == NARROW_HZ:
            return encode(samples.astype("<i2").tobytes(), "PCMU")
        if self._wide:
            samples = self._wide.process(samples)
        return samples.astype(">i2").tobytes()


class ToWide:
    """A higher rate to 16 kHz, step by step without a seam; a millisecond late."""

    def __init__(self, rate_hz: int) -> None:
        self._tick = rate_hz // NARROW_HZ
        self._taps = _taps(rate_hz)
        self._line = np.zeros(_CONTEXT_TICKS * self._tick, dtype=np.float32)

    def process(self, samples: Samples) -> Samples:
        """Whole ticks of 16 kHz; the rest waits for more."""
        line = np.concatenate((self._line, samples.astype(np.float32)))
        if len(line) < len(self._taps):
            self._line = line
            return np.empty(0, dtype=np.int16)
        windows = sliding_window_view(line, len(self._taps))[:: self._tick]
        self._line = line[len(windows) * self._tick :]
        wide = np.rint(windows @ self._taps).ravel()
        return np.asarray(np.clip(wide, -32768, 32767), dtype=np.int16)


@cache
def _taps(rate_hz: int) -> NDArray[np.float32]:
    """float32 [samples of a tick and its context, 2]: what each adds to the two of 16 kHz."""
    tick, ticks = rate_hz // NARROW_HZ, 2 * _CONTEXT_TICKS + 1
    impulses = np.zeros((tick, ticks, tick), dtype=np.float32)
    for n in range(tick):
        impulses[n, _CONTEXT_TICKS, n] = 1
    answers = resample(impulses.ravel(), rate_hz, to_hz=WIDE_HZ).reshape(tick, ticks, -1)
    return answers[:, ::-1].swapaxes(0, 1).reshape(ticks * tick, -1)


class ByteOrder:
    """Tells by the sound which byte of a sample comes first.

    RFC 3551 says the high one, and platforms that say `L16` have been seen to do either. Sound
    changes little from one sample to the next; with its bytes swapped it jumps about.
    """

    def __init__(self) -> None:
        self._changes = {">i2": 0.0, "<i2": 0.0}
        self._heard = 0

    def read(self, data: bytes) -> Samples:
        """Whole samples in the order that has been the smoother so far."""
        if self._heard < _SETTLED:
            self._listen(data)
        order = min(self._changes, key=lambda each: self._changes[each])
        return np.frombuffer(data, dtype=order).astype(np.int16)

    def _listen(self, data: bytes) -> None:
        for order in self._changes:
            samples = np.frombuffer(data, dtype=order).astype(np.int32)
            self._changes[order] += float(np.abs(np.diff(samples)).sum())
        self._heard += int(np.count_nonzero(np.frombuffer(data, dtype=np.int16)))
