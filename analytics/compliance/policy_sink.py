"""Writes what the topic of policies tells into Postgres."""

import asyncio
import logging
from collections.abc import Sequence
from functools import partial

import msgspec
from prometheus_client import CollectorRegistry, Counter

from analytics.compliance.history import PolicyHistory
from analytics.store import Rejected, Unavailable
from redaction.events import POLICIES_TOPIC, PolicyInForce
from trunkline.bus import Bus, Subscription
from trunkline.bus import Unavailable as BusUnavailable
from trunkline.bus.consume import Decoded, consume
from trunkline.bus.dead_letters import DeadLetters
from trunkline.bus.waiting import opened

logger = logging.getLogger(__name__)

GROUP = "policies"
RETRY_S = 1.0
_DECODER: msgspec.json.Decoder[PolicyInForce] = msgspec.json.Decoder(PolicyInForce)


class PolicySink:
    """A part of the store role. Offsets are committed after the database is."""

    def __init__(
        self,
        history: PolicyHistory,
        bus: Bus,
        *,
        dead_letters: DeadLetters,
        registry: CollectorRegistry,
    ) -> None:
        self._history = history
        self._bus = bus
        self._dead_letters = dead_letters
        self._missing = "not started"
        self._stored = Counter(
            "trunkline_analytics_policies_stored",
            "Policies in force that were written down",
            registry=registry,
        )

    def ready(self) -> str:
        """Empty when the last batch could be written."""
        return self._missing

    async def run(self, stop: asyncio.Event) -> None:
        """Consume until `stop` is set."""
        subscription = await self._subscribe(stop)
        if subscription is not None:
            self._missing = ""
            await consume(
                subscription,
                self._handle,
                decoder=_DECODER,
                dead_letters=self._dead_letters,
                stop=stop,
            )
        self._missing = "stopped"

    async def _subscribe(self, stop: asyncio.Event) -> Subscription | None:
        subscribe = partial(self._bus.subscribe, [POLICIES_TOPIC], group=GROUP)
        return await opened(subscribe, stop=stop, retry_s=RETRY_S, away=self._away)

    def _away(self) -> None:
        self._missing = "policies: the bus is away"

    async def _handle(self, batch: Sequence[Decoded[PolicyInForce]]) -> None:
        try:
            for decoded in batch:
                await self._write(decoded.event)
        except Unavailable as error:
            self._missing = f"policies: the database is away ({error})"
            raise BusUnavailable(str(error)) from None
        if batch:
            self._missing = ""

    async def _write(self, event: PolicyInForce) -> None:
        try:
            await self._history.apply(event)
        except Rejected as error:
            reason = {"reason": str(error)}
            logger.error("a policy cannot be stored and is passed over", extra=reason)
        else:
            self._stored.inc()
