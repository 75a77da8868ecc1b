"""The bus of a cluster: Apache Kafka through kafka-python.

Every record is acknowledged by all in-sync replicas, and the producer is idempotent, so that its
own retries neither reorder nor repeat. Nothing here is opened before it is used.
"""

import time
from collections.abc import Sequence
from functools import partial
from typing import Any

import kafka
from prometheus_client import CollectorRegistry

from trunkline.bus import Subscription, Unavailable
from trunkline.bus.batch import Batches
from trunkline.bus.kafka_client import connected, connection
from trunkline.bus.kafka_reader import KafkaSubscription, follow, join
from trunkline.bus.kafka_thread import Thread
from trunkline.bus.kafka_topics import make_topics, reached
from trunkline.bus.metrics import BusMetrics
from trunkline.bus.settings import Settings

DELIVERY_MS = 8_000
"""After so long without an acknowledgement `publish` raises `Unavailable`."""


class KafkaBus:
    """Bus on Kafka; connects when first used. SettingsError if it never could."""

    def __init__(self, settings: Settings, *, registry: CollectorRegistry) -> None:
        connection(settings)  # a password that cannot be read is told at once
        self._settings = settings
        self._metrics = BusMetrics(registry)
        self._topics: dict[str, Batches] = {}
        self._made: set[str] = set()
        self._thread = Thread("kafka-write")
        self._producer: Any = None

    async def publish(self, topic: str, key: str, value: bytes) -> None:
        """Return when all in-sync replicas have the record; else `Unavailable` in bounded time."""
        if topic not in self._topics:
            append = partial(self._append, topic)
            self._topics[topic] = Batches(topic, append, metrics=self._metrics)
        await self._topics[topic].write(key, value)

    async def subscribe(self, topics: Sequence[str], *, group: str) -> Subscription:
        """Join a group; its members are assigned partitions while they fetch."""
        opening = partial(join, group=group)
        return KafkaSubscription(self._settings, topics, opening=opening, metrics=self._metrics)

    async def tail(self, topics: Sequence[str], *, since_s: float) -> Subscription:
        """Read every partition alone."""
        opening = partial(follow, since_ms=round((time.time() - since_s) * 1000))
        tail = KafkaSubscription(self._settings, topics, opening=opening, metrics=self._metrics)
        await tail.open()
        return tail

    async def prune(self) -> int:
        """Brokers delete by `retention.ms` themselves."""
        return 0

    def ready(self) -> str:
        """Empty, or that no broker could be reached at the last try."""
        return self._metrics.ready()

    async def close(self) -> None:
        """Write what waits, and disconnect. Subscriptions are closed by who holds them."""
        for batches in self._topics.values():
            await batches.drain()
        await self._thread.call(self._close)
        self._thread.close()

    async def _append(self, topic: str, rows: Sequence[tuple[str, bytes]]) -> None:
        try:
            await self._thread.call(partial(self._send, topic, rows))
        except Unavailable:
            self._metrics.lost()
            raise
        self._metrics.reached()

    # Below: on the thread.

    def _send(self, topic: str, rows: Sequence[tuple[str, bytes]]) -> None:
        if topic not in self._made:
            make_topics(self._settings, [topic])
            self._made.add(topic)
        try:
            reached(partial(self._produce, topic, rows))
        except Unavailable:
            # What comes back may be a cluster without our topics.
            self._made.discard(topic)
            raise

    def _produce(self, topic: str, rows: Sequence[tuple[str, bytes]]) -> None:
        if self._producer is None:
            self._producer = _producer(self._settings)
        sent = [self._producer.send(topic, value, key.encode()) for key, value in rows]
        for one in sent:
            one.get(timeout=2 * DELIVERY_MS / 1000)

    def _close(self) -> None:
        if self._producer is not None:
            self._producer.close(timeout=DELIVERY_MS / 1000)


def _producer(settings: Settings) -> Any:
    return connected(
        kafka.KafkaProducer,
        settings,
        metrics_enabled=False,
        acks="all",
        enable_idempotence=True,
        delivery_timeout_ms=DELIVERY_MS,
        max_block_ms=DELIVERY_MS,
        allow_auto_create_topics=False,
    )
