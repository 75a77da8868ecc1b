"""Made-up voices: each speaker a direction, each print that direction with noise."""

import numpy as np
from numpy.typing import NDArray

from triton_models.speakers.listener import Voice
from triton_models.speakers.networks import PRINT_SIZE


class People:
    """Speakers 0, 1, ...: `alike` is the likeness of any two, 0 to 1."""

    def __init__(self, count: int, *, alike: float = 0.4, seed: int = 1) -> None:
        self._rng = np.random.default_rng(seed)
        common = self._direction()
        own = [self._direction() for _ in range(count)]
        self._means = [np.sqrt(alike) * common + np.sqrt(1 - alike) * one for one in own]

    def print(self, who: int, *, noise: float = 0.65) -> NDArray[np.float32]:
        """float32 [192], of length 1; two prints of one speaker are about 0.7 alike."""
        raw = self._means[who] + noise * self._direction()
        return np.asarray(raw / np.linalg.norm(raw), np.float32)

    def says(
        self, who: int, start_ms: int, end_ms: int, *, track: int = 0, closed: bool = True
    ) -> Voice:
        """A stretch of that speaker's talk."""
        return Voice(
            start_ms=start_ms,
            end_ms=end_ms,
            track=track,
            alone_ms=end_ms - start_ms,
            print=self.print(who).tobytes() if end_ms - start_ms >= 300 else b"",
            closed=closed,
        )

    def _direction(self) -> NDArray[np.float64]:
        raw = self._rng.standard_normal(PRINT_SIZE)
        return np.asarray(raw / np.linalg.norm(raw))
