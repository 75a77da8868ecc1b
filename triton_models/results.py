"""Results on their way to whoever publishes them.

A partial that nobody took yet is replaced by the next of its segment; finals and gaps are never
dropped. They come to about one a second and speaking leg, so the queue stays small while its
reader lives; the reader is the same process's publisher, which has its own bound.
"""

import asyncio
from collections import deque

from sip_gateway.events import Gap
from triton_models.events import RawTranscript

Result = RawTranscript | Gap


class Results:
    """A queue that keeps each leg's results in order."""

    def __init__(self) -> None:
        self._waiting: deque[Result | str] = deque()  # a string: the partial of that segment
        self._partials: dict[str, RawTranscript] = {}
        self._filled = asyncio.Event()
        self._fault: BaseException | None = None

    def put(self, result: Result) -> None:
        """Add a result behind the others."""
        if isinstance(result, RawTranscript):
            known = self._partials.pop(result.segment_id, None)
            if not result.is_final:
                self._partials[result.segment_id] = result
                if known is None:
                    self._waiting.append(result.segment_id)
                    self._filled.set()
                return
        self._waiting.append(result)
        self._filled.set()

    def fail(self, fault: BaseException) -> None:
        """No results will follow those that wait."""
        self._fault = fault
        self._filled.set()

    async def take(self) -> Result:
        """The next result; waits for one."""
        while True:
            while not self._waiting:
                if self._fault is not None:
                    raise self._fault
                self._filled.clear()
                await self._filled.wait()
            head = self._waiting.popleft()
            if not isinstance(head, str):
                return head
            if (partial := self._partials.pop(head, None)) is not None:
                return partial
