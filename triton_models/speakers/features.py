"""The spectrum that the voice print is taken from: Kaldi's log mel filter bank, in numpy."""

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 16000
FRAME_SAMPLES = 400
SHIFT_SAMPLES = 160
BANDS = 80

_FFT = 512
_PRE_EMPHASIS = 0.97
_LOWEST_HZ = 20.0
_FLOOR = np.float32(np.finfo(np.float32).eps)
_WINDOW = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FRAME_SAMPLES) / (FRAME_SAMPLES - 1))) ** 0.85
"""Kaldi's "povey" window."""


def _mel(hz: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1127.0 * np.log1p(hz / 700.0), np.float64)


def _filters() -> NDArray[np.float32]:
    """float32 [257, 80], triangles of equal width in mel."""
    lowest, highest = _mel(np.array([_LOWEST_HZ, RATE_HZ / 2]))
    edges = np.linspace(lowest, highest, BANDS + 2)
    at = _mel(np.arange(_FFT // 2 + 1) * RATE_HZ / _FFT)[:, np.newaxis]
    left, centre, right = edges[:-2], edges[1:-1], edges[2:]
    rising, falling = (at - left) / (centre - left), (right - at) / (right - centre)
    weights = np.maximum(0.0, np.minimum(rising, falling))
    weights[-1] = 0.0  # Kaldi leaves the Nyquist bin out
    return np.asarray(weights, np.float32)


_FILTERS = _filters()


def filter_bank(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """float32 [frames, 80], log power, of samples in -1 to 1; only frames that fit."""
    if len(samples) < FRAME_SAMPLES:
        return np.zeros((0, BANDS), np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(samples, FRAME_SAMPLES)[::SHIFT_SAMPLES]
    frames = frames - frames.mean(axis=1, keepdims=True)
    before = np.concatenate((frames[:, :1], frames[:, :-1]), axis=1)
    spectrum = np.fft.rfft((frames - _PRE_EMPHASIS * before) * _WINDOW, _FFT)
    power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
    return np.asarray(np.log(np.maximum(power @ _FILTERS, _FLOOR)), np.float32)
