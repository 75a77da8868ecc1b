"""The bus within one process, for unit tests: the same semantics, nothing durable."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence

from trunkline.bus import Record, Unavailable
from trunkline.bus.share import partition_of, quota

_Part = tuple[str, int]


class _Log:
    """Every record of every partition, when it came, and who waits for more."""

    def __init__(self, partitions: int, clock: Callable[[], float]) -> None:
        self.partitions = partitions
        self.clock = clock
        self.away = False
        self._records: dict[_Part, list[tuple[float, Record]]] = {}
        self.grown = asyncio.Condition()

    def parts(self, topics: Sequence[str]) -> list[_Part]:
        return [(topic, number) for number in range(self.partitions) for topic in topics]

    def append(self, topic: str, key: str, value: bytes) -> None:
        part = (topic, partition_of(key, self.partitions))
        records = self._records.setdefault(part, [])
        records.append((self.clock(), Record(*part, len(records), key, value)))

    def read(self, part: _Part, *, after: int, limit: int) -> list[Record]:
        return [record for _, record in self._records.get(part, [])[after + 1 :][:limit]]

    def last_before(self, part: _Part, *, at: float) -> int:
        """The offset of the last record older than `at`; -1 if there is none."""
        return sum(came < at for came, _ in self._records.get(part, [])) - 1


class _Group:
    """A consumer group: what is committed, and who reads what."""

    def __init__(self) -> None:
        self.committed: dict[_Part, int] = {}
        self.members: list[MemorySubscription] = []

    def rebalance(self, parts: Sequence[_Part], *, partitions: int) -> None:
        """Share partitions out; a member keeps what it has, up to its share."""
        shares: dict[MemorySubscription, list[int]] = {}
        free = list(range(partitions))
        for rank, member in enumerate(self.members):
            share = quota(rank, members=len(self.members), partitions=partitions)
            shares[member] = sorted({number for _, number in member.positions})[:share]
            free = [number for number in free if number not in shares[member]]
        for rank, member in enumerate(self.members):
            share = quota(rank, members=len(self.members), partitions=partitions)
            while len(shares[member]) < share:
                shares[member].append(free.pop(0))
            member.positions = {
                part: member.positions.get(part, self.committed.get(part, -1))
                for part in parts
                if part[1] in shares[member]
            }


class MemorySubscription:
    """One member, or a tail when it has no group."""

    def __init__(
        self, log: _Log, topics: Sequence[str], *, group: _Group | None, since_s: float = 0.0
    ) -> None:
        self._log = log
        self._parts = log.parts(topics)
        self._group = group
        self.positions: dict[_Part, int] = {}
        """Offset of the last record handed out, per partition read."""
        if group is None:
            at = log.clock() - since_s
            self.positions = {part: log.last_before(part, at=at) for part in self._parts}
        else:
            group.members.append(self)
            group.rebalance(self._parts, partitions=log.partitions)

    async def fetch(self, *, limit: int = 500, wait_s: float = 1.0) -> Sequence[Record]:
        """The next records."""
        try:
            async with asyncio.timeout(wait_s), self._log.grown:
                while not (records := self._take(limit)):
                    await self._log.grown.wait()
                return records
        except TimeoutError:
            return []

    def _take(self, limit: int) -> list[Record]:
        taken: list[Record] = []
        if self._log.away:
            return taken
        for part, position in self.positions.items():
            records = self._log.read(part, after=position, limit=limit - len(taken))
            if records:
                self.positions[part] = records[-1].offset
            taken += records
        return taken

    async def commit(self, positions: Sequence[Record]) -> None:
        """Remember how far the group is."""
        if self._group is None:
            return
        for record in positions:
            part = (record.topic, record.partition)
            if part in self.positions:
                done = self._group.committed.get(part, -1)
                self._group.committed[part] = max(done, record.offset)

    async def assigned(self) -> frozenset[_Part]:
        """What this member reads now."""
        return frozenset(self.positions)

    async def close(self) -> None:
        """Leave the group."""
        self.positions = {}
        if self._group is not None and self in self._group.members:
            self._group.members.remove(self)
            self._group.rebalance(self._parts, partitions=self._log.partitions)
            async with self._log.grown:
                self._log.grown.notify_all()


class MemoryBus:
    """A bus that forgets everything with its process."""

    def __init__(self, *, partitions: int = 8, clock: Callable[[], float] = time.monotonic) -> None:
        self._log = _Log(partitions, clock)
        self._groups: dict[str, _Group] = {}

    def go_away(self) -> None:
        """As when the broker stops: publish fails and fetch finds nothing, until `come_back`."""
        self._log.away = True

    async def come_back(self) -> None:
        """The broker is there again, with everything it had."""
        self._log.away = False
        async with self._log.grown:
            self._log.grown.notify_all()

    async def publish(self, topic: str, key: str, value: bytes) -> None:
        """Append to the key's partition."""
        if self._log.away:
            raise Unavailable("the memory bus was told to be away")
        self._log.append(topic, key, value)
        async with self._log.grown:
            self._log.grown.notify_all()

    async def subscribe(self, topics: Sequence[str], *, group: str) -> MemorySubscription:
        """Join a group."""
        members = self._groups.setdefault(group, _Group())
        return MemorySubscription(self._log, topics, group=members)

    async def tail(self, topics: Sequence[str], *, since_s: float) -> MemorySubscription:
        """Read everything, alone."""
        return MemorySubscription(self._log, topics, group=None, since_s=since_s)

    async def prune(self) -> int:
        """Memory keeps everything."""
        return 0

    def ready(self) -> str:
        """Empty, or that the bus was told to be away."""
        return "the bus is away" if self._log.away else ""

    async def close(self) -> None:
        """Nothing to flush."""

    def committed(self, group: str) -> Mapping[_Part, int]:
        """How far a group is, for a test to see."""
        return dict(self._groups[group].committed)
