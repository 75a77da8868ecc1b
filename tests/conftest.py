"""Fixtures that every test may use: the real services, each started once when first asked for."""

import pytest

from tests.services.kafka_broker import kafka_broker, kafka_servers
from tests.services.postgres import _template, migrated_dsn, postgres_dsn, postgres_server
from tests.services.speech import models_dir, triton
from tests.services.transducer import both_triton, transducer_triton

__all__ = [
    "_template",
    "both_triton",
    "kafka_broker",
    "kafka_servers",
    "migrated_dsn",
    "models_dir",
    "postgres_dsn",
    "postgres_server",
    "transducer_triton",
    "triton",
]

LONGEST_FIRST = (
    "test_kills.py",
    "test_bus.py",
    "test_appliance.py",
    "test_whole_call.py",
    "test_recorded_call.py",
    "test_redaction_scaling.py",
    "test_transcribe.py",
    "test_inline.py",
    "test_pause.py",
    "test_speech.py",
    "test_sip_peers.py",
    "test_speakers.py",
    "test_appliance_on_kafka.py",
    "test_planted_bugs.py",
    "test_redact_again.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first: then no process is still at one when the others are done."""
    rank = {name: at for at, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: rank.get(item.path.name, len(rank)))
