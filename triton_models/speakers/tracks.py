"""Follows speakers from window to window, and cuts their talk into stretches (pure).

The segmentation numbers speakers anew in each window. Windows overlap, so that who is who follows
from who was active when; a track is one speaker for as long as that holds, some seconds as a rule.
Frames are counted from the start of the leg's clock.
"""

from dataclasses import dataclass, field
from itertools import permutations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Active = NDArray[np.bool_]

LONGEST_FRAMES = 178
"""A stretch is cut after 3 s: a print of more tells little more, and costs as much again."""

PAUSE_FRAMES = 12
"""A pause shorter than 0.2 s is part of a stretch."""

LINKED_FRAMES = 6
"""Two windows' speakers are the same if both are active in so many frames."""


@dataclass(slots=True)
class Stretch:
    """A stretch of one track's talk, from `start` up to `end`, in frames."""

    track: int
    start: int
    end: int
    alone: list[bool] = field(default_factory=list)
    """For each frame: nobody else spoke, and this one did."""

    closed: bool = False


class _Window(NamedTuple):
    start: int
    active: Active
    tracks: tuple[int, ...]
    """Of each speaker of the window; -1: none."""


class Tracks:
    """Contract: `receive` each window with where to stop; stretches come out once, when closed."""

    def __init__(self) -> None:
        self.open: dict[int, Stretch] = {}
        self._count = 0
        self._last: _Window | None = None
        self._done = 0

    @property
    def done(self) -> int:
        """Frames before this are decided."""
        return self._done

    @property
    def count(self) -> int:
        """Tracks so far."""
        return self._count

    def skip(self, until: int) -> None:
        """Nobody speaks up to `until`."""
        self._last = None
        self._done = max(self._done, until)

    def receive(self, active: Active, *, start: int, until: int) -> list[Stretch]:
        """Take a window that starts at frame `start`; decide frames up to `until`."""
        window = _Window(start, active, self._linked(active, start))
        self._last = window
        closed: list[Stretch] = []
        for frame in range(max(self._done, start), min(until, start + len(active))):
            row = active[frame - start]
            speaking = [window.tracks[n] for n in np.flatnonzero(row) if window.tracks[n] >= 0]
            closed += self._advance(frame, speaking)
        self._done = max(self._done, until)
        return closed

    def finish(self) -> list[Stretch]:
        """Nothing follows on this clock."""
        closed = [_closed(stretch) for stretch in self.open.values()]
        self.open.clear()
        self._last = None
        return closed

    def _linked(self, active: Active, start: int) -> tuple[int, ...]:
        """The track of each of the window's speakers."""
        speakers = active.shape[1]
        shared = np.zeros((speakers, speakers), np.int64)
        last = self._last
        if last is not None:
            offset = start - last.start
            before = last.active[offset : offset + len(active)].astype(np.int64)
            shared = active[: len(before)].astype(np.int64).T @ before
        best = max(
            permutations(range(speakers)),
            key=lambda order: sum(int(shared[n, m]) for n, m in enumerate(order)),
        )
        return tuple(
            self._track(last, m, shared=int(shared[n, m]), heard=bool(active[:, n].any()))
            for n, m in enumerate(best)
        )

    def _track(self, last: _Window | None, before: int, *, shared: int, heard: bool) -> int:
        if last is not None and shared >= LINKED_FRAMES and last.tracks[before] >= 0:
            return last.tracks[before]
        if not heard:
            return -1
        self._count += 1
        return self._count - 1

    def _advance(self, frame: int, speaking: list[int]) -> list[Stretch]:
        """One frame: open, lengthen and close stretches."""
        closed: list[Stretch] = []
        for track in speaking:
            stretch = self.open.get(track)
            if stretch is not None and frame - stretch.start >= LONGEST_FRAMES:
                closed.append(_closed(self.open.pop(track)))
                stretch = None
            if stretch is None:
                stretch = self.open[track] = Stretch(track, frame, frame)
            stretch.alone += [False] * (frame - stretch.end) + [len(speaking) == 1]
            stretch.end = frame + 1
        for track in [t for t, s in self.open.items() if frame - s.end >= PAUSE_FRAMES]:
            closed.append(_closed(self.open.pop(track)))
        return closed


def _closed(stretch: Stretch) -> Stretch:
    stretch.closed = True
    return stretch
