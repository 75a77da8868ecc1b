"""Key presses in RTP (RFC 4733 section 2.3): recognised and counted, never read.

The event code, which says what key it was, is not looked at: callers key in card numbers.
"""

import struct
from typing import NamedTuple

_BODY = struct.Struct("!xBH")
_END = 0x80


class Press(NamedTuple):
    """One key press, in timestamp units of the leg."""

    start: int
    end: int


class KeyPresses:
    """Finds key presses in one leg's telephone-event packets, given in order.

    Each packet of an event has the timestamp of its start and a growing duration; the last, with
    the end bit, is sent three times. All of it may be lost but one packet.
    """

    def __init__(self) -> None:
        self._open: Press | None = None
        self._segment = 0
        self._ended_segment: int | None = None

    def receive(self, payload: bytes, *, timestamp: int) -> list[Press]:
        """The presses that are complete now; `timestamp` does not wrap."""
        if len(payload) < 4 or timestamp == self._ended_segment:
            return []
        flags, duration = _BODY.unpack_from(payload)
        done: list[Press] = []
        start = timestamp
        if self._open and timestamp in (self._segment, self._open.end):
            # From its end on: longer than the duration field holds (section 2.5.1.3).
            start = self._open.start
        else:
            done += self.finish()
        self._open = Press(start, timestamp + duration)
        self._segment = timestamp
        if flags & _END:
            self._ended_segment = timestamp
            done += self.finish()
        return done

    def finish(self) -> list[Press]:
        """The press whose end never came, because something else did."""
        pressed, self._open = self._open, None
        return [pressed] if pressed else []
