"""Reads utterances: decodes, doubts a decode that repeats itself, and times each word."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import Protocol

import numpy as np

from triton_models.align import Aligner, Span, WordTimes, filled, proportional
from triton_models.cut import quietest
from triton_models.events import Word
from triton_models.hypothesis import SAMPLES_PER_MS
from triton_models.leg import Kind, Reading, Task
from triton_models.moonshine import Decoded, Moonshine, Samples
from triton_models.repetition import first_loop, most_tokens
from triton_models.tokens import Vocabulary

_SHIFT_SAMPLES = 4800
_SHORTEST_HALF = 16000


class TaskReader(Protocol):
    """Reads utterances: `Reader`, or one that prepares work for it."""

    threads: int

    def read(self, tasks: Sequence[Task]) -> list[Reading]:
        """What was said in each task's utterance, in the order of `tasks`."""
        ...

    def close(self) -> None:
        """End the threads."""
        ...


class Reader:
    """Decodes a batch of utterances, one a thread; `read` is called from one thread at a time."""

    def __init__(
        self,
        model: Moonshine,
        vocabulary: Vocabulary,
        *,
        threads: int,
        aligner: Callable[[], WordTimes] = Aligner,
    ) -> None:
        self.threads = threads
        self._model = model
        self._vocabulary = vocabulary
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="recognise")
        self._aligners: SimpleQueue[WordTimes] = SimpleQueue()
        for _ in range(threads):
            self._aligners.put(aligner())

    def read(self, tasks: Sequence[Task]) -> list[Reading]:
        """What was said in each task's utterance, in the order of `tasks`."""
        if len(tasks) == 1:
            return [self._read_one(tasks[0])]
        return list(self._pool.map(self._read_one, tasks))

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown()

    def _read_one(self, task: Task) -> Reading:
        final = task.kind is not Kind.PARTIAL
        decoded = self._trusted(task.samples, task.draft, prefix=task.prefix, is_final=final)
        spoken = self._vocabulary.words(decoded.tokens, decoded.probabilities)
        texts = [word.text for word in spoken]
        spans = self._aligned(task, texts) if final else _shared_out(task, texts)
        words = tuple(
            Word(
                text=word.text,
                start_ms=task.leg.ms(task.run.start) + span.start_ms,
                end_ms=task.leg.ms(task.run.start) + span.end_ms,
                confidence=round(word.confidence, 3),
            )
            for word, span in zip(spoken, spans, strict=True)
        )
        ends = tuple(word.end for word in spoken)
        return Reading(task.run, decoded.tokens, words, aligned=final, token_ends=ends)

    def _trusted(
        self,
        samples: Samples,
        draft: tuple[int, ...],
        *,
        prefix: tuple[int, ...] = (),
        is_final: bool,
    ) -> Decoded:
        """A decode that does not repeat itself: a doubtful final is read again, shifted in time,
        then in halves; what is still doubtful is cut where it starts to repeat."""
        limit = most_tokens(len(samples))
        decoded = self._model.decode(samples, prefix=prefix, draft=draft, most_tokens=limit)
        if _is_sound(decoded, samples):
            return decoded
        if is_final:
            shifted = np.concatenate((np.zeros(_SHIFT_SAMPLES, np.float32), samples))
            again = self._model.decode(shifted, prefix=prefix, most_tokens=limit)
            if _is_sound(again, samples):
                return again
        if is_final and len(samples) >= 2 * _SHORTEST_HALF:
            at = quietest(samples, first=_SHORTEST_HALF, last=len(samples) - _SHORTEST_HALF)
            halves = (samples[:at], samples[at:])
            return _joined(*(self._trusted(half, (), is_final=True) for half in halves))
        return _before_loop(decoded, samples)

    def _aligned(self, task: Task, texts: Sequence[str]) -> list[Span]:
        aligner = self._aligners.get()
        try:
            spans = aligner.align(texts, task.samples)
        finally:
            self._aligners.put(aligner)
        voice = _voice(task)
        return filled(texts, spans, start_ms=voice.start_ms, end_ms=voice.end_ms)


def _voice(task: Task) -> Span:
    """Where the voice is in the task's audio."""
    run = task.run
    return Span(
        (run.voice_start - run.start) // SAMPLES_PER_MS,
        (run.voice_end - run.start) // SAMPLES_PER_MS,
    )


def _shared_out(task: Task, texts: Sequence[str]) -> list[Span]:
    voice = _voice(task)
    return proportional(texts, start_ms=voice.start_ms, end_ms=voice.end_ms)


def _is_sound(decoded: Decoded, samples: Samples) -> bool:
    return decoded.complete and first_loop(decoded.tokens, samples=len(samples)) is None


def _joined(first: Decoded, second: Decoded) -> Decoded:
    return Decoded(
        first.tokens + second.tokens, first.probabilities + second.probabilities, complete=True
    )


def _before_loop(decoded: Decoded, samples: Samples) -> Decoded:
    """The hypothesis up to its first repetition; all of it if it was only too long."""
    end = first_loop(decoded.tokens, samples=len(samples))
    return Decoded(decoded.tokens[:end], decoded.probabilities[:end], complete=True)
