"""Where to cut an utterance that grew too long: at its quietest point (pure)."""

import numpy as np
from numpy.typing import NDArray

_FRAME = 160  # 10 ms
_AROUND = 9  # frames the level is averaged over: 90 ms, about the shortest gap between words


def quietest(samples: NDArray[np.float32], *, first: int, last: int) -> int:
    """The sample between `first` and `last` in the middle of the quietest 90 ms; ties: the last."""
    frames = len(samples) // _FRAME
    power = np.square(samples[: frames * _FRAME]).reshape(frames, _FRAME).mean(axis=1)
    level = np.convolve(power, np.ones(_AROUND) / _AROUND, mode="same")
    low, high = first // _FRAME, max(first // _FRAME + 1, min(last // _FRAME, frames))
    back = int(np.argmin(level[low:high][::-1]))
    return (high - 1 - back) * _FRAME + _FRAME // 2
