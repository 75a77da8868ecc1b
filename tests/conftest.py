"""Fixtures that every test may use: the real services, each started once when first asked for."""

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
