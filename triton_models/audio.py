"""The audio of one leg that may still be read: grows at its end, is forgotten at its start."""

import numpy as np
from numpy.typing import NDArray

_ROOM = 4 * 16000
"""Samples that are made room for at least."""


class OpenAudio:
    """Positions are samples since the first that was appended."""

    def __init__(self) -> None:
        self._buffer = np.zeros(_ROOM, np.float32)
        self._begin = 0  # position of the buffer's first sample
        self._end = 0

    def append(self, samples: NDArray[np.float32]) -> None:
        """Take the next samples."""
        used, needed = self._end - self._begin, self._end - self._begin + len(samples)
        if needed > len(self._buffer):
            larger = np.zeros(max(needed, 2 * len(self._buffer)), np.float32)
            larger[:used] = self._buffer[:used]
            self._buffer = larger
        self._buffer[used:needed] = samples
        self._end += len(samples)

    def between(self, start: int, end: int) -> NDArray[np.float32]:
        """A copy, which stays as it is whatever comes."""
        if not self._begin <= start <= end <= self._end:
            raise ValueError(f"{start} to {end} is not within {self._begin} to {self._end}")
        return self._buffer[start - self._begin : end - self._begin].copy()

    def forget(self, before: int) -> None:
        """Nothing before this position is asked for any more. Memory moves only now and then."""
        excess = min(before, self._end) - self._begin
        if excess < _ROOM // 2:
            return
        left = self._end - self._begin - excess
        self._buffer[:left] = self._buffer[excess : excess + left].copy()
        self._begin += excess
