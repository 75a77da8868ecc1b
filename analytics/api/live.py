"""/v1/captions: live captions over a websocket."""

import asyncio
from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Query, WebSocket
from starlette.websockets import WebSocketDisconnect

from analytics.access import CAPTIONS
from analytics.api.guard import Guard, may
from analytics.api.problems import Problem, response
from analytics.captions import ALL, Cursor, View
from analytics.feed import CaptionFeed
from analytics.store import Unavailable

MOST_CLIENTS = 500
"""Websockets of one serve process."""

RECHECK_S = 30.0
"""How soon a revoked key or an ended session loses its captions."""

POLICY = 1008
"""Close code (RFC 6455 section 7.4.1): no longer allowed, or the client talked."""


def router(feed: CaptionFeed, guard: Guard) -> APIRouter:
    """One websocket route."""
    routes = APIRouter()

    @routes.websocket("/v1/captions")
    async def captions(
        socket: WebSocket,
        call_id: Annotated[str, Query(max_length=128)] = "",
        view: Annotated[str, Query(pattern=r"^(all|list)$")] = ALL,
        epoch: Annotated[str, Query(max_length=64)] = "",
        after: Annotated[int, Query(ge=0)] = 0,
    ) -> None:
        try:
            who = may(await guard.principal(socket), CAPTIONS)
            if feed.clients >= MOST_CLIENTS:
                raise Problem(503, "Too many captions are open here.")
        except Problem as problem:
            await socket.send_denial_response(response(problem))
            return
        except Unavailable:
            away = Problem(503, "The database cannot be reached now; try again.")
            await socket.send_denial_response(response(away))
            return
        await socket.accept()
        # A call cannot be named like a view: `all` and `list` are no call ids.
        wanted = View(who.tenant_id, call_id or view, who.role)
        async with feed.joined(wanted, epoch=epoch, after=after) as cursor:
            with suppress(WebSocketDisconnect):
                await _serve(socket, feed, cursor=cursor, guard=guard)

    return routes


async def _serve(socket: WebSocket, feed: CaptionFeed, *, cursor: Cursor, guard: Guard) -> None:
    """Send until the client goes, talks, or may not listen any more."""
    sending = asyncio.ensure_future(_send(socket, feed, cursor=cursor, guard=guard))
    hearing = asyncio.ensure_future(socket.receive())
    try:
        await asyncio.wait((sending, hearing), return_when=asyncio.FIRST_COMPLETED)
        if sending.done():
            sending.result()
        if not (hearing.done() and hearing.result()["type"] == "websocket.disconnect"):
            await socket.close(POLICY)
    finally:
        for task in (sending, hearing):
            task.cancel()
        await asyncio.gather(sending, hearing, return_exceptions=True)


async def _send(socket: WebSocket, feed: CaptionFeed, *, cursor: Cursor, guard: Guard) -> None:
    """Returns when the client may not listen any more."""
    loop = asyncio.get_running_loop()
    recheck_at = loop.time() + RECHECK_S
    while True:
        lines = await feed.lines(cursor, wait_s=RECHECK_S)
        for line in lines:
            await socket.send_text(line.text)
        feed.sent(lines)
        if loop.time() >= recheck_at:
            if not await _still_allowed(socket, guard):
                return
            recheck_at = loop.time() + RECHECK_S


async def _still_allowed(socket: WebSocket, guard: Guard) -> bool:
    try:
        may(await guard.principal(socket), CAPTIONS)
    except Problem:
        return False
    except Unavailable:
        # Captions come from the bus: they go on while the database is away.
        return True
    return True
