"""Connections to Postgres, and what its errors mean to us."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import psycopg
from psycopg_pool import AsyncConnectionPool

from analytics.store import Rejected, Unavailable

Connection = psycopg.AsyncConnection[tuple[object, ...]]

_AWAY = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    # Another process is still bringing the schema up.
    psycopg.errors.UndefinedTable,
    psycopg.errors.UndefinedColumn,
    psycopg.errors.UndefinedObject,
    psycopg.errors.InFailedSqlTransaction,
)


class Connections:
    """A few connections, made anew by themselves when the server was away."""

    def __init__(self, dsn: str, *, most: int = 6) -> None:
        self._most = most
        self._pool = AsyncConnectionPool(
            dsn,
            min_size=1,
            max_size=most,
            open=False,
            configure=_configure,
            timeout=5.0,
        )

    async def open(self) -> None:
        """Begin to connect; does not wait for the server."""
        await self._pool.open(wait=False)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """A connection inside a transaction, committed at the end."""
        with translated():
            connection = await self._working()
            try:
                async with connection.transaction():
                    yield connection
            finally:
                await self._pool.putconn(connection)

    async def _working(self) -> Connection:
        """A connection that answers: after a restart of the server none of the pool's does.

        The pool's own check waits a second or more after each dead one, and longer each time.
        """
        for _ in range(self._most):
            connection = await self._pool.getconn()
            try:
                await AsyncConnectionPool.check_connection(connection)
            except psycopg.OperationalError:
                await self._pool.putconn(connection)  # closed: the pool puts a new one in its place
            except BaseException:
                await self._pool.putconn(connection)
                raise
            else:
                return connection
        return await self._pool.getconn()

    async def close(self) -> None:
        """Disconnect."""
        await self._pool.close()


@contextmanager
def translated() -> Iterator[None]:
    """Postgres's errors as ours. Their messages quote values, so only their names go on."""
    try:
        yield
    except _AWAY as error:
        raise Unavailable(f"{type(error).__name__} {error.sqlstate or ''}".strip()) from None
    except (psycopg.DataError, psycopg.IntegrityError) as error:
        raise Rejected(f"{type(error).__name__} {error.sqlstate}") from None


async def _configure(connection: psycopg.AsyncConnection) -> None:
    await connection.execute("set timezone to 'UTC'")
    await connection.commit()
