"""Changes of sample rate by windowed-sinc filters: 8 to 16 kHz live, any for files."""

from collections.abc import Sequence
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
_PAST = 2 * _HALF_TAPS - 1
"""Samples that an output at 16 kHz depends on, beside the new one."""

_AT_ONCE = 40


def _banded() -> NDArray[np.float32]:
    """float32 [_PAST + _AT_ONCE, _AT_ONCE]: the odd phase as a product, for so many outputs."""
    taps = np.zeros((_PAST + _AT_ONCE, _AT_ONCE), dtype=np.float32)
    for n in range(_AT_ONCE):
        taps[n : n + 2 * _HALF_TAPS, n] = _ODD_PHASE[::-1]
    return taps


_BANDED = _banded()


class Upsampler:
    """8 to 16 kHz, step by step without a seam; 3 ms late (`DELAY_MS`)."""

    DELAY_MS = _HALF_TAPS / 8

    def __init__(self) -> None:
        self._past = bytes(2 * _PAST)
        self._known: list[tuple[bytes, bytes]] = []

    def process(self, pcm: bytes) -> bytes:
        """int16 little-endian at 8 kHz in; twice as many samples at 16 kHz out."""
        if self._known:
            known, wide = self._known.pop(0)
            if known == pcm:
                self._past = pcm[-2 * _PAST :]
                return wide
            self._known.clear()
        line = self._past + pcm
        self._past = line[len(line) - 2 * _PAST :]
        return upsampled([line])[0]

    def lines_with(self, steps: Sequence[bytes]) -> list[bytes]:
        """The samples on which the results for these steps depend."""
        before = [self._past, *(step[-2 * _PAST :] for step in steps)]
        return [past + step for past, step in zip(before, steps, strict=False)]

    def note(self, steps: Sequence[bytes], wide: Sequence[bytes]) -> None:
        """What `upsampled` made of the lines with these steps: if they are what comes next, it is
        not done again."""
        self._known = list(zip(steps, wide, strict=True))


def upsampled(lines: Sequence[bytes]) -> list[bytes]:
    """Each of several lines of the same length at 16 kHz, without the samples it begins with. For
    many at once this costs a third of what each costs alone."""
    flat = np.frombuffer(b"".join(lines), dtype="<i2").astype(np.float32)
    narrow = flat.reshape(len(lines), -1)
    new = narrow.shape[1] - _PAST
    out = np.empty((len(lines), new, 2), dtype=np.float32)
    # Output 2k is input k delayed; output 2k+1 lies halfway to the next one.
    out[:, :, 0] = narrow[:, _HALF_TAPS - 1 : _HALF_TAPS - 1 + new]
    out[:, :, 1] = _between(narrow, new)
    np.rint(out, out=out)
    np.clip(out, -32768, 32767, out=out)
    wide = out.astype("<i2").tobytes()
    return [wide[n : n + 4 * new] for n in range(0, len(wide), 4 * new)] if new else [b""]


def _between(narrow: NDArray[np.float32], new: int) -> NDArray[np.float32]:
    """float32 [lines, new]: the samples halfway between those there are."""
    if new % _AT_ONCE:
        return np.stack([np.convolve(line, _ODD_PHASE, mode="valid") for line in narrow])
    shape = (len(narrow), new // _AT_ONCE, _PAST + _AT_ONCE)
    strides = (narrow.strides[0], _AT_ONCE * narrow.itemsize, narrow.itemsize)
    view: NDArray[np.float32] = np.ndarray(shape, narrow.dtype, narrow, strides=strides)
    # A product for each line: one for all of them would be shared out among threads.
    between: NDArray[np.float32] = np.matmul(np.ascontiguousarray(view), _BANDED)
    return between.reshape(len(narrow), new)


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
