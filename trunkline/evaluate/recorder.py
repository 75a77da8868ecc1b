"""Watches the captions of all calls, and notes when each came."""

import asyncio
import time
from collections import defaultdict

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from trunkline.api_client import Access
from trunkline.evaluate.delays import Shown
from trunkline.live_captions import read_head, read_segments

RECONNECT_S = 0.2


class CaptionRecorder:
    """Follows the captions websocket; a lost connection is taken up where it ended."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._place = ""
        self._socket: ClientConnection | None = None
        self.connected = asyncio.Event()
        self.connections = 0
        self.shown: defaultdict[str, list[Shown]] = defaultdict(list)
        """By call id, in order of arrival."""

    async def run(self, stop: asyncio.Event) -> None:
        """Record until `stop` is set."""
        following = asyncio.ensure_future(self._follow())
        await stop.wait()
        following.cancel()
        await asyncio.wait({following})

    async def break_connection(self) -> None:
        """Drop the connection, as a network would."""
        if self._socket:
            await self._socket.close()

    async def _follow(self) -> None:
        while True:
            try:
                url = f"{self._access.captions_url}{self._place}"
                async with connect(
                    url, additional_headers=self._access.headers, proxy=None, max_size=None
                ) as socket:
                    self._socket = socket
                    self.connections += 1
                    self.connected.set()
                    async for message in socket:
                        self._receive(message, at=time.time())
            except (OSError, WebSocketException):
                pass
            await asyncio.sleep(RECONNECT_S)

    def _receive(self, message: str | bytes, *, at: float) -> None:
        head = read_head(message)
        self._place = f"?epoch={head.epoch}&after={head.seq}"
        for call_id, segment in read_segments(message):
            self.shown[call_id].append(Shown(at, segment))
