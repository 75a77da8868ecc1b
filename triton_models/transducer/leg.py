"""One leg as the transducer hears it: its windows, its search, and what of it is published.

A transducer says itself where nothing is spoken: it emits nothing. An utterance ends when that
lasted `stop_history_ms`; one that outgrows `max_segment_ms` is published up to its last but one
word, and the search goes on. Nothing is decoded twice.
"""

from collections.abc import Sequence
from typing import NamedTuple

from triton_models.events import Word
from triton_models.hypothesis import SAMPLES_PER_MS, Hypothesis, Step
from triton_models.options import LegOptions
from triton_models.profanity import masked
from triton_models.transducer.phrases import Phrases, Weighted
from triton_models.transducer.pieces import SpokenWord, Vocabulary
from triton_models.transducer.search import Path, Stream
from triton_models.transducer.tensors import Geometry
from triton_models.transducer.windows import Window, Windows

BEAM = 4
"""Paths of a leg that has phrases: with a single one, a phrase's first token is lost already."""


class _Shown(NamedTuple):
    """The open utterance as it was published last."""

    texts: tuple[str, ...]
    paused: bool
    at_ms: int


class Leg:
    """Contract: `receive` a step; while `take` yields a window, advance `stream` by its frames and
    call `look` after each; then `show`, and drain `found`."""

    def __init__(
        self, vocabulary: Vocabulary, geometry: Geometry, *, options: LegOptions, start_ms: int
    ) -> None:
        self.found: list[Hypothesis] = []
        self.next_ms = start_ms
        self._vocabulary = vocabulary
        self._geometry = geometry
        self._options = options
        self._phrases = phrases(vocabulary, options)
        self._revision = 0
        self._shown: _Shown | None = None
        self._segment_ms: int | None = None
        self._windows: Windows
        self._is_new: bool
        self._finished: bool
        self._start_stream(start_ms)

    @property
    def done_ms(self) -> int:
        """Audio before this needs no more work."""
        best = self.stream.best()
        if best is not None and best.tokens:
            return self._ms(best.tokens[0].frame)
        return min(self._ms(self.stream.frame), self.next_ms)

    def continues_at(self, step: Step) -> bool:
        """True when the step's audio follows the leg's last without a jump."""
        return not len(step.samples) or step.start_ms == self.next_ms

    def receive(self, step: Step) -> None:
        """Take the step's audio; `finish` first where it does not continue the leg."""
        if len(step.samples) and self._finished:
            self._start_stream(step.start_ms)
        self._windows.receive(step.samples)
        self.next_ms += len(step.samples) // SAMPLES_PER_MS

    def finish(self) -> None:
        """No audio follows for now: the windows left are filled up with silence."""
        if not self._finished:
            self._windows.finish()
        self._finished = True

    def take(self, sequence: int) -> Window | None:
        """The next window for the encoder, whose sequence has this number."""
        samples = self._windows.take()
        if samples is None:
            return None
        starts, self._is_new = self._is_new, False
        return Window(sequence, samples, starts, self._finished and not self._windows.is_ready)

    def jump(self, start_ms: int) -> None:
        """Audio goes on at `start_ms`, after a hole."""
        self.next_ms = start_ms
        self._finished = True

    def look(self) -> None:
        """The stream took a frame: is the utterance over, or too long?"""
        best = self.stream.best()
        if best is None or not best.tokens:
            return
        length_ms = (self.stream.frame - best.tokens[0].frame) * self._geometry.encoded_ms
        if self._silent_ms(best) >= self._options.endpointing.stop_history_ms:
            self.close(utterance_end=True)
        elif length_ms >= self._options.max_segment_ms:
            self._cut()

    def show(self) -> None:
        """All windows of a step are through: publish what the open utterance says by now."""
        best = self.stream.best()
        if best is None:
            return
        words = self._vocabulary.words(best.tokens)
        now_ms = self._ms(self.stream.frame)
        waited_ms = now_ms - self._shown.at_ms if self._shown else now_ms
        paused = self._silent_ms(best) >= self._options.endpointing.stop_history_eou_ms
        shown = _Shown(tuple(word.text for word in words), paused, now_ms)
        fresh = shown.texts != self._shown.texts if self._shown else bool(words)
        if fresh and (not self._shown or waited_ms >= self._options.partial_interval_ms):
            self._publish(words, speech_final=paused)
            self._shown = shown
        elif not fresh and self._shown and paused and not self._shown.paused:
            self._publish(words, speech_final=True)
            self._shown = shown

    def close(self, *, utterance_end: bool = False) -> None:
        """The open utterance is over."""
        best = self.stream.best()
        words = self._vocabulary.words(best.tokens) if best is not None else []
        self._publish_final(words, utterance_end=utterance_end)
        self.stream.reset()

    def _cut(self) -> None:
        best = self.stream.best()
        words = self._vocabulary.words(best.tokens) if best is not None else []
        settled = words[:-1] or words
        self._publish_final(settled, utterance_end=False)
        self.stream.forget(sum(len(word.tokens) for word in settled))

    def _start_stream(self, start_ms: int) -> None:
        self._clock_ms = start_ms
        self._finished = False
        self._is_new = True
        self._windows = Windows(self._geometry)
        self.stream = Stream(self._phrases, BEAM if self._phrases else 1)

    def _ms(self, frame: int) -> int:
        return self._clock_ms + frame * self._geometry.encoded_ms

    def _silent_ms(self, path: Path) -> int:
        """How long the path has had no token."""
        if not path.tokens:
            return 0
        return (self.stream.frame - 1 - path.tokens[-1].frame) * self._geometry.encoded_ms

    def _frozen(self) -> int:
        """Leading words that all paths have; their last one may still grow."""
        return max(0, len(self._vocabulary.words(self.stream.agreed())) - 1)

    def _publish_final(self, words: Sequence[SpokenWord], *, utterance_end: bool) -> None:
        if words or self._shown:
            self._publish(words, is_final=True, speech_final=utterance_end)
        self._revision = 0
        self._shown = None
        self._segment_ms = None

    def _publish(
        self, words: Sequence[SpokenWord], *, speech_final: bool, is_final: bool = False
    ) -> None:
        timed = self._timed(words)
        if self._segment_ms is None:
            self._segment_ms = timed[0].start_ms
        self._revision += 1
        self.found.append(
            Hypothesis(
                segment_ms=self._segment_ms,
                revision=self._revision,
                is_final=is_final,
                start_ms=timed[0].start_ms if timed else self._segment_ms,
                end_ms=timed[-1].end_ms if timed else self._segment_ms,
                audio_end_ms=min(self._ms(self.stream.frame), self.next_ms),
                words=tuple(timed),
                frozen_words=len(timed) if is_final else self._frozen(),
                speech_final=speech_final,
                utterance_end=is_final and speech_final,
            )
        )

    def _timed(self, words: Sequence[SpokenWord]) -> list[Word]:
        """A word lasts from its first token's frame to the end of its last one's; what is emitted
        in the silence that fills a stream up belongs to its last audio."""
        last_ms = max(self.next_ms - self._geometry.encoded_ms, self._clock_ms)
        return [
            Word(
                text=masked(word.text) if self._options.profanity_filter else word.text,
                start_ms=min(self._ms(word.tokens[0].frame), last_ms),
                end_ms=min(self._ms(word.tokens[-1].frame + 1), self.next_ms),
                confidence=round(word.confidence, 3),
            )
            for word in words
        ]


def phrases(vocabulary: Vocabulary, options: LegOptions) -> Phrases:
    """What the leg's search favours; a phrase that the vocabulary cannot spell is left out."""
    return Phrases(
        Weighted(vocabulary.cut(phrase.text), phrase.weight) for phrase in options.phrases
    )
