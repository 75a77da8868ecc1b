"""The one delivery loop: outbox rows to connectors, at least once, retried, then parked."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

import psycopg
from prometheus_client import CollectorRegistry, Gauge
from psycopg import AsyncConnection, sql

from crm_connectors.attempt import Attempts, LoadDocument
from crm_connectors.connector import Connector
from crm_connectors.outbox import CHANNEL, Outbox
from crm_connectors.settings import Settings
from trunkline.bus.waiting import pause

logger = logging.getLogger(__name__)

WORKERS = 4
"""Deliveries under way at once per connector and process."""

POLL_S = 5.0
"""Look without being woken: a notification is lost while the database restarts."""

RECONNECT_FIRST_S = 0.2
RECONNECT_LONGEST_S = 5.0

LOST_WORKER_S = 60
"""Beyond the time of an attempt: after so long the database frees what a vanished host held."""

Connection = AsyncConnection[Any]


class Deliver:
    """Delivers every finished call to every connector. Any number of processes may run it.

    A row is locked while it is under way, so no two workers send it at once; a worker that dies
    frees it, and it is sent again under the same idempotency key.
    """

    def __init__(
        self,
        dsn: str,
        connectors: Mapping[str, Connector],
        *,
        load: LoadDocument,
        settings: Settings,
        registry: CollectorRegistry,
    ) -> None:
        self._dsn = dsn
        self._connectors = connectors
        self._attempts = {
            name: Attempts(name, connector, load=load, settings=settings, registry=registry)
            for name, connector in connectors.items()
        }
        self._held_s = int(settings.timeout_s) + LOST_WORKER_S
        self._wakes: list[asyncio.Event] = []
        self._reachable = not connectors
        prefix = "trunkline_crm_connectors_"
        self._depth = Gauge(
            f"{prefix}depth", "Deliveries by state.", ["connector", "state"], registry=registry
        )
        self._up = Gauge(f"{prefix}database_up", "1 while it answers.", registry=registry)

    def ready(self) -> str:
        """Empty when finished calls would be delivered now."""
        return "" if self._reachable else "crm_connectors: waiting for the database"

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until `stop` is set; attempts under way are finished first."""
        if not self._connectors:
            await stop.wait()
            return
        async with asyncio.TaskGroup() as tasks:
            listener = tasks.create_task(self._connected(stop, self._listen))
            for name in self._connectors:
                for _ in range(WORKERS):
                    # One event per worker, because each clears its own.
                    self._wakes.append(asyncio.Event())
                    work = partial(self._work, name, stop, wake=self._wakes[-1])
                    tasks.create_task(self._connected(stop, work))
            await stop.wait()
            listener.cancel()
            self._wake_all()
        for connector in self._connectors.values():
            await connector.close()

    def _wake_all(self) -> None:
        for wake in self._wakes:
            wake.set()

    async def _connected(
        self, stop: asyncio.Event, session: Callable[[Connection], Awaitable[None]]
    ) -> None:
        """Run `session` over a connection; connect again whenever the database was away."""
        wait_s = RECONNECT_FIRST_S
        while not stop.is_set():
            try:
                async with await AsyncConnection.connect(self._dsn, autocommit=True) as connection:
                    wait_s = RECONNECT_FIRST_S
                    await session(connection)
            except psycopg.Error as error:
                self._lost(type(error).__name__)
                await pause(stop, wait_s)
                wait_s = min(2 * wait_s, RECONNECT_LONGEST_S)

    def _lost(self, reason: str) -> None:
        if self._reachable:
            logger.warning("database lost", extra={"reason": reason})
        self._reachable = False
        self._up.set(0)

    async def _listen(self, connection: Connection) -> None:
        """Admit new rows and wake the workers, on every notification and at every poll."""
        await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL)))
        while True:
            for name in self._connectors:
                await self._admit(Outbox(connection, name), name)
            self._reachable = True
            self._up.set(1)
            self._wake_all()
            async for _ in connection.notifies(timeout=POLL_S, stop_after=1):
                pass

    async def _admit(self, outbox: Outbox, name: str) -> None:
        while await outbox.admit():
            pass
        waiting, parked = await outbox.depth()
        self._depth.labels(name, "waiting").set(waiting)
        self._depth.labels(name, "parked").set(parked)

    async def _work(
        self, name: str, stop: asyncio.Event, connection: Connection, *, wake: asyncio.Event
    ) -> None:
        """Deliver what is due, one at a time, then sleep until woken or something becomes due."""
        held_ms = sql.Literal(self._held_s * 1000)
        await connection.execute(
            sql.SQL("SET idle_in_transaction_session_timeout = {}").format(held_ms)
        )
        outbox = Outbox(connection, name)
        while not stop.is_set():
            wake.clear()
            while not stop.is_set() and await self._deliver_one(connection, outbox, name):
                pass
            due_s = None if stop.is_set() else await outbox.next_due_s()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(wake.wait(), POLL_S if due_s is None else due_s)

    async def _deliver_one(self, connection: Connection, outbox: Outbox, name: str) -> bool:
        """Take one due row and attempt it inside one transaction; False when nothing is due."""
        async with connection.transaction():
            delivery = await outbox.take()
            if delivery is None:
                return False
            await self._attempts[name].make(delivery, outbox)
            return True
