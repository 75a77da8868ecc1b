"""Drives the captions: from the bus and the store into the hub, and on to whoever waits."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from secrets import token_hex

import msgspec
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from analytics.captions import CaptionHub, Channel, Cursor, Line, View
from analytics.events import SUMMARIES_TOPIC
from analytics.live_call import CaptionEvent, LiveCall
from analytics.settings import Settings
from analytics.store import Store, Unavailable
from redaction.events import TRANSCRIPTS_TOPIC, Transcript
from sip_gateway.events import CALLS_TOPIC
from trunkline.bus import Bus, Subscription
from trunkline.bus import Unavailable as BusUnavailable

logger = logging.getLogger(__name__)

TAIL_S = 60.0
"""How far back the bus is read at the start: more than the sink can be behind."""

TICK_S = 1.0
RETRY_LONGEST_S = 5.0

_TOPICS = (CALLS_TOPIC, TRANSCRIPTS_TOPIC, SUMMARIES_TOPIC)
_DECODER: msgspec.json.Decoder[CaptionEvent] = msgspec.json.Decoder(CaptionEvent)
_UNDECODABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class CaptionFeed:
    """The live captions of one serve process. Each start is a new epoch."""

    def __init__(
        self, store: Store, events: Bus, *, settings: Settings, registry: CollectorRegistry
    ) -> None:
        self._store = store
        self._bus = events
        self._hub = CaptionHub(token_hex(6), keep=settings.caption_queue)
        self._silent_s = 2 * settings.lost_call_s
        self._wakes: dict[Channel, asyncio.Event] = {}
        self._news = asyncio.Event()
        self._started_at = datetime.now(UTC)
        self._tailing = False
        self._restored = False
        self.clients = 0
        """Connected now."""

        self._metrics = _Metrics(registry)

    def ready(self) -> str:
        """Empty when live captions are whole."""
        if not self._tailing:
            return "captions: the bus has not been reached"
        return "" if self._restored else "captions: calls in progress are not loaded yet"

    async def run(self, stop: asyncio.Event) -> None:
        """Follow the bus until `stop` is set."""
        async with asyncio.TaskGroup() as tasks:
            work = [tasks.create_task(self._follow(stop)), tasks.create_task(self._restore())]
            await stop.wait()
            for task in work:
                task.cancel()
        self._tailing = False

    @asynccontextmanager
    async def joined(self, view: View, *, epoch: str, after: int) -> AsyncIterator[Cursor]:
        """A client, for as long as it is connected."""
        cursor = self._hub.join(view, epoch=epoch, after=after)
        self._count(1)
        try:
            yield cursor
        finally:
            self._count(-1)
            self._hub.leave(cursor, now=time.monotonic())
            if cursor.channel.clients == 0:
                self._wakes.pop(cursor.channel, None)

    async def lines(self, cursor: Cursor, *, wait_s: float) -> list[Line]:
        """What this client gets next, at once or as soon as there is something; else empty."""
        if not (lines := self._hub.to_send(cursor)):
            wake = self._wakes.setdefault(cursor.channel, asyncio.Event())
            try:
                async with asyncio.timeout(wait_s):
                    await wake.wait()
            except TimeoutError:
                return []
            lines = self._hub.to_send(cursor)
        return lines

    def find(self, tenant_id: str, call_id: str) -> LiveCall | None:
        """A call that is shown live, or was until a moment ago."""
        return self._hub.find(tenant_id, call_id)

    async def until(self, holds: Callable[[], bool], *, wait_s: float) -> bool:
        """Whether it holds, asked again whenever something is heard, for so long."""
        try:
            async with asyncio.timeout(wait_s):
                while not holds():
                    await self._news.wait()
        except TimeoutError:
            return holds()
        return True

    def sent(self, lines: list[Line]) -> None:
        """These are on a socket now."""
        now = datetime.now(UTC)
        for line in lines:
            if line.said and line.said.redacted_at > self._started_at:
                self._metrics.sent(line.said, now=now)

    def _count(self, change: int) -> None:
        self.clients += change
        self._metrics.clients.set(self.clients)

    async def _follow(self, stop: asyncio.Event) -> None:
        subscription = await self._tail()
        try:
            ticked = time.monotonic()
            while not stop.is_set():
                for record in await subscription.fetch(wait_s=TICK_S):
                    self._receive(record.value)
                if (now := time.monotonic()) - ticked >= TICK_S:
                    ticked = now
                    self._hub.tick(now=now)
                    self._hub.forget_silent(before=now - self._silent_s)
                    self._metrics.live.set(self._hub.live)
                self._wake()
        finally:
            await subscription.close()

    async def _tail(self) -> Subscription:
        pause_s = 0.2
        while True:
            try:
                subscription = await self._bus.tail(_TOPICS, since_s=TAIL_S)
            except BusUnavailable:
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, RETRY_LONGEST_S)
            else:
                self._tailing = True
                return subscription

    def _receive(self, value: bytes) -> None:
        try:
            event = _DECODER.decode(value)
        except _UNDECODABLE:
            # The store counts it as poison too, and notes where it lies.
            self._metrics.undecodable.inc()
            return
        self._hub.receive(event, now=time.monotonic())

    async def _restore(self) -> None:
        """Once: calls in progress as the store has them. Until it can be asked, the bus serves."""
        pause_s = 0.2
        while not self._restored:
            try:
                calls = await self._store.open_calls()
            except Unavailable as error:
                logger.warning("calls in progress cannot be loaded", extra={"reason": str(error)})
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, RETRY_LONGEST_S)
            else:
                for call in calls:
                    self._hub.restore(call, now=time.monotonic())
                self._restored = True
                self._wake()

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()
        for channel in self._hub.changed():
            if wake := self._wakes.pop(channel, None):
                wake.set()


class _Metrics:
    """What a supervisor would notice."""

    def __init__(self, registry: CollectorRegistry) -> None:
        prefix = "trunkline_analytics_caption"
        self.clients = Gauge(f"{prefix}_clients", "Websockets open", registry=registry)
        self.live = Gauge("trunkline_analytics_calls_live", "Calls shown live", registry=registry)
        self.undecodable = Counter(
            f"{prefix}_undecodable", "Records that are no event", registry=registry
        )
        self.delay = Histogram(
            f"{prefix}_delay_seconds",
            "From the end of the audio to the socket, by stage (recognise, redact, send, all)",
            ["stage", "final"],
            registry=registry,
            buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10),
        )

    def sent(self, said: Transcript, *, now: datetime) -> None:
        """Put the delay of one caption down to its stages."""
        stages = {
            "recognise": said.recognised_at - said.audio_end_at,
            "redact": said.redacted_at - said.recognised_at,
            "send": now - said.redacted_at,
            "all": now - said.audio_end_at,
        }
        for stage, took in stages.items():
            seconds = max(0.0, took.total_seconds())
            self.delay.labels(stage, str(said.is_final).lower()).observe(seconds)
