"""What reviewing needs done by itself: days are drawn, and late marks masked."""

import asyncio
import logging
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, Gauge

from analytics.compliance.desk import Desk
from analytics.compliance.draws import Draws, Wanted
from analytics.store import Unavailable
from trunkline.bus.waiting import pause

logger = logging.getLogger(__name__)

EVERY_S = 60.0
APPLIANCE = "appliance"


class Upkeep:
    """Runs in the store role; several at once do the work of one."""

    def __init__(self, draws: Draws, desk: Desk, *, size: int, registry: CollectorRegistry) -> None:
        self._draws = draws
        self._desk = desk
        self._size = size
        self._drawn = Counter(
            "trunkline_analytics_review_drawn", "Segments drawn for review", registry=registry
        )
        self._waiting = Gauge(
            "trunkline_analytics_review_unmasked",
            "1 while words that a reviewer marked as missed are not masked yet",
            registry=registry,
        )

    def ready(self) -> str:
        """Empty: the store role's own part says when the database is away."""
        return ""

    async def run(self, stop: asyncio.Event) -> None:
        """Once a minute, until `stop` is set."""
        while not stop.is_set():
            try:
                await self.once(now=datetime.now(UTC))
            except Unavailable:
                logger.warning("reviews wait for the database")
            await pause(stop, EVERY_S)

    async def once(self, *, now: datetime) -> None:
        """All that is due now."""
        self._waiting.set(0 if await self._desk.mask_due(now=now) else 1)
        if not self._size:
            return
        for due in await self._draws.due(now=now):
            wanted = Wanted(due.tenant_id, due.day, self._size)
            drew = await self._draws.draw(wanted, now=now, actor=APPLIANCE)
            self._drawn.inc(drew.drawn)
