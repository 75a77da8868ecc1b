"""The RTP ports of one media worker."""

from collections import deque

COOL_DOWN_S = 10.0
"""A port rests after its call, so that the stragglers of one call do not reach the next."""


class NoPort(Exception):
    """Every port of the worker is in use or resting."""


class PortPool:
    """Even ports (RFC 3550 section 11), the longest unused one first.

    Times are seconds on one monotonic clock; this class never reads it.
    """

    def __init__(self, first: int, last: int, *, index: int = 0, workers: int = 1) -> None:
        ports = list(range(first + first % 2, last + 1, 2))
        share = ports[index * len(ports) // workers : (index + 1) * len(ports) // workers]
        self._free: deque[tuple[float, int]] = deque((float("-inf"), port) for port in share)
        self._share = frozenset(share)

    def __len__(self) -> int:
        """Ports that are not in use."""
        return len(self._free)

    def take(self, *, now: float) -> int:
        """A port that nobody used for a while; NoPort if there is none."""
        if not self._free or self._free[0][0] > now:
            raise NoPort(f"all {len(self._share)} RTP ports of this worker are taken")
        return self._free.popleft()[1]

    def take_named(self, port: int) -> None:
        """A call that was taken up again brings its port; it may be of another worker's share."""
        self._free = deque(entry for entry in self._free if entry[1] != port)

    def give_back(self, port: int, *, now: float) -> None:
        """The port's call is over."""
        if port in self._share:
            self._free.append((now + COOL_DOWN_S, port))
