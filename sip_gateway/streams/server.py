"""Takes media streams over websockets: one path a dialect. AudioSocket comes by `tcp.py`."""

import asyncio
import logging
import ssl
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from time import monotonic, time
from typing import NamedTuple

from prometheus_client import CollectorRegistry
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from sip_gateway.streams import audiosocket
from sip_gateway.streams.conversations import Conversations, Seat
from sip_gateway.streams.dialect import Dialect, StreamSession
from sip_gateway.streams.settings import Settings
from sip_gateway.streams.signature import NotSigned, SignedRequest
from sip_gateway.streams.tcp import OPEN_S, TcpListener

logger = logging.getLogger(__name__)

LONGEST_MESSAGE = 1 << 17
"""Bytes."""


class _Admitted(NamedTuple):
    """A connection that may talk."""

    dialect: Dialect
    session: StreamSession


class _Websocket(NamedTuple):
    """A connection, as its conversation sees it."""

    connection: ServerConnection

    async def dismiss(self, session: StreamSession, why: str) -> None:
        """Tell the peer that its call is over; one that is never told is cut off."""
        session.disconnect("completed", why)
        try:
            await self.send_all(session)
            if session.closed:
                await self.connection.close()
        except ConnectionClosed:
            logger.info("media stream was gone already")

    async def send_all(self, session: StreamSession) -> None:
        """What the session has to say."""
        for text in session.to_send():
            await self.connection.send(text)


class StreamServer:
    """`port` is where it listens for websockets once `ready` is empty, `tcp` for AudioSocket.

    `attributes`: which parameters of a stream are kept as attributes of its call.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        dialects: Mapping[str, Dialect],
        sip: tuple[str, int],
        registry: CollectorRegistry,
        attributes: Sequence[str] = (),
    ) -> None:
        self.port = 0
        self._settings = settings
        self._dialects = dict(dialects)
        self._admitted: dict[ServerConnection, _Admitted] = {}
        self._conversations = Conversations(
            settings, sip=sip, attributes=attributes, registry=registry
        )
        by_tcp = self._dialects.pop(f"/{audiosocket.NAME}", None)
        self.tcp = TcpListener(settings, dialect=by_tcp, conversations=self._conversations)

    def ready(self) -> str:
        """Empty once streams are taken."""
        return "" if self.port else "streams: the port is not bound"

    async def run(self, stop: asyncio.Event) -> None:
        """Take streams until `stop` is set, then end their calls."""
        async with asyncio.TaskGroup() as tasks:
            self._conversations.begin(tasks)
            await self.tcp.start()
            server = await serve(
                self._connected,
                self._settings.host,
                self._settings.port,
                process_request=self._admit,
                ssl=_tls(self._settings),
                max_size=LONGEST_MESSAGE,
                select_subprotocol=_subprotocol,
                server_header=None,
            )
            self.port = _port(server)
            logger.info("taking media streams", extra={"port": self.port})
            await stop.wait()
            await self._conversations.drain()
            self.tcp.close()
            server.close()
            await server.wait_closed()
        self.port = 0

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        """Refuse before the upgrade whoever may not come, with one line and one count."""
        dialect = self._dialects.get(request.path.partition("?")[0])
        if dialect is None:
            return self._refuse(connection, HTTPStatus.NOT_FOUND, "path")
        if self._conversations.full:
            return self._refuse(connection, HTTPStatus.SERVICE_UNAVAILABLE, "most")
        headers = {name.lower(): _ascii(value) for name, value in request.headers.raw_items()}
        try:
            session = dialect.admit(SignedRequest(_ascii(request.path), headers), time())
        except NotSigned as error:
            return self._refuse(connection, HTTPStatus.UNAUTHORIZED, str(error))
        self._admitted[connection] = _Admitted(dialect, session)
        return None

    def _refuse(self, connection: ServerConnection, status: HTTPStatus, why: str) -> Response:
        self._conversations.count(str(status.value))
        logger.warning("media stream refused", extra={"reason": why, "status": status.value})
        return connection.respond(status, "")

    async def _connected(self, connection: ServerConnection) -> None:
        admitted = self._admitted.pop(connection)
        session, websocket = admitted.session, _Websocket(connection)
        seat: Seat | None = None
        try:
            while not session.closed:
                async with asyncio.timeout(admitted.dialect.silent_s if session.opened else OPEN_S):
                    message = await connection.recv()
                if isinstance(message, str):
                    session.receive_text(message)
                else:
                    session.receive_audio(message, now=monotonic())
                seat = self._act(admitted, websocket, seat)
                await websocket.send_all(session)
            await self._finish(admitted, connection)
        except (ConnectionClosed, TimeoutError) as error:
            if isinstance(error, ConnectionClosed) and _in_good_order(error):
                session.receive_close()
                seat = self._act(admitted, websocket, seat)
            self._conversations.count("closed" if session.closed else "broken")
            reason = type(error).__name__
            logger.info("media stream's connection ended", extra={"reason": reason})
        finally:
            self._conversations.left(seat, connection=websocket)

    def _act(self, admitted: _Admitted, websocket: _Websocket, seat: Seat | None) -> Seat | None:
        name, session = admitted.dialect.name, admitted.session
        return self._conversations.act(name, session, connection=websocket, seat=seat)

    async def _finish(self, admitted: _Admitted, connection: ServerConnection) -> None:
        """The session is closed: count it, and tell both sides why if the peer broke it."""
        broke = admitted.session.broke
        self._conversations.count("protocol" if broke else "closed")
        if broke:
            reason = f"{admitted.dialect.name}: {broke}"
            logger.warning("media stream broke its protocol", extra={"reason": reason})
            await connection.close(CloseCode.PROTOCOL_ERROR, broke)


def _ascii(text: str) -> str:
    """What a proof may consist of; other bytes come as lone surrogates, which nothing encodes."""
    return text.encode("ascii", "replace").decode()


def _in_good_order(error: ConnectionClosed) -> bool:
    return error.rcvd is not None and error.rcvd.code == CloseCode.NORMAL_CLOSURE


def _subprotocol(
    connection: ServerConnection, offered: Sequence[Subprotocol]
) -> Subprotocol | None:
    """Whatever the peer calls it: the path names the dialect already."""
    return offered[0] if offered else None


def _port(server: Server) -> int:
    return int(next(iter(server.sockets)).getsockname()[1])


def _tls(settings: Settings) -> ssl.SSLContext | None:
    if not settings.certificate:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(settings.certificate, settings.private_key or None)
    return context
