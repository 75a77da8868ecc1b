"""Writes what the topic of recordings tells into Postgres."""

import asyncio
import logging
import time
from collections.abc import Sequence

import msgspec
from prometheus_client import CollectorRegistry, Counter

from analytics.recordings.shelf import Shelf
from analytics.store import Unavailable
from redaction.events import RECORDINGS_TOPIC, RecordingEvent
from trunkline.bus import Bus
from trunkline.bus.consume import Decoded
from trunkline.bus.dead_letters import DeadLetters
from trunkline.bus.reading import Reading

logger = logging.getLogger(__name__)

GROUP = "recordings"
PATIENCE_S = 300.0
"""So long a recording waits for the row of its call, which comes by another topic."""

_DECODER: msgspec.json.Decoder[RecordingEvent] = msgspec.json.Decoder(RecordingEvent)


class RecordingsSink:
    """A part of the store role. Offsets are committed after the database is; a replay changes
    nothing."""

    def __init__(
        self,
        shelf: Shelf,
        bus: Bus,
        *,
        dead_letters: DeadLetters,
        registry: CollectorRegistry,
    ) -> None:
        self._shelf = shelf
        self._waiting_since: float | None = None
        self._reading = Reading(
            bus,
            [RECORDINGS_TOPIC],
            group=GROUP,
            decoder=_DECODER,
            dead_letters=dead_letters,
            what="recordings",
        )
        self._without_call = Counter(
            "trunkline_analytics_recordings_without_call",
            "Recordings passed over, because their call was not stored",
            registry=registry,
        )

    def ready(self) -> str:
        """Empty when the last batch could be written."""
        return self._reading.missing

    async def run(self, stop: asyncio.Event) -> None:
        """Consume until `stop` is set."""
        await self._reading.run(self._handle, stop)

    async def _handle(self, batch: Sequence[Decoded[RecordingEvent]]) -> None:
        if not batch:
            return
        try:
            early = await self._shelf.apply([decoded.event for decoded in batch])
        except Unavailable as error:
            raise self._reading.again(f"the database is away ({error})") from None
        now = time.monotonic()
        if not early:
            self._waiting_since = None
        elif self._waiting_since is None or now - self._waiting_since < PATIENCE_S:
            self._waiting_since = self._waiting_since or now
            raise self._reading.again("")  # its row comes by itself
        else:
            self._waiting_since = None
            self._without_call.inc(len(early))
            for event in early:
                where = {"call_id": event.call_id}
                logger.error("a recording of a call that is not stored", extra=where)
