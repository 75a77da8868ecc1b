"""Cutting an utterance that grew too long."""

import numpy as np
import pytest

from triton_models.cut import quietest
from triton_models.hypothesis import Step
from triton_models.leg import Kind, Leg
from triton_models.options import LegOptions
from triton_models.voice import WINDOW_SAMPLES, HeardWindow

RATE = 16000


def tone(seconds: float, level: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.full(int(seconds * RATE), level, np.float32)


@pytest.mark.parametrize("pause_s", [2.2, 3.0, 3.7])
def test_the_cut_is_in_the_middle_of_the_pause(pause_s: float) -> None:
    samples = tone(4.0, 0.3)
    at = int(pause_s * RATE)
    samples[at : at + 1600] = 0.001
    cut = quietest(samples, first=2 * RATE, last=len(samples) - 1600)
    assert abs(cut - at - 800) <= 320


def test_a_quieter_place_outside_of_the_bounds_is_not_taken() -> None:
    samples = tone(4.0, 0.3)
    samples[: RATE // 2] = 0.0
    assert 2 * RATE <= quietest(samples, first=2 * RATE, last=3 * RATE) <= 3 * RATE


def test_an_endless_utterance_is_cut_into_pieces_that_hold_every_sample_once() -> None:
    """A leg that speaks for 30 s: each sample carries its own number, and comes out once."""
    leg = Leg(LegOptions(max_segment_ms=8000), start_ms=5000)
    size = 30 * RATE // 1600 * 1600
    numbered = (np.arange(size) / size).astype(np.float32)
    taken: list[np.ndarray[tuple[int], np.dtype[np.float32]]] = []
    windows = 0
    for at in range(0, size, 1600):
        full = (at + 1600) // WINDOW_SAMPLES
        leg.receive(numbered[at : at + 1600], [HeardWindow(0.99, 0.01)] * (full - windows))
        windows = full
        taken += [t.samples for t in leg.due(now=at) if t.kind is Kind.FINAL]
        leg.trim()
    leg.finish()
    taken += [t.samples for t in leg.due(now=size)]
    assert len(taken) >= 4
    assert all(len(samples) <= 8.1 * RATE for samples in taken)
    assert np.array_equal(np.concatenate(taken), numbered[: windows * WINDOW_SAMPLES])


def test_a_jump_in_the_clock_is_noticed() -> None:
    leg = Leg(LegOptions(), start_ms=1000)
    audio = np.zeros(1600, np.int16)
    assert leg.continues_at(Step(1, audio, 1000))
    leg.receive(audio.astype(np.float32), [])
    assert leg.continues_at(Step(1, audio, 1100))
    assert not leg.continues_at(Step(1, audio, 1200))
    assert leg.continues_at(Step(1, audio[:0], 0))
