"""Fixtures: a real Postgres server for the test run, and a fresh database for each test."""

import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from trunkline.embedded.postgres import EmbeddedPostgres


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[EmbeddedPostgres]:
    """One server for all tests of the run, started at first use and stopped at the end."""
    with tempfile.TemporaryDirectory(prefix="trunkline-test-") as folder:
        # Started by root, the server is another user, who has to pass here.
        Path(folder).chmod(0o711)
        server = EmbeddedPostgres(Path(folder, "data"), Path(folder, "run"))
        server.start()
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture
def postgres_dsn(postgres_server: EmbeddedPostgres) -> Iterator[str]:
    """An empty database of its own for one test; dropped after it."""
    name = f"test_{secrets.token_hex(8)}"
    with psycopg.connect(postgres_server.dsn, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
    yield postgres_server.dsn_of(name)
    with psycopg.connect(postgres_server.dsn, autocommit=True) as admin:
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
