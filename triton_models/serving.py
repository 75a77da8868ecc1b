"""Answers a batch of requests with a recogniser: what stands between Triton and the core.

One request's fault is answered to it alone. The recogniser itself is trusted not to fail; if it
does, the legs of that batch start anew and the rest goes on.
"""

import logging
import os
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import msgspec
import numpy as np

from triton_models import option_limits
from triton_models.fallback import OPTIONS_REFUSED
from triton_models.hypothesis import (
    LONGEST_STEP_MS,
    SAMPLES_PER_MS,
    Answer,
    Hypothesis,
    State,
    Step,
)
from triton_models.loading import Lineage, lineage, load
from triton_models.settings import DEFAULT_MODEL, Settings
from triton_models.tensors import MODELS_DIR_VARIABLE, SETTINGS_VARIABLE

log = logging.getLogger(__name__)


class Request(NamedTuple):
    """A step as it came, and what was wrong with it on its way here."""

    step: Step
    wrong: str = ""


RESTART = "must specify the START flag"
"""In every error that the client mends by starting the leg's sequence again; Triton's own errors
about forgotten sequences say it too."""


class Recognises(Protocol):
    """`recogniser.Recogniser`, or `transducer.front.Front`."""

    def knows(self, sequence: int) -> bool:
        """True while the leg's state is held."""
        ...

    def forget(self, sequence: int) -> None:
        """Drop the leg's state."""
        ...

    def done_ms(self, sequence: int) -> int:
        """Call clock up to which the leg's audio is dealt with."""
        ...

    def step(self, steps: Sequence[Step]) -> Sequence[Sequence[Hypothesis]]:
        """What each step brought, in the order of `steps`."""
        ...


class Served:
    """A recogniser that answers in bytes, or with an error message."""

    def __init__(
        self,
        recogniser: Recognises,
        origin: Lineage,
        *,
        state: Callable[[int], State] = lambda sequence: State(),
    ) -> None:
        self._recogniser = recogniser
        self._origin = origin
        self._state = state

    def answer(self, requests: Sequence[Request]) -> list[bytes | str]:
        """An `Answer` as JSON for each request, or what was wrong with it."""
        seen: set[int] = set()
        wrong: dict[int, str] = {}
        for index, request in enumerate(requests):
            if why := self._refusal(request, seen):
                wrong[index] = why
            seen.add(request.step.sequence)
        good = [index for index in range(len(requests)) if index not in wrong]
        answers: list[bytes | str] = [wrong.get(index, "") for index in range(len(requests))]
        for index, answer in zip(good, self._step([requests[i].step for i in good]), strict=True):
            answers[index] = answer
        return answers

    def _refusal(self, request: Request, seen: set[int]) -> str:
        """Why this request cannot be served; empty if it can."""
        step = request.step
        if request.wrong:
            return request.wrong
        if step.options is not None and (why := option_limits.wrong(step.options)):
            return f"{OPTIONS_REFUSED}: {why}"
        if step.sequence in seen:
            return f"sequence {step.sequence} has two steps in one batch"
        size = len(step.samples)
        if size % SAMPLES_PER_MS or size > LONGEST_STEP_MS * SAMPLES_PER_MS:
            return f"a step has whole milliseconds, at most {LONGEST_STEP_MS}: {size} samples"
        if step.samples.dtype != np.int16:
            return f"samples are int16, not {step.samples.dtype}"
        if not step.starts and not self._recogniser.knows(step.sequence):
            return f"sequence {step.sequence} is not known here: {RESTART}"
        return ""

    def _step(self, steps: Sequence[Step]) -> list[bytes | str]:
        try:
            found = self._recogniser.step(steps)
        # The one place of the serving process: what fails here would fail every leg of the batch.
        except Exception as error:
            # No message and no source lines: either may hold what was said.
            where = traceback.extract_tb(error.__traceback__)[-1]
            log.error("%s at %s:%s", type(error).__name__, where.filename, where.lineno)
            for step in steps:
                self._recogniser.forget(step.sequence)
            return [f"the recogniser failed on this batch: {RESTART}"] * len(steps)
        return [
            msgspec.json.encode(
                Answer(
                    hypotheses=tuple(hypotheses),
                    done_ms=self._done_ms(step),
                    **self._origin._asdict(),
                    **self._state(step.sequence)._asdict(),
                )
            )
            for step, hypotheses in zip(steps, found, strict=True)
        ]

    def _done_ms(self, step: Step) -> int:
        if self._recogniser.knows(step.sequence):
            return self._recogniser.done_ms(step.sequence)
        return step.start_ms + len(step.samples) // SAMPLES_PER_MS


def request(step: Step, options: bytes | None) -> Request:
    """The step with its options out of their tensor; they count where a leg starts."""
    if options is None or not step.starts:
        return Request(step)
    try:
        return Request(step._replace(options=option_limits.read(options)))
    except option_limits.BadOptions as error:
        return Request(step, f"{OPTIONS_REFUSED}: {error}")


def served_from_environment(model: str = DEFAULT_MODEL) -> Served:
    """The recogniser that the server's starter asked for under this name."""
    whole = msgspec.json.decode(os.environ[SETTINGS_VARIABLE], type=Settings)
    settings = whole.of(model)
    models_dir = whole.models_dir_of(model, usual=Path(os.environ[MODELS_DIR_VARIABLE]))
    threads = os.cpu_count() or 1
    recogniser = load(settings, models_dir, threads=threads, clock=time.monotonic)
    return Served(recogniser, lineage(settings), state=recogniser.state)
