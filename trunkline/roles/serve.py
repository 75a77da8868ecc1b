"""The role that shows: HTTP API, live captions, web page."""

import asyncio

from fastapi import FastAPI

from analytics.access.postgres import PostgresAccess
from analytics.api import create_app, recordings
from analytics.api.guard import Guard
from analytics.feed import CaptionFeed
from analytics.pausing import Pausing
from analytics.recordings.shelf import Shelf
from analytics.store.postgres import PostgresStore
from trunkline.observe import bind, health_app, serve_http
from trunkline.recordings import RecordingPlayer, recordings_of
from trunkline.reviewing import open_desk
from trunkline.roles.process import Context, Part


class Site:
    """The API and page on their own port, health routes among them."""

    def __init__(self, context: Context, feed: CaptionFeed, *, app: FastAPI) -> None:
        self._settings = context.settings.analytics
        self._app = app
        app.include_router(health_app(context.registry, feed.ready).router)

    def ready(self) -> str:
        """Empty: the port is bound before the role is ready, or the role ends."""
        return ""

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop`."""
        listener = bind(self._settings.http_host, self._settings.http_port)
        await serve_http(self._app, listener, stop=stop)


async def build(context: Context) -> list[Part]:
    """The captions feed and the site that shows it."""
    store = await PostgresStore.connect(context.dsn)
    context.closing.push_async_callback(store.close)
    access = await PostgresAccess.connect(context.dsn)
    context.closing.push_async_callback(access.close)
    feed = CaptionFeed(
        store, context.bus, settings=context.settings.analytics, registry=context.registry
    )
    desk = await open_desk(context.settings, context.dsn, store)
    context.closing.push_async_callback(desk.close)
    pausing = Pausing(context.bus, feed)
    app = create_app(store, access, feed=feed, desk=desk, pausing=pausing)
    shelf = await Shelf.connect(context.dsn)
    context.closing.push_async_callback(shelf.close)
    player = RecordingPlayer(recordings_of(context.settings))
    app.include_router(recordings.router(shelf, player, Guard(access)))
    return [feed, Site(context, feed, app=app)]
