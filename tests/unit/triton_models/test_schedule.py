"""What is decoded first."""

from collections.abc import Callable

import numpy as np

from triton_models.leg import Kind, Leg, Task
from triton_models.options import LegOptions
from triton_models.schedule import BUDGET_S, batches
from triton_models.utterance import Run


def task(kind: Kind, since: int) -> Task:
    return Task(
        Leg(LegOptions(), start_ms=0), kind, since, Run(0, 0, 1, 1), np.zeros(1, np.float32), ()
    )


def ticking(step_s: float) -> Callable[[], float]:
    """A clock that moves on each time it is read."""
    now = -step_s

    def clock() -> float:
        nonlocal now
        now += step_s
        return now

    return clock


def test_finals_come_first_then_speculative_finals_then_partials_each_oldest_first() -> None:
    tasks = [
        task(Kind.PARTIAL, 1),
        task(Kind.SPECULATIVE, 3),
        task(Kind.FINAL, 9),
        task(Kind.PARTIAL, 0),
        task(Kind.FINAL, 8),
    ]
    ordered = [t for batch in batches(tasks, size=2, clock=lambda: 0.0) for t in batch]
    assert [(t.kind.name, t.due_since) for t in ordered] == [
        ("FINAL", 8),
        ("FINAL", 9),
        ("SPECULATIVE", 3),
        ("PARTIAL", 0),
        ("PARTIAL", 1),
    ]


def test_finals_are_one_batch_and_never_wait() -> None:
    tasks = [task(Kind.FINAL, 5) for _ in range(20)]
    assert [len(b) for b in batches(tasks, size=2, clock=ticking(10.0))] == [20]


def test_partials_stop_when_the_time_of_the_step_is_used() -> None:
    tasks = [task(Kind.PARTIAL, 5) for _ in range(10)]
    taken = list(batches(tasks, size=2, clock=ticking(BUDGET_S * 0.4)))
    assert [len(b) for b in taken] == [2, 2]


def test_a_leg_that_waited_longer_gets_its_partial_first_next_time() -> None:
    late, early = task(Kind.PARTIAL, 7), task(Kind.PARTIAL, 2)
    assert next(batches([late, early], size=1, clock=lambda: 0.0)) == [early]
