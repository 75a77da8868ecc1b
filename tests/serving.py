"""The store and serve roles in this process, on a real Postgres: database, bus and HTTP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

import msgspec
from prometheus_client import CollectorRegistry

from analytics.access import NewKey
from analytics.access.postgres import PostgresAccess
from analytics.api import create_app, recordings
from analytics.api.guard import Guard
from analytics.compliance.desk import Desk
from analytics.feed import CaptionFeed
from analytics.migrate import migrate
from analytics.pausing import Pausing
from analytics.recordings.shelf import Shelf
from analytics.settings import Settings
from analytics.sink import Sink
from analytics.store.postgres import PostgresStore
from redaction.events import TRANSCRIPTS_TOPIC, TranscriptEvent
from sip_gateway.events import CALLS_TOPIC, CallEvent
from trunkline.bus import Bus
from trunkline.bus.postgres import PostgresBus
from trunkline.bus.settings import Settings as BusSettings
from trunkline.observe import bind, health_app, serve_http
from trunkline.recordings import RecordingPlayer, recordings_of
from trunkline.reviewing import open_desk
from trunkline.settings import ApplianceSettings
from trunkline.settings import Settings as Whole


class Serving:
    """What a test sees of the two roles."""

    def __init__(self, bus: Bus, access: PostgresAccess, *, dsn: str) -> None:
        self.bus = bus
        self.access = access
        self.dsn = dsn
        self.port = 0
        self.registry = CollectorRegistry()
        self.state_dir = ""
        """Keys of tenants, recordings; without it the API has no compliance view and no audio."""

    @property
    def url(self) -> str:
        """Of the page and the API."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def settings(self) -> Whole:
        """Of the whole appliance."""
        return Whole(appliance=ApplianceSettings(state_dir=self.state_dir))

    async def key(self, role: str = "supervisor", *, tenant_id: str = "default") -> NewKey:
        """A new API key."""
        now = datetime.now(UTC)
        return await self.access.create_key(tenant_id, "test", role=role, scopes=(), now=now)

    async def tell(self, *events: CallEvent | TranscriptEvent) -> None:
        """Publish as gateway and redaction do."""
        for event in events:
            topic = TRANSCRIPTS_TOPIC if isinstance(event, TranscriptEvent) else CALLS_TOPIC
            await self.bus.publish(topic, event.call_id, msgspec.json.encode(event))

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[CaptionFeed]:
        """The serve role; again on the same port after it was left."""
        settings = Settings(caption_queue=50)
        self.registry = CollectorRegistry()
        store = await PostgresStore.connect(self.dsn)
        feed = CaptionFeed(store, self.bus, settings=settings, registry=self.registry)
        desk = await self._desk(store)
        pausing = Pausing(self.bus, feed)
        app = create_app(store, self.access, feed=feed, desk=desk, pausing=pausing)
        app.include_router(health_app(self.registry, feed.ready).router)
        shelf = await Shelf.connect(self.dsn)
        if self.state_dir:
            player = RecordingPlayer(recordings_of(self.settings))
            app.include_router(recordings.router(shelf, player, Guard(self.access)))
        listener = bind("127.0.0.1", self.port)
        self.port = listener.getsockname()[1]
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(feed.run(stop))
            tasks.create_task(serve_http(app, listener, stop=stop))
            try:
                yield feed
            finally:
                stop.set()
        if desk is not None:
            await desk.close()
        await shelf.close()
        await store.close()

    async def _desk(self, store: PostgresStore) -> Desk | None:
        return await open_desk(self.settings, self.dsn, store) if self.state_dir else None

    @asynccontextmanager
    async def store(self) -> AsyncIterator[Sink]:
        """The store role."""
        store = await PostgresStore.connect(self.dsn)
        sink = Sink(store, self.bus, settings=Settings(), registry=CollectorRegistry())
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(sink.run(stop))
            try:
                yield sink
            finally:
                stop.set()
        await store.close()


@asynccontextmanager
async def serving(dsn: str) -> AsyncIterator[Serving]:
    """Database and bus, ready; no role runs yet."""
    await migrate(dsn)
    async with AsyncExitStack() as stack:
        bus = PostgresBus(dsn, BusSettings(), registry=CollectorRegistry())
        stack.push_async_callback(bus.close)
        access = await PostgresAccess.connect(dsn)
        stack.push_async_callback(access.close)
        yield Serving(bus, access, dsn=dsn)
