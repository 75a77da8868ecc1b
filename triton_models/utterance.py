"""Where utterances start and end, from voice probabilities (sans-I/O; positions are samples).

A run opens after `start_history` of voice and closes after `stop_history` of silence. It reaches
back over `PRE_ROLL` (the first phoneme is often weaker than the threshold) and on over `TAIL` (so
is the last), but never into the run before it: no sample belongs to two runs.
"""

from typing import NamedTuple

from triton_models.settings import Settings

WINDOW = 512
"""Samples that one voice probability covers: 32 ms at 16 kHz."""

PRE_ROLL = 9 * WINDOW
TAIL = 6 * WINDOW
HYSTERESIS = 0.15
"""Voice that goes on may be so much less sure than voice that starts."""

_MAY_PAUSE = 2
"""Windows of silence within the voice that starts a run."""


class Run(NamedTuple):
    """One stretch of speech."""

    start: int
    """First sample to recognise."""

    voice_start: int
    voice_end: int
    end: int
    """One past the last sample to recognise."""


class Endpointing:
    """Contract: give it every window in order; take each finished run it returns."""

    def __init__(self, settings: Settings) -> None:
        self.position = 0
        self.open: Run | None = None
        self._threshold = settings.start_threshold
        self._start_windows = max(1, settings.start_history_ms // 32)
        self._stop_samples = max(settings.stop_history_ms * 16, TAIL)
        self._taken = 0
        self._rising: list[int] = []

    @property
    def silence(self) -> int:
        """Samples since the open run's last voice; 0 without one."""
        return self.position - self.open.voice_end if self.open else 0

    def receive_window(self, probability: float) -> Run | None:
        """Take the next window; return the run that ended with it."""
        start = self.position
        self.position += WINDOW
        if self.open is None:
            self._listen(start, probability)
            return None
        if probability >= self._threshold - HYSTERESIS:
            self.open = self.open._replace(voice_end=self.position, end=self.position)
            return None
        self.open = self.open._replace(end=min(self.position, self.open.voice_end + TAIL))
        return self.finish() if self.silence >= self._stop_samples else None

    def cut(self, at: int) -> Run:
        """End the open run at sample `at`, within it; what follows is the open run from now on."""
        run = self._opened()
        self._taken = at
        self.open = Run(at, at, max(run.voice_end, at), run.end)
        return run._replace(voice_end=min(run.voice_end, at), end=at)

    def finish(self) -> Run | None:
        """End the open run here, if there is one."""
        run, self.open = self.open, None
        self._rising = []
        if run is not None:
            self._taken = run.end
        return run

    def quiet_since(self) -> int:
        """Audio before this sample is not needed any more."""
        if self.open is not None:
            return self.open.start
        first = self._rising[0] if self._rising else self.position
        return max(self._taken, first - PRE_ROLL, 0)

    def _listen(self, start: int, probability: float) -> None:
        level = self._threshold - HYSTERESIS if self._rising else self._threshold
        if probability >= level:
            self._rising.append(start)
        elif self._rising and start - self._rising[-1] > _MAY_PAUSE * WINDOW:
            self._rising = []
        if len(self._rising) >= self._start_windows:
            first = self._rising[0]
            begin = max(self._taken, first - PRE_ROLL)
            self.open = Run(begin, first, self.position, self.position)
            self._rising = []

    def _opened(self) -> Run:
        if self.open is None:
            raise ValueError("no run is open")
        return self.open
