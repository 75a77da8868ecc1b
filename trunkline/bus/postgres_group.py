"""A member's share of a consumer group, and the share of one who reads everything alone.

A partition belongs to who holds its advisory lock; the lock goes with the connection, so a killed
member's partitions are free at once. Each member takes free partitions up to its quota and gives
back what is over it, once a second and whenever somebody joins or leaves. A member that is stopped
or stuck keeps its connection, but stops beating: the others then have the server close it.
A partition number is owned for all topics of the group together, so that what one call says on
several topics meets in one process.
"""

import logging
import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from psycopg import Notify

from trunkline.bus import Record
from trunkline.bus.postgres_layout import Layout
from trunkline.bus.postgres_link import Connection
from trunkline.bus.postgres_sql import Queries, channel_of, group_channel_of
from trunkline.bus.share import quota

log = logging.getLogger(__name__)

SILENT_S = 10.0
"""A member that did not beat for so long is stuck."""

Part = tuple[str, int]


class Peer(NamedTuple):
    """One member as the table shows it."""

    member: int
    pid: int
    connected: bool
    beating: bool


class Everything:
    """The share of a tail: every partition, nothing to commit."""

    def __init__(self, topics: Sequence[str]) -> None:
        self._channels = frozenset(channel_of(topic) for topic in topics)
        self.positions: dict[Part, int] = {}

    async def beat(self, connection: Connection) -> None:
        """Nobody shares with us."""

    def wants(self, notify: Notify) -> bool:
        """Every record of the topics."""
        return notify.channel in self._channels

    def changes(self, notify: Notify) -> bool:
        """There is no group."""
        return False

    def lose(self) -> None:
        """Positions are our own: nothing is lost."""


class Membership:
    """One member's share of a group: which partitions, and how far it is in each."""

    def __init__(
        self, topics: Sequence[str], *, group: str, layout: Layout, queries: Queries
    ) -> None:
        self._topics = list(topics)
        self._group = group
        self._layout = layout
        self._queries = queries
        self._partitions: dict[str, int] = {}
        self._member = 0
        self._owned: set[int] = set()
        self.positions: dict[Part, int] = {}
        """The last offset handed out of each partition owned."""
        self._held: set[Part] = set()
        """What may be committed: also what a lost connection took, until we joined again."""

        self._undone: dict[Part, int] = {}
        """Commits that are not written yet."""

    @property
    def about(self) -> dict[str, object]:
        """Who we are, for a query."""
        return {"group": self._group, "member": self._member, "silent_s": SILENT_S}

    def wants(self, notify: Notify) -> bool:
        """Records in partitions of ours."""
        parts = notify.payload.split(",")
        return any(channel_of(t) == notify.channel and str(p) in parts for t, p in self.positions)

    def changes(self, notify: Notify) -> bool:
        """Somebody joined, left, or gave partitions back."""
        return notify.channel == group_channel_of(self._group)

    def lose(self) -> None:
        """All locks went with the connection: a new one is a new member."""
        self._member = 0
        self._owned.clear()
        self.positions.clear()
        self._layout.forget()

    def remember(self, records: Iterable[Record]) -> None:
        """What is to be committed, unless its partition moved away."""
        for record in records:
            part = (record.topic, record.partition)
            if part in self._held:
                self._undone[part] = max(self._undone.get(part, -1), record.offset)

    def due(self) -> Mapping[Part, int]:
        """The commits that can be written now."""
        return {part: pos for part, pos in self._undone.items() if part in self.positions}

    def written(self, commits: Mapping[Part, int]) -> None:
        """These commits are durable."""
        self._undone = {p: pos for p, pos in self._undone.items() if commits.get(p, -1) < pos}

    async def beat(self, connection: Connection) -> None:
        """Say that we live, and move towards our quota of partitions."""
        if not self._member:
            await self._join(connection)
        await connection.execute(self._queries("beat"), self.about)
        alive = await self._living(connection)
        if self._member not in alive:
            return
        units = max(self._partitions.values())
        mine = quota(alive.index(self._member), members=len(alive), partitions=units)
        released = sorted(self._owned)[mine:]
        for part in released:
            await self._release(connection, part)
        for part in range(units):
            if len(self._owned) < mine and part not in self._owned and part not in released:
                await self._acquire(connection, part)
        if released:
            await self._tell(connection)
        # What was done stays done: a partition that comes back a beat later gets its commit then.
        self._held &= set(self.positions)

    async def _join(self, connection: Connection) -> None:
        for topic in self._topics:
            self._partitions[topic] = await self._layout.partitions(connection, topic)
        self._member = secrets.randbits(62) + 1
        await connection.execute(self._queries("hold_member_lock"), self.about)
        await connection.execute(self._queries("beat"), self.about)
        await self._tell(connection)

    async def _tell(self, connection: Connection) -> None:
        ring = {"channel": group_channel_of(self._group), "parts": ""}
        await connection.execute(self._queries("ring"), ring)

    async def _living(self, connection: Connection) -> list[int]:
        """The members that count, oldest first; the others are helped out."""
        cursor = await connection.execute(self._queries("members"), self.about)
        alive = []
        for peer in [Peer(*row) for row in await cursor.fetchall()]:
            if peer.connected and peer.beating:
                alive.append(peer.member)
                continue
            if peer.connected:
                log.warning("a member of the group is stuck and is put out")
                await connection.execute(self._queries("end_silent"), {"pid": peer.pid})
            await connection.execute(
                self._queries("forget_member"), {"group": self._group, "member": peer.member}
            )
        return alive

    async def _release(self, connection: Connection, part: int) -> None:
        self._owned.discard(part)
        for topic in self._topics:
            self.positions.pop((topic, part), None)
            self._held.discard((topic, part))
        await connection.execute(self._queries("disown"), {"group": self._group, "part": part})

    async def _acquire(self, connection: Connection, part: int) -> None:
        cursor = await connection.execute(
            self._queries("try_own"), {"group": self._group, "part": part}
        )
        if await cursor.fetchone() != (True,):
            return
        self._owned.add(part)
        topics = [topic for topic in self._topics if part < self._partitions[topic]]
        about = {**self.about, "part": part, "topics": topics}
        cursor = await connection.execute(self._queries("take_over"), about)
        for topic, done in await cursor.fetchall():
            undone = self._undone.get((topic, part), -1)
            self.positions[topic, part] = max(done, undone)
            self._held.add((topic, part))

    async def leave(self, connection: Connection, *, member: int) -> None:
        """Once the watch's connection is closed: wait for its locks, then tell the others."""
        about = {"group": self._group, "member": member}
        await connection.execute(self._queries("await_release"), about)
        await connection.execute(self._queries("forget_member"), about)
        await self._tell(connection)

    @property
    def member(self) -> int:
        """Our number on the present connection; 0: not joined."""
        return self._member
