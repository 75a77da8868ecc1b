"""Answers steps with the voices of each leg: what stands between Triton and `listener.py`.

One step's fault is answered to it alone. A leg's state is held by its sequence, and forgotten when
the sequence ends or was silent for `IDLE_S`.
"""

import logging
import os
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from triton_models import weights
from triton_models.hypothesis import LONGEST_STEP_MS, SAMPLES_PER_MS, Answer, Step
from triton_models.speakers.listener import Heard, Listener, Voice
from triton_models.speakers.networks import Segmentation, VoicePrints
from triton_models.tensors import MODELS_DIR_VARIABLE

log = logging.getLogger(__name__)

MODEL = "diarisation"
RESTART = "must specify the START flag"
"""In every error that the client mends by starting the leg's sequence again, as Triton's own."""

_TRACKS = 1_000_000
_SEQUENCES = 1 << 31
"""A leg has several sequences (hold, a lost server): no track of one is one of another's."""

IDLE_S = 1200.0
"""Twice Triton's `max_sequence_idle_microseconds`."""


class WeightsMissing(Exception):
    """Weights are absent or damaged: run `trunkline models fetch`."""


class VoicesHeard(Answer, frozen=True, kw_only=True):
    """What one step brought; it never holds a hypothesis."""

    voices: tuple[Voice, ...] = ()


@dataclass(slots=True)
class _Held:
    listener: Listener
    used_at: float


class Diarisation:
    """Contract: give `answer` any number of steps, at most one of each leg, in its order."""

    def __init__(
        self, segmentation: Segmentation, prints: VoicePrints, *, clock: Callable[[], float]
    ) -> None:
        self._segmentation = segmentation
        self._prints = prints
        self._clock = clock
        self._held: dict[int, _Held] = {}
        self._sha256 = weights.model(weights.SPEAKERS).sha256

    def answer(self, steps: Sequence[Step]) -> list[bytes | str]:
        """A `VoicesHeard` as JSON for each step, or what was wrong with it."""
        answers = [self._refusal(step) or self._answer(step) for step in steps]
        self._expire()
        return answers

    def _refusal(self, step: Step) -> str:
        size = len(step.samples)
        if size % SAMPLES_PER_MS or size > LONGEST_STEP_MS * SAMPLES_PER_MS:
            return f"a step has whole milliseconds, at most {LONGEST_STEP_MS}: {size} samples"
        if not step.starts and step.sequence not in self._held:
            return f"sequence {step.sequence} is not known here: {RESTART}"
        return ""

    def _answer(self, step: Step) -> bytes | str:
        try:
            heard = self._step(step)
        # The one place of the serving process: a leg's fault must not end the others.
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            log.error("%s at %s:%s", type(error).__name__, where.filename, where.lineno)
            self._held.pop(step.sequence, None)
            return f"the model failed on this step: {RESTART}"
        return msgspec.json.encode(
            VoicesHeard(
                hypotheses=(),
                voices=tuple(heard.voices),
                done_ms=heard.done_ms,
                model=weights.SPEAKERS,
                model_sha256=self._sha256,
                decoder="",
            )
        )

    def _step(self, step: Step) -> Heard:
        listener = self._listener(step)
        voices: list[Voice] = []
        if len(step.samples) and step.start_ms != listener.next_ms:
            voices += listener.finish().voices
            listener.restart(step.start_ms)
        heard = listener.receive(step.samples)
        voices += heard.voices
        if step.ends or not len(step.samples):
            heard = listener.finish()
            voices += heard.voices
            listener.restart(listener.next_ms)
        if step.ends:
            del self._held[step.sequence]
        return Heard(voices, heard.done_ms)

    def _listener(self, step: Step) -> Listener:
        now = self._clock()
        if step.starts:
            new = Listener(
                self._segmentation,
                self._prints,
                start_ms=step.start_ms,
                first_track=step.sequence % _SEQUENCES * _TRACKS,
            )
            self._held[step.sequence] = _Held(new, now)
        held = self._held[step.sequence]
        held.used_at = now
        return held.listener

    def _expire(self) -> None:
        oldest = self._clock() - IDLE_S
        for sequence in [s for s, held in self._held.items() if held.used_at < oldest]:
            del self._held[sequence]


def load(models_dir: Path, *, clock: Callable[[], float] = time.monotonic) -> Diarisation:
    """The model; WeightsMissing where its weights are not right."""
    if not weights.model(weights.SPEAKERS).is_complete(models_dir):
        raise WeightsMissing(f"speakers in {models_dir}: run `trunkline models fetch`")
    folder = models_dir / weights.SPEAKERS
    segmentation = Segmentation(folder / "segmentation.onnx")
    return Diarisation(segmentation, VoicePrints(folder / "voice_print.onnx"), clock=clock)


def from_environment() -> Diarisation:
    """The model that the server's starter asked for."""
    return load(Path(os.environ[MODELS_DIR_VARIABLE]))
