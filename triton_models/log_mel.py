"""Samples -> the log-mel spectrogram that Whisper hears (Radford et al., 2022; pure)."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_RATE_HZ = 16000
_WINDOW = 400  # 25 ms
_HOP = 160  # 10 ms
_BANDS = 80
_RANGE = 8.0
"""Powers of ten below the loudest that are told apart."""


def log_mel(samples: Floats) -> Floats:
    """float32 [80, frames] of float32 [samples], 16 kHz mono; one frame each 10 ms."""
    padded = np.pad(samples, _WINDOW // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP][:-1]
    power = np.abs(np.fft.rfft(frames * _hann(), axis=1)) ** 2
    level = np.log10(np.maximum(_filters() @ power.T.astype(np.float32), 1e-10))
    return np.asarray((np.maximum(level, level.max() - _RANGE) + 4.0) / 4.0, np.float32)


@cache
def _hann() -> Floats:
    return np.asarray(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_WINDOW) / _WINDOW), np.float32)


@cache
def _filters() -> Floats:
    """float32 [80, 201]: triangles of equal area, evenly spaced on Slaney's mel scale."""
    hz = np.linspace(0, _RATE_HZ / 2, _WINDOW // 2 + 1)
    edges = _hz(np.linspace(0.0, _mel(_RATE_HZ / 2), _BANDS + 2))
    rise = (hz - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    fall = (edges[2:, None] - hz) / (edges[2:] - edges[1:-1])[:, None]
    area = 2.0 / (edges[2:] - edges[:-2])[:, None]
    return np.asarray(np.maximum(0.0, np.minimum(rise, fall)) * area, np.float32)


def _mel(hz: float) -> float:
    """Linear to 1 kHz, logarithmic above."""
    return hz * 3 / 200 if hz < 1000 else 15 + 27 * np.log(hz / 1000) / np.log(6.4)


def _hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(mel < 15, mel * 200 / 3, 1000 * np.exp((mel - 15) * np.log(6.4) / 27))
