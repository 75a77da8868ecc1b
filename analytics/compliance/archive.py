"""What an operator does with the compliance tables from the command line. Each act is on record."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple, Self

import msgspec
from psycopg.rows import args_row

from analytics.compliance.counts import SQL, Period, summary
from analytics.compliance.documents import Summary
from analytics.sql import queries
from analytics.store.connection import Connection, Connections

AUDIT = queries("speech")["audit"]
OPERATOR = "operator"


class SealedCase(NamedTuple):
    """A reviewed segment that only the tenant's key opens."""

    review_id: int
    sealed: bytes


Reseal = Callable[[SealedCase], bytes]


class Archive:
    """Every method raises Unavailable when the database is away."""

    def __init__(self, dsn: str) -> None:
        self._connections = Connections(dsn, most=1)

    @classmethod
    async def connect(cls, dsn: str) -> Self:
        """Connects by itself, now or as soon as the server is there."""
        archive = cls(dsn)
        await archive._connections.open()
        return archive

    async def close(self) -> None:
        """Disconnect."""
        await self._connections.close()

    async def summary(self, period: Period, *, now: datetime) -> Summary:
        """The compliance view, for a report."""
        days = f"{period.first} {period.last}"
        async with self._connections.transaction() as connection:
            await _audit(
                connection, period.tenant_id, "compliance.reported", days, told={}, now=now
            )
        async with self._connections.transaction() as connection:
            return await summary(connection, period, now=now)

    async def export(self, tenant_id: str, *, now: datetime) -> list[SealedCase]:
        """A tenant's cases, oldest first, to be opened by whoever has the key."""
        async with self._connections.transaction() as connection:
            cases = await _cases(connection, tenant_id)
            told = {"cases": len(cases)}
            await _audit(connection, tenant_id, "review.exported", tenant_id, told=told, now=now)
        return cases

    async def reseal(self, tenant_id: str, reseal: Reseal, *, now: datetime) -> int:
        """Put each case under what `reseal` makes of it, all or none; how many there are."""
        async with self._connections.transaction() as connection:
            cases = await _cases(connection, tenant_id)
            for case in cases:
                row = {"tenant_id": tenant_id, "review_id": case.review_id, "sealed": reseal(case)}
                await connection.execute(SQL["reseal"], row)
            told = {"cases": len(cases)}
            await _audit(connection, tenant_id, "review.resealed", tenant_id, told=told, now=now)
        return len(cases)

    async def name_policy(self, tenant_id: str, version: str, *, name: str, now: datetime) -> None:
        """What people call a version from now on."""
        row = {
            "tenant_id": tenant_id,
            "subject": version,
            "name": name,
            "actor": OPERATOR,
            "now": now,
        }
        async with self._connections.transaction() as connection:
            await connection.execute(SQL["name_policy"], row)
            told = {"name": name}
            await _audit(connection, tenant_id, "policy.named", version, told=told, now=now)


async def _cases(connection: Connection, tenant_id: str) -> list[SealedCase]:
    cursor = connection.cursor(row_factory=args_row(SealedCase))
    return await (await cursor.execute(SQL["cases"], (tenant_id,))).fetchall()


async def _audit(
    connection: Connection,
    tenant_id: str,
    action: str,
    subject: str,
    *,
    told: Mapping[str, object],
    now: datetime,
) -> None:
    row = {
        "tenant_id": tenant_id,
        "now": now,
        "actor": OPERATOR,
        "action": action,
        "subject": subject,
        "detail": msgspec.json.encode(told).decode(),
    }
    await connection.execute(AUDIT, row)
