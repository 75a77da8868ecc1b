"""What Postgres knows of recordings."""

from collections.abc import Sequence
from typing import Self

import msgspec
from psycopg.rows import kwargs_row

from analytics.recordings import Heard, RecordingDocument
from analytics.sql import queries
from analytics.store.connection import Connection, Connections
from redaction.events import RecordingEvent, RecordingReady

SQL = queries("recordings")
READ = queries("read")


class Shelf:
    """The table of migration 0050. Every method raises `analytics.store.Unavailable`."""

    def __init__(self, dsn: str) -> None:
        self._connections = Connections(dsn, most=4)

    @classmethod
    async def connect(cls, dsn: str) -> Self:
        """Connects by itself, now or as soon as the server is there."""
        shelf = cls(dsn)
        await shelf._connections.open()
        return shelf

    async def close(self) -> None:
        """Disconnect."""
        await self._connections.close()

    async def apply(self, events: Sequence[RecordingEvent]) -> list[RecordingEvent]:
        """Write them in one transaction; those whose call is not stored, which were not written."""
        async with self._connections.transaction() as connection:
            return [event for event in events if not await _write(connection, event)]

    async def of(self, tenant_id: str, call_id: str) -> RecordingDocument | None:
        """One call's recording, as far as this tenant may see it."""
        async with self._connections.transaction() as connection:
            await connection.execute(READ["as_tenant"], (tenant_id,))
            cursor = connection.cursor(row_factory=kwargs_row(RecordingDocument))
            return await (await cursor.execute(SQL["of_call"], (tenant_id, call_id))).fetchone()

    async def note(self, heard: Heard) -> None:
        """Write an audit row."""
        async with self._connections.transaction() as connection:
            await connection.execute(SQL["heard"], heard._asdict())


async def _write(connection: Connection, event: RecordingEvent) -> bool:
    row = msgspec.structs.asdict(event)
    name = "ready" if isinstance(event, RecordingReady) else "removed"
    if (await connection.execute(SQL[name], row)).rowcount == 1:
        return True
    return (await (await connection.execute(SQL["is_known"], row)).fetchone()) is not None
