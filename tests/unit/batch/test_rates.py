"""Resampling to 16 kHz, block by block."""

import numpy as np
import pytest
from numpy.typing import NDArray

from trunkline.batch.rates import Resampler

RATES = (8000, 11025, 16000, 22050, 24000, 32000, 44100, 48000)


def resampled(wave: NDArray[np.float32], from_hz: int, *, block: int) -> NDArray[np.float32]:
    resampler = Resampler(from_hz)
    parts = [resampler.process(wave[at : at + block]) for at in range(0, len(wave), block)]
    return np.concatenate([*parts, resampler.finish()])


def tone(hz: float, rate_hz: int, *, seconds: float = 2.0) -> NDArray[np.float32]:
    at = np.arange(int(seconds * rate_hz)) / rate_hz
    wave: NDArray[np.float32] = np.sin(2 * np.pi * hz * at).astype(np.float32)
    return wave


@pytest.mark.parametrize("rate_hz", RATES)
def test_a_tone_stays_the_same_tone_in_the_same_place(rate_hz: int) -> None:
    out = resampled(tone(1000, rate_hz), rate_hz, block=rate_hz)
    assert len(out) == 32000
    error = (out - tone(1000, 16000))[500:-500]
    assert np.sqrt(np.mean(error**2)) < 1e-4


@pytest.mark.parametrize("rate_hz", RATES)
def test_the_samples_do_not_depend_on_how_the_input_was_cut(rate_hz: int) -> None:
    wave = np.random.default_rng(1).normal(0, 0.1, rate_hz // 2).astype(np.float32)
    whole = resampled(wave, rate_hz, block=len(wave))
    assert np.array_equal(whole, resampled(wave, rate_hz, block=777))


@pytest.mark.parametrize("rate_hz", [22050, 44100, 48000])
def test_what_16_khz_cannot_hold_is_not_folded_into_it(rate_hz: int) -> None:
    out = resampled(tone(9500, rate_hz), rate_hz, block=rate_hz)
    assert np.abs(out[500:-500]).max() < 1e-3


@pytest.mark.parametrize("samples", [0, 1, 7, 100])
def test_a_few_samples_are_not_lost(samples: int) -> None:
    assert len(resampled(np.zeros(samples, np.float32), 8000, block=50)) == 2 * samples
