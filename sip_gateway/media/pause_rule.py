"""Whether a call is paused, why and until when, and what keys do about it: no socket, no clock.

Keys live here and nowhere else: a few seconds, in memory, as many as the longest sequence has.
"""

from collections import deque
from enum import Enum
from typing import NamedTuple

from sip_gateway.audio.key import Key
from sip_gateway.settings import Pause as Settings

BETWEEN_KEYS_MS = 5_000
"""Keys further apart belong to nothing in common."""

DIGITS = "0123456789"


class Cause(NamedTuple):
    """Why a call is paused or heard again, and who wants it; as in `LegHeld`."""

    why: str
    by: str


TIME = Cause("time", "time")
"""It has lasted as long as it may."""


class Asked(Enum):
    """What a key completes."""

    PAUSE = "pause"  # the sequence for it
    PAUSE_BY_DIGITS = "digits"  # so many digits in a row
    RESUME = "resume"
    NOTHING = "nothing"


class _LegKeys:
    """What one leg keyed in last."""

    def __init__(self, remembered: int) -> None:
        self.keys: deque[Key] = deque(maxlen=remembered)
        self.digits = 0
        self.last_ms = 0


class CallPause:
    """The pause of one call. Times are ms on the call clock; `now_ms` is passed in."""

    def __init__(self, settings: Settings) -> None:
        self.why = ""
        """Empty while the call is not paused."""

        self.by = ""
        self.since_ms = 0
        self.until_ms: int | None = None
        """When it ends by itself; None: never."""

        self._settings = settings
        self._by_digits = False
        self._legs: dict[str, _LegKeys] = {}

    @property
    def on(self) -> bool:
        """Whether the call is paused."""
        return bool(self.why)

    @property
    def by_digits(self) -> bool:
        """Whether the pause began because digits were keyed in, and ends soon after them."""
        return self._by_digits

    @property
    def cause(self) -> Cause:
        """Of the pause that is on."""
        return Cause(self.why, self.by)

    def begin(self, at_ms: int, cause: Cause, *, now_ms: int, by_digits: bool = False) -> None:
        """The call is paused from `at_ms` on; a pause that is on goes on, for this reason."""
        if not self.on:
            self.since_ms = at_ms
        (self.why, self.by), self._by_digits = cause, by_digits
        longest_s = self._settings.digits_over_s if by_digits else self._settings.longest_s
        self.until_ms = now_ms + round(longest_s * 1000) if longest_s else None

    def end(self) -> None:
        """The call is heard again."""
        self.why, self.by, self._by_digits, self.until_ms = "", "", False, None

    def is_over(self, *, now_ms: int) -> bool:
        """True when the pause has lasted as long as it may."""
        return self.on and self.until_ms is not None and now_ms >= self.until_ms

    def press(self, leg_id: str, role: str, *, key: Key, at_ms: int) -> Asked:
        """A key was pressed on a leg."""
        remembered = max(len(self._settings.pause_keys), len(self._settings.resume_keys))
        leg = self._legs.setdefault(leg_id, _LegKeys(remembered))
        if at_ms - leg.last_ms > BETWEEN_KEYS_MS:
            leg.keys.clear()
            leg.digits = 0
        leg.last_ms = at_ms
        if (asked := self._sequence(leg, role, key)) is not Asked.NOTHING:
            leg.keys.clear()
            leg.digits = 0
            return asked
        return self._count(leg, role, key=key, at_ms=at_ms)

    def forget(self, *, now_ms: int) -> None:
        """Drop keys that nothing can follow any more."""
        for leg_id, leg in list(self._legs.items()):
            if now_ms - leg.last_ms > BETWEEN_KEYS_MS:
                del self._legs[leg_id]

    def _sequence(self, leg: _LegKeys, role: str, key: Key) -> Asked:
        if role != "agent" and self._settings.keys_from == "agent":
            return Asked.NOTHING
        leg.keys.append(key)
        if _ends_with(leg.keys, self._settings.pause_keys):
            return Asked.PAUSE
        if _ends_with(leg.keys, self._settings.resume_keys):
            return Asked.RESUME
        return Asked.NOTHING

    def _count(self, leg: _LegKeys, role: str, *, key: Key, at_ms: int) -> Asked:
        """So many digits in a row begin a pause; every key after them makes it last longer."""
        wanted = self._settings.pause_on_digits
        if not wanted or role == "agent":
            return Asked.NOTHING
        if self._by_digits:
            self.until_ms = at_ms + round(self._settings.digits_over_s * 1000)
        leg.digits = min(leg.digits + 1, wanted) if key.among(DIGITS) else 0
        complete = leg.digits >= wanted and not self.on
        return Asked.PAUSE_BY_DIGITS if complete else Asked.NOTHING


def _ends_with(keys: deque[Key], sequence: str) -> bool:
    if not sequence or len(keys) < len(sequence):
        return False
    last = list(keys)[-len(sequence) :]
    return all(key.among(wanted) for key, wanted in zip(last, sequence, strict=True))
