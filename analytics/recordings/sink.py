"""Writes what the topic of recordings tells into Postgres."""

import asyncio
import logging
import time
from collections.abc import Sequence
from functools import partial

import msgspec
from prometheus_client import CollectorRegistry, Counter

from analytics.recordings.shelf import Shelf
from analytics.store import Unavailable
from redaction.events import RECORDINGS_TOPIC, RecordingEvent
from trunkline.bus import Bus, Subscription
from trunkline.bus import Unavailable as BusUnavailable
from trunkline.bus.consume import Decoded, consume
from trunkline.bus.dead_letters import DeadLetters
from trunkline.bus.waiting import opened

logger = logging.getLogger(__name__)

GROUP = "recordings"
RETRY_S = 1.0
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
        self._bus = bus
        self._dead_letters = dead_letters
        self._waiting_since: float | None = None
        self._missing = "not started"
        self._without_call = Counter(
            "trunkline_analytics_recordings_without_call",
            "Recordings passed over, because their call was not stored",
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
        subscribe = partial(self._bus.subscribe, [RECORDINGS_TOPIC], group=GROUP)
        return await opened(subscribe, stop=stop, retry_s=RETRY_S, away=self._away)

    def _away(self) -> None:
        self._missing = "recordings: the bus is away"

    async def _handle(self, batch: Sequence[Decoded[RecordingEvent]]) -> None:
        if not batch:
            return
        try:
            early = await self._shelf.apply([decoded.event for decoded in batch])
        except Unavailable as error:
            self._missing = f"recordings: the database is away ({error})"
            raise BusUnavailable(str(error)) from None
        self._missing = ""
        now = time.monotonic()
        if not early:
            self._waiting_since = None
        elif self._waiting_since is None or now - self._waiting_since < PATIENCE_S:
            self._waiting_since = self._waiting_since or now
            raise BusUnavailable("a call that has a recording is not stored yet")
        else:
            self._waiting_since = None
            self._without_call.inc(len(early))
            for event in early:
                where = {"call_id": event.call_id}
                logger.error("a recording of a call that is not stored", extra=where)
