"""A partition of `segments` per day, made before its first row comes."""

import logging
from datetime import date, datetime, timedelta

import psycopg
from psycopg import sql

from analytics.store.connection import Connections

logger = logging.getLogger(__name__)

NEAR = timedelta(days=8)
"""Only days this near to now get one: the bus keeps events for 7 days. Others share the default."""

_LOCK = 0x7472756E6B646179  # "trunkday": this project's advisory lock for new partitions


class Partitions:
    """Remembers which days have their partition."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._made: set[date] = set()

    async def prepare(self, days: set[date], *, now: datetime) -> None:
        """Make what is missing for `days`, and for tomorrow, so that midnight waits for nothing."""
        today = now.date()
        self._made = {day for day in self._made if abs(day - today) <= NEAR}
        wanted = {day for day in days if abs(day - today) <= NEAR} | {today + timedelta(days=1)}
        for day in sorted(wanted - self._made):
            await self._make(day)
            self._made.add(day)

    async def _make(self, day: date) -> None:
        name = f"segments_{day:%Y%m%d}"
        statement = sql.SQL(
            "create table if not exists {} partition of segments for values from ({}) to ({})"
        ).format(sql.Identifier(name), sql.Literal(day), sql.Literal(day + timedelta(days=1)))
        async with self._connections.transaction() as connection:
            await connection.execute("select pg_advisory_xact_lock(%s)", (_LOCK,))
            await connection.execute("set local lock_timeout = '2s'")
            await connection.execute("set local client_min_messages = warning")
            try:
                async with connection.transaction():
                    await connection.execute(statement)
            except (psycopg.errors.LockNotAvailable, psycopg.errors.CheckViolation):
                # Someone reads the default partition, or it has rows of that day: it keeps them.
                logger.warning("a day's segments go to the default one", extra={"path": name})
