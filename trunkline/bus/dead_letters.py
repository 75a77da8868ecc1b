"""Where poison messages are noted: never their payload, only where they lie and why."""

import hashlib
from datetime import UTC, datetime

import msgspec
from prometheus_client import CollectorRegistry, Counter

from trunkline.bus import Bus, Record, Unreadable


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """One record that could not be read and was passed over."""

    topic: str
    partition: int
    offset: int
    reason: str
    """`unreadable`: not decrypted; `undecodable`: no event that this release knows."""

    sha256: str
    """Of the value as it lies on the topic."""

    noted_at: datetime


def dead_topic(topic: str) -> str:
    """The topic that holds `topic`'s dead letters."""
    return f"{topic}.dead"


class DeadLetters:
    """Counts poison messages and notes them on `<topic>.dead`."""

    def __init__(self, bus: Bus, *, registry: CollectorRegistry) -> None:
        self._bus = bus
        self._poison = Counter(
            "trunkline_bus_poison",
            "Records passed over because they could not be read",
            ["topic", "reason"],
            registry=registry,
        )

    async def note(self, record: Record) -> None:
        """Write the dead letter of `record`; raise `Unavailable` when the broker is away."""
        sealed = isinstance(record, Unreadable)
        letter = DeadLetter(
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            reason="unreadable" if sealed else "undecodable",
            sha256=(record.value if sealed else hashlib.sha256(record.value).digest()).hex(),
            noted_at=datetime.now(UTC),
        )
        key = f"{record.partition}/{record.offset}"
        await self._bus.publish(dead_topic(record.topic), key, msgspec.json.encode(letter))
        self._poison.labels(letter.topic, letter.reason).inc()
