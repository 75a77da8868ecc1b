"""Brings a database to the schema of this release.

A migration is never edited after release and adds before it removes, so that the previous release
still runs on the new schema. Several processes may call this at once: one works, the others wait.
"""

import hashlib
import logging

import psycopg

from analytics.sql import migrations

logger = logging.getLogger(__name__)

_LOCK = 0x7472756E6B6C696E  # "trunklin": this project's advisory lock for schema changes

_CREATE = """
create table if not exists schema_migrations (
    name       text primary key,
    sha256     text not null,
    applied_at timestamptz not null default now()
)
"""


class MigrationEdited(Exception):
    """A migration that this database already has reads differently in this release."""


async def migrate(dsn: str) -> None:
    """Apply the migrations that the database does not have yet, each in its own transaction."""
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
        await connection.execute("set client_min_messages = warning")
        await connection.execute("select pg_advisory_lock(%s)", (_LOCK,))
        await connection.execute(_CREATE)
        rows = await (
            await connection.execute("select name, sha256 from schema_migrations")
        ).fetchall()
        applied: dict[str, str] = {name: sha256 for name, sha256 in rows}
        for name, text in migrations():
            await _apply(connection, name, text=text, applied=applied.get(name))


async def _apply(
    connection: psycopg.AsyncConnection, name: str, *, text: str, applied: str | None
) -> None:
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    if applied == sha256:
        return
    if applied is not None:
        raise MigrationEdited(f"{name} is {sha256[:12]} here and {applied[:12]} in the database")
    async with connection.transaction():
        await connection.execute(text.encode())
        await connection.execute(
            "insert into schema_migrations (name, sha256) values (%s, %s)", (name, sha256)
        )
    logger.info("schema migrated", extra={"path": name})
