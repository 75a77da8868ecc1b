"""Writes both topics into the store, and puts the summaries of finished calls on the bus."""

import asyncio
import logging
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec
from prometheus_client import CollectorRegistry, Counter, Histogram

from analytics.batch import StoredEvent
from analytics.events import SUMMARIES_TOPIC
from analytics.settings import Settings
from analytics.store import Rejected, Store, Unavailable
from redaction.events import TRANSCRIPTS_TOPIC
from sip_gateway.events import CALLS_TOPIC
from trunkline.bus import Bus
from trunkline.bus import Unavailable as BusUnavailable
from trunkline.bus.consume import Decoded
from trunkline.bus.dead_letters import DeadLetters
from trunkline.bus.reading import Reading

logger = logging.getLogger(__name__)

GROUP = "store"
SWEEP_S = 5.0
"""How often lost calls are looked for, and summaries that did not get onto the bus."""

FETCHED = 500
"""The consumer loop gets at most so many records at once: a full batch means there are more."""

_TOPICS = (CALLS_TOPIC, TRANSCRIPTS_TOPIC)
_DECODER: msgspec.json.Decoder[StoredEvent] = msgspec.json.Decoder(StoredEvent)
_ENCODER = msgspec.json.Encoder()


class Sink:
    """The store role. Offsets are committed after the database is; a replay changes nothing."""

    def __init__(
        self, store: Store, events: Bus, *, settings: Settings, registry: CollectorRegistry
    ) -> None:
        self._store = store
        self._bus = events
        self._lost_after = timedelta(seconds=settings.lost_call_s)
        self.dead_letters = DeadLetters(events, registry=registry)
        """Shared by all who read the bus for this role: one counter, one registry."""

        self._batch = settings.store_batch
        self._reading = Reading(
            events,
            _TOPICS,
            group=GROUP,
            decoder=_DECODER,
            dead_letters=self.dead_letters,
        )
        self._finished = asyncio.Event()
        self._caught_up_since: float | None = None
        self._metrics = _Metrics(registry)

    def ready(self) -> str:
        """Empty when the last batch could be written."""
        return self._reading.missing

    async def run(self, stop: asyncio.Event) -> None:
        """Consume until `stop` is set; publish and sweep beside it."""
        async with asyncio.TaskGroup() as tasks:
            tending = tasks.create_task(self._tend(stop))
            await self._reading.run(self._handle, stop)
            await tending

    async def _handle(self, batch: Sequence[Decoded[StoredEvent]]) -> None:
        events = [decoded.event for decoded in batch]
        try:
            for begin in range(0, len(events), self._batch):
                await self._write(events[begin : begin + self._batch])
        except Unavailable as error:
            self._caught_up_since = None
            raise self._reading.again(f"the database is away ({error})") from None
        if len(batch) >= FETCHED:
            self._caught_up_since = None
        elif self._caught_up_since is None:
            self._caught_up_since = time.monotonic()

    async def _write(self, events: Sequence[StoredEvent]) -> None:
        try:
            await self._apply(events)
        except Rejected as error:
            if len(events) > 1:
                # One of them spoils the batch; the others can be stored by themselves.
                for event in events:
                    await self._write([event])
                return
            self._metrics.rejected.inc()
            where = {"call_id": events[0].call_id, "reason": str(error)}
            logger.error("an event cannot be stored and is passed over", extra=where)

    async def _apply(self, events: Sequence[StoredEvent]) -> None:
        with self._metrics.batch_seconds.time():
            applied = await self._store.apply(events, now=datetime.now(UTC))
        self._metrics.events.inc(len(events))
        self._metrics.segments.inc(applied.segments)
        self._metrics.finalised.inc(applied.finalised)
        if applied.finalised:
            self._finished.set()

    async def _tend(self, stop: asyncio.Event) -> None:
        """Publish what is finished as soon as it is, and sweep now and then."""
        while not stop.is_set():
            try:
                await self._close_lost()
                await self._publish_retractions()
                await self._publish()
            except (Unavailable, BusUnavailable):
                # The outbox keeps what is not published, and silent calls stay silent.
                logger.warning("summaries wait for the database or the bus")
            await self._until_finished_or(stop)

    async def _until_finished_or(self, stop: asyncio.Event) -> None:
        waits = [asyncio.ensure_future(event.wait()) for event in (stop, self._finished)]
        try:
            await asyncio.wait(waits, timeout=SWEEP_S, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        self._finished.clear()

    async def _close_lost(self) -> None:
        # After a stop or a backlog every call looks silent: only time in which we listened counts.
        if self._caught_up_since is None:
            return
        if time.monotonic() - self._caught_up_since < self._lost_after.total_seconds():
            return
        now = datetime.now(UTC)
        if count := await self._store.close_lost(silent_since=now - self._lost_after, now=now):
            self._metrics.lost.inc(count)
            logger.warning("calls went silent and are closed as lost", extra={"count": count})

    async def _publish(self) -> None:
        """At least once: a crash between the two steps publishes the same summary again."""
        while entries := await self._store.unpublished():
            for entry in entries:
                value = msgspec.json.encode(entry.summary)
                await self._bus.publish(SUMMARIES_TOPIC, entry.summary.call_id, value)
                logger.info("call finished", extra={"call_id": entry.summary.call_id})
            ids = [entry.outbox_id for entry in entries]
            await self._store.mark_published(ids, now=datetime.now(UTC))
            self._metrics.published.inc(len(ids))

    async def _publish_retractions(self) -> None:
        """Tell everyone else what is masked in the store; at least once, and no harm in twice."""
        while entries := await self._store.unpublished_retractions():
            for entry in entries:
                value = _ENCODER.encode(entry.final)
                await self._bus.publish(TRANSCRIPTS_TOPIC, entry.final.call_id, value)
            ids = [entry.retraction_id for entry in entries]
            await self._store.mark_retractions_published(ids, now=datetime.now(UTC))
            self._metrics.retracted.inc(len(ids))


class _Metrics:
    """What an operator watches of the sink."""

    def __init__(self, registry: CollectorRegistry) -> None:
        prefix = "trunkline_analytics"
        self.events = Counter(f"{prefix}_events", "Events taken in", registry=registry)
        self.segments = Counter(
            f"{prefix}_segments_stored", "Finals written or replaced", registry=registry
        )
        self.finalised = Counter(
            f"{prefix}_calls_finalised", "Summaries written or refreshed", registry=registry
        )
        self.lost = Counter(
            f"{prefix}_calls_lost", "Calls closed because nothing came", registry=registry
        )
        self.rejected = Counter(
            f"{prefix}_events_rejected", "Events the database will never take", registry=registry
        )
        self.published = Counter(
            f"{prefix}_summaries_published", "Summaries put on the bus", registry=registry
        )
        self.retracted = Counter(
            f"{prefix}_retractions_published",
            "Segments of calls that were over, masked since and put on the bus",
            registry=registry,
        )
        self.batch_seconds = Histogram(
            f"{prefix}_sink_batch_seconds",
            "Time to write one batch",
            registry=registry,
            buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10),
        )
