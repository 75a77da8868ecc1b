"""The transducer behind the recogniser's contract: steps of any number of legs in, hypotheses out.

It stands in `Recogniser`'s place in `serving.Served`, so that a client cannot tell which of them
answers. Where the graphs run (Triton, or this process) is `Acoustics`' matter.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from triton_models.hypothesis import Hypothesis, Step
from triton_models.options import LegOptions
from triton_models.transducer.leg import Leg
from triton_models.transducer.pieces import Vocabulary
from triton_models.transducer.search import Scorer, Search
from triton_models.transducer.tensors import Geometry
from triton_models.transducer.windows import Window

IDLE_S = 1200.0
"""Twice Triton's `max_sequence_idle_microseconds`: what Triton forgot is never asked for again."""


class Acoustics(Scorer, Protocol):
    """The graphs: features and encoder, with a state for each sequence; decoder and joiner."""

    def encode(self, windows: Sequence[Window]) -> list[NDArray[np.float32]]:
        """float32 [encoded_frames, joined] of each window; at most one of each sequence."""
        ...


class UnknownSequence(Exception):
    """The leg was never started here, or forgotten: start it again."""


@dataclass(slots=True)
class _Held:
    leg: Leg
    used_at: float


class Front:
    """Contract: give `step` any number of steps, at most one of each leg, in each leg's order."""

    def __init__(
        self,
        acoustics: Acoustics,
        vocabulary: Vocabulary,
        *,
        geometry: Geometry,
        options: LegOptions,
        clock: Callable[[], float],
    ) -> None:
        self._acoustics = acoustics
        self._vocabulary = vocabulary
        self._geometry = geometry
        self._options = options
        self._clock = clock
        self._search = Search(acoustics, context_size=geometry.context_size)
        self._held: dict[int, _Held] = {}

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
        legs = {step.sequence: self._leg(step) for step in steps}
        self._bridge(legs, steps)
        for step in steps:
            legs[step.sequence].receive(step)
            if step.ends or not len(step.samples):
                legs[step.sequence].finish()
        self._advance(legs)
        for step in steps:
            if step.ends or not len(step.samples):
                legs[step.sequence].close()
            legs[step.sequence].show()
            if step.ends:
                self.forget(step.sequence)
        self._expire()
        return [_taken(legs[step.sequence]) for step in steps]

    def _leg(self, step: Step) -> Leg:
        now = self._clock()
        if step.starts:
            self._held[step.sequence] = _Held(self._new_leg(step), now)
        elif step.sequence not in self._held:
            raise UnknownSequence(f"sequence {step.sequence} was not started")
        held = self._held[step.sequence]
        held.used_at = now
        return held.leg

    def _new_leg(self, step: Step) -> Leg:
        return Leg(
            self._vocabulary,
            self._geometry,
            options=step.options or self._options,
            start_ms=step.start_ms,
        )

    def _bridge(self, legs: dict[int, Leg], steps: Sequence[Step]) -> None:
        """Legs whose audio jumps finish what was open before the jump."""
        jumped = {s.sequence: s for s in steps if not legs[s.sequence].continues_at(s)}
        for sequence in jumped:
            legs[sequence].finish()
        self._advance({sequence: legs[sequence] for sequence in jumped})
        for sequence, step in jumped.items():
            legs[sequence].close()
            legs[sequence].jump(step.start_ms)

    def _advance(self, legs: dict[int, Leg]) -> None:
        """Every window that is ready, one of each leg at a time."""
        while ready := {s: w for s, leg in legs.items() if (w := leg.take(s)) is not None}:
            encoded = np.stack(self._acoustics.encode(list(ready.values())))
            streaming = [legs[sequence] for sequence in ready]
            for frame in range(encoded.shape[1]):
                self._search.advance([leg.stream for leg in streaming], encoded[:, frame])
                for leg in streaming:
                    leg.look()

    def _expire(self) -> None:
        oldest = self._clock() - IDLE_S
        for sequence in [s for s, held in self._held.items() if held.used_at < oldest]:
            self.forget(sequence)


def _taken(leg: Leg) -> list[Hypothesis]:
    found, leg.found = leg.found, []
    return found
