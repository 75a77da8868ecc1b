"""Reads utterances: decodes them, and times each word."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import NamedTuple, Protocol

from triton_models.align import Aligner, Span, WordTimes, filled, proportional
from triton_models.confidence import calibrated
from triton_models.events import Word
from triton_models.hypothesis import SAMPLES_PER_MS, ReadBy
from triton_models.leg import Kind, Reading, Task
from triton_models.moonshine import Moonshine
from triton_models.profanity import masked
from triton_models.tokens import SpokenWord, Vocabulary
from triton_models.trusted import Given, Trusted
from triton_models.whisper import SecondModel, primary, read_by

OWN = "en"
"""The language that Moonshine reads; others are the second model's, as far as it knows them."""


class TaskReader(Protocol):
    """Reads utterances: `Reader`, or one that prepares work for it."""

    threads: int
    frugal: bool
    """The machine is short of time: what costs much and mends little is left out."""

    def read(self, tasks: Sequence[Task]) -> list[Reading]:
        """What was said in each task's utterance, in the order of `tasks`."""
        ...

    def close(self) -> None:
        """End the threads."""
        ...


class _Heard(NamedTuple):
    words: Sequence[SpokenWord]
    tokens: tuple[int, ...]
    ends: tuple[int, ...]
    read_by: ReadBy | None


class Reader:
    """Decodes a batch of utterances, one a thread; `read` is called from one thread at a time."""

    def __init__(
        self,
        model: Moonshine,
        vocabulary: Vocabulary,
        *,
        threads: int,
        aligner: Callable[[], WordTimes] = Aligner,
        second: SecondModel | None = None,
    ) -> None:
        self.threads = threads
        self.trusted = Trusted(model, vocabulary)
        self._vocabulary = vocabulary
        self._second = second
        self._read_by = read_by()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="recognise")
        self._aligners: SimpleQueue[WordTimes] = SimpleQueue()
        for _ in range(threads):
            self._aligners.put(aligner())

    @property
    def frugal(self) -> bool:
        """No beam and no second decode but where there is no doing without."""
        return self.trusted.frugal

    @frugal.setter
    def frugal(self, frugal: bool) -> None:
        self.trusted.frugal = frugal

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
        heard = self._heard(task, final=final)
        texts = [word.text for word in heard.words]
        spans = self._aligned(task, texts) if final else _shared_out(task, texts)
        filters = task.leg.options.profanity_filter
        words = tuple(
            Word(
                text=masked(word.text) if filters else word.text,
                start_ms=task.leg.ms(task.run.start) + span.start_ms,
                end_ms=task.leg.ms(task.run.start) + span.end_ms,
                confidence=round(word.confidence, 3),
            )
            for word, span in zip(heard.words, spans, strict=True)
        )
        return Reading(task.run, heard.tokens, words, final, heard.ends, heard.read_by)

    def _heard(self, task: Task, *, final: bool) -> _Heard:
        language = task.leg.options.language
        if primary(language) != OWN and self._second and self._second.reads(language):
            return _Heard(self._second.read(task.samples, language), (), (), self._read_by)
        given = Given(task.prefix, task.draft, task.leg.options.phrases)
        decode = self.trusted.final if final else self.trusted.partial
        decoded = decode(task.samples, given)
        words = self._vocabulary.words(decoded.tokens, decoded.probabilities)
        ends = tuple(word.end for word in words)
        if final:
            words = calibrated(words, decoded.probabilities)
        return _Heard(words, decoded.tokens, ends, None)

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
