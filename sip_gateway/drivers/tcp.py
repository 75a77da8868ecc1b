"""SIP over TCP: peers' connections, and ours to peers whose connection is gone."""

import asyncio
import logging
from collections.abc import Callable
from typing import cast

from sip_gateway.sip.flow import Flow, Outgoing
from sip_gateway.sip.framing import StreamFraming

logger = logging.getLogger(__name__)

Receive = Callable[[bytes, Flow], None]

MAX_CONNECTIONS = 1024
"""Beyond it a new connection is closed at once."""

MAX_UNSENT_BYTES = 1024 * 1024
"""A peer that reads so slowly is cut off: what it misses is lost with its connection."""

PARTIAL_MESSAGE_S = 30.0
CONNECT_S = 5.0


class _Connection(asyncio.Protocol):
    def __init__(self, driver: "TcpDriver") -> None:
        self.transport: asyncio.Transport | None = None
        self.flow = Flow("tcp", "", 0, "", 0)
        self._driver = driver
        self._framing = StreamFraming()
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclasses of asyncio's.
        self.transport = cast(asyncio.Transport, transport)
        local, remote = transport.get_extra_info("sockname"), transport.get_extra_info("peername")
        self.flow = Flow("tcp", local[0], self._driver.port, remote[0], remote[1])
        self._driver.opened(self)

    def data_received(self, data: bytes) -> None:
        assert self.transport is not None
        for message in self._framing.receive_data(data):
            self._driver.receive(message, self.flow)
        while self._framing.pings:
            self._framing.pings -= 1
            self.transport.write(b"\r\n")
        if self._framing.broken:
            self.transport.close()
        self._watch_partial()

    def _watch_partial(self) -> None:
        """A message must be complete soon after its first byte."""
        if not self._framing.partial and self._deadline:
            self._deadline.cancel()
            self._deadline = None
        elif self._framing.partial and not self._deadline and self.transport:
            loop = asyncio.get_running_loop()
            self._deadline = loop.call_later(PARTIAL_MESSAGE_S, self.transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._deadline:
            self._deadline.cancel()
        self._driver.lost(self)


class TcpDriver:
    """One listening TCP port and every connection of it, and from it."""

    def __init__(self, receive: Receive) -> None:
        self.port = 0
        self.receive = receive
        self._connections: dict[tuple[str, int], _Connection] = {}
        self._server: asyncio.Server | None = None
        self._connecting: set[asyncio.Task[None]] = set()

    async def start(self, host: str, port: int) -> None:
        """Listen; OSError if the port is taken."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: _Connection(self), host, port, reuse_address=True
        )
        self.port = self._server.sockets[0].getsockname()[1]

    def send(self, outgoing: Outgoing) -> None:
        """Send on the message's connection, or on a new one to where the peer listens."""
        flow = outgoing.flow
        listening = (flow.remote_host, outgoing.connect_port)
        known = self._connections.get((flow.remote_host, flow.remote_port))
        connection = known or self._connections.get(listening)
        if connection is not None:
            self._write(connection, outgoing.data)
        elif len(self._connecting) < MAX_CONNECTIONS:
            task = asyncio.get_running_loop().create_task(self._connect(listening, outgoing.data))
            self._connecting.add(task)
            task.add_done_callback(self._connecting.discard)

    def opened(self, connection: _Connection) -> None:
        """A connection is there."""
        assert connection.transport is not None
        if len(self._connections) >= MAX_CONNECTIONS:
            connection.transport.abort()
        else:
            flow = connection.flow
            self._connections[(flow.remote_host, flow.remote_port)] = connection

    def lost(self, connection: _Connection) -> None:
        """A connection is gone."""
        key = (connection.flow.remote_host, connection.flow.remote_port)
        if self._connections.get(key) is connection:
            del self._connections[key]

    def close(self) -> None:
        """Stop listening and close every connection, once what was written is sent."""
        if self._server is not None:
            self._server.close()
        for task in self._connecting:
            task.cancel()
        for connection in list(self._connections.values()):
            if connection.transport is not None:
                connection.transport.close()

    async def _connect(self, address: tuple[str, int], data: bytes) -> None:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(CONNECT_S):
                _, connection = await loop.create_connection(lambda: _Connection(self), *address)
        except (OSError, TimeoutError):
            logger.info("peer not reachable over TCP")
            return
        self._write(connection, data)

    def _write(self, connection: _Connection, data: bytes) -> None:
        transport = connection.transport
        if transport is None or transport.is_closing():
            return
        transport.write(data)
        if transport.get_write_buffer_size() > MAX_UNSENT_BYTES:
            transport.abort()
