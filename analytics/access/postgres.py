"""Keys and sessions in Postgres."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Self

from psycopg.rows import args_row

from analytics.access import (
    SESSION_LENGTH,
    ApiKey,
    NewKey,
    Principal,
    Session,
    digest,
    matches,
    new_key_id,
    new_secret,
    scopes_for,
)
from analytics.sql import queries
from analytics.store.connection import Connection, Connections

SQL = queries("access")
TENANT = queries("write")["tenants"]

OPERATOR = "operator"
"""The actor of what the command line does."""


class _Kept(NamedTuple):
    """A hash, and who is behind it."""

    hashed: bytes
    key_id: str
    tenant_id: str
    name: str
    role: str
    scopes: list[str]


class _Did(NamedTuple):
    """What an audit row tells."""

    tenant_id: str
    actor: str
    action: str
    subject: str
    now: datetime


class PostgresAccess:
    """The tables of migration 0004; `Access` tells what each method does."""

    def __init__(self, dsn: str) -> None:
        self._connections = Connections(dsn, most=4)

    @classmethod
    async def connect(cls, dsn: str) -> Self:
        """Connects by itself, now or as soon as the server is there."""
        access = cls(dsn)
        await access._connections.open()
        return access

    async def close(self) -> None:
        """Disconnect."""
        await self._connections.close()

    async def create_key(
        self, tenant_id: str, name: str, *, role: str, scopes: Sequence[str], now: datetime
    ) -> NewKey:
        """A new key."""
        secret = new_secret()
        granted = scopes_for(role, scopes)
        key = ApiKey(new_key_id(), tenant_id, name, role, granted, now, None, None)
        row = {**key._asdict(), "scopes": list(granted), "key_hash": digest(secret), "now": now}
        async with self._connections.transaction() as connection:
            await connection.execute(TENANT, ([tenant_id],))
            await connection.execute(SQL["create_key"], row)
            did = _Did(tenant_id, OPERATOR, "key.created", key.key_id, now)
            await connection.execute(SQL["audit"], did._asdict())
        return NewKey(key, secret)

    async def keys(self, tenant_id: str) -> Sequence[ApiKey]:
        """All keys of a tenant."""
        async with self._connections.transaction() as connection:
            cursor = connection.cursor(row_factory=args_row(ApiKey))
            rows = await (await cursor.execute(SQL["keys"], (tenant_id,))).fetchall()
        return [key._replace(scopes=tuple(key.scopes)) for key in rows]

    async def revoke_key(self, tenant_id: str, key_id: str, *, now: datetime) -> bool:
        """End a key and its sessions."""
        row = {"tenant_id": tenant_id, "key_id": key_id, "now": now}
        async with self._connections.transaction() as connection:
            revoked = (await connection.execute(SQL["revoke_key"], row)).rowcount == 1
            if revoked:
                did = _Did(tenant_id, OPERATOR, "key.revoked", key_id, now)
                await connection.execute(SQL["audit"], did._asdict())
        return revoked

    async def by_key(self, secret: str, *, now: datetime) -> Principal | None:
        """Who shows this key."""
        async with self._connections.transaction() as connection:
            principal = await _find(connection, SQL["by_key"], (digest(secret),), secret=secret)
            if principal:
                used = {"key_id": principal.key_id, "now": now}
                await connection.execute(SQL["used"], used)
        return principal

    async def open_session(self, principal: Principal, *, now: datetime) -> Session:
        """A login."""
        session = Session(new_secret(), now + SESSION_LENGTH)
        row = {
            "token_hash": digest(session.token),
            "key_id": principal.key_id,
            "tenant_id": principal.tenant_id,
            "now": now,
            "expires_at": session.expires_at,
        }
        did = _Did(principal.tenant_id, principal.key_id, "session.opened", principal.key_id, now)
        async with self._connections.transaction() as connection:
            await connection.execute(SQL["expire_sessions"], (now,))
            await connection.execute(SQL["open_session"], row)
            await connection.execute(SQL["audit"], did._asdict())
        return session

    async def by_session(self, token: str, *, now: datetime) -> Principal | None:
        """Who shows this cookie."""
        async with self._connections.transaction() as connection:
            return await _find(connection, SQL["by_session"], (digest(token), now), secret=token)

    async def close_session(self, token: str, *, now: datetime) -> None:
        """The page logged out."""
        async with self._connections.transaction() as connection:
            closed = await connection.execute(SQL["close_session"], (digest(token),))
            for tenant_id, key_id in await closed.fetchall():
                did = _Did(str(tenant_id), str(key_id), "session.closed", str(key_id), now)
                await connection.execute(SQL["audit"], did._asdict())


async def _find(
    connection: Connection, query: bytes, parameters: Sequence[object], *, secret: str
) -> Principal | None:
    cursor = connection.cursor(row_factory=args_row(_Kept))
    kept = await (await cursor.execute(query, parameters)).fetchone()
    if kept is None or not matches(secret, bytes(kept.hashed)):
        return None
    return Principal(kept.key_id, kept.tenant_id, kept.name, kept.role, tuple(kept.scopes))
