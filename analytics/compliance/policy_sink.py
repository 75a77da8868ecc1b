"""Writes what the topic of policies tells into Postgres."""

import asyncio
import logging
from collections.abc import Sequence

import msgspec
from prometheus_client import CollectorRegistry, Counter

from analytics.compliance.history import PolicyHistory
from analytics.store import Rejected, Unavailable
from redaction.events import POLICIES_TOPIC, PolicyInForce
from trunkline.bus import Bus
from trunkline.bus.consume import Decoded
from trunkline.bus.dead_letters import DeadLetters
from trunkline.bus.reading import Reading

logger = logging.getLogger(__name__)

GROUP = "policies"
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
        self._reading = Reading(
            bus,
            [POLICIES_TOPIC],
            group=GROUP,
            decoder=_DECODER,
            dead_letters=dead_letters,
            what="policies",
        )
        self._stored = Counter(
            "trunkline_analytics_policies_stored",
            "Policies in force that were written down",
            registry=registry,
        )

    def ready(self) -> str:
        """Empty when the last batch could be written."""
        return self._reading.missing

    async def run(self, stop: asyncio.Event) -> None:
        """Consume until `stop` is set."""
        await self._reading.run(self._handle, stop)

    async def _handle(self, batch: Sequence[Decoded[PolicyInForce]]) -> None:
        try:
            for decoded in batch:
                await self._write(decoded.event)
        except Unavailable as error:
            raise self._reading.again(f"the database is away ({error})") from None

    async def _write(self, event: PolicyInForce) -> None:
        try:
            await self._history.apply(event)
        except Rejected as error:
            reason = {"reason": str(error)}
            logger.error("a policy cannot be stored and is passed over", extra=reason)
        else:
            self._stored.inc()
