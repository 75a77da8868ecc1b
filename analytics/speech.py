"""Tables of recognisers and of the rules that give calls theirs. What a rule says is not read here.

Changes leave audit rows under the tenant that operates the appliance.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Self

import msgspec
from psycopg.rows import args_row

from analytics.sql import queries
from analytics.store.connection import Connection, Connections

SQL = queries("speech")
TENANT = queries("write")["tenants"]

APPLIANCE = "appliance"
OPERATOR = "operator"


class ModelRow(NamedTuple):
    """A recogniser in the registry."""

    name: str
    version: str
    sha256: str
    served_as: str
    settings: str
    """JSON."""

    registered_at: datetime
    registered_by: str
    retired_at: datetime | None


class NewModel(NamedTuple):
    """A recogniser that is in use."""

    name: str
    version: str
    sha256: str
    served_as: str = ""
    settings: str = "{}"


class NewRoute(msgspec.Struct, frozen=True, kw_only=True):
    """A rule as an operator states it; empty: for all."""

    tenant_id: str = ""
    queue: str = ""
    ingress: str = ""
    role: str = ""
    share: float = 1.0
    priority: int = 100
    options: str
    """JSON."""


class RouteRow(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that holds."""

    route_id: int
    tenant_id: str
    queue: str
    ingress: str
    role: str
    share: float
    priority: int
    options: str
    created_at: datetime
    created_by: str


class Author(NamedTuple):
    """Who changes something, when, and under which tenant it is recorded."""

    actor: str
    now: datetime
    tenant_id: str


class SpeechTables:
    """The tables of migration 0030. Every method raises Unavailable when the database is away."""

    def __init__(self, dsn: str) -> None:
        self._connections = Connections(dsn, most=1)

    @classmethod
    async def connect(cls, dsn: str) -> Self:
        """Connects by itself, now or as soon as the server is there."""
        tables = cls(dsn)
        await tables._connections.open()
        return tables

    async def close(self) -> None:
        """Disconnect."""
        await self._connections.close()

    async def register(self, model: NewModel, author: Author) -> bool:
        """Note a model that is in use; True if it was not known, or had been retired."""
        row = {**model._asdict(), "now": author.now, "actor": author.actor}
        async with self._connections.transaction() as connection:
            new = await (await connection.execute(SQL["register"], row)).fetchone() is not None
            if model.served_as:
                await connection.execute(SQL["served_as"], row)
            if new:
                told = {"served_as": model.served_as, "sha256": model.sha256}
                subject = f"{model.name} {model.version}"
                await _audit(connection, "model.registered", subject, told=told, author=author)
        return new

    async def models(self) -> Sequence[ModelRow]:
        """The registry, oldest first."""
        async with self._connections.transaction() as connection:
            cursor = connection.cursor(row_factory=args_row(ModelRow))
            return await (await cursor.execute(SQL["models"])).fetchall()

    async def retire(self, name: str, version: str, author: Author) -> bool:
        """Say that a model is not to be used any more; False if there is none such."""
        row = {"name": name, "version": version, "now": author.now}
        async with self._connections.transaction() as connection:
            retired = await (await connection.execute(SQL["retire"], row)).fetchone() is not None
            if retired:
                subject = f"{name} {version}"
                await _audit(connection, "model.retired", subject, told={}, author=author)
        return retired

    async def add_route(self, route: NewRoute, author: Author) -> int:
        """A new rule; its number. It holds for calls that start from now on."""
        row = {**msgspec.structs.asdict(route), "now": author.now, "actor": author.actor}
        async with self._connections.transaction() as connection:
            if route.tenant_id:
                await connection.execute(TENANT, ([route.tenant_id],))
            found = await (await connection.execute(SQL["add_route"], row)).fetchone()
            assert found is not None
            route_id = int(str(found[0]))
            # Not its options: a vocabulary may name people.
            told = {"for": route.tenant_id, "queue": route.queue, "share": route.share}
            await _audit(connection, "route.added", str(route_id), told=told, author=author)
        return route_id

    async def remove_route(self, route_id: int, author: Author) -> bool:
        """End a rule; False if there is none such that holds."""
        row = {"route_id": route_id, "now": author.now}
        async with self._connections.transaction() as connection:
            removed = await (await connection.execute(SQL["remove_route"], row)).fetchone()
            if removed is not None:
                await _audit(connection, "route.removed", str(route_id), told={}, author=author)
        return removed is not None

    async def routes(self) -> Sequence[RouteRow]:
        """The rules that hold, first to last."""
        names = RouteRow.__struct_fields__
        async with self._connections.transaction() as connection:
            rows = await (await connection.execute(SQL["routes"])).fetchall()
        return [msgspec.convert(dict(zip(names, row, strict=True)), RouteRow) for row in rows]


async def _audit(
    connection: Connection, action: str, subject: str, *, told: Mapping[str, object], author: Author
) -> None:
    await connection.execute(TENANT, ([author.tenant_id],))
    row = {
        **author._asdict(),
        "action": action,
        "subject": subject,
        "detail": json.dumps(dict(told)),
    }
    await connection.execute(SQL["audit"], row)
