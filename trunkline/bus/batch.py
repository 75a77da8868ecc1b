"""Whatever was published while one batch was being written goes into the next."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from trunkline.bus import Unavailable
from trunkline.bus.metrics import BusMetrics

log = logging.getLogger(__name__)

BATCH = 500
WAITING = 10_000
"""Publishes that wait at most; beyond it `publish` itself waits."""

MAX_VALUE_BYTES = 900_000
"""Kafka's default limit for a batch is 1 MiB; a transcript's event has 2 KB."""

Append = Callable[[Sequence[tuple[str, bytes]]], Awaitable[None]]
"""Makes (key, value) pairs durable, in order; raises `Unavailable` when it cannot now."""


class _Waiting(NamedTuple):
    key: str
    value: bytes
    durable: asyncio.Future[None]


class Batches:
    """Appends to one topic, in the order of the calls."""

    def __init__(self, topic: str, append: Append, *, metrics: BusMetrics) -> None:
        self._topic = topic
        self._append = append
        self._metrics = metrics
        self._room = asyncio.Semaphore(WAITING)
        self._waiting: list[_Waiting] = []
        self._flusher: asyncio.Task[None] | None = None

    async def write(self, key: str, value: bytes) -> None:
        """Return when the record is durable; `Unavailable` if it cannot be now."""
        if "\0" in key or len(value) > MAX_VALUE_BYTES:
            raise ValueError(f"{len(value)} bytes, or NUL in the key: no broker of ours takes it")
        started = time.perf_counter()
        async with self._room:
            durable = asyncio.get_running_loop().create_future()
            self._waiting.append(_Waiting(key, value, durable))
            if self._flusher is None:
                self._flusher = asyncio.create_task(self._flush())
            await durable
        self._metrics.published.labels(self._topic).inc()
        self._metrics.publish_seconds.observe(time.perf_counter() - started)

    async def drain(self) -> None:
        """Return when nothing waits any more."""
        if self._flusher is not None:
            await self._flusher

    async def _flush(self) -> None:
        batch: list[_Waiting] = []
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
                await self._write(batch)
        except BaseException as error:
            # A fault of ours: who published gets it, rather than waiting for ever.
            _fail(batch + self._waiting, error)
            self._waiting = []
            raise
        finally:
            self._flusher = None

    async def _write(self, batch: list[_Waiting]) -> None:
        try:
            await self._append([(one.key, one.value) for one in batch])
        except Unavailable as error:
            # Those behind fail too: written now, they would overtake the retries.
            batch, self._waiting = batch + self._waiting, []
            self._metrics.refused.labels(self._topic).inc(len(batch))
            log.warning("publishing failed", extra={"reason": str(error), "count": len(batch)})
            _fail(batch, error)
            return
        for one in batch:
            if not one.durable.done():
                one.durable.set_result(None)


def _fail(waiting: list[_Waiting], error: BaseException) -> None:
    for one in waiting:
        if not one.durable.done():
            # One object each: every waiter adds its own frames to the traceback.
            again = Unavailable(*error.args) if isinstance(error, Unavailable) else error
            one.durable.set_exception(again)
