"""When batch work stands still for live calls (pure).

The lowest scheduling class keeps the CPU for live legs already; but what batch has in flight still
takes cache and memory bandwidth, and keeps a busy machine from catching up.
"""

from typing import NamedTuple

PAUSE_BACKLOG_MS = 400
"""Audio waiting on some live leg: in a steady state it is a step or two of 100 ms."""

RESUME_BACKLOG_MS = 200
PAUSE_LOAD = 0.8
"""Of the speaking legs that the recogniser can hold."""

RESUME_LOAD = 0.6
CALM_S = 5.0
"""So long it has to be quiet before work goes on."""


class LiveLoad(NamedTuple):
    """How busy the live recogniser is: the worst of its processes."""

    backlog_ms: float = 0.0
    load: float = 0.0
    """Share of what it can hold; 0 where it does not say."""

    is_silent: bool = False
    """A process that should answer does not: taken for one that has no time to."""


class GiveWay:
    """Contract: `receive` what is known every second or so; work while `may_work`.

    Times are seconds on one monotonic clock.
    """

    def __init__(self) -> None:
        self.may_work = True
        self.paused_s = 0.0
        self._calm_since: float | None = None
        self._last: float | None = None

    def receive(self, load: LiveLoad, *, now: float) -> None:
        """Take the newest measurement."""
        if not self.may_work and self._last is not None:
            self.paused_s += now - self._last
        self._last = now
        if self._is_busy(load):
            self.may_work = False
            self._calm_since = None
        elif not self._is_calm(load):
            self._calm_since = None
        elif not self.may_work:
            self._calm_since = now if self._calm_since is None else self._calm_since
            self.may_work = now - self._calm_since >= CALM_S

    @staticmethod
    def _is_busy(load: LiveLoad) -> bool:
        return load.is_silent or load.backlog_ms >= PAUSE_BACKLOG_MS or load.load >= PAUSE_LOAD

    @staticmethod
    def _is_calm(load: LiveLoad) -> bool:
        return load.backlog_ms <= RESUME_BACKLOG_MS and load.load <= RESUME_LOAD
