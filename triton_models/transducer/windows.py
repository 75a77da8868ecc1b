"""One stream's samples, cut into the windows that the encoder takes (sans-I/O).

Windows overlap by what the encoder looks ahead. The features of a window depend on its samples
alone, so whoever computes them keeps no state.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from triton_models.transducer.features import MIRRORED
from triton_models.transducer.tensors import Geometry

Samples = NDArray[np.int16]


class Window(NamedTuple):
    """A stream's next window on its way to the encoder."""

    sequence: int
    samples: Samples
    """int16 [window_samples]."""

    starts: bool
    ends: bool


class Windows:
    """Contract: `receive` samples, then `take` windows until it returns None."""

    def __init__(self, geometry: Geometry) -> None:
        self._geometry = geometry
        self._kept = np.zeros(0, np.int16)
        self._mirrored = False

    @property
    def is_empty(self) -> bool:
        """True when nothing was received."""
        return not self._mirrored and not len(self._kept)

    @property
    def is_ready(self) -> bool:
        """True when there is a window to take."""
        return self._mirrored and len(self._kept) >= self._geometry.window_samples

    def receive(self, samples: Samples) -> None:
        """Take the stream's next samples."""
        self._kept = np.concatenate((self._kept, samples))
        if not self._mirrored and len(self._kept) >= MIRRORED:
            self._mirrored = True
            self._kept = np.concatenate((self._kept[:MIRRORED][::-1], self._kept))

    def finish(self) -> None:
        """Nothing follows: silence fills the windows that hold the last samples."""
        if self.is_empty:
            return
        if not self._mirrored:
            self.receive(np.zeros(MIRRORED, np.int16))
        windows = -(-len(self._kept) // self._geometry.shift_samples)
        needed = (windows - 1) * self._geometry.shift_samples + self._geometry.window_samples
        self._kept = np.concatenate((self._kept, np.zeros(needed - len(self._kept), np.int16)))

    def take(self) -> Samples | None:
        """The next window, int16 [window_samples], if its samples are all there."""
        if not self.is_ready:
            return None
        window = self._kept[: self._geometry.window_samples]
        self._kept = self._kept[self._geometry.shift_samples :]
        return window
