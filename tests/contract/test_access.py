"""Keys and sessions: the same tests over memory and over a real Postgres."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from analytics.access import SESSION_LENGTH, Access
from analytics.access.memory import MemoryAccess
from analytics.access.postgres import PostgresAccess
from analytics.keys import first_key

NOW = datetime(2025, 11, 20, 9, 31, tzinfo=UTC)


@pytest.fixture(params=["memory", "postgres"])
async def access(request: pytest.FixtureRequest) -> AsyncIterator[Access]:
    """No key yet, of each kind."""
    if request.param == "memory":
        yield MemoryAccess()
        return
    dsn: str = request.getfixturevalue("migrated_dsn")
    postgres = await PostgresAccess.connect(dsn)
    yield postgres
    await postgres.close()


async def test_a_key_is_known_by_its_secret_and_keeps_its_tenant(access: Access) -> None:
    made = await access.create_key("acme", "wall screen", role="service", scopes=(), now=NOW)
    assert made.secret.startswith("tk_") and len(made.secret) >= 35
    who = await access.by_key(made.secret, now=NOW)
    assert who is not None
    assert (who.tenant_id, who.role, who.key_id) == ("acme", "service", made.key.key_id)
    assert who.may("calls") and who.may("captions")
    assert await access.by_key(made.secret + "x", now=NOW) is None


async def test_no_two_keys_are_alike(access: Access) -> None:
    made = [
        await access.create_key("acme", "k", role="admin", scopes=(), now=NOW) for _ in range(5)
    ]
    assert len({key.secret for key in made}) == len({key.key.key_id for key in made}) == 5


async def test_an_analysts_key_is_not_for_live_captions(access: Access) -> None:
    made = await access.create_key("acme", "bi", role="analyst", scopes=(), now=NOW)
    who = await access.by_key(made.secret, now=NOW)
    assert who is not None and who.may("calls") and not who.may("captions")
    with pytest.raises(ValueError, match="scope captions"):
        await access.create_key("acme", "bi", role="analyst", scopes=("captions",), now=NOW)
    with pytest.raises(ValueError, match="role owner"):
        await access.create_key("acme", "bi", role="owner", scopes=(), now=NOW)


async def test_the_list_shows_use_and_revocation_and_only_ones_own(access: Access) -> None:
    used = await access.create_key("acme", "one", role="admin", scopes=(), now=NOW)
    ended = await access.create_key(
        "acme", "two", role="service", scopes=("calls",), now=NOW + timedelta(seconds=1)
    )
    await access.create_key("other", "three", role="admin", scopes=(), now=NOW)
    await access.by_key(used.secret, now=NOW + timedelta(hours=1))
    assert await access.revoke_key("acme", ended.key.key_id, now=NOW)
    first, second = await access.keys("acme")
    assert (first.name, first.last_used_at) == ("one", NOW + timedelta(hours=1))
    assert (second.name, second.scopes, second.revoked_at) == ("two", ("calls",), NOW)


async def test_revoking_ends_a_key_and_its_sessions_once(access: Access) -> None:
    made = await access.create_key("acme", "k", role="admin", scopes=(), now=NOW)
    who = await access.by_key(made.secret, now=NOW)
    assert who is not None
    session = await access.open_session(who, now=NOW)
    assert not await access.revoke_key("other", made.key.key_id, now=NOW)
    assert await access.revoke_key("acme", made.key.key_id, now=NOW)
    assert not await access.revoke_key("acme", made.key.key_id, now=NOW)
    assert await access.by_key(made.secret, now=NOW) is None
    assert await access.by_session(session.token, now=NOW) is None


async def test_a_session_ends_by_time_and_by_logging_out(access: Access) -> None:
    made = await access.create_key("acme", "k", role="admin", scopes=(), now=NOW)
    who = await access.by_key(made.secret, now=NOW)
    assert who is not None
    one, two = await access.open_session(who, now=NOW), await access.open_session(who, now=NOW)
    assert one.token != two.token
    assert await access.by_session(one.token, now=NOW) == who
    await access.close_session(one.token, now=NOW)
    assert await access.by_session(one.token, now=NOW) is None
    last = NOW + SESSION_LENGTH - timedelta(seconds=1)
    assert await access.by_session(two.token, now=last) == who
    assert await access.by_session(two.token, now=NOW + SESSION_LENGTH) is None


async def test_no_secret_is_stored_and_each_step_leaves_an_audit_row(migrated_dsn: str) -> None:
    access = await PostgresAccess.connect(migrated_dsn)
    made = await access.create_key("acme", "k", role="admin", scopes=(), now=NOW)
    who = await access.by_key(made.secret, now=NOW)
    assert who is not None
    session = await access.open_session(who, now=NOW)
    await access.close_session(session.token, now=NOW)
    await access.revoke_key("acme", made.key.key_id, now=NOW)
    await access.close()
    async with await psycopg.AsyncConnection.connect(migrated_dsn) as connection:
        rows = await connection.execute("select actor, action, subject from audit order by id")
        key_id = made.key.key_id
        assert await rows.fetchall() == [
            ("operator", "key.created", key_id),
            (key_id, "session.opened", key_id),
            (key_id, "session.closed", key_id),
            ("operator", "key.revoked", key_id),
        ]
        dump = await connection.execute("select api_keys::text from api_keys")
        assert made.secret not in str(await dump.fetchall())


async def test_the_first_key_is_made_once_and_again_for_a_new_database(
    migrated_dsn: str, tmp_path: Path
) -> None:
    path = tmp_path / "keys" / "admin.key"
    await first_key(migrated_dsn, tenant_id="default", path=path)
    secret = path.read_text()
    assert path.stat().st_mode & 0o077 == 0
    await first_key(migrated_dsn, tenant_id="default", path=path)
    assert path.read_text() == secret
    async with await psycopg.AsyncConnection.connect(migrated_dsn) as connection:
        await connection.execute("delete from api_keys")
    await first_key(migrated_dsn, tenant_id="default", path=path)
    assert path.read_text() != secret
