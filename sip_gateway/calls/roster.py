"""Which media workers are up, and which of them takes the next call: no socket, no clock."""

from collections.abc import Mapping

from sip_gateway.sip.screening import Refusal

RETRY = (("Retry-After", "5"),)


class Roster:
    """The media workers of one signalling process, by number."""

    def __init__(self, count: int, *, refuse_above_load: float) -> None:
        self.up = [False] * count
        self._loads = [0.0] * count
        self._limit = refuse_above_load

    def comes(self, worker: int) -> None:
        """A worker can be talked to."""
        self.up[worker] = True

    def goes(self, worker: int) -> None:
        """A worker is gone with everything it knew."""
        self.up[worker], self._loads[worker] = False, 0.0

    def tells_load(self, worker: int, load: float) -> None:
        """How busy the worker's recogniser is: 0 idle, 1 full."""
        self._loads[worker] = load

    def find(self, calls: Mapping[int, int], *, active: int, most: int) -> int | Refusal:
        """The worker that takes the next call, or why none does."""
        if not any(self.up):
            return Refusal(503, "no media worker", RETRY)
        if active >= most:
            return Refusal(486, "max_calls", RETRY)
        chosen = self.choose(calls)
        return Refusal(503, "the recogniser has no room", RETRY) if chosen is None else chosen

    def choose(self, calls: Mapping[int, int]) -> int | None:
        """The worker with the fewest calls of those with room; None if there is none."""
        able = [worker for worker, is_up in enumerate(self.up) if is_up and not self._full(worker)]
        return min(able, key=lambda worker: calls.get(worker, 0), default=None)

    def _full(self, worker: int) -> bool:
        return 0.0 < self._limit < self._loads[worker]
