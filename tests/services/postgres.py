"""Fixtures: a real Postgres server for the test run, and a fresh database for each test."""

import asyncio
import contextlib
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from analytics.migrate import migrate
from trunkline.embedded.postgres import EmbeddedPostgres

MEMORY = Path("/dev/shm")
ROOM_BYTES = 4 << 30
"""A database is some 12 MB in 400 files: making one is ten times faster where no disk is asked."""

TEMPLATE = "migrated"


def _quick_folder() -> Path | None:
    """Memory, if there is plenty; None: where temporary files usually are."""
    with contextlib.suppress(OSError):
        if shutil.disk_usage(MEMORY).free > ROOM_BYTES:
            return MEMORY
    return None


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[EmbeddedPostgres]:
    """One server for all tests of the run, started at first use and stopped at the end."""
    with tempfile.TemporaryDirectory(prefix="trunkline-test-", dir=_quick_folder()) as folder:
        # Started by root, the server is another user, who has to pass here.
        Path(folder).chmod(0o711)
        server = EmbeddedPostgres(Path(folder, "data"), Path(folder, "run"))
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextlib.contextmanager
def _database(server: EmbeddedPostgres, template: str) -> Iterator[str]:
    name = f"test_{secrets.token_hex(8)}"
    with psycopg.connect(server.dsn, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE {template} STRATEGY file_copy')
    yield server.dsn_of(name)
    with psycopg.connect(server.dsn, autocommit=True) as admin:
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def postgres_dsn(postgres_server: EmbeddedPostgres) -> Iterator[str]:
    """An empty database of its own for one test; dropped after it."""
    with _database(postgres_server, "template1") as dsn:
        yield dsn


@pytest.fixture(scope="session")
def _template(postgres_server: EmbeddedPostgres) -> str:
    with psycopg.connect(postgres_server.dsn, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {TEMPLATE}")
    # In a thread, for the fixture that asks for it may be a coroutine's.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, migrate(postgres_server.dsn_of(TEMPLATE))).result()
    return TEMPLATE


@pytest.fixture
def migrated_dsn(postgres_server: EmbeddedPostgres, _template: str) -> Iterator[str]:
    """As `postgres_dsn`, with the tables of this release."""
    with _database(postgres_server, _template) as dsn:
        yield dsn
