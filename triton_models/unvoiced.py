"""Whispers: speech without voice, which the voice detector takes for the room's noise (pure).

Noise on the line is what misleads it: of whispers 16 to 26 dB above noise it hears nothing, of the
same without noise most. Brightened (the steady low part of the noise taken away) and half as loud,
it hears both, and takes breath, keys, tones and music for no more than before. What is loud and not
voice is therefore heard a second time, so; silence and voice, nearly all of a call, are not.
"""

from collections import deque

import numpy as np
from numpy.typing import NDArray

from triton_models.foreground import Foreground, Level

Samples = NDArray[np.float32]

WINDOW = 512
"""Samples that one voice probability covers: 32 ms at 16 kHz."""

_BRIGHTEN = 0.95
_GAIN = 0.5
"""Louder, it takes babble for voice: of a line of it 88 % at 1, 2 % at this."""

_VOICE = 0.35
"""Sound with a lower voice probability is doubted."""

_LOUD_DB = 10.0
"""Above the room."""

_NEAR_DB = 12.0
"""Below the party's level at most: at 18, babble 20 dB down made words at the ends of turns."""

_DOUBTS, _OF = 4, 8
"""Doubted windows among the last ones before they are heard again: few edges of voice have them."""

_WARM_UP = 31
"""Windows of the past heard first: the network remembers what came before."""

_HEARS_ON = 16
"""Windows without doubt before it stops."""

_WHISPER = 0.3
_WHISPERED, _AMONG = 4, 24
"""Whispered windows among the last ones that are speech."""

_REACH_BACK = 40
"""Windows of sound before it was known for a whisper that may belong to it."""

_GAP = 8
"""Windows without that part two sounds."""


def is_foreground(level: Level) -> bool:
    """Whether the window may be a whisper of the party's: above the room, not far from them."""
    return level.above_room_db >= _LOUD_DB and level.below_party_db <= _NEAR_DB


class Doubtful:
    """Contract: `receive` each window of a leg with what was heard in it; hear what it returns."""

    def __init__(self) -> None:
        self._foreground = Foreground()
        self._past: deque[Samples] = deque(maxlen=_WARM_UP)
        self._doubts: deque[bool] = deque(maxlen=_OF)
        self._left = 0
        self._before = np.zeros(1, np.float32)

    def receive(self, window: Samples, probability: float, power: float) -> list[Samples]:
        """The brightened windows to hear, this one last: none where nothing is doubtful, several
        where it begins."""
        self._past.append(self._brightened(window))
        level = self._foreground.receive(probability, power)
        self._doubts.append(probability < _VOICE and is_foreground(level))
        begins = not self._left
        if sum(self._doubts) >= _DOUBTS:
            self._left = _HEARS_ON
        elif self._left:
            self._left -= 1
        if not self._left:
            return []
        return list(self._past) if begins else [self._past[-1]]

    def _brightened(self, window: Samples) -> Samples:
        late = np.concatenate((self._before, window[:-1]))
        self._before = window[-1:]
        return np.asarray(_GAIN * (window - _BRIGHTEN * late), np.float32)


class Whispers:
    """Where the party whispers. Contract: `receive` each window in order."""

    def __init__(self) -> None:
        self._loud: deque[int] = deque()
        self._whispered: deque[bool] = deque(maxlen=_AMONG)

    @property
    def first(self) -> int | None:
        """Where what may be a whisper begins."""
        return self._loud[0] if self._loud else None

    def receive(self, at: int, whispered: float, level: Level) -> int | None:
        """Where the whispering began that this window, at sample `at`, belongs to; None if to
        none."""
        near = is_foreground(level)
        self._whispered.append(near and whispered >= _WHISPER)
        if self._loud and at - self._loud[-1] > _GAP * WINDOW:
            self._loud.clear()
        while self._loud and at - self._loud[0] > _REACH_BACK * WINDOW:
            self._loud.popleft()
        if near:
            self._loud.append(at)
        return self._loud[0] if near and sum(self._whispered) >= _WHISPERED else None

    def forget(self) -> None:
        """What was whispered belongs to a run that ended."""
        self._loud.clear()
        self._whispered.clear()
