"""The bus of a one-machine appliance: tables in the Postgres that it has anyway.

Per topic one append-only table, per partition one row that hands offsets out. Nothing here is
opened before it is used, and everything comes back by itself when the server does.
"""

import logging
from collections.abc import Sequence

from prometheus_client import CollectorRegistry
from psycopg import sql

from trunkline.bus import Subscription
from trunkline.bus.metrics import BusMetrics
from trunkline.bus.postgres_group import Everything, Membership
from trunkline.bus.postgres_layout import Layout
from trunkline.bus.postgres_link import Link
from trunkline.bus.postgres_reader import GroupSubscription, Reader, TailSubscription
from trunkline.bus.postgres_sql import Queries, channel_of, checked_topic, group_channel_of
from trunkline.bus.postgres_watch import Watch
from trunkline.bus.postgres_writer import Writer
from trunkline.bus.settings import Settings, retention_s

log = logging.getLogger(__name__)

PRUNE_EACH = 1000
"""Rows of one partition that one transaction deletes at most."""

_LAZY = sql.SQL("SET synchronous_commit = off")
"""For commits of offsets: one lost in a crash only means that records come again."""


class PostgresBus:
    """Bus on Postgres; connects when first used."""

    def __init__(self, dsn: str, settings: Settings, *, registry: CollectorRegistry) -> None:
        self._dsn = dsn
        self._settings = settings
        self._metrics = BusMetrics(registry)
        self._queries = Queries()
        self._layout = self._new_layout()
        self._writers: dict[str, Writer] = {}

    async def publish(self, topic: str, key: str, value: bytes) -> None:
        """Return when the record is durable; `Unavailable` at once when the server is away."""
        if topic not in self._writers:
            self._writers[topic] = Writer(
                checked_topic(topic),
                self._new_link(),
                layout=self._layout,
                queries=self._queries,
                metrics=self._metrics,
            )
        await self._writers[topic].write(key, value)

    async def subscribe(self, topics: Sequence[str], *, group: str) -> Subscription:
        """Join a group. All members of a group must name the same topics."""
        membership = Membership(
            topics, group=group, layout=self._new_layout(), queries=self._queries
        )
        channels = [*map(channel_of, topics), group_channel_of(group)]
        watch = Watch(self._dsn, membership, channels=channels, metrics=self._metrics)
        return GroupSubscription(self._new_reader(), watch, membership)

    async def tail(self, topics: Sequence[str], *, since_s: float) -> Subscription:
        """Read every partition alone."""
        everything = Everything(topics)
        channels = list(map(channel_of, topics))
        watch = Watch(self._dsn, everything, channels=channels, metrics=self._metrics)
        tail = TailSubscription(self._new_reader(), watch, everything, topics=topics)
        await tail.start(since_s=since_s)
        return tail

    async def prune(self) -> int:
        """Delete what retention no longer keeps; how many. `Unavailable` if the server is away.

        A second caller at the same time finds nothing to do.
        """
        link = self._new_link()
        try:
            async with link.use() as connection:
                await self._layout.lay_schema(connection)
                cursor = await connection.execute(self._queries("topics"))
                topics = [topic for (topic,) in await cursor.fetchall()]
            return sum([await self._prune_topic(link, topic) for topic in topics])
        finally:
            await link.close()

    def ready(self) -> str:
        """Empty, or that the server could not be reached at the last try."""
        return self._metrics.ready()

    async def close(self) -> None:
        """Write what waits, and disconnect. Subscriptions are closed by who holds them."""
        for writer in self._writers.values():
            await writer.close()

    async def _prune_topic(self, link: Link, topic: str) -> int:
        about = {
            "topic": topic,
            "each": PRUNE_EACH,
            "kept_s": float(retention_s(self._settings, topic)),
        }
        deleted = 0
        while True:
            async with link.use() as connection, connection.transaction():
                cursor = await connection.execute(self._queries("try_prune"))
                if await cursor.fetchone() != (True,):
                    return deleted
                cursor = await connection.execute(self._queries("prune", topic), about)
                row = await cursor.fetchone() or (0, 0)
            gone, unread = int(row[0]), int(row[1])
            deleted += gone
            self._metrics.expired_unread.labels(topic).inc(unread)
            if not gone:
                return deleted

    def _new_reader(self) -> Reader:
        return Reader(
            self._new_link(lazy=True),
            layout=self._new_layout(),
            queries=self._queries,
            metrics=self._metrics,
        )

    def _new_layout(self) -> Layout:
        return Layout(self._queries, partitions=self._settings.partitions)

    def _new_link(self, *, lazy: bool = False) -> Link:
        return Link(self._dsn, metrics=self._metrics, on_connect=[_LAZY] if lazy else [])
