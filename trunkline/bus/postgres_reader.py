"""Subscriptions on Postgres: read what follows each position, or wait for a ring."""

import asyncio
import contextlib
import time
from collections.abc import Mapping, Sequence

from trunkline.bus import Record, Unavailable
from trunkline.bus.metrics import BusMetrics
from trunkline.bus.postgres_group import Everything, Membership, Part
from trunkline.bus.postgres_layout import Layout
from trunkline.bus.postgres_link import Link
from trunkline.bus.postgres_sql import Queries
from trunkline.bus.postgres_watch import Watch

POLL_S = 1.0
"""A lost notification costs at most so much."""


class Reader:
    """Reads, on a connection of its own, and counts."""

    def __init__(
        self, link: Link, *, layout: Layout, queries: Queries, metrics: BusMetrics
    ) -> None:
        self.link = link
        self.layout = layout
        self.queries = queries
        self._metrics = metrics

    async def take(self, positions: dict[Part, int], *, limit: int) -> list[Record]:
        """What follows `positions`, which move on; nothing while the server is away."""
        asked = dict(positions)
        try:
            records = await self._read(asked, limit=limit)
        except Unavailable:
            return []
        # A partition may have left, or come back at another position, while we read.
        kept = [r for r in records if positions.get(r[:2]) == asked[r[:2]]]
        positions.update({record[:2]: record.offset for record in kept})
        self._metrics.fetched(kept)
        return kept

    async def _read(self, positions: Mapping[Part, int], *, limit: int) -> list[Record]:
        records: list[Record] = []
        if not positions:
            return records
        each = max(1, limit // len(positions))
        async with self.link.use() as connection:
            for topic in sorted({topic for topic, _ in positions}):
                mine = {part: pos for (name, part), pos in positions.items() if name == topic}
                about = {"parts": list(mine), "positions": list(mine.values()), "each": each}
                cursor = connection.cursor(binary=True)
                await cursor.execute(self.queries("read", topic), about)
                records += [Record(topic, *row) for row in await cursor.fetchall()]
        return records[:limit]

    async def start(self, topics: Sequence[str], *, since_s: float) -> dict[Part, int]:
        """Positions before the records that are `since_s` seconds old; `Unavailable`."""
        positions: dict[Part, int] = {}
        async with self.link.use() as connection:
            for topic in topics:
                await self.layout.partitions(connection, topic)
                cursor = await connection.execute(
                    self.queries("positions_since", topic), {"topic": topic, "since_s": since_s}
                )
                for part, position in await cursor.fetchall():
                    positions[topic, part] = position
        return positions


async def _wait(watch: Watch, *, until: float) -> bool:
    """Wait for a ring, a poll's time at most; False when `until` has passed."""
    left_s = until - time.monotonic()
    if left_s <= 0:
        return False
    # Not wait_for: before Python 3.12 it swallows a cancellation that meets a ring.
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(min(left_s, POLL_S)):
            await watch.rung.wait()
    return True


class GroupSubscription:
    """One member of a group."""

    def __init__(self, reader: Reader, watch: Watch, membership: Membership) -> None:
        self._reader = reader
        self._watch = watch
        self._membership = membership

    async def fetch(self, *, limit: int = 500, wait_s: float = 1.0) -> Sequence[Record]:
        """The next records of our partitions."""
        until = time.monotonic() + wait_s
        await self._write_commits()
        while True:
            self._watch.check()
            self._watch.rung.clear()
            records = await self._reader.take(self._membership.positions, limit=limit)
            if records or not await _wait(self._watch, until=until):
                return records

    async def commit(self, positions: Sequence[Record]) -> None:
        """Write how far we are; kept until the next fetch if the server is away."""
        self._membership.remember(positions)
        await self._write_commits()

    async def _write_commits(self) -> None:
        commits = self._membership.due()
        if not commits:
            return
        member = self._membership.member
        about = {
            **self._membership.about,
            "topics": [topic for topic, _ in commits],
            "parts": [part for _, part in commits],
            "positions": list(commits.values()),
        }
        with contextlib.suppress(Unavailable):
            async with self._reader.link.use() as connection:
                await connection.execute(self._reader.queries("commit"), about)
            # Who became a new member meanwhile owned nothing under the old number: write it again.
            if self._membership.member == member:
                self._membership.written(commits)

    async def assigned(self) -> frozenset[Part]:
        """What we read now."""
        return frozenset(self._membership.positions)

    async def close(self) -> None:
        """Leave the group at once."""
        await self._write_commits()
        member = self._membership.member
        await self._watch.close()
        if not member:
            return await self._reader.link.close()
        with contextlib.suppress(Unavailable):
            async with self._reader.link.use() as connection:
                await self._membership.leave(connection, member=member)
        await self._reader.link.close()


class TailSubscription:
    """Reads everything, alone, from a moment on."""

    def __init__(
        self, reader: Reader, watch: Watch, share: Everything, *, topics: Sequence[str]
    ) -> None:
        self._reader = reader
        self._watch = watch
        self._share = share
        self._topics = topics
        self._since = 0.0

    async def start(self, *, since_s: float) -> None:
        """Begin `since_s` ago; if the server is away, the first fetch that reaches it will."""
        self._since = time.monotonic() - since_s
        await self._start()

    async def _start(self) -> None:
        with contextlib.suppress(Unavailable):
            since_s = time.monotonic() - self._since
            self._share.positions = await self._reader.start(self._topics, since_s=since_s)

    async def fetch(self, *, limit: int = 500, wait_s: float = 1.0) -> Sequence[Record]:
        """The next records of every partition."""
        until = time.monotonic() + wait_s
        while True:
            self._watch.check()
            self._watch.rung.clear()
            if not self._share.positions:
                await self._start()
            records = await self._reader.take(self._share.positions, limit=limit)
            if records or not await _wait(self._watch, until=until):
                return records

    async def commit(self, positions: Sequence[Record]) -> None:
        """A tail commits nothing."""

    async def assigned(self) -> frozenset[Part]:
        """Everything there is."""
        return frozenset(self._share.positions)

    async def close(self) -> None:
        """Disconnect."""
        await self._watch.close()
        await self._reader.link.close()
