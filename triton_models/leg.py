"""One leg as the recogniser sees it: its audio, its open utterance, and what is due to decode.

Positions are samples since the leg's clock was last set; a jump in the call clock sets it anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

from triton_models.audio import OpenAudio
from triton_models.cut import quietest
from triton_models.events import Word
from triton_models.foreground import Foreground
from triton_models.hypothesis import SAMPLES_PER_MS, Hypothesis, ReadBy, Step
from triton_models.moonshine import Samples
from triton_models.options import LegOptions
from triton_models.settle import Settling, joined
from triton_models.utterance import WINDOW, Endpointing, Run
from triton_models.voice import HeardWindow, VoiceState

_SLOW_FROM = 4000 * SAMPLES_PER_MS
"""Audio longer than this gets its partials less often: each one costs more."""

_WINDOW_FROM = 2000 * SAMPLES_PER_MS
"""An utterance is read on from its last pause when so much came before that."""

_INTO_PAUSE = 3 * WINDOW
"""Half of the shortest pause."""

_FIRST_MS = 250
"""The first partial comes after so much speech, where the interval is not shorter yet."""

_SECOND_MODEL_COST = 3
"""A reading of the second model costs so much more: its partials are rarer."""

_CUT_MARGIN = 300 * SAMPLES_PER_MS


class Kind(IntEnum):
    """Why something is decoded; the lower, the sooner."""

    FINAL = 0
    SPECULATIVE = 1
    """The speaker paused: this becomes the final unless more is said."""

    PARTIAL = 2


class Task(NamedTuple):
    """One utterance, or the open end of one, that wants decoding."""

    leg: "Leg"
    kind: Kind
    due_since: int
    """The recogniser's count of steps when it became due."""

    run: Run
    """What is to be read."""

    samples: Samples
    draft: tuple[int, ...]
    """What an earlier decode had after `prefix`: to be checked, and kept where right."""

    prefix: tuple[int, ...] = ()
    """What the decode starts with, whatever is heard: words that are frozen."""

    follows: "Reading | None" = None
    """Of the open end of an utterance: what was read before it."""


class Reading(NamedTuple):
    """What was read in a run: draft of its next decode and, unless more is said, its final."""

    run: Run
    tokens: tuple[int, ...]
    words: tuple[Word, ...]
    aligned: bool
    """True when the words have their final times."""

    token_ends: tuple[int, ...] = ()
    """How many of `tokens` the words take up to and with each; empty where that is not known."""

    read_by: ReadBy | None = None


@dataclass(slots=True)
class _Segment:
    """What is known of the open segment."""

    settling: Settling = field(default_factory=Settling)
    revision: int = 0
    shown: bool = False
    """A partial of it was published."""

    reading: Reading | None = None
    """The last, of all of the segment: its open end read on from `paused` or not."""

    paused: Reading | None = None
    """The last at a pause."""

    due_since: int | None = None


