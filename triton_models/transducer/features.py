"""Log-mel features as Kaldi computes them (`fbank`), for whole signals and for windows (pure).

25 ms Povey windows every 10 ms, mean removed, pre-emphasis 0.97, 80 mel bins from 20 to 7600 Hz
over the power spectrum; samples count as -1 to 1, no dither; frames are centred (`snip_edges`
off): the signal is mirrored at its start. This is what icefall's recipes train on.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from triton_models.transducer.tensors import FRAME_LENGTH, FRAME_SHIFT, MELS, SAMPLE_RATE_HZ

FULL_SCALE = 32768.0
FFT_SIZE = 512
PRE_EMPHASIS = 0.97
LOWEST_HZ = 20.0
HIGHEST_HZ = 7600.0
FLOOR = float(np.finfo(np.float32).eps)
"""No mel energy counts as less."""

MIRRORED = FRAME_LENGTH // 2 - FRAME_SHIFT // 2
"""Samples that the first frame reaches back before the signal's start."""

Floats = NDArray[np.float32]


def log_mel(samples: NDArray[np.int16]) -> Floats:
    """float32 [frames, 80] of a whole signal, int16 [samples], mirrored at both ends."""
    frames = (len(samples) + FRAME_SHIFT // 2) // FRAME_SHIFT
    needed = (frames - 1) * FRAME_SHIFT + FRAME_LENGTH
    mirrored = np.concatenate((samples[:MIRRORED][::-1], samples, samples[::-1]))
    return of_window(mirrored[:needed])


def of_window(window: NDArray[np.int16]) -> Floats:
    """float32 [..., frames, 80] of int16 [..., samples]: every frame that lies within."""
    scaled = window.astype(np.float64) / FULL_SCALE
    frames = np.lib.stride_tricks.sliding_window_view(scaled, FRAME_LENGTH, axis=-1)
    spectrum = np.fft.rfft(frames[..., ::FRAME_SHIFT, :] @ preparation().T, FFT_SIZE)
    energies = (np.abs(spectrum) ** 2) @ mel_weights()
    features: Floats = np.log(np.maximum(energies, FLOOR)).astype(np.float32)
    return features


@cache
def preparation() -> NDArray[np.float64]:
    """float64 [400, 400]: mean removal, pre-emphasis and window, which are one linear map."""
    size = FRAME_LENGTH
    mean_removed = np.eye(size) - 1.0 / size
    before = np.eye(size, k=-1)
    before[0, 0] = 1.0  # Kaldi takes the first sample for the one before it
    emphasised = (np.eye(size) - PRE_EMPHASIS * before) @ mean_removed
    hann: NDArray[np.float64] = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / (size - 1))
    prepared: NDArray[np.float64] = (hann**0.85)[:, np.newaxis] * emphasised
    return prepared


@cache
def mel_weights() -> NDArray[np.float64]:
    """float64 [257, 80]: triangles that are equally wide on the mel scale; the last row is zero."""
    edges = np.linspace(_mel(LOWEST_HZ), _mel(HIGHEST_HZ), MELS + 2)
    left, centre, right = edges[:-2], edges[1:-1], edges[2:]
    bins = _mel(np.arange(FFT_SIZE // 2) * SAMPLE_RATE_HZ / FFT_SIZE)[:, np.newaxis]
    rising = (bins - left) / (centre - left)
    falling = (right - bins) / (right - centre)
    weights = np.maximum(0.0, np.minimum(rising, falling))
    return np.concatenate((weights, np.zeros((1, MELS))))


def _mel(hz: NDArray[np.float64] | float) -> NDArray[np.float64]:
    return np.asarray(1127.0 * np.log1p(np.asarray(hz) / 700.0))
