"""One scheduler for all legs: what is decoded on a machine that is short of time."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from triton_models.events import Word
from triton_models.hypothesis import Hypothesis, Step
from triton_models.leg import Kind, Reading, Task
from triton_models.recogniser import Recogniser
from triton_models.settings import Settings
from triton_models.voice import WINDOW_SAMPLES, HeardWindow, VoiceState

STEP = 1600
SPEAKS = np.full(STEP, 6000, np.int16)
SILENT = np.zeros(STEP, np.int16)


class Clock:
    """Moves when told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class LoudIsVoice:
    """In place of the network: what is loud is voice."""

    def hear(
        self, legs: Sequence[tuple[VoiceState, NDArray[np.float32]]]
    ) -> list[list[HeardWindow]]:
        return [self._windows(state, samples) for state, samples in legs]

    def _windows(self, state: VoiceState, samples: NDArray[np.float32]) -> list[HeardWindow]:
        queued = np.concatenate((state.rest, samples))
        count = len(queued) // WINDOW_SAMPLES
        state.rest = queued[count * WINDOW_SAMPLES :]
        powers = (
            np.square(queued[: count * WINDOW_SAMPLES]).reshape(count, WINDOW_SAMPLES).mean(axis=1)
        )
        return [HeardWindow(0.99 if power > 1e-3 else 0.01, float(power)) for power in powers]


class SlowReader:
    """Reads a word a second of audio, and takes so long for each task."""

    threads = 1
    frugal = False

    def __init__(self, clock: Clock, *, takes_s: float) -> None:
        self.read_kinds: list[Kind] = []
        self._clock = clock
        self.takes_s = takes_s

    def read(self, tasks: Sequence[Task]) -> list[Reading]:
        self._clock.now += self.takes_s * len(tasks)
        self.read_kinds += [task.kind for task in tasks]
        return [self._reading(task) for task in tasks]

    def _reading(self, task: Task) -> Reading:
        count = 1 + len(task.samples) // 16000
        found = tuple(
            Word(text=f"w{at}", start_ms=at * 1000, end_ms=at * 1000 + 500, confidence=0.9)
            for at in range(count)
        )
        aligned = task.kind is not Kind.PARTIAL
        return Reading(task.run, tuple(range(count)), found, aligned, tuple(range(1, count + 1)))

    def close(self) -> None:
        """Nothing to end."""


class Machine:
    """A recogniser in simulated time: a step of every leg each 100 ms, or when it is done."""

    def __init__(self, *, takes_s: float) -> None:
        self.clock = Clock()
        self.reader = SlowReader(self.clock, takes_s=takes_s)
        self.recogniser = Recogniser(
            Settings(),
            voice=LoudIsVoice(),  # type: ignore[arg-type]
            reader=self.reader,
            clock=self.clock,
        )
        self._fed: dict[int, int] = {}

    def play(self, audio: dict[int, str]) -> dict[int, list[Hypothesis]]:
        """Each leg's audio, a mark for 100 ms: `#` speech, `.` silence."""
        found: dict[int, list[Hypothesis]] = {leg: [] for leg in audio}
        for at in range(max(map(len, audio.values()))):
            begun = self.clock.now
            steps = [self._step(leg, marks[at]) for leg, marks in audio.items() if at < len(marks)]
            for step, hypotheses in zip(steps, self.recogniser.step(steps), strict=True):
                found[step.sequence] += hypotheses
            self.clock.now = max(self.clock.now, begun + 0.1)
        return found

    def _step(self, leg: int, mark: str) -> Step:
        at = self._fed.get(leg, 0)
        self._fed[leg] = at + 1
        return Step(leg, SPEAKS if mark == "#" else SILENT, at * 100, starts=at == 0)


TURN = "#" * 30 + "." * 10
WORD = "##" + "." * 8
"""Too short for a partial."""


def test_a_machine_with_time_makes_partials_and_finals() -> None:
    machine = Machine(takes_s=0.001)
    found = machine.play({1: TURN * 2})[1]
    assert [h.is_final for h in found].count(True) == 2
    assert machine.reader.read_kinds.count(Kind.PARTIAL) >= 12
    assert machine.recogniser.state(1).load < 0.1
    assert not machine.reader.frugal


def test_partials_give_way_and_every_final_is_made() -> None:
    machine = Machine(takes_s=0.1)
    legs = {leg: "." * leg + TURN * 5 for leg in range(1, 9)}
    found = machine.play(legs)
    assert all([h.is_final for h in of_leg].count(True) == 5 for of_leg in found.values())
    alone = Machine(takes_s=0.1)
    alone.play({1: TURN * 5})
    most = alone.reader.read_kinds.count(Kind.PARTIAL)
    assert 0 < machine.reader.read_kinds.count(Kind.PARTIAL) / len(legs) < 0.8 * most


def test_a_full_machine_makes_no_partials_and_says_so() -> None:
    machine = Machine(takes_s=0.6)
    machine.play({leg: WORD * 3 for leg in range(1, 9)})
    state = machine.recogniser.state(1)
    assert state.load >= 1.0
    assert 0 < state.capacity < 8
    machine.reader.read_kinds.clear()
    machine.play({leg: "#" * 4 for leg in range(1, 9)})
    assert machine.reader.read_kinds == []
    assert machine.reader.frugal
    assert machine.recogniser.state(1).put_off


def test_a_leg_that_starts_while_it_is_full_gets_partials_once_there_is_room() -> None:
    machine = Machine(takes_s=0.6)
    machine.play({leg: WORD * 3 for leg in range(1, 9)})
    machine.reader.takes_s = 0.001
    late = machine.play({99: "#" * 10})[99]
    assert late == []
    machine.play({1: "." * 60})
    assert machine.recogniser.state(1).load < 0.9
    assert machine.play({99: "#" * 10})[99] != []


def test_a_leg_that_catches_up_gets_finals_only() -> None:
    machine = Machine(takes_s=0.001)
    speech = np.concatenate([SPEAKS] * 12)
    for at in range(3):
        (found,) = machine.recogniser.step([Step(1, speech, at * 1200, starts=at == 0)])
        assert found == []
    (found,) = machine.recogniser.step([Step(1, SILENT[:0], 3600)])
    assert [h.is_final for h in found] == [True]


@pytest.mark.parametrize("takes_s", [0.001, 0.5])
def test_revisions_grow_and_end_with_the_final_whatever_the_load(takes_s: float) -> None:
    found = Machine(takes_s=takes_s).play({1: TURN * 2, 2: TURN * 2})
    for of_leg in found.values():
        segments: dict[int, list[Hypothesis]] = {}
        for one in of_leg:
            segments.setdefault(one.segment_ms, []).append(one)
        for revisions in segments.values():
            assert [h.revision for h in revisions] == list(range(1, len(revisions) + 1))
            assert [h.is_final for h in revisions] == [False] * (len(revisions) - 1) + [True]
