"""Subscriptions on Kafka: a consumer that is made when the broker can be reached."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, Protocol

import kafka
from kafka.coordinator.assignors.range import RangePartitionAssignor
from kafka.errors import KafkaError, KafkaTimeoutError, RetriableError

from trunkline.bus import Record, Unavailable
from trunkline.bus.kafka_client import connected
from trunkline.bus.kafka_thread import Thread
from trunkline.bus.kafka_topics import knock, make_topics, reached
from trunkline.bus.metrics import BusMetrics
from trunkline.bus.settings import Settings

log = logging.getLogger(__name__)

RETRY_S = 0.5
KNOCK_S = 5.0
"""How often a silent broker is asked whether it is there."""

SESSION_MS = 6_000
"""A killed member's partitions move after so long; the brokers' default minimum."""

COMMIT_MS = 3_000
METADATA_MS = 10_000

Part = tuple[str, int]


class Opening(Protocol):
    """How a subscription's consumer is made, once the broker answers."""

    def __call__(self, settings: Settings, topics: Sequence[str]) -> Any:
        """A `kafka.KafkaConsumer`; blocks, raises KafkaError."""
        ...


def join(settings: Settings, topics: Sequence[str], *, group: str) -> Any:
    """A member of a group. Range assignment: one key's partitions of all topics meet."""
    consumer = connected(
        kafka.KafkaConsumer,
        settings,
        metrics_enabled=False,
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        partition_assignment_strategy=[RangePartitionAssignor],
        session_timeout_ms=SESSION_MS,
        heartbeat_interval_ms=SESSION_MS // 5,
        fetch_max_wait_ms=250,
        metadata_max_age_ms=METADATA_MS,
        allow_auto_create_topics=False,
    )
    # A member that joins before it knows a new topic is assigned nothing of it.
    _partitions(consumer, topics)
    consumer.subscribe(topics)
    return consumer


def follow(settings: Settings, topics: Sequence[str], *, since_ms: int) -> Any:
    """Reads every partition from `since_ms` (Unix time) on."""
    consumer = connected(
        kafka.KafkaConsumer,
        settings,
        metrics_enabled=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=250,
        allow_auto_create_topics=False,
    )
    parts = _partitions(consumer, topics)
    consumer.assign(parts)
    # The ends first: a record that comes in between must not be skipped.
    ends = consumer.end_offsets(parts, timeout_ms=METADATA_MS)
    starts = consumer.offsets_for_times({part: since_ms for part in parts}, timeout_ms=METADATA_MS)
    for part in parts:
        start = starts.get(part)
        consumer.seek(part, ends[part] if start is None else start.offset)
    return consumer


def _partitions(consumer: Any, topics: Sequence[str]) -> list[Any]:
    """Every partition; asked for until the brokers have told each other of a new topic."""
    deadline = time.monotonic() + METADATA_MS / 1000
    parts: list[Any] = []
    for topic in topics:
        while not (numbers := consumer.partitions_for_topic(topic)):
            if time.monotonic() > deadline:
                consumer.close(autocommit=False)
                raise KafkaTimeoutError(topic)
            time.sleep(0.05)
        parts += [kafka.TopicPartition(topic, number) for number in sorted(numbers)]
    return parts


class KafkaSubscription:
    """One consumer on a thread of its own."""

    def __init__(
        self, settings: Settings, topics: Sequence[str], *, opening: Opening, metrics: BusMetrics
    ) -> None:
        self._settings = settings
        self._topics = list(topics)
        self._opening = opening
        self._metrics = metrics
        self._thread = Thread("kafka-read")
        self._consumer: Any = None
        self._polling: asyncio.Future[list[Record]] | None = None
        self._undone: dict[Part, int] = {}
        self._knock_at = 0.0

    async def open(self) -> None:
        """Connect now, if the broker is there; else the first fetch that reaches it will."""
        with contextlib.suppress(Unavailable):
            await self._thread.call(self._connect)

    async def fetch(self, *, limit: int = 500, wait_s: float = 1.0) -> Sequence[Record]:
        """The next records. A fetch that is cancelled loses none: the next one gets them."""
        await self._write_commits()
        if self._polling is None:
            poll = partial(self._poll, limit=limit, wait_ms=round(wait_s * 1000))
            self._polling = self._thread.start(poll)
        started = time.monotonic()
        try:
            records = await asyncio.shield(self._polling)
        except Unavailable:
            self._polling = None
            self._metrics.lost()
            await asyncio.sleep(max(0.0, min(wait_s, RETRY_S) - (time.monotonic() - started)))
            return []
        self._polling = None
        self._metrics.reached()
        self._metrics.fetched(records)
        return records

    async def commit(self, positions: Sequence[Record]) -> None:
        """Write how far we are; kept until the next fetch if the broker is away."""
        for record in positions:
            part = (record.topic, record.partition)
            self._undone[part] = max(self._undone.get(part, -1), record.offset)
        await self._write_commits()

    async def assigned(self) -> frozenset[Part]:
        """What this member reads now."""
        return await self._thread.call(self._assignment)

    async def close(self) -> None:
        """Leave the group at once."""
        await self._write_commits()
        await self._thread.call(self._close)
        self._thread.close()

    async def _write_commits(self) -> None:
        if self._undone:
            done = await self._thread.call(partial(self._commit, dict(self._undone)))
            self._undone = {
                part: offset for part, offset in self._undone.items() if done.get(part, -1) < offset
            }

    # Below: on the thread.

    def _connect(self) -> None:
        if self._consumer is None:
            make_topics(self._settings, self._topics)
            self._consumer = reached(partial(self._opening, self._settings, self._topics))

    def _poll(self, *, limit: int, wait_ms: int) -> list[Record]:
        self._connect()
        found = reached(partial(self._consumer.poll, wait_ms, max_records=limit))
        if not found and time.monotonic() > self._knock_at:
            # A consumer without a broker looks like one without news.
            knock(self._settings)
            self._knock_at = time.monotonic() + KNOCK_S
        return [record for part in found.values() for record in _records(part)]

    def _commit(self, offsets: dict[Part, int]) -> dict[Part, int]:
        """Which of `offsets` need no further try: written, or of partitions that moved away."""
        mine = {part: offset for part, offset in offsets.items() if part in self._assignment()}
        if not mine:
            return offsets
        commits = {
            kafka.TopicPartition(*part): kafka.OffsetAndMetadata(offset + 1, "", -1)
            for part, offset in mine.items()
        }
        try:
            if self._metrics.away:
                knock(self._settings)  # refuses at once where a commit waits for its timeout
            self._consumer.commit(commits, timeout_ms=COMMIT_MS)
        except (KafkaError, Unavailable) as error:
            log.info("a commit was not taken", extra={"reason": type(error).__name__})
            if isinstance(error, RetriableError):
                self._metrics.lost()
            return {part: offset for part, offset in offsets.items() if part not in mine}
        return offsets

    def _assignment(self) -> frozenset[Part]:
        if self._consumer is None:
            return frozenset()
        return frozenset((part.topic, part.partition) for part in self._consumer.assignment())

    def _close(self) -> None:
        if self._consumer is not None:
            with contextlib.suppress(KafkaError):
                self._consumer.close(autocommit=False, timeout_ms=COMMIT_MS)


def _records(found: Iterable[Any]) -> list[Record]:
    """Our records from kafka-python's; a key that is no UTF-8 is not ours and reads as such."""
    return [
        Record(
            one.topic,
            one.partition,
            one.offset,
            (one.key or b"").decode(errors="replace"),
            one.value or b"",
        )
        for one in found
    ]
