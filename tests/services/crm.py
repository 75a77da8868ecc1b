"""A CRM's webhook endpoint on loopback, which answers as a test tells it to."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from typing import NamedTuple

from fastapi import FastAPI, Request, Response

from trunkline.observe import bind, serve_http


class Received(NamedTuple):
    """One POST."""

    at: float
    headers: Mapping[str, str]
    body: bytes

    @property
    def key(self) -> str:
        """What the receiver tells repetitions by."""
        return self.headers["idempotency-key"]


class Crm:
    """Answers each POST with `answer`, or holds it until `release` is set."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.received: list[Received] = []
        self.answer: Callable[[Received], Response] = lambda _: Response(status_code=204)
        self.release = asyncio.Event()
        self.release.set()
        self.under_way = 0
        self.most_under_way = 0
        self._changed = asyncio.Condition()

    async def post(self, request: Request) -> Response:
        """Take one delivery."""
        now = asyncio.get_running_loop().time()
        received = Received(now, dict(request.headers), await request.body())
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        async with self._changed:
            self.received.append(received)
            self._changed.notify_all()
        await self.release.wait()
        self.under_way -= 1
        return self.answer(received)

    async def has_received(self, count: int) -> list[Received]:
        """Wait until so many POSTs came."""
        async with asyncio.timeout(20), self._changed:
            await self._changed.wait_for(lambda: len(self.received) >= count)
        return self.received


@contextlib.asynccontextmanager
async def crm_endpoint() -> AsyncIterator[Crm]:
    """A running endpoint."""
    listener = bind("127.0.0.1", 0)
    crm = Crm(f"http://127.0.0.1:{listener.getsockname()[1]}/hook")
    app = FastAPI(openapi_url=None)
    app.add_api_route("/hook", crm.post, methods=["POST"])
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(serve_http(app, listener, stop=stop))
        try:
            yield crm
        finally:
            crm.release.set()
            stop.set()
