"""The recogniser: steps of audio of any number of legs in, hypotheses out.

Triton's `model.py` and `LocalSpeech` are thin wraps around this class; it owns the state of every
leg, keyed by sequence number, and forgets legs that were silent for `IDLE_S`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from triton_models.busy import ROOM_AGAIN, Busyness
from triton_models.hypothesis import SAMPLES_PER_MS, Hypothesis, State, Step
from triton_models.leg import Kind, Leg, Reading, Task
from triton_models.own_options import own_options
from triton_models.reader import TaskReader
from triton_models.schedule import batches
from triton_models.settings import Settings
from triton_models.voice import VoiceActivity

IDLE_S = 1200.0
"""Twice Triton's `max_sequence_idle_microseconds`: what Triton forgot is never asked for again."""


BEHIND_SAMPLES = 1000 * SAMPLES_PER_MS
"""A step of so much is far behind the live edge: what it says now is old, only finals count."""


class UnknownSequence(Exception):
    """The leg was never started here, or forgotten: start it again."""


@dataclass(slots=True)
class _Held:
    leg: Leg
    used_at: float
    late: bool
    """It started while the recogniser was full: it gets no partials before there is room."""

    put_off: bool = False
    """A partial was due at the last step, and not made."""


class Recogniser:
    """Contract: give `step` any number of steps, at most one of each leg, in each leg's order."""

    def __init__(
        self,
        settings: Settings,
        *,
        voice: VoiceActivity,
        reader: TaskReader,
        clock: Callable[[], float],
    ) -> None:
        self._options = own_options(settings)
        self._voice = voice
        self._reader = reader
        self._clock = clock
        self._held: dict[int, _Held] = {}
        self._steps = 0
        self._busy = Busyness(now=clock())

    def state(self, sequence: int) -> State:
        """How busy it is, and what the leg had to do without for it."""
        held = self._held.get(sequence)
        return State(
            round(self._busy.load, 3),
            round(self._busy.capacity, 1),
            put_off=held is not None and held.put_off,
        )

    def knows(self, sequence: int) -> bool:
        """True while the leg's state is held."""
        return sequence in self._held

    def forget(self, sequence: int) -> None:
        """Drop the leg's state."""
        self._held.pop(sequence, None)

    def done_ms(self, sequence: int) -> int:
        """Call clock up to which the leg's audio is dealt with."""
        return self._held[sequence].leg.done_ms

    def step(self, steps: Sequence[Step]) -> list[list[Hypothesis]]:
        """What each step brought, in the order of `steps`."""
        self._steps += 1
        begun = self._clock()
        self._reader.frugal = self._busy.frugal
        legs = [self._leg(step) for step in steps]
        found: dict[int, list[Hypothesis]] = {id(leg): [] for leg in legs}
        self._bridge(legs, steps, found)
        self._listen(legs, steps)
        partials_s = self._recognise(self._due(steps), found)
        for step, leg in zip(steps, legs, strict=True):
            leg.trim()
            if step.ends:
                self.forget(step.sequence)
        self._expire()
        if not all(step.starts and step.ends for step in steps):  # else nothing of it is live
            speaking = sum(held.leg.speaks for held in self._held.values())
            self._busy.worked(begun, self._clock(), partials_s=partials_s, speaking=speaking)
        return [found[id(leg)] for leg in legs]

    def _due(self, steps: Sequence[Step]) -> list[Task]:
        """What wants decoding; partials no oftener than there is time for."""
        pace, tasks = self._busy.pace, []
        for step in steps:
            held = self._held[step.sequence]
            held.late = held.late and self._busy.load > ROOM_AGAIN
            unwanted = held.late or len(step.samples) >= BEHIND_SAMPLES
            due = held.leg.due(now=self._steps, pace=None if unwanted else pace)
            held.put_off = not due and held.leg.owes_partial
            tasks += due
        return tasks

    def _leg(self, step: Step) -> Leg:
        now = self._clock()
        if step.starts:
            options = step.options or self._options
            leg = Leg(options, start_ms=step.start_ms)
            self._held[step.sequence] = _Held(leg, now, late=self._busy.load >= 1.0)
        elif step.sequence not in self._held:
            raise UnknownSequence(f"sequence {step.sequence} was not started")
        held = self._held[step.sequence]
        held.used_at = now
        return held.leg

    def _bridge(
        self, legs: Sequence[Leg], steps: Sequence[Step], found: dict[int, list[Hypothesis]]
    ) -> None:
        """Legs whose audio jumps finish what was open before the jump."""
        jumped = [
            (leg, step) for leg, step in zip(legs, steps, strict=True) if not leg.continues_at(step)
        ]
        for leg, _ in jumped:
            leg.finish()
        due = (leg.due(now=self._steps, pace=None) for leg, _ in jumped)
        self._recognise([task for tasks in due for task in tasks], found)
        for leg, step in jumped:
            leg.restart_clock(step.start_ms)

    def _listen(self, legs: Sequence[Leg], steps: Sequence[Step]) -> None:
        samples = [step.samples.astype(np.float32) / 32768.0 for step in steps]
        voices = [leg.voice for leg in legs]
        windows = self._voice.hear(list(zip(voices, samples, strict=True)))
        for leg, step, new, heard in zip(legs, steps, samples, windows, strict=True):
            leg.receive(new, heard)
            if step.ends or not len(step.samples):
                leg.finish()

    def _recognise(self, tasks: Sequence[Task], found: dict[int, list[Hypothesis]]) -> float:
        """Decode, finals first; how long was spent on partials, which may not all fit in."""
        begun, partials_s = self._clock(), 0.0
        for batch in batches(tasks, size=self._reader.threads, clock=self._clock):
            known = [_known(task) for task in batch]
            unread = [task for task, reading in zip(batch, known, strict=True) if reading is None]
            fresh = iter(self._reader.read(unread))
            for task, reading in zip(batch, known, strict=True):
                hypothesis = _published(task, reading or next(fresh))
                if hypothesis is not None:
                    found[id(task.leg)].append(hypothesis)
            ended = self._clock()
            if batch[0].kind is Kind.PARTIAL:
                partials_s += ended - begun
            begun = ended
        return partials_s

    def _expire(self) -> None:
        oldest = self._clock() - IDLE_S
        for sequence in [s for s, held in self._held.items() if held.used_at < oldest]:
            self.forget(sequence)


def _known(task: Task) -> Reading | None:
    """Of a final: what was read at the pause, with nothing said since."""
    if task.kind is not Kind.FINAL or (reading := task.leg.read_already(task.run)) is None:
        return None
    return reading._replace(run=task.run)


def _published(task: Task, reading: Reading) -> Hypothesis | None:
    if task.kind is Kind.FINAL:
        return task.leg.close(reading)
    return task.leg.read(task, reading)
