"""Listens for what grew, and beats once a second on the connection that holds a member's locks."""

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from typing import Protocol

import psycopg
from psycopg import Notify, sql

from trunkline.bus.metrics import BusMetrics
from trunkline.bus.postgres_link import TIMEOUT_S, Connection, connect, is_away

log = logging.getLogger(__name__)

BEAT_S = 1.0
RETRY_FIRST_S = 0.2
RETRY_LONGEST_S = 2.0


class Share(Protocol):
    """What a subscription reads: a member's part of a group, or everything."""

    async def beat(self, connection: Connection) -> None:
        """Called on a new connection, once a second, and when the group changed."""
        ...

    def wants(self, notify: Notify) -> bool:
        """Whether what grew is read here."""
        ...

    def changes(self, notify: Notify) -> bool:
        """Whether the group changed."""
        ...

    def lose(self) -> None:
        """The connection is gone, and all locks with it."""
        ...


class Watch:
    """Keeps one connection that listens; sets `rung` whenever there may be something to read."""

    def __init__(
        self, dsn: str, share: Share, *, channels: Sequence[str], metrics: BusMetrics
    ) -> None:
        self._dsn = dsn
        self._share = share
        self._channels = channels
        self._metrics = metrics
        self.rung = asyncio.Event()
        self._closing = False
        self._task = asyncio.create_task(self._run())

    def check(self) -> None:
        """Raise what ended the watch, if anything did: that is a fault of ours."""
        if self._task.done():
            self._task.result()

    async def close(self) -> None:
        """Disconnect, which gives all locks back."""
        self._closing = True
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _run(self) -> None:
        retry_s = RETRY_FIRST_S
        while not self._closing:
            try:
                async with await connect(self._dsn) as connection:
                    for channel in self._channels:
                        await connection.execute(
                            sql.SQL("LISTEN {}").format(sql.Identifier(channel))
                        )
                    await self._beat(connection)
                    retry_s = RETRY_FIRST_S
                    await self._listen(connection)
            except (psycopg.Error, TimeoutError) as error:
                if not is_away(error):
                    raise
                self._metrics.lost()
            finally:
                self._share.lose()
            await asyncio.sleep(retry_s)
            retry_s = min(2 * retry_s, RETRY_LONGEST_S)

    async def _listen(self, connection: Connection) -> None:
        loop = asyncio.get_running_loop()
        beat_at = loop.time() + BEAT_S
        while True:
            wait_s = max(beat_at - loop.time(), 0.0)
            async for notify in connection.notifies(timeout=wait_s, stop_after=1):
                if self._share.wants(notify):
                    self.rung.set()
                if self._share.changes(notify):
                    beat_at = loop.time()
            if loop.time() >= beat_at:
                await self._beat(connection)
                beat_at = loop.time() + BEAT_S

    async def _beat(self, connection: Connection) -> None:
        async with asyncio.timeout(TIMEOUT_S):
            await self._share.beat(connection)
        self._metrics.reached()
        self.rung.set()
