"""Puts this process behind every other on the machine."""

import contextlib
import os
import sys

PRIORITIES = ("idle", "low", "normal")
_NICEST = 19


def give_up_priority(name: str) -> None:
    """`idle`: runs only when nobody else wants the core; `low`: nice 19; `normal`: as started.

    Before any thread is started: threads begin with their maker's class. On Linux the disk's idle
    class follows from the scheduler's (ioprio_set(2)).
    """
    if name == "normal":
        return
    with contextlib.suppress(OSError):
        os.nice(_NICEST - os.nice(0))
    if name == "idle" and sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
