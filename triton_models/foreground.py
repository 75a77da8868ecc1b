"""How loud is this, beside the party on the line? (Pure.)

A voice detector takes babble for voice, which it is; but the party is louder than the room behind
it. The party's level starts at the nominal active speech level of telephony (-26 dB below
overload, ITU-T G.100.1) and follows what is heard.
"""

import math

NOMINAL_DB = -26.0
SURE = 0.9
"""A voice probability that babble seldom reaches."""

_RISE = 0.3
_FALL = 0.02
_DECAY_DB = 0.005
"""Per window of 32 ms: a quieter party than the one before gets its chance in time."""

_SMOOTH = 5
"""Windows that the power is averaged over."""


class Foreground:
    """Contract: `receive` each window's voice probability and mean power, in order."""

    def __init__(self) -> None:
        self._level_db = NOMINAL_DB
        self._powers: list[float] = []

    def receive(self, probability: float, power: float) -> float:
        """How many dB below the party's level this is; `power` is the mean square (1 = full)."""
        self._powers = [*self._powers[1 - _SMOOTH :], power]
        loud_db = 10 * math.log10(sum(self._powers) / len(self._powers) + 1e-10)
        if probability >= 0.5 and loud_db > self._level_db:
            self._level_db += _RISE * (loud_db - self._level_db)
        elif probability >= SURE:
            self._level_db += _FALL * (loud_db - self._level_db)
        self._level_db -= _DECAY_DB
        return self._level_db - loud_db
