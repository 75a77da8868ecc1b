"""How loud is this, beside the party on the line? (Pure.)

A voice detector takes babble for voice, which it is; but the party is louder than the room behind
it. The party's level starts at the nominal active speech level of telephony (26 dB below overload,
ITU-T G.100.1) and follows what is heard; the room's level is the quietest of the last seconds.
"""

import math
from collections import deque
from typing import NamedTuple

NOMINAL_DB = -26.0
SURE = 0.9
"""A voice probability that babble seldom reaches."""

_RISE = 0.3
_FALL = 0.02
_DECAY_DB = 0.005
"""Per window of 32 ms: a quieter party than the one before gets its chance in time."""

_SMOOTH = 5
"""Windows that the power is averaged over."""

_SECOND = 31  # windows
_FLOOR_SECONDS = 8


class Level(NamedTuple):
    """How loud a window is."""

    below_party_db: float = 0.0
    above_room_db: float = 60.0


class Foreground:
    """Contract: `receive` each window's voice probability and mean power, in order."""

    def __init__(self) -> None:
        self._level_db = NOMINAL_DB
        self._powers: list[float] = []
        self._floors_db: deque[float] = deque(maxlen=_FLOOR_SECONDS)
        self._windows = 0

    def receive(self, probability: float, power: float) -> Level:
        """Take the next window; `power` is the mean square of its samples (1 = full scale)."""
        self._powers = [*self._powers[1 - _SMOOTH :], power]
        loud_db = 10 * math.log10(sum(self._powers) / len(self._powers) + 1e-10)
        if probability >= 0.5 and loud_db > self._level_db:
            self._level_db += _RISE * (loud_db - self._level_db)
        elif probability >= SURE:
            self._level_db += _FALL * (loud_db - self._level_db)
        self._level_db -= _DECAY_DB
        return Level(self._level_db - loud_db, loud_db - self._floor_db(loud_db))

    def _floor_db(self, loud_db: float) -> float:
        """The quietest of the last seconds, this window included."""
        if self._windows % _SECOND == 0:
            self._floors_db.append(loud_db)
        self._windows += 1
        self._floors_db[-1] = min(self._floors_db[-1], loud_db)
        return min(self._floors_db)
