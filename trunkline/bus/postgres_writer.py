"""Writes one topic: whatever was published while one transaction ran goes into the next."""

import asyncio
import logging
import time
from typing import NamedTuple

import psycopg

from trunkline.bus import Unavailable
from trunkline.bus.metrics import BusMetrics
from trunkline.bus.postgres_layout import Layout
from trunkline.bus.postgres_link import Link
from trunkline.bus.postgres_sql import Queries, channel_of
from trunkline.bus.share import partition_of

log = logging.getLogger(__name__)

BATCH = 500
WAITING = 10_000
"""Publishes that wait at most; beyond it `publish` itself waits."""


class _Waiting(NamedTuple):
    key: str
    value: bytes
    durable: asyncio.Future[None]


class Writer:
    """Appends to one topic, in the order of the calls."""

    def __init__(
        self, topic: str, link: Link, *, layout: Layout, queries: Queries, metrics: BusMetrics
    ) -> None:
        self._topic = topic
        self._link = link
        self._layout = layout
        self._queries = queries
        self._metrics = metrics
        self._room = asyncio.Semaphore(WAITING)
        self._waiting: list[_Waiting] = []
        self._flusher: asyncio.Task[None] | None = None

    async def write(self, key: str, value: bytes) -> None:
        """Return when the record is durable; `Unavailable` if the server is away."""
        if "\0" in key:
            raise ValueError("a key holds NUL")
        started = time.perf_counter()
        async with self._room:
            durable = asyncio.get_running_loop().create_future()
            self._waiting.append(_Waiting(key, value, durable))
            if self._flusher is None:
                self._flusher = asyncio.create_task(self._flush())
            await durable
        self._metrics.published.labels(self._topic).inc()
        self._metrics.publish_seconds.observe(time.perf_counter() - started)

    async def close(self) -> None:
        """Write what waits, and disconnect."""
        if self._flusher is not None:
            await self._flusher
        await self._link.close()

    async def _flush(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
                try:
                    await self._append(batch)
                except (Unavailable, psycopg.Error) as error:
                    # Those behind fail too: written now, they would overtake the retries.
                    behind, self._waiting = self._waiting, []
                    self._refuse(batch + behind, error)
                else:
                    _resolve(batch)
        finally:
            self._flusher = None

    def _refuse(self, waiting: list[_Waiting], error: Exception) -> None:
        self._layout.forget()
        self._metrics.refused.labels(self._topic).inc(len(waiting))
        log.warning(
            "publishing failed", extra={"reason": type(error).__name__, "count": len(waiting)}
        )
        for one in waiting:
            if not one.durable.done():
                one.durable.set_exception(Unavailable(f"postgres: {type(error).__name__}"))

    async def _append(self, batch: list[_Waiting]) -> None:
        async with self._link.use() as connection:
            partitions = await self._layout.partitions(connection, self._topic)
            parts = [partition_of(one.key, partitions) for one in batch]
            grown = sorted(set(parts))
            keys, values = [one.key for one in batch], [one.value for one in batch]
            heads = {"topic": self._topic, "parts": grown}
            rows = {"topic": self._topic, "parts": parts, "keys": keys, "values": values}
            ring = {"channel": channel_of(self._topic), "parts": ",".join(map(str, grown))}
            async with connection.pipeline(), connection.transaction():
                await connection.execute(self._queries("lock_heads"), heads)
                await connection.execute(self._queries("append", self._topic), rows)
                await connection.execute(self._queries("ring"), ring)


def _resolve(batch: list[_Waiting]) -> None:
    for one in batch:
        if not one.durable.done():
            one.durable.set_result(None)
