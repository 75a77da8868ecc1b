"""Changes of sample rate by windowed-sinc filters: 8 to 16 kHz and back live, any for files."""

from math import gcd

import numpy as np
from numpy.typing import NDArray

_HALF_TAPS = 24
_KAISER_BETA = 8.0
"""Stop band below -80 dB."""


def _half_band() -> NDArray[np.float32]:
    """float32 [48], the odd phase of a half-band low-pass; the even phase is a plain delay."""
    at = np.arange(-_HALF_TAPS, _HALF_TAPS) + 0.5
    taps = np.sinc(at) * _kaiser(at / _HALF_TAPS)
    return np.asarray(taps / taps.sum(), dtype=np.float32)


def _kaiser(at: NDArray[np.float64]) -> NDArray[np.float64]:
    """The Kaiser window at positions -1 to 1."""
    inside = np.sqrt(np.maximum(0.0, 1.0 - at**2))
    return np.asarray(np.i0(_KAISER_BETA * inside) / np.i0(_KAISER_BETA), dtype=np.float64)


_ODD_PHASE = _half_band()


class Upsampler:
    """8 to 16 kHz, step by step without a seam; 3 ms late (`DELAY_MS`)."""

    DELAY_MS = _HALF_TAPS / 8

    def __init__(self) -> None:
        self._past = np.zeros(2 * _HALF_TAPS - 1, dtype=np.float32)

    def process(self, pcm: bytes) -> bytes:
        """int16 little-endian at 8 kHz in; twice as many samples at 16 kHz out."""
        new = np.frombuffer(pcm, dtype="<i2").astype(np.float32)
        line = np.concatenate((self._past, new))
        self._past = line[len(new) :]
        out = np.empty((len(new), 2), dtype=np.float32)
        # Output 2k is input k delayed; output 2k+1 lies halfway to the next one.
        out[:, 0] = line[_HALF_TAPS - 1 : _HALF_TAPS - 1 + len(new)]
        out[:, 1] = np.convolve(line, _ODD_PHASE, mode="valid")
        np.rint(out, out=out)
        np.clip(out, -32768, 32767, out=out)
        return out.astype("<i2").tobytes()


class Downsampler:
    """16 to 8 kHz, step by step without a seam; 2.9 ms late (`DELAY_MS`)."""

    DELAY_MS = (_HALF_TAPS - 1) / 8

    def __init__(self) -> None:
        self._even = np.zeros(_HALF_TAPS - 1, dtype=np.float32)
        self._odd = np.zeros(2 * _HALF_TAPS - 1, dtype=np.float32)

    def process(self, pcm: bytes) -> bytes:
        """int16 little-endian at 16 kHz in, an even number of samples; half as many out."""
        new = np.frombuffer(pcm, dtype="<i2").astype(np.float32)
        even = np.concatenate((self._even, new[::2]))
        odd = np.concatenate((self._odd, new[1::2]))
        count = len(new) // 2
        self._even, self._odd = even[count:], odd[count:]
        # The half-band filter has one tap on the even samples, the middle one.
        out: NDArray[np.float32] = np.convolve(odd, _ODD_PHASE, mode="valid")
        out = (out + even[:count]) / 2
        np.rint(out, out=out)
        np.clip(out, -32768, 32767, out=out)
        return out.astype("<i2").tobytes()


def resample(pcm: NDArray[np.float32], from_hz: int, *, to_hz: int) -> NDArray[np.float32]:
    """float32 [samples], mono, of a whole recording at another rate; no delay."""
    if from_hz == to_hz or len(pcm) == 0:
        return pcm
    shared = gcd(from_hz, to_hz)
    up, down = to_hz // shared, from_hz // shared
    half = 16 * max(up, down)
    at = np.arange(-half, half + 1)
    cutoff = 0.97 / max(up, down)
    taps = up * cutoff * np.sinc(cutoff * at) * _kaiser(at / half)
    count = -(-len(pcm) * up // down)
    out = np.empty(count, dtype=np.float32)
    for phase in range(up):
        _fill_phase(out, pcm, taps, phase=phase, ratio=(up, down))
    return out


def _fill_phase(
    out: NDArray[np.float32],
    pcm: NDArray[np.float32],
    taps: NDArray[np.float64],
    *,
    phase: int,
    ratio: tuple[int, int],
) -> None:
    """Compute the outputs that use one phase of the filter: every `up`-th one."""
    up, down = ratio
    half = len(taps) // 2
    targets = np.arange(phase, len(out), up)
    if len(targets) == 0:
        return
    # Output n stands at n*down on the up-sampled grid; input i at i*up.
    centre = targets * down
    reach = half // up
    nearest = centre // up
    offset = int(centre[0] - nearest[0] * up)
    steps = np.arange(-reach, reach + 1)
    index = half + offset - steps * up
    used = (index >= 0) & (index < len(taps))
    steps, weights = steps[used], taps[index[used]].astype(np.float32)
    padded = np.pad(pcm, (reach, reach + 1))
    total = np.zeros(len(targets), dtype=np.float32)
    for step, weight in zip(steps, weights, strict=True):
        total += weight * padded[nearest + step + reach]
    out[targets] = total
