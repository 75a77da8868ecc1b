"""The spectrogram that Whisper hears."""

import numpy as np
import pytest
from numpy.typing import NDArray

from triton_models.log_mel import log_mel


def tone(hz: float, *, seconds: float = 1.0) -> NDArray[np.float32]:
    at_s = np.arange(int(16000 * seconds)) / 16000
    return np.asarray(np.sin(2 * np.pi * hz * at_s), np.float32)


def test_there_are_80_bands_and_a_frame_each_10_ms() -> None:
    assert log_mel(tone(440.0, seconds=0.5)).shape == (80, 50)


@pytest.mark.parametrize(("hz", "band"), [(200.0, 4), (1000.0, 26), (4000.0, 62)])
def test_a_tone_is_loudest_in_its_band(hz: float, band: int) -> None:
    # Slaney's scale: 15 mel at 1 kHz of 45.2 at 8 kHz, over 81 steps.
    assert abs(int(log_mel(tone(hz))[:, 20].argmax()) - band) <= 1


def test_values_span_two_units_down_from_the_loudest() -> None:
    found = log_mel(np.concatenate((tone(440.0), np.zeros(16000, np.float32))))
    assert found.max() - found.min() == pytest.approx(2.0)


def test_ten_times_the_level_is_half_a_unit_more() -> None:
    assert log_mel(tone(440.0) * 0.1).max() == pytest.approx(log_mel(tone(440.0)).max() - 0.5)
