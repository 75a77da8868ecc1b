"""Makes topics where they are missing, with our partitions and retention."""

import logging
from collections.abc import Sequence
from typing import Any

import kafka
from kafka.errors import KafkaError, TopicAlreadyExistsError

from trunkline.bus import Unavailable
from trunkline.bus.settings import Settings, retention_s

log = logging.getLogger(__name__)

BOOTSTRAP_MS = 3_000
"""For the first connection of a client: then the broker counts as away."""


def connection(settings: Settings) -> dict[str, Any]:
    """What every client is told: where the brokers are, and to come back soon when they do."""
    return {
        "bootstrap_servers": list(settings.kafka_servers),
        "bootstrap_timeout_ms": BOOTSTRAP_MS,
        "request_timeout_ms": 5_000,
        "reconnect_backoff_ms": 50,
        "reconnect_backoff_max_ms": 1_000,
        "metrics_enabled": False,
    }


def make_topics(settings: Settings, topics: Sequence[str]) -> None:
    """Create what is missing; what is there stays as it is. Blocks; raises `Unavailable`."""
    try:
        admin = kafka.KafkaAdminClient(**connection(settings))
        try:
            for topic in sorted(set(topics) - set(admin.list_topics())):
                _make(admin, topic, settings)
        finally:
            admin.close()
    except KafkaError as error:
        raise Unavailable(f"kafka: {type(error).__name__}") from None


def _make(admin: Any, topic: str, settings: Settings) -> None:
    kept_ms = retention_s(settings, topic) * 1000
    wanted = {
        "num_partitions": settings.partitions,
        "configs": {
            "retention.ms": str(kept_ms),
            # Kafka deletes whole segments: one kept open for days would outlive its retention.
            "segment.ms": str(max(kept_ms // 6, 60_000)),
            "message.timestamp.type": "LogAppendTime",
        },
    }
    try:
        admin.create_topics({topic: wanted}, wait_for_metadata=True)
    except TopicAlreadyExistsError:
        return  # another process was faster
    log.info("made a topic", extra={"reason": topic})
