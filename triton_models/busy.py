"""How busy the recogniser is, and what it gives up first (pure).

In this order: partials come rarer, and finals do without second attempts, which take many times as
long as a first one; then no partials come, and legs that start meanwhile get none until there is
room again. Finals are always decoded. `load` says so to the gateway, which can refuse calls before
finals come late.
"""

import math

_MEMORY_S = 4.0
"""What was so long ago counts for a third."""

_EASY = 0.7
"""Share of the time up to which partials come sooner than asked, and from which they come rarer."""

_HARD = 0.95
FRUGAL = 0.6
_SOONEST, _RAREST = 0.75, 4.0
FULL = 0.8
"""Share of the time for finals alone at which the recogniser is full: the rest is for peaks."""

ROOM_AGAIN = 0.9
"""Load under which legs that started while it was full get partials."""

_LEAST_LEGS = 2.0
"""Capacity is not told from less speech than this."""


class Busyness:
    """Contract: tell `worked` of each step. Times are seconds on one monotonic clock."""

    def __init__(self, *, now: float) -> None:
        self._told_at = now
        self._busy = 0.0
        self._finals = 0.0
        self._speaking = 0.0
        self.capacity = 0.0
        """Speaking legs whose finals it could keep up with, as last told; 0: not known yet."""

    def worked(self, begun: float, ended: float, *, partials_s: float, speaking: int) -> None:
        """A step was worked on, so long of it on partials, while so many legs spoke."""
        elapsed = max(ended - self._told_at, ended - begun, 1e-6)
        self._told_at = ended
        weight = 1.0 - math.exp(-elapsed / _MEMORY_S)
        self._busy += weight * ((ended - begun) / elapsed - self._busy)
        self._finals += weight * ((ended - begun - partials_s) / elapsed - self._finals)
        self._speaking += weight * (speaking - self._speaking)
        if self._speaking >= _LEAST_LEGS and self._finals > 0.0:
            self.capacity = self._speaking * FULL / self._finals

    @property
    def load(self) -> float:
        """0 idle, 1 full: no more legs can be had without finals coming late."""
        return self._finals / FULL

    @property
    def frugal(self) -> bool:
        """Finals should do without what costs much and mends little: others wait for it."""
        return self._busy > FRUGAL

    @property
    def pace(self) -> float | None:
        """How many times further apart than asked partials come; None: there are none."""
        if self.load >= 1.0:
            return None
        if self._busy <= _EASY:
            return _SOONEST + (1.0 - _SOONEST) * self._busy / _EASY
        return min(_RAREST, 1.0 + (_RAREST - 1.0) * (self._busy - _EASY) / (_HARD - _EASY))
