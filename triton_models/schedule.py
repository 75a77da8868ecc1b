"""What is decoded first when several legs are due (pure).

Finals, then what becomes final unless more is said, then partials; the longest due first. All but
finals give way: each step decodes as many as fit into its time, the rest stay due.
"""

from collections.abc import Callable, Iterator, Sequence

from triton_models.leg import Kind, Task

Clock = Callable[[], float]
"""Monotonic seconds."""

BUDGET_S = 0.08
"""Time for all but finals in one step: while they are decoded, a final that falls due waits."""


def in_order(tasks: Sequence[Task]) -> list[Task]:
    """The order in which tasks are decoded; tasks of one leg stay in order."""
    return sorted(tasks, key=lambda task: (task.kind, task.due_since))


def batches(tasks: Sequence[Task], *, size: int, clock: Clock) -> Iterator[list[Task]]:
    """All finals, then the rest in order, `size` at a time until time is up."""
    ordered = in_order(tasks)
    if finals := [task for task in ordered if task.kind is Kind.FINAL]:
        yield finals
    others = ordered[len(finals) :]
    give_way_at = clock() + BUDGET_S
    for at in range(0, len(others), size):
        if clock() >= give_way_at:
            return
        yield others[at : at + size]
