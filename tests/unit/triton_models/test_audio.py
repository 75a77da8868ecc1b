"""The audio of a leg that may still be read."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from triton_models.audio import OpenAudio


def ramp(start: int, size: int) -> NDArray[np.float32]:
    return np.arange(start, start + size, dtype=np.float32)


@given(st.lists(st.tuples(st.integers(0, 40_000), st.floats(0, 1)), max_size=20))
def test_what_was_not_forgotten_is_there(pieces: list[tuple[int, float]]) -> None:
    audio, end, kept_from = OpenAudio(), 0, 0
    for size, share in pieces:
        audio.append(ramp(end, size))
        end += size
        assert np.array_equal(audio.between(kept_from, end), ramp(kept_from, end - kept_from))
        kept_from += int((end - kept_from) * share)
        audio.forget(kept_from)


def test_what_is_handed_out_stays_as_it_is() -> None:
    audio = OpenAudio()
    audio.append(ramp(0, 64_000))
    part = audio.between(0, 10)
    audio.forget(64_000)
    audio.append(ramp(64_000, 64_000))
    assert np.array_equal(part, ramp(0, 10))


def test_what_is_not_there_is_refused() -> None:
    audio = OpenAudio()
    audio.append(ramp(0, 64_000))
    audio.forget(64_000)
    with pytest.raises(ValueError, match="not within"):
        audio.between(0, 10)
