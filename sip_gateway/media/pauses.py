"""When a leg is not to be heard, on the call clock: no socket, no clock."""

from typing import NamedTuple


class Span(NamedTuple):
    """A stretch of the call clock, its end not in it."""

    start_ms: int
    end_ms: int


class Pauses:
    """The pauses of one leg. Audio may pass by some time after it was taken out of use, so each
    pause is kept until all before its end has gone by."""

    def __init__(self) -> None:
        self.since_ms: int | None = None
        """Start of the pause that has not ended."""

        self._over: list[Span] = []

    @property
    def any(self) -> bool:
        """Whether there is a pause, or was one that has not gone by."""
        return self.since_ms is not None or bool(self._over)

    def begin(self, at_ms: int) -> None:
        """Nothing from `at_ms` on is to be heard."""
        if self.since_ms is None:
            self.since_ms = at_ms

    def end(self, at_ms: int) -> Span | None:
        """What comes from `at_ms` on is heard again; the pause that is over, if there was one."""
        if self.since_ms is None:
            return None
        span = Span(self.since_ms, max(at_ms, self.since_ms))
        self._over.append(span)
        self.since_ms = None
        return span

    def audible(self, span: Span) -> list[Span]:
        """The parts of `span` that may be heard; nothing before its start is asked for again."""
        self._over = [over for over in self._over if over.end_ms > span.start_ms]
        parts = [span]
        for pause in self._over:
            parts = [rest for part in parts for rest in _without(part, pause)]
        if self.since_ms is not None:
            endless = Span(self.since_ms, max(span.end_ms, self.since_ms))
            parts = [rest for part in parts for rest in _without(part, endless)]
        return parts


def _without(part: Span, pause: Span) -> list[Span]:
    before = Span(part.start_ms, min(part.end_ms, pause.start_ms))
    after = Span(max(part.start_ms, pause.end_ms), part.end_ms)
    if before.end_ms >= part.end_ms or after.start_ms <= part.start_ms:
        return [part]
    return [rest for rest in (before, after) if rest.start_ms < rest.end_ms]
