"""kafka-python blocks: each of its clients gets one thread, and calls wait their turn there.

(kafka-python 3.0 has no asyncio client; its own I/O runs on a further thread per client.)
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class Thread:
    """One thread, and what is called on it, in order."""

    def __init__(self, name: str) -> None:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    def start(self, action: Callable[[], T]) -> asyncio.Future[T]:
        """Begin `action`; it goes on even if nobody waits for it any more."""
        return asyncio.get_running_loop().run_in_executor(self._executor, action)

    async def call(self, action: Callable[[], T]) -> T:
        """What `action` returns, once it had its turn."""
        return await asyncio.shield(self.start(action))

    def close(self) -> None:
        """No more calls; does not wait for the last one."""
        self._executor.shutdown(wait=False)
