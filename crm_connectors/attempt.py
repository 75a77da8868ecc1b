"""One attempt to deliver one call, and what its outcome means for the outbox."""

import logging
import random
from collections.abc import Awaitable, Callable
from typing import Protocol

import psycopg
from prometheus_client import CollectorRegistry, Counter, Histogram

from analytics.events import TranscriptDocument
from crm_connectors.backoff import exhausted, wait_s
from crm_connectors.connector import Connector, Rejected, Unavailable
from crm_connectors.outbox import Delivery
from crm_connectors.settings import Settings

logger = logging.getLogger(__name__)

LoadDocument = Callable[[str, str, str], Awaitable[TranscriptDocument | None]]
"""From tenant, call id and connector to the finished call as that connector may see it; None when
it is no longer stored."""


class Ledger(Protocol):
    """Where outcomes are written down: `Outbox`, or a list in unit tests."""

    async def done(self, delivery: Delivery) -> None: ...

    async def supersede(self, delivery: Delivery) -> None: ...

    async def park(self, delivery: Delivery, *, why: str) -> None: ...

    async def retry(self, delivery: Delivery, *, why: str, wait_s: float) -> None: ...


class Attempts:
    """Makes attempts for one connector."""

    def __init__(
        self,
        name: str,
        connector: Connector,
        *,
        load: LoadDocument,
        settings: Settings,
        registry: CollectorRegistry | None = None,
    ) -> None:
        self._name = name
        self._connector = connector
        self._load = load
        self._settings = settings
        prefix = f"trunkline_crm_connectors_{name}"
        self._outcomes = Counter(
            f"{prefix}_deliveries", "Attempts by outcome.", ["outcome"], registry=registry
        )
        self._seconds = Histogram(
            f"{prefix}_delivery_seconds", "Time of one attempt.", registry=registry
        )

    async def make(self, delivery: Delivery, ledger: Ledger) -> None:
        """Deliver once and write down what came of it."""
        if delivery.superseded:
            await ledger.supersede(delivery)
            return self._count(delivery, "superseded")
        try:
            with self._seconds.time():
                await self._send(delivery)
        except Rejected as error:
            await self._park(delivery, ledger, why=str(error))
        except Unavailable as error:
            asked_s = error.retry_after_s
            await self._retry(delivery, ledger, why=str(error), retry_after_s=asked_s)
        except psycopg.Error:
            raise  # our own database, not the receiver: no attempt was made
        except Exception as error:  # a fault of ours in one call must not stop the others
            logger.exception("delivery fault", extra={"call_id": delivery.call_id})
            await self._retry(delivery, ledger, why=f"fault: {type(error).__name__}")
        else:
            await ledger.done(delivery)
            self._count(delivery, "done")

    async def _send(self, delivery: Delivery) -> None:
        document = await self._load(delivery.tenant_id, delivery.call_id, self._name)
        if document is None:
            raise Rejected("the call is no longer stored")
        key = delivery.idempotency_key
        await self._connector.deliver(document, revision=delivery.revision, idempotency_key=key)

    async def _retry(
        self, delivery: Delivery, ledger: Ledger, *, why: str, retry_after_s: float = 0.0
    ) -> None:
        failures = delivery.failures + 1
        if exhausted(failures, self._settings):
            return await self._park(delivery, ledger, why=why)
        jitter = random.random()
        wait = wait_s(failures, self._settings, jitter=jitter, retry_after_s=retry_after_s)
        await ledger.retry(delivery, why=why, wait_s=wait)
        self._count(delivery, "retried", why=why)

    async def _park(self, delivery: Delivery, ledger: Ledger, *, why: str) -> None:
        await ledger.park(delivery, why=why)
        self._count(delivery, "parked", why=why)

    def _count(self, delivery: Delivery, outcome: str, *, why: str = "") -> None:
        self._outcomes.labels(outcome).inc()
        logger.log(
            logging.WARNING if outcome == "parked" else logging.INFO,
            f"delivery {outcome}",
            extra={"call_id": delivery.call_id, "role": self._name, "reason": why},
        )
