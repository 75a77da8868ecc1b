"""Fixtures that every test may use: the real services, each started once when first asked for."""

from tests.services.kafka_broker import kafka_broker, kafka_servers
from tests.services.postgres import postgres_dsn, postgres_server

__all__ = ["kafka_broker", "kafka_servers", "postgres_dsn", "postgres_server"]
