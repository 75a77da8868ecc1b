"""What is done, waiting and parked, per connector, in Postgres."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, cast

from psycopg import AsyncConnection
from psycopg.rows import class_row

CHANNEL = "trunkline_outbox"
"""Notified when the outbox has a new row, or an operator wants one tried again."""

STATES = ("waiting", "done", "parked", "superseded")


def _read_queries(path: Path) -> dict[str, bytes]:
    parts = path.read_text(encoding="utf-8").split("-- name: ")[1:]
    named = (part.partition("\n") for part in parts)
    return {name.strip(): sql.encode() for name, _, sql in named}


_SQL = _read_queries(Path(__file__).parent / "sql" / "queries.sql")


class Delivery(NamedTuple):
    """One finished call on its way to one connector."""

    outbox_id: int
    tenant_id: str
    call_id: str
    revision: int
    failures: int
    superseded: bool
    """A later revision of the call waits, or was sent."""

    @property
    def idempotency_key(self) -> str:
        """The same for every attempt, so that the receiver can tell a repetition."""
        return f"{self.call_id}-{self.revision}"


class Listed(NamedTuple):
    """One delivery as an operator sees it."""

    outbox_id: int
    connector: str
    tenant_id: str
    call_id: str
    revision: int
    state: str
    failures: int
    next_attempt_at: datetime
    changed_at: datetime
    why: str


class Outbox:
    """One connector's view of the outbox over one connection."""

    def __init__(self, connection: AsyncConnection[Any], connector: str) -> None:
        self._connection = connection
        self._connector = connector

    async def admit(self) -> int:
        """Take note of new rows of the outbox; how many there were."""
        cursor = await self._execute("admit")
        return int(cursor.rowcount)

    async def take(self) -> Delivery | None:
        """The next due delivery, locked until the surrounding transaction ends."""
        async with self._connection.cursor(row_factory=class_row(Delivery)) as cursor:
            await cursor.execute(_SQL["take"], {"connector": self._connector})
            return await cursor.fetchone()

    async def done(self, delivery: Delivery) -> None:
        """The receiver has it."""
        await self._settle(delivery, "done", failures=delivery.failures)

    async def supersede(self, delivery: Delivery) -> None:
        """A later revision goes in its place."""
        await self._settle(delivery, "superseded", failures=delivery.failures)

    async def park(self, delivery: Delivery, *, why: str) -> None:
        """Give up until an operator decides."""
        await self._settle(delivery, "parked", failures=delivery.failures + 1, why=why)

    async def retry(self, delivery: Delivery, *, why: str, wait_s: float) -> None:
        """Try again after `wait_s`."""
        await self._execute(
            "retry",
            outbox_id=delivery.outbox_id,
            failures=delivery.failures + 1,
            why=why,
            wait_s=wait_s,
        )

    async def next_due_s(self) -> float | None:
        """Seconds until something becomes due; None if nothing waits."""
        row = await (await self._execute("next_due_s")).fetchone()
        return cast(float | None, row[0]) if row else None

    async def depth(self) -> tuple[int, int]:
        """How many deliveries wait, and how many are parked."""
        row = await (await self._execute("depth")).fetchone()
        return (int(row[0]), int(row[1])) if row else (0, 0)

    async def _settle(
        self, delivery: Delivery, state: str, *, failures: int, why: str = ""
    ) -> None:
        await self._execute(
            "settle", outbox_id=delivery.outbox_id, state=state, failures=failures, why=why
        )

    async def _execute(self, query: str, **values: object) -> Any:
        return await self._connection.execute(_SQL[query], {"connector": self._connector, **values})


async def list_deliveries(
    connection: AsyncConnection[Any], *, states: Sequence[str] = STATES, limit: int = 100
) -> list[Listed]:
    """The newest deliveries in these states."""
    async with connection.cursor(row_factory=class_row(Listed)) as cursor:
        await cursor.execute(_SQL["list"], {"states": list(states), "limit": limit})
        return await cursor.fetchall()


async def retry_now(connection: AsyncConnection[Any], outbox_id: int) -> bool:
    """Make a parked or waiting delivery due at once; False if there is none of that number."""
    async with connection.transaction():
        cursor = await connection.execute(_SQL["unpark"], {"outbox_id": outbox_id})
        await connection.execute(_SQL["wake"])
        return cursor.rowcount > 0
