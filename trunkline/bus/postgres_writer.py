"""Appends batches to one topic's table, each in one transaction and one round trip."""

from collections.abc import Sequence

import psycopg

from trunkline.bus import Unavailable
from trunkline.bus.batch import Batches
from trunkline.bus.metrics import BusMetrics
from trunkline.bus.postgres_layout import Layout
from trunkline.bus.postgres_link import Link
from trunkline.bus.postgres_sql import Queries, channel_of
from trunkline.bus.share import partition_of


class Writer:
    """Appends to one topic, in the order of the calls."""

    def __init__(
        self, topic: str, link: Link, *, layout: Layout, queries: Queries, metrics: BusMetrics
    ) -> None:
        self._topic = topic
        self._link = link
        self._layout = layout
        self._queries = queries
        self._batches = Batches(topic, self._append, metrics=metrics)

    async def write(self, key: str, value: bytes) -> None:
        """Return when the record is durable; `Unavailable` if the server is away."""
        await self._batches.write(key, value)

    async def close(self) -> None:
        """Write what waits, and disconnect."""
        await self._batches.drain()
        await self._link.close()

    async def _append(self, rows: Sequence[tuple[str, bytes]]) -> None:
        try:
            await self._insert(rows)
        except Unavailable:
            self._layout.forget()
            raise
        except psycopg.Error as error:
            # A full disk, a read-only standby: the operator's to mend, ours to wait for.
            raise Unavailable(f"postgres: {type(error).__name__}") from None

    async def _insert(self, rows: Sequence[tuple[str, bytes]]) -> None:
        async with self._link.use() as connection:
            partitions = await self._layout.partitions(connection, self._topic)
            parts = [partition_of(key, partitions) for key, _ in rows]
            grown = sorted(set(parts))
            heads = {"topic": self._topic, "parts": grown}
            batch = {
                "topic": self._topic,
                "parts": parts,
                "keys": [key for key, _ in rows],
                "values": [value for _, value in rows],
            }
            ring = {"channel": channel_of(self._topic), "parts": ",".join(map(str, grown))}
            async with connection.pipeline(), connection.transaction():
                await connection.execute(self._queries("lock_heads"), heads)
                await connection.execute(self._queries("append", self._topic), batch)
                await connection.execute(self._queries("ring"), ring)
