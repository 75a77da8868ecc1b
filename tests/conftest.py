"""Fixtures that every test may use: the real services, each started once when first asked for."""

from tests.services.postgres import postgres_dsn, postgres_server

__all__ = ["postgres_dsn", "postgres_server"]
