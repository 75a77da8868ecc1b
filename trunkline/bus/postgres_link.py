"""One Postgres connection that is made when needed and made anew when it was lost."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import psycopg
from psycopg import AsyncConnection, sql
from psycopg.rows import TupleRow

from trunkline.bus import Unavailable
from trunkline.bus.metrics import BusMetrics

TIMEOUT_S = 10.0
"""For one use of a connection. A server that stopped answering is away, like one that is gone."""

_AWAY = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    psycopg.errors.UndefinedTable,  # the database was made anew; so will be our tables
    TimeoutError,
)

Connection = AsyncConnection[TupleRow]


class Link:
    """Lends its connection to one user at a time."""

    def __init__(
        self, dsn: str, *, metrics: BusMetrics, on_connect: Sequence[sql.SQL] = ()
    ) -> None:
        self._dsn = dsn
        self._metrics = metrics
        self._on_connect = on_connect
        self._connection: Connection | None = None
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def use(self) -> AsyncIterator[Connection]:
        """The connection, in autocommit mode; `Unavailable` if the server is or goes away."""
        async with self._turn:
            try:
                async with asyncio.timeout(TIMEOUT_S):
                    yield await self._connected()
                self._metrics.reached()
            except _AWAY as error:
                self._metrics.lost()
                await self._drop()
                # libpq's message names hosts and users: its type is enough.
                raise Unavailable(f"postgres: {type(error).__name__}") from None
            except BaseException:
                # Cancelled or failed half way: what the connection is in the middle of is unknown.
                await self._drop()
                raise

    async def close(self) -> None:
        """Disconnect, after whoever is using the connection."""
        async with self._turn:
            if self._connection is not None:
                await self._connection.close()
                self._connection = None

    async def _connected(self) -> Connection:
        if self._connection is None or self._connection.closed:
            self._connection = await connect(self._dsn)
            for statement in self._on_connect:
                await self._connection.execute(statement)
        return self._connection

    async def _drop(self) -> None:
        if self._connection is not None:
            await self._connection.close()
            self._connection = None


async def connect(dsn: str) -> Connection:
    """A connection in autocommit mode."""
    return await AsyncConnection.connect(dsn, autocommit=True, application_name="trunkline bus")


def is_away(error: BaseException) -> bool:
    """Whether `error` says that the server went away, rather than that we asked nonsense."""
    return isinstance(error, _AWAY)
