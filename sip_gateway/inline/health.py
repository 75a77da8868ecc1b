"""Whether a target can be sent calls, by the OPTIONS it answers: no socket, no clock."""

ANSWERED_WITHIN_S = 4.0
"""An OPTIONS that takes longer counts as unanswered."""

NOT_NOW = frozenset({408, 500, 502, 503, 504})
"""Whoever answers anything else is there, though it may not know OPTIONS."""


class TargetHealth:
    """Contract: when `due`, send an OPTIONS and say `asked`; then `answered`, or call `wake` at
    `next_timer`. Times are seconds on one monotonic clock; this class never reads it.

    A target is up until it is known to be down: calls find out for themselves at the start.
    """

    def __init__(self, *, every_s: float, down_after: int, up_after: int, now: float) -> None:
        self.up = True
        self._every_s = every_s
        self._down_after = down_after
        self._up_after = up_after
        self._in_a_row = 0
        """Answers that say the contrary of `up`, in a row."""

        self._ask_at = now
        self._asked_at: float | None = None

    def due(self, *, now: float) -> bool:
        """Whether it is time to ask."""
        return self._every_s > 0 and self._asked_at is None and now >= self._ask_at

    def asked(self, *, now: float) -> None:
        """An OPTIONS is on its way."""
        self._asked_at = now
        self._ask_at = now + self._every_s

    def answered(self, status: int) -> None:
        """A final response to OPTIONS, or to an INVITE, came."""
        self._asked_at = None
        self._count(good=status not in NOT_NOW)

    def unreachable(self) -> None:
        """There is nobody: known at once, without any threshold."""
        self._asked_at = None
        self._count(good=False)
        if self._every_s > 0:
            self.up, self._in_a_row = False, 0

    def wake(self, *, now: float) -> None:
        """Give up waiting for an answer that is late."""
        if self._asked_at is not None and now >= self._asked_at + ANSWERED_WITHIN_S:
            self._asked_at = None
            self._count(good=False)

    def next_timer(self) -> float | None:
        """When `wake`, or `due`, must be called next."""
        if self._asked_at is not None:
            return self._asked_at + ANSWERED_WITHIN_S
        return self._ask_at if self._every_s > 0 else None

    def _count(self, *, good: bool) -> None:
        if good == self.up:
            self._in_a_row = 0
            return
        self._in_a_row += 1
        # Without pings nobody would ever find out that it is back.
        wanted = self._down_after if self.up else self._up_after
        if self._in_a_row >= wanted and self._every_s > 0:
            self.up, self._in_a_row = good, 0
