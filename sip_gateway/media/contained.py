"""A fault of ours ends the leg or call it happened in, and disturbs nothing else."""

import logging
from types import TracebackType
from typing import Self

from prometheus_client import Counter

logger = logging.getLogger(__name__)


class Contained:
    """The process's one place where any exception ends: `with Contained(...) as work: ...`."""

    def __init__(self, faults: Counter, *, call_id: str = "", leg_id: str = "") -> None:
        self.faulted = False
        self.call_id = call_id
        self.leg_id = leg_id
        self._faults = faults

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> bool:
        if not isinstance(error, Exception):
            return False
        self.faulted = True
        self._faults.inc()
        logger.error(
            "fault", exc_info=error, extra={"call_id": self.call_id, "leg_id": self.leg_id}
        )
        return True
