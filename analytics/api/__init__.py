"""The HTTP API, the captions websocket and the web page as one FastAPI app."""

from fastapi import FastAPI

from analytics.access import Access
from analytics.api import calls, compliance, live, pages, pause, problems, sessions
from analytics.api.guard import Guard
from analytics.api.security import Hardened
from analytics.compliance.desk import Desk
from analytics.feed import CaptionFeed
from analytics.pausing import Pausing
from analytics.store import Store


def create_app(
    store: Store,
    access: Access,
    *,
    feed: CaptionFeed,
    desk: Desk | None = None,
    pausing: Pausing | None = None,
) -> FastAPI:
    """All routes; the caller runs `feed` beside it and may include its own health routes."""
    app = FastAPI(title="Trunkline", openapi_url=None)
    guard = Guard(access)
    problems.install(app)
    app.include_router(sessions.router(access, guard))
    app.include_router(calls.router(store, guard))
    app.include_router(live.router(feed, guard))
    if pausing is not None:
        app.include_router(pause.router(store, pausing, guard))
    if desk is not None:
        app.include_router(compliance.router(desk, guard))
    app.include_router(pages.router())
    app.add_middleware(Hardened)
    return app
