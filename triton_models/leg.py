"""One leg as the recogniser sees it: its audio, its open utterance, and what is due to decode.

Positions are samples since the leg's clock was last set; a jump in the call clock sets it anew.
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from triton_models.cut import quietest
from triton_models.events import Word
from triton_models.foreground import Foreground
from triton_models.hypothesis import SAMPLES_PER_MS, Hypothesis, Step
from triton_models.moonshine import Samples
from triton_models.settings import Settings
from triton_models.utterance import TAIL, Endpointing, Run
from triton_models.voice import HeardWindow, VoiceState

_SLOW_FROM = 4000 * SAMPLES_PER_MS
"""An open utterance longer than this gets its partials less often: each one costs more."""

_CUT_MARGIN = 300 * SAMPLES_PER_MS


class Kind(IntEnum):
    """Why something is decoded; the lower, the sooner."""

    FINAL = 0
    SPECULATIVE = 1
    """The speaker paused: this becomes the final unless more is said."""

    PARTIAL = 2


class Task(NamedTuple):
    """One utterance, or the open part of one, that wants decoding."""

    leg: "Leg"
    kind: Kind
    due_since: int
    """The recogniser's count of steps when it became due."""

    run: Run
    samples: Samples
    draft: tuple[int, ...]
    """What an earlier decode had after `prefix`: to be checked, and kept where right."""

    prefix: tuple[int, ...] = ()
    """What the decode starts with, whatever is heard: words that are frozen."""


class Reading(NamedTuple):
    """What was read in a run: draft of its next decode and, unless more is said, its final."""

    run: Run
    tokens: tuple[int, ...]
    words: tuple[Word, ...]
    aligned: bool
    """True when the words have their final times."""

    token_ends: tuple[int, ...] = ()
    """How many of `tokens` the words take up to and with each; empty where that is not known."""


class Leg:
    """Contract: `receive` a step with its voice probabilities, decode what is in `due`."""

    def __init__(self, settings: Settings, *, start_ms: int) -> None:
        self.voice = VoiceState()
        self.shown = False
        """True when a partial of the open segment was published."""

        self.reading: Reading | None = None
        self.next_ms = start_ms
        self._revision = 0
        self._settings = settings
        self._clock_ms = start_ms
        self._endpointing = Endpointing(settings)
        self._foreground = Foreground()
        self._audio: NDArray[np.float32] = np.zeros(0, np.float32)
        self._audio_at = 0
        self._finished: list[Run] = []
        self._partial_due_since: int | None = None

    def ms(self, position: int) -> int:
        """Call clock of the sample at `position`."""
        return self._clock_ms + position // SAMPLES_PER_MS

    @property
    def done_ms(self) -> int:
        """Audio before this needs no more work."""
        return self.ms(self._endpointing.needed_from())

    def continues_at(self, step: Step) -> bool:
        """True when the step's audio follows the leg's last without a jump."""
        return not len(step.samples) or step.start_ms == self.next_ms

    def receive(self, samples: Samples, windows: Sequence[HeardWindow]) -> None:
        """Take audio, and what was heard in each window that it completed."""
        self._audio = np.concatenate((self._audio, samples))
        self.next_ms += len(samples) // SAMPLES_PER_MS
        for window in windows:
            level = self._foreground.receive(window.probability, window.power)
            run = self._endpointing.receive_window(window.probability, level)
            if run is not None:
                self._finished.append(run)
            self._cut_if_long()

    def finish(self) -> None:
        """No audio follows for now: what is open is finished."""
        run = self._endpointing.finish()
        if run is not None:
            self._finished.append(run)

    def restart_clock(self, start_ms: int) -> None:
        """Audio goes on at `start_ms`, after a hole. Call `finish`, and decode, before it."""
        self._clock_ms = self.next_ms = start_ms
        self._endpointing = Endpointing(self._settings)
        self.voice = VoiceState()
        self._audio = np.zeros(0, np.float32)
        self._audio_at = 0

    def due(self, *, now: int) -> list[Task]:
        """What wants decoding, in order; the finished runs are handed over."""
        finished, self._finished = self._finished, []
        tasks = [self._task(Kind.FINAL, run, since=now) for run in finished]
        # The draft belongs to the first run that closed: it was the open one.
        tasks = tasks[:1] + [task._replace(draft=()) for task in tasks[1:]]
        if not finished and (kind := self._open_kind()) is not None:
            run = self._endpointing.open
            assert run is not None
            if self._partial_due_since is None:
                self._partial_due_since = now
            tasks.append(self._task(kind, run, since=self._partial_due_since))
        return tasks

    def read(self, reading: Reading) -> None:
        """The open run was decoded."""
        self.reading = reading
        self.shown = self.shown or bool(reading.words)
        self._partial_due_since = None

    def hypothesis(self, reading: Reading, *, is_final: bool) -> Hypothesis:
        """The next revision of the segment."""
        self._revision += 1
        words, run = reading.words, reading.run
        return Hypothesis(
            segment_ms=self.ms(run.start),
            revision=self._revision,
            is_final=is_final,
            start_ms=words[0].start_ms if words else self.ms(run.voice_start),
            end_ms=words[-1].end_ms if words else self.ms(run.voice_end),
            audio_end_ms=self.ms(run.end),
            words=words,
        )

    def close_segment(self) -> None:
        """The run was published as final: the next one starts afresh."""
        self.reading = None
        self.shown = False
        self._revision = 0
        self._partial_due_since = None

    def trim(self) -> None:
        """Forget audio that nothing needs any more."""
        excess = self._endpointing.needed_from() - self._audio_at
        if excess > 0:
            self._audio = self._audio[excess:]
            self._audio_at += excess

    def _open_kind(self) -> Kind | None:
        """What the open run is worth now."""
        run, last = self._endpointing.open, self.reading
        if run is None:
            return None
        paused = self._endpointing.silence >= TAIL
        if paused:
            known = last is not None and last.aligned and last.run.voice_end == run.voice_end
            return None if known else Kind.SPECULATIVE
        heard = last.run.voice_end if last else run.voice_start
        interval = self._settings.partial_interval_ms * SAMPLES_PER_MS
        length = run.voice_end - run.start
        if length > _SLOW_FROM:
            interval = interval * length // _SLOW_FROM
        return Kind.PARTIAL if run.voice_end - heard >= interval else None

    def _task(self, kind: Kind, run: Run, *, since: int) -> Task:
        samples = self._audio[run.start - self._audio_at : run.end - self._audio_at]
        draft = self.reading.tokens if self.reading else ()
        return Task(self, kind, since, run, samples, draft)

    def _cut_if_long(self) -> None:
        run = self._endpointing.open
        longest = self._settings.max_segment_ms * SAMPLES_PER_MS
        if run is None or run.end - run.start < longest:
            return
        window = self._audio[run.start - self._audio_at : run.end - self._audio_at]
        at = quietest(window, first=longest // 2, last=len(window) - _CUT_MARGIN)
        self._finished.append(self._endpointing.cut(run.start + at))
