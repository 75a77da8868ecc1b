"""A captions client for tests: keeps every message, as a page would see them."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import websockets

from tests.services.appliance import TestAppliance


class Watcher:
    """What the captions websocket said since it was opened."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []

    def segments(self, call_id: str, *, final: bool | None = None) -> list[dict[str, Any]]:
        """Every revision shown of the call's segments."""
        return [
            message
            for message in self.messages
            if message["type"] == "segment"
            and message["call_id"] == call_id
            and (final is None or message["is_final"] is final)
        ]

    def text(self, call_id: str, *, final: bool | None = None) -> str:
        """All text ever shown of the call."""
        return " \n".join(
            " ".join(word["text"] for word in segment["words"])
            for segment in self.segments(call_id, final=final)
        )


@contextlib.asynccontextmanager
async def watching(appliance: TestAppliance) -> AsyncIterator[Watcher]:
    """Follow all calls; a lost connection is made again, as the page does."""
    watcher = Watcher()
    url = appliance.running.http_url.replace("http", "ws", 1) + "/v1/captions"
    headers = {"Authorization": f"Bearer {appliance.key}"}
    opened = asyncio.Event()

    async def follow() -> None:
        while True:
            with contextlib.suppress(OSError, websockets.WebSocketException):
                async with websockets.connect(url, additional_headers=headers) as socket:
                    opened.set()
                    async for message in socket:
                        watcher.messages.append(json.loads(message))
            await asyncio.sleep(0.1)

    following = asyncio.create_task(follow())
    await opened.wait()
    try:
        yield watcher
    finally:
        following.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await following
