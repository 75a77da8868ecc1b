"""The bus between the parts: one Protocol; Kafka, Postgres and memory behind it.

A topic has a fixed number of partitions; records of one key stay in one partition, in order.
Delivery is at least once: a record not committed before its consumer dies comes again, so that
handlers must make replays and duplicates harmless.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class Unavailable(Exception):
    """The broker cannot be reached now; trying again later can help."""


class Record(NamedTuple):
    """One message as read."""

    topic: str
    partition: int
    offset: int
    """Grows within a partition; not necessarily by one."""

    key: str
    value: bytes
    """One event as JSON (msgspec, tagged by class name)."""


class Unreadable(Record):
    """A record of an encrypted topic that did not decrypt.

    Its value is the SHA-256 of what lies on the topic, which no decoder takes for an event.
    """


class Subscription(Protocol):
    """One member's share of some topics."""

    async def fetch(self, *, limit: int = 500, wait_s: float = 1.0) -> Sequence[Record]:
        """The next records, oldest first per partition; empty after `wait_s` without any.

        While the broker is away this waits and reconnects by itself, and returns empty lists.
        """
        ...

    async def commit(self, positions: Sequence[Record]) -> None:
        """Everything up to and including these records (the last of each partition counts) is done.

        A commit for a partition that has moved to another member is ignored. One that cannot be
        written because the broker is away is kept, and written when the broker is back.
        """
        ...

    async def assigned(self) -> frozenset[tuple[str, int]]:
        """The (topic, partition) pairs this member reads now."""
        ...

    async def close(self) -> None:
        """Leave the group at once, so that another member takes over without waiting."""
        ...


class Bus(Protocol):
    """Publish and subscribe."""

    async def publish(self, topic: str, key: str, value: bytes) -> None:
        """Return once the record is durable; raise `Unavailable` when it cannot be now."""
        ...

    async def subscribe(self, topics: Sequence[str], *, group: str) -> Subscription:
        """Join a consumer group; a group without committed offsets starts at the oldest record."""
        ...

    async def tail(self, topics: Sequence[str], *, since_s: float) -> Subscription:
        """Read every partition alone, outside any group, from records `since_s` seconds old on.

        `commit` does nothing. For live views, each replica of which needs every record.
        """
        ...

    async def prune(self) -> int:
        """Delete what retention no longer keeps; how many records. 0 where the broker does it."""
        ...

    def ready(self) -> str:
        """Empty, or that the broker could not be reached at the last try."""
        ...

    async def close(self) -> None:
        """Flush and disconnect."""
        ...
