"""Deletes, once a minute, what the bus no longer keeps: for one role of an installation to run."""

import asyncio
import contextlib
import logging

from trunkline.bus import Bus, Unavailable
from trunkline.bus.waiting import pause

log = logging.getLogger(__name__)

EVERY_S = 60.0


class Retention:
    """A long-running part around `Bus.prune`."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def run(self, stop: asyncio.Event) -> None:
        """Prune now and each minute until `stop` is set."""
        while not stop.is_set():
            with contextlib.suppress(Unavailable):  # the next minute will do
                if deleted := await self._bus.prune():
                    log.info("retention deleted bus records", extra={"count": deleted})
            await pause(stop, EVERY_S)

    def ready(self) -> str:
        """Nobody waits for it."""
        return ""
