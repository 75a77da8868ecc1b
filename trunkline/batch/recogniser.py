"""The recogniser of batch work: the live one, its utterances decoded side by side."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from triton_models import tokens
from triton_models.align import Aligner, Span, WordTimes
from triton_models.leg import Reading, Task
from triton_models.loading import load
from triton_models.lockstep import Lockstep
from triton_models.moonshine import Samples
from triton_models.reader import Reader
from triton_models.recogniser import Recogniser
from triton_models.settings import Settings

WORD_TIMES = ("fast", "exact", "none")
EFFORTS = ("fast", "full")
"""`full`: what is in doubt is decoded again by beam, and digit strings twice, as live."""


class AheadReader:
    """A reader that decodes all utterances of a group at once; on the thread that calls it."""

    threads = 1
    frugal = False
    """Set by a recogniser that is short of time, and of no effect: the words of a job do not
    depend on how busy the machine is."""

    def __init__(self, model: Lockstep, reader: Reader, *, effort: str) -> None:
        self._model = model
        self._reader = reader
        self._reader.frugal = effort == "fast"

    def read(self, tasks: Sequence[Task]) -> list[Reading]:
        """What was said in each task's utterance, in the order of `tasks`."""
        self._model.decode_ahead([task.samples for task in tasks])
        try:
            return [self._reader.read([task])[0] for task in tasks]
        finally:
            self._model.forget()

    def close(self) -> None:
        """End the reader's threads."""
        self._reader.close()


class NoWordTimes:
    """Leaves words to be spread over their utterance by their letters."""

    def align(self, words: Sequence[str], samples: Samples) -> list[Span | None]:
        """No span is told."""
        return [None] * len(words)


_ALIGNERS: dict[str, Callable[[], WordTimes]] = {
    "exact": Aligner,
    "fast": partial(Aligner, every=2),
    "none": NoWordTimes,
}


def load_for_batch(
    settings: Settings, models_dir: Path, *, word_times: str, effort: str
) -> Recogniser:
    """A recogniser of one thread; WeightsMissing where weights are not right."""

    def read(folder: Path, threads: int) -> AheadReader:
        model = Lockstep(folder / "encoder.ort", folder / "decoder.ort")
        vocabulary = tokens.load(folder / "tokenizer.bin")
        reader = Reader(model, vocabulary, threads=threads, aligner=_ALIGNERS[word_times])
        return AheadReader(model, reader, effort=effort)

    return load(settings, models_dir, threads=1, clock=time.monotonic, read=read)
