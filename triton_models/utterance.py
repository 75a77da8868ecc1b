"""Where utterances start and end, from voice probabilities and levels (sans-I/O).

A run opens after `start_history_ms` of voice, some of it as loud as the party on the line, and
closes after `stop_history_ms` without. It reaches back over `PRE_ROLL` (the first phoneme is often
weaker than the threshold) and on over `TAIL` (so is the last), but never into the run before it:
no sample belongs to two runs. Positions are samples.

The level rules, measured on ten synthetic calls, four with babble 14 to 22 dB down: without them
66 s outside of turns were taken for speech, with them 15 s, nearly all of it the pauses around
turns that runs reach into; 0.1 % of the voice within turns was missed.
"""

from typing import NamedTuple

from triton_models.foreground import SURE, Level
from triton_models.options import Endpointing as Asked
from triton_models.unvoiced import WINDOW as WINDOW
from triton_models.unvoiced import Whispers

PRE_ROLL = 9 * WINDOW
TAIL = 6 * WINDOW

_MAY_PAUSE = 2 * WINDOW
"""Silence within the voice that starts a run."""

_REACH_BACK = 18 * WINDOW
"""Voice that did not open a run by then was none: what comes later opens its own."""

_DOUBTFUL_DB = 10.0
_SURE_DB = 18.0
"""Voice may be so far below the party's level: just enough voice, and sure voice. What is surer
yet is the party's at any level."""

_ABOVE_ROOM_DB = 6.0
"""And it has to be this much above the room's."""

_STRONG_DB = 7.0
_STRONG_WINDOWS = 2
"""So many windows must be this close to the party's level and above the room's, or very sure, to
open a run."""

_STRONG_ABOVE_ROOM_DB = 12.0
_VERY_SURE = 0.98
_LOUD = Level()


class Run(NamedTuple):
    """One stretch of speech."""

    start: int
    """First sample to recognise."""

    voice_start: int
    voice_end: int
    end: int
    """One past the last sample to recognise."""

    silent: bool = False
    """It ended because the speaker was silent for long enough."""


class _Rise(NamedTuple):
    """A voiced window while no run is open."""

    at: int
    strong: bool


class Endpointing:
    """Contract: give it every window in order; take each finished run it returns."""

    def __init__(self, asked: Asked) -> None:
        self.position = 0
        self.open: Run | None = None
        self._starts = asked.start_threshold
        self._goes_on = asked.stop_threshold
        self._start_windows = max(1, asked.start_history_ms // 32)
        self._stop_samples = max(asked.stop_history_ms * 16, TAIL)
        self._pause_samples = min(asked.stop_history_eou_ms * 16, self._stop_samples)
        self._taken = 0
        self._rising: list[_Rise] = []
        self._whispers = Whispers()

    @property
    def silence(self) -> int:
        """Samples since the open run's last voice; 0 without one."""
        return self.position - self.open.voice_end if self.open else 0

    @property
    def pauses(self) -> bool:
        """True while the open run's speaker may have finished."""
        return self.open is not None and self.silence >= self._pause_samples

    def receive_window(
        self, probability: float, level: Level = _LOUD, *, whispered: float = 0.0
    ) -> Run | None:
        """Take the next window; return the run that ended with it."""
        start = self.position
        self.position += WINDOW
        since = self._whispers.receive(start, whispered, level)
        heard = self._is_heard(probability, level)
        if self.open is None:
            rise = _Rise(start, strong=_is_strong(probability, level))
            self._listen(rise, probability if heard else 0.0)
            if self.open is None and since is not None:
                self._begin(since)
            return None
        if since is not None or (heard and probability >= self._goes_on):
            self.open = self.open._replace(voice_end=self.position, end=self.position)
            return None
        self.open = self.open._replace(end=min(self.position, self.open.voice_end + TAIL))
        if self.silence < self._stop_samples:
            return None
        run = self.finish()
        return run and run._replace(silent=True)

    def cut(self, at: int) -> Run:
        """End the open run at sample `at`, within it; what follows is the open run from now on."""
        run = self.open
        if run is None:
            raise ValueError("no run is open")
        self._taken = at
        self.open = Run(at, at, max(run.voice_end, at), run.end)
        return run._replace(voice_end=min(run.voice_end, at), end=at)

    def finish(self) -> Run | None:
        """End the open run here, if there is one."""
        run, self.open = self.open, None
        self._rising = []
        if run is not None:
            self._whispers.forget()
            self._taken = run.end
        return run

    def needed_from(self) -> int:
        """Audio before this sample belongs to no run that is open or may still open."""
        if self.open is not None:
            return self.open.start
        first = self._rising[0].at if self._rising else self.position
        if self._whispers.first is not None:
            first = min(first, self._whispers.first)
        return max(self._taken, first - PRE_ROLL, 0)

    def _is_heard(self, probability: float, level: Level) -> bool:
        """Whether a window that has voice may be the party's."""
        least = self._goes_on
        surety = min(1.0, max(0.0, (probability - least) / max(SURE - least, 0.01)))
        lowest_db = _DOUBTFUL_DB + (_SURE_DB - _DOUBTFUL_DB) * surety
        near = level.below_party_db <= lowest_db and level.above_room_db >= _ABOVE_ROOM_DB
        return near or probability >= SURE

    def _listen(self, window: _Rise, probability: float) -> None:
        level = self._goes_on if self._rising else self._starts
        if probability >= level:
            self._rising.append(window)
        elif self._rising and window.at - self._rising[-1].at > _MAY_PAUSE:
            self._rising = []
        self._rising = [r for r in self._rising if self.position - r.at <= _REACH_BACK]
        if len(self._rising) < self._start_windows:
            return
        if sum(rise.strong for rise in self._rising) >= min(_STRONG_WINDOWS, self._start_windows):
            self._begin(self._rising[0].at)

    def _begin(self, first: int) -> None:
        begin = max(self._taken, first - PRE_ROLL, 0)
        self.open = Run(begin, max(begin, first), self.position, self.position)
        self._rising = []


def _is_strong(probability: float, level: Level) -> bool:
    loud = level.below_party_db <= _STRONG_DB and level.above_room_db >= _STRONG_ABOVE_ROOM_DB
    return loud or probability >= _VERY_SURE
