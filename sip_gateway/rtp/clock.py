"""The call clock: integer milliseconds from the first packet of the call, on any leg."""


class CallClock:
    """Maps times of arrival (seconds on one monotonic clock) onto the call clock."""

    def __init__(self, started_at: float | None = None) -> None:
        self.started_at = started_at
        """None until the first packet."""

    def begin(self, now: float) -> None:
        """A packet came; the first one starts the clock."""
        if self.started_at is None:
            self.started_at = now

    def ms(self, now: float) -> int:
        """`now` on the call clock; 0 before its start."""
        if self.started_at is None:
            return 0
        return max(0, round((now - self.started_at) * 1000))
