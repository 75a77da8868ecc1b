"""Legs replayed through the recogniser in simulated time.

Audio arrives at its own pace on a clock that only moves by it and by the CPU seconds the recogniser
uses, so that delays can be told on a machine that is busy with other things: they are those of one
core that has nothing else to do.
"""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile
from numpy.typing import NDArray

from sip_gateway.audio.resample import Upsampler
from triton_models.hypothesis import Hypothesis, Step
from triton_models.recogniser import Recogniser
from trunkline.evaluate.reference import Reference

RATE_HZ = 16000
FRAME_MS = 100
BIGGEST_STEP_MS = 2000
_PHASE_MS = 37
"""Legs' frames are this far apart from each other's within 100 ms."""


class SpokenLeg(NamedTuple):
    """One leg of a test call, with the truth about it."""

    reference: Reference
    channel: int
    samples: NDArray[np.int16]

    @property
    def speech_s(self) -> float:
        """How long its party speaks."""
        turns = (turn for turn in self.reference.turns if turn.channel == self.channel)
        return sum(turn.end_ms - turn.start_ms for turn in turns) / 1000


class Came(NamedTuple):
    """A hypothesis, and when it came on the simulated clock."""

    at_ms: float
    hypothesis: Hypothesis


class SimulatedClock:
    """Seconds: what was waited for, plus the CPU time used while `working`."""

    def __init__(self) -> None:
        self._at_s = 0.0
        self._since: float | None = None

    def __call__(self) -> float:
        used = time.process_time() - self._since if self._since is not None else 0.0
        return self._at_s + used

    def work(self) -> None:
        """From now on CPU time is time."""
        self._since = time.process_time()

    def rest(self) -> float:
        """CPU time is no longer time; how much of it was used."""
        before, self._at_s = self._at_s, self()
        self._since = None
        return self._at_s - before

    def wait_until(self, at_s: float) -> None:
        """Nothing happens until then."""
        self._at_s = max(self._at_s, at_s)


def read_legs(calls: Sequence[tuple[Path, Reference]]) -> list[SpokenLeg]:
    """Both legs of each call, as the media worker hands them on."""
    legs = []
    for wav, reference in calls:
        audio, _ = soundfile.read(wav, dtype="int16", always_2d=True)
        for channel in range(audio.shape[1]):
            wide = np.frombuffer(Upsampler().process(audio[:, channel].tobytes()), np.int16)
            legs.append(SpokenLeg(reference, channel, wide[: len(wide) // 1600 * 1600]))
    return legs


class _Playing:
    """A leg on its way: frames arrive, and leave as steps."""

    def __init__(self, sequence: int, leg: SpokenLeg) -> None:
        self.leg = leg
        self.phase_ms = (sequence * _PHASE_MS) % FRAME_MS
        self._sequence = sequence
        self._sent_ms = 0

    @property
    def length_ms(self) -> int:
        return len(self.leg.samples) * 1000 // RATE_HZ

    @property
    def next_arrival_ms(self) -> float:
        """When the next frame will be there; infinite after the last."""
        due_ms = self._sent_ms + FRAME_MS
        return due_ms + self.phase_ms if due_ms <= self.length_ms else float("inf")

    def step(self, now_ms: float) -> Step | None:
        """All that arrived, up to the biggest step."""
        if self.next_arrival_ms > now_ms:
            return None
        arrived_ms = int(now_ms - self.phase_ms) // FRAME_MS * FRAME_MS
        end_ms = min(arrived_ms, self.length_ms, self._sent_ms + BIGGEST_STEP_MS)
        start_ms, self._sent_ms = self._sent_ms, end_ms
        samples = self.leg.samples[start_ms * 16 : end_ms * 16]
        ends = end_ms + FRAME_MS > self.length_ms
        return Step(self._sequence, samples, start_ms, starts=start_ms == 0, ends=ends)


class Replayed(NamedTuple):
    """What one replay gave."""

    came: list[list[Came]]
    """Of each leg; times are on the leg's own clock."""

    cpu_s: float
    """The recogniser's, in this process."""

    duration_s: float


def replay(recogniser: Recogniser, legs: Sequence[SpokenLeg], clock: SimulatedClock) -> Replayed:
    """All legs side by side, in simulated time."""
    playing = [_Playing(sequence, leg) for sequence, leg in enumerate(legs, 1)]
    came: list[list[Came]] = [[] for _ in legs]
    begun_s, cpu_s = clock(), 0.0
    for now_ms, batch in _batches(playing, clock, begun_s):
        clock.work()
        found = recogniser.step([step for _, step in batch])
        cpu_s += clock.rest()
        for (index, _), hypotheses in zip(batch, found, strict=True):
            at_ms = (clock() - begun_s) * 1000 - playing[index].phase_ms
            came[index] += [Came(at_ms, hypothesis) for hypothesis in hypotheses]
        assert (clock() - begun_s) * 1000 >= now_ms
    return Replayed(came, cpu_s, clock() - begun_s)


def _batches(
    playing: Sequence[_Playing], clock: SimulatedClock, begun_s: float
) -> Iterator[tuple[float, list[tuple[int, Step]]]]:
    """What has arrived whenever the recogniser is free."""
    while (first_ms := min(leg.next_arrival_ms for leg in playing)) != float("inf"):
        clock.wait_until(begun_s + first_ms / 1000)
        now_ms = max(first_ms, (clock() - begun_s) * 1000)
        steps = ((index, leg.step(now_ms)) for index, leg in enumerate(playing))
        yield now_ms, [(index, step) for index, step in steps if step is not None]
