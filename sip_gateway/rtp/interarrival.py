"""The jitter of packets' arrival (RFC 3550 section 6.4.1), in milliseconds."""

from collections.abc import Iterable

_ODD_MS = 5000.0
"""No jitter is so large: a wrap, or a new series of timestamps."""


class Interarrival:
    """Measures one leg's audio packets, in the order of arrival."""

    def __init__(self) -> None:
        self.now_ms = 0.0
        self.most_ms = 0.0
        self._transit: float | None = None

    def receive(
        self, arrivals: Iterable[float], timestamp: int, *, step: int = 0, clock_hz: int
    ) -> None:
        """Packets came whose timestamps are `step` apart, the first `timestamp`."""
        before, now_ms, most_ms = self._transit, self.now_ms, self.most_ms
        for now in arrivals:
            transit = now * 1000 - timestamp * 1000 / clock_hz
            if before is not None and (moved := abs(transit - before)) < _ODD_MS:
                now_ms += (moved - now_ms) / 16
                if now_ms > most_ms:
                    most_ms = now_ms
            before = transit
            timestamp = (timestamp + step) & 0xFFFFFFFF
        self._transit, self.now_ms, self.most_ms = before, now_ms, most_ms

    def restart(self) -> None:
        """What follows is of another series."""
        self._transit = None