class Leg:
    """Contract: `receive` a step with its voice probabilities, decode what is in `due`; give each
    reading to `read`, or to `close` if it is a final's."""

    def __init__(self, options: LegOptions, *, start_ms: int) -> None:
        self.voice = VoiceState()
        self.options = options
        self.next_ms = start_ms
        self._clock_ms = start_ms
        self._endpointing = Endpointing(options.endpointing)
        self._foreground = Foreground()
        self._audio = OpenAudio()
        self._finished: list[Run] = []
        self._segment = _Segment()

    def ms(self, position: int) -> int:
        """Call clock of the sample at `position`."""
        return self._clock_ms + position // SAMPLES_PER_MS

    @property
    def done_ms(self) -> int:
        """Audio before this needs no more work."""
        return self.ms(self._endpointing.needed_from())

    @property
    def speaks(self) -> bool:
        """True while an utterance is open."""
        return self._endpointing.open is not None

    @property
    def owes_partial(self) -> bool:
        """True while a partial would be due if there were all the time in the world."""
        return self._open_kind(1.0) is Kind.PARTIAL

    def continues_at(self, step: Step) -> bool:
        """True when the step's audio follows the leg's last without a jump."""
        return not len(step.samples) or step.start_ms == self.next_ms

    def receive(self, samples: Samples, windows: Sequence[HeardWindow]) -> None:
        """Take audio, and what was heard in each window that it completed."""
        self._audio.append(samples)
        self.next_ms += len(samples) // SAMPLES_PER_MS
        for window in windows:
            level = self._foreground.receive(window.probability, window.power)
            run = self._endpointing.receive_window(
                window.probability, level, whispered=window.whispered
            )
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
        self._endpointing = Endpointing(self.options.endpointing)
        self.voice = VoiceState()
        self._audio = OpenAudio()

    def due(self, *, now: int, pace: float | None = 1.0) -> list[Task]:
        """What wants decoding, in order; the finished runs are handed over.

        Partials come `pace` times as far apart as they should; None: not at all.
        """
        finished, self._finished = self._finished, []
        tasks = [self._task(Kind.FINAL, run, since=now) for run in finished]
        # Draft and frozen words belong to the first run that closed: it was the open one.
        tasks = tasks[:1] + [task._replace(draft=(), prefix=()) for task in tasks[1:]]
        if not finished and (kind := self._open_kind(pace)) is not None:
            run = self._endpointing.open
            assert run is not None
            if self._segment.due_since is None:
                self._segment.due_since = now
            tasks.append(self._task(kind, run, since=self._segment.due_since))
        return tasks

    def read_already(self, run: Run) -> Reading | None:
        """The reading that `run` had at its pause, if nothing was said since."""
        last = self._segment.reading
        same = last is not None and last.aligned and last.run.start == run.start
        return last if last and same and last.run.voice_end == run.voice_end else None

    def read(self, task: Task, reading: Reading) -> Hypothesis | None:
        """The open run was decoded; what to show of it, if anything."""
        segment = self._segment
        segment.due_since = None
        whole = self._whole(task, reading)
        segment.reading = whole
        if whole.aligned:
            segment.paused = whole
        if not segment.shown and not whole.words:
            return None
        segment.shown = True
        words = segment.settling.to_show(whole.words, all_of_them=whole.aligned)
        return self._hypothesis(whole._replace(words=words), is_final=False)

    def close(self, reading: Reading) -> Hypothesis | None:
        """A finished run was decoded: its final, or None if there is nothing to show or take
        back. The next segment starts afresh."""
        segment = self._segment
        words = segment.settling.receive(
            reading.words, tokens=reading.tokens, ends=reading.token_ends
        )
        shown = segment.shown or bool(words)
        found = self._hypothesis(reading._replace(words=words), is_final=True)
        self._segment = _Segment()
        return found if shown else None

    def trim(self) -> None:
        """Forget audio that nothing needs any more."""
        self._audio.forget(self._endpointing.needed_from())

    def _whole(self, task: Task, reading: Reading) -> Reading:
        """The reading together with what was read before it."""
        settling, before = self._segment.settling, task.follows
        if before is None:
            last = self._segment.reading
            news = reading.run.end - (last.run.end if last else reading.run.start)
            words = settling.receive(
                reading.words,
                tokens=reading.tokens,
                ends=reading.token_ends,
                news_ms=news // SAMPLES_PER_MS,
            )
            return reading._replace(words=words)
        both = (*before.words, *joined(before.words, reading.words))
        words = settling.receive_open(both, unread=len(before.words))
        run = task.run._replace(start=before.run.start, voice_start=before.run.voice_start)
        tokens, by = before.tokens + reading.tokens, reading.read_by
        return Reading(run, tokens, words, aligned=False, read_by=by)

    def _hypothesis(self, reading: Reading, *, is_final: bool) -> Hypothesis:
        """The next revision of the segment."""
        self._segment.revision += 1
        words, run = reading.words, reading.run
        return Hypothesis(
            segment_ms=self.ms(run.start),
            revision=self._segment.revision,
            is_final=is_final,
            start_ms=words[0].start_ms if words else self.ms(run.voice_start),
            end_ms=words[-1].end_ms if words else self.ms(run.voice_end),
            audio_end_ms=self.ms(run.end),
            words=words,
            frozen_words=len(words) if is_final else len(self._segment.settling.frozen),
            speech_final=run.end > run.voice_end,
            utterance_end=is_final and run.silent,
            read_by=reading.read_by,
        )

    def _open_kind(self, pace: float | None) -> Kind | None:
        """What the open run is worth now."""
        run, last = self._endpointing.open, self._segment.reading
        if run is None:
            return None
        if self._endpointing.pauses:
            return None if self.read_already(run) else Kind.SPECULATIVE
        if pace is None:
            return None
        interval_ms = self.options.partial_interval_ms
        if last is None:
            interval_ms = min(interval_ms, _FIRST_MS)
        elif last.read_by:
            interval_ms *= _SECOND_MODEL_COST
        interval = int(interval_ms * pace) * SAMPLES_PER_MS
        length = run.voice_end - self._reads_from(run)
        if length > _SLOW_FROM:
            interval = interval * length // _SLOW_FROM
        heard = last.run.voice_end if last else run.voice_start
        return Kind.PARTIAL if run.voice_end - heard >= interval else None

    def _reads_from(self, run: Run) -> int:
        """Where a partial begins to read."""
        paused = self._segment.paused
        if paused is None or paused.run.voice_end - run.start < _WINDOW_FROM:
            return run.start
        return paused.run.voice_end + _INTO_PAUSE

    def _task(self, kind: Kind, run: Run, *, since: int) -> Task:
        last, prefix = self._segment.reading, self._segment.settling.tokens
        tokens = last.tokens if last else ()
        begin = self._reads_from(run)
        if kind is Kind.PARTIAL and begin > run.start:
            follows = self._segment.paused
            assert follows is not None
            rest = run._replace(start=begin, voice_start=begin)
            draft = tokens[len(follows.tokens) :]
            samples = self._audio.between(begin, run.end)
            return Task(self, kind, since, rest, samples, draft, follows=follows)
        draft = tokens[len(prefix) :] if tokens[: len(prefix)] == prefix else ()
        samples = self._audio.between(run.start, run.end)
        return Task(self, kind, since, run, samples, draft, prefix=prefix)

    def _cut_if_long(self) -> None:
        run = self._endpointing.open
        longest = self.options.max_segment_ms * SAMPLES_PER_MS
        if run is None or run.end - run.start < longest:
            return
        window = self._audio.between(run.start, run.end)
        at = quietest(window, first=longest // 2, last=len(window) - _CUT_MARGIN)
        self._finished.append(self._endpointing.cut(run.start + at))
