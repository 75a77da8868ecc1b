"""Key presses in RTP telephone-events (RFC 4733 section 2.3): counted, and told by their time.

Which key it was is looked at only where a rule needs it, and then it is a `Key`, which cannot be
printed or stored: callers key in card numbers.
"""

import struct
from typing import NamedTuple

from sip_gateway.audio.key import Key

_BODY = struct.Struct("!BBH")
_END = 0x80
_SYMBOLS = "0123456789*#ABCD"
"""By event code (section 3.2)."""


class Press(NamedTuple):
    """One key press, in timestamp units of the leg."""

    start: int
    end: int
    key: Key | None = None
    """None where keys are not read, and for events that are no key of a telephone."""


class KeyPresses:
    """Finds key presses in one leg's telephone-event packets, given in order.

    Each packet of an event has the timestamp of its start and a growing duration; the last, with
    the end bit, is sent three times. All of it may be lost but one packet.
    """

    def __init__(self, *, read: bool = False) -> None:
        self._read = read
        self._open: Press | None = None
        self._segment = 0
        self._ended_segment: int | None = None

    @property
    def under_way(self) -> Press | None:
        """The press that has begun and not ended."""
        return self._open

    def receive(self, payload: bytes, *, timestamp: int, clock_per_tick: int = 1) -> list[Press]:
        """The presses that are complete now; `timestamp` does not wrap and is in ticks."""
        if len(payload) < 4 or timestamp == self._ended_segment:
            return []
        code, flags, duration = _BODY.unpack_from(payload)
        duration //= clock_per_tick
        done: list[Press] = []
        start = timestamp
        if self._open and timestamp in (self._segment, self._open.end):
            # From its end on: longer than the duration field holds (section 2.5.1.3).
            start = self._open.start
        else:
            done += self.finish()
        key = Key(_SYMBOLS[code]) if self._read and code < len(_SYMBOLS) else None
        self._open = Press(start, timestamp + duration, key)
        self._segment = timestamp
        if flags & _END:
            self._ended_segment = timestamp
            done += self.finish()
        return done

    def finish(self) -> list[Press]:
        """The press whose end never came, because something else did."""
        pressed, self._open = self._open, None
        return [pressed] if pressed else []
