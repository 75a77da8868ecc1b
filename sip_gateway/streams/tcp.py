"""Takes media streams over plain TCP: AudioSocket, which knows neither TLS nor a handshake."""

import asyncio
import logging
import socket
from ipaddress import ip_address, ip_network
from time import monotonic
from typing import NamedTuple

from sip_gateway.drivers.address import plain
from sip_gateway.streams.conversations import Conversations
from sip_gateway.streams.dialect import Dialect, StreamSession
from sip_gateway.streams.settings import Settings
from sip_gateway.streams.signature import SignedRequest

logger = logging.getLogger(__name__)

OPEN_S = 5.0
"""A connection that has not said what its stream is by then is closed."""

CHUNK = 1 << 16
CONNECTIONS_A_CONVERSATION = 2
KEEPALIVE = (("TCP_KEEPIDLE", 20), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 4))
"""A dead peer is found within 40 s, as by the websockets' pings."""


class _Socket(NamedTuple):
    """A connection, as its conversation sees it."""

    writer: asyncio.StreamWriter

    async def dismiss(self, session: StreamSession, why: str) -> None:
        """Closing says all: the peer hangs up."""
        session.disconnect("completed", why)
        self.writer.close()


class TcpListener:
    """`port` is where it listens; 0 if it does not."""

    def __init__(
        self, settings: Settings, *, dialect: Dialect | None, conversations: Conversations
    ) -> None:
        self.port = 0
        self._settings = settings
        self._dialect = dialect
        self._conversations = conversations
        self._networks = [ip_network(text) for text in settings.audiosocket.networks]
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        """Listen, if the dialect is on; OSError if the port is taken."""
        if self._dialect is None:
            return
        self._server = await asyncio.start_server(
            self._connected, self._settings.host, self._settings.audiosocket.port, limit=CHUNK
        )
        self.port = self._server.sockets[0].getsockname()[1]

    def close(self) -> None:
        """Stop listening, and cut whoever is connected."""
        if self._server:
            self._server.close()
        for writer in self._open:
            writer.transport.abort()
        self.port = 0

    def _may_come(self, writer: asyncio.StreamWriter) -> str:
        """Empty, or why not."""
        peer = writer.get_extra_info("peername")
        if peer is None:
            return "gone"
        address = ip_address(plain(peer[0]))
        if self._networks and not any(address in network for network in self._networks):
            return "network"
        most = CONNECTIONS_A_CONVERSATION * self._settings.most
        return "most" if len(self._open) >= most else ""

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if why := self._may_come(writer):
            self._conversations.count("refused")
            logger.warning("media stream refused", extra={"reason": why})
            writer.transport.abort()
            return
        self._open.add(writer)
        try:
            await self._talk(reader, writer)
        finally:
            self._open.discard(writer)
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert self._dialect is not None
        _keep_alive(writer)
        name, silent_s = self._dialect.name, self._dialect.silent_s
        session = self._dialect.admit(SignedRequest("", {}), 0.0)
        connection, seat, wait_s = _Socket(writer), None, None
        try:
            while not session.closed:
                async with asyncio.timeout(silent_s if session.opened else OPEN_S):
                    data = await reader.read(CHUNK)
                if not data:
                    wait_s = self._settings.audiosocket.after_close_s
                    break
                session.receive_audio(data, now=monotonic())
                seat = self._conversations.act(name, session, connection=connection, seat=seat)
            self._finish(session)
        except (OSError, TimeoutError) as error:
            self._conversations.count("broken")
            reason = type(error).__name__
            logger.info("media stream's connection ended", extra={"reason": reason})
        finally:
            self._conversations.left(seat, connection=connection, wait_s=wait_s)

    def _finish(self, session: StreamSession) -> None:
        self._conversations.count("protocol" if session.broke else "closed")
        if session.broke and self._dialect:
            reason = f"{self._dialect.name}: {session.broke}"
            logger.warning("media stream broke its protocol", extra={"reason": reason})


def _keep_alive(writer: asyncio.StreamWriter) -> None:
    """Where the system has the options."""
    sock: socket.socket = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in KEEPALIVE:
        if option := getattr(socket, name, None):
            sock.setsockopt(socket.IPPROTO_TCP, option, value)
