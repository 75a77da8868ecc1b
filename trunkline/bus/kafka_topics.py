"""Makes topics where they are missing, with our partitions and retention."""

import contextlib
import logging
import socket
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

import kafka
from kafka.errors import (
    IllegalArgumentError,
    KafkaConfigurationError,
    KafkaError,
    TopicAlreadyExistsError,
)

from trunkline.bus import Unavailable
from trunkline.bus.kafka_client import connected
from trunkline.bus.settings import Settings, retention_s

log = logging.getLogger(__name__)

T = TypeVar("T")


def reached(action: Callable[[], T]) -> T:
    """What `action` returns; `Unavailable` if the broker could not be reached or did not do it."""
    try:
        return action()
    except (KafkaConfigurationError, IllegalArgumentError):
        raise  # our fault: waiting does not help
    except KafkaError as error:
        # The message can name topics and hosts: its type is enough.
        raise Unavailable(f"kafka: {type(error).__name__}") from None


def knock(settings: Settings) -> None:
    """`Unavailable` at once if no broker takes a connection, where a client tries for seconds."""
    for server in settings.kafka_servers:
        host, _, port = server.rpartition(":")
        with contextlib.suppress(OSError):
            socket.create_connection((host.strip("[]"), int(port)), timeout=2).close()
            return
    raise Unavailable("kafka: no broker answers")


def make_topics(settings: Settings, topics: Sequence[str]) -> None:
    """Create what is missing; what is there stays as it is. Blocks; raises `Unavailable`."""
    knock(settings)
    reached(partial(_make_topics, settings, topics))


def _make_topics(settings: Settings, topics: Sequence[str]) -> None:
    admin = connected(kafka.KafkaAdminClient, settings)
    try:
        for topic in sorted(set(topics) - set(admin.list_topics())):
            _make(admin, topic, settings)
    finally:
        admin.close()


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
