"""The threads that recognise groups, each with a recogniser of its own, behind live calls."""

import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue

from trunkline.batch.hear import HeardGroup, Hearing
from trunkline.batch.live_load import Watch
from trunkline.batch.pieces import Group


class Workers:
    """Contract: enter, `ask` for groups, leave; leaving drops what has not begun."""

    def __init__(self, hearings: Sequence[Hearing], watch: Watch) -> None:
        self.threads = len(hearings)
        self._watch = watch
        self._hearings: SimpleQueue[Hearing] = SimpleQueue()
        for hearing in hearings:
            self._hearings.put(hearing)
        self._pool = ThreadPoolExecutor(max(1, self.threads), thread_name_prefix="batch")

    def __enter__(self) -> "Workers":
        return self

    def __exit__(self, *exc: object) -> None:
        self._watch.close()
        self._pool.shutdown(cancel_futures=True)

    @property
    def is_paused(self) -> bool:
        """True while live calls have the machine."""
        return not self._watch.rule.may_work

    def ask(self, group: Group) -> Future[HeardGroup | None]:
        """What the group holds; None if the run ended meanwhile."""
        return self._pool.submit(self._hear, group)

    def _hear(self, group: Group) -> HeardGroup | None:
        if not self._watch.wait_for_turn():
            return None
        hearing = self._hearings.get()
        try:
            return hearing.hear(group, clock=time.thread_time)
        finally:
            self._hearings.put(hearing)
