"""Takes media streams over websockets: one path a dialect."""

import asyncio
import logging
import ssl
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from time import monotonic, time
from typing import NamedTuple

from prometheus_client import CollectorRegistry, Counter, Gauge
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from sip_gateway.caller.plan import CallFailed
from sip_gateway.streams.bridge import RATE_HZ, Bridge
from sip_gateway.streams.dialect import Dialect, StreamSession
from sip_gateway.streams.heard import (
    StreamEnded,
    StreamEvent,
    StreamLost,
    StreamOpened,
    StreamResumed,
)
from sip_gateway.streams.settings import Settings
from sip_gateway.streams.signature import NotSigned, SignedRequest

logger = logging.getLogger(__name__)

OPEN_S = 5.0
"""A connection that has not said what its stream is by then is closed."""

LONGEST_MESSAGE = 1 << 17
"""Bytes."""

DRAIN_S = 10.0


_Name = tuple[str, str]
"""Of a conversation: its dialect, and what the platform calls it."""


class _Conversation:
    """A conversation's call, and who is connected for it."""

    def __init__(self, bridge: Bridge, opened: StreamOpened) -> None:
        self.bridge = bridge
        self.opened = opened
        self.task: asyncio.Task[None] | None = None
        self.seats: dict[tuple[int, ...], _Seat] = {}
        """By the channels that come over each; one of all channels, as a rule."""

        self.ended = False

    def fits(self, opened: StreamOpened) -> bool:
        """Whether it is described as it was before, as far as the call depends on it."""
        same_legs = len(opened.parties) == len(self.opened.parties)
        return same_legs and opened.codec == self.opened.codec

    def put(self, event: StreamEvent) -> None:
        """What the stream says, but for its beginning."""
        self.ended = self.ended or isinstance(event, StreamEnded)
        self.bridge.backlog.put(event)


class _Seat:
    """A connection's place in a conversation; another takes it if the first breaks."""

    def __init__(self, talk: _Conversation, channels: tuple[int, ...]) -> None:
        self.talk = talk
        self.channels = channels
        self.connection: ServerConnection | None = None
        self.session: StreamSession | None = None
        self.gone_at = 0.0
        """When the last connection broke; monotonic seconds."""

        self.ended = False

    def end(self, reason: str) -> None:
        """The conversation is over with the last of its connections."""
        self.ended = True
        if not self.talk.ended and all(seat.ended for seat in self.talk.seats.values()):
            self.talk.put(StreamEnded(reason))


class _Admitted(NamedTuple):
    """A connection that may talk."""

    dialect: Dialect
    session: StreamSession


class StreamServer:
    """`port` is where it listens once `ready` is empty."""

    def __init__(
        self,
        settings: Settings,
        *,
        dialects: Mapping[str, Dialect],
        sip: tuple[str, int],
        registry: CollectorRegistry,
    ) -> None:
        self.port = 0
        self._settings = settings
        self._dialects = dialects
        self._admitted: dict[ServerConnection, _Admitted] = {}
        self._sip = sip
        self._conversations: dict[_Name, _Conversation] = {}
        self._tasks: asyncio.TaskGroup | None = None
        self._metrics = _Metrics(registry)
        self._metrics.active.set_function(lambda: len(self._conversations))

    def ready(self) -> str:
        """Empty once streams are taken."""
        return "" if self.port else "streams: the port is not bound"

    async def run(self, stop: asyncio.Event) -> None:
        """Take streams until `stop` is set, then end their calls."""
        async with asyncio.TaskGroup() as self._tasks:
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
            await self._drain(server)
        self.port = 0

    async def _drain(self, server: Server) -> None:
        running = [talk.task for talk in self._conversations.values() if talk.task]
        for talk in list(self._conversations.values()):
            talk.put(StreamEnded("shutdown"))
        if running:
            await asyncio.wait(running, timeout=DRAIN_S)
        for task in running:
            task.cancel()
        server.close()
        await server.wait_closed()

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        """Refuse before the upgrade whoever may not come, with one line and one count."""
        dialect = self._dialects.get(request.path.partition("?")[0])
        if dialect is None:
            return self._refuse(connection, HTTPStatus.NOT_FOUND, "path")
        if len(self._conversations) >= self._settings.most:
            return self._refuse(connection, HTTPStatus.SERVICE_UNAVAILABLE, "most")
        headers = {name.lower(): _ascii(value) for name, value in request.headers.raw_items()}
        try:
            session = dialect.admit(SignedRequest(_ascii(request.path), headers), time())
        except NotSigned as error:
            return self._refuse(connection, HTTPStatus.UNAUTHORIZED, str(error))
        self._admitted[connection] = _Admitted(dialect, session)
        return None

    def _refuse(self, connection: ServerConnection, status: HTTPStatus, why: str) -> Response:
        self._metrics.connections.labels(str(status.value)).inc()
        logger.warning("media stream refused", extra={"reason": why, "status": status.value})
        return connection.respond(status, "")

    async def _connected(self, connection: ServerConnection) -> None:
        admitted = self._admitted.pop(connection)
        session = admitted.session
        seat: _Seat | None = None
        try:
            while not session.closed:
                async with asyncio.timeout(admitted.dialect.silent_s if session.opened else OPEN_S):
                    message = await connection.recv()
                if isinstance(message, str):
                    session.receive_text(message)
                else:
                    session.receive_audio(message, now=monotonic())
                seat = self._act(admitted, connection, seat)
                await _send_all(session, connection)
            await self._finish(admitted, connection)
        except (ConnectionClosed, TimeoutError) as error:
            if isinstance(error, ConnectionClosed) and _in_good_order(error):
                session.receive_close()
                seat = self._act(admitted, connection, seat)
            self._metrics.connections.labels("closed" if session.closed else "broken").inc()
            reason = type(error).__name__
            logger.info("media stream's connection ended", extra={"reason": reason})
        finally:
            if seat and seat.connection is connection:
                self._left(seat)

    async def _finish(self, admitted: _Admitted, connection: ServerConnection) -> None:
        """The session is closed: count it, and tell both sides why if the peer broke it."""
        broke = admitted.session.broke
        self._metrics.connections.labels("protocol" if broke else "closed").inc()
        if broke:
            reason = f"{admitted.dialect.name}: {broke}"
            logger.warning("media stream broke its protocol", extra={"reason": reason})
            await connection.close(CloseCode.PROTOCOL_ERROR, broke)

    def _act(
        self, admitted: _Admitted, connection: ServerConnection, seat: _Seat | None
    ) -> _Seat | None:
        """Do what the stream says; the place in the conversation that it is about."""
        session = admitted.session
        for event in session.take():
            if isinstance(event, StreamOpened):
                seat = self._open(admitted.dialect.name, event)
                if seat is None:
                    session.disconnect("error", "the stream is not what it was before")
                else:
                    seat.connection, seat.session = connection, session
            elif seat is None or seat.connection is not connection:
                continue  # another connection took its place
            elif isinstance(event, StreamEnded):
                self._end(seat, event)
            else:
                if isinstance(event, StreamLost):
                    self._metrics.lost_s.inc(event.samples / RATE_HZ)
                seat.talk.put(event)
        return seat

    def _end(self, seat: _Seat, ended: StreamEnded) -> None:
        if ended.reason == "reconnect":
            self._left(seat)
        else:
            seat.end(ended.reason)

    def _open(self, dialect: str, opened: StreamOpened) -> _Seat | None:
        """A place in the conversation's call: the one it has, if only its connection broke.

        None if the call cannot take this stream.
        """
        name = dialect, opened.conversation
        talk = self._conversations.get(name)
        if talk is None or talk.ended:
            talk = self._begin(name, opened)
        elif not talk.fits(opened):
            return None
        seat = talk.seats.get(opened.carries)
        if seat is None:
            seat = talk.seats[opened.carries] = _Seat(talk, opened.carries)
        else:
            self._continue(seat)
        return seat

    def _begin(self, name: _Name, opened: StreamOpened) -> _Conversation:
        assert self._tasks is not None
        talk = _Conversation(Bridge(opened, sip=self._sip, dialect=name[0]), opened)
        self._conversations[name] = talk
        talk.task = self._tasks.create_task(self._carry(name, talk))
        return talk

    def _continue(self, seat: _Seat) -> None:
        """The time without a connection is lost."""
        talk = seat.talk
        self._metrics.connections.labels("continued").inc()
        missed_s = monotonic() - seat.gone_at if seat.gone_at else 0.0
        self._metrics.lost_s.inc(missed_s)
        for channel in seat.channels or range(len(talk.opened.parties)):
            talk.put(StreamLost(channel, round(missed_s * RATE_HZ)))
        seat.gone_at = 0.0
        seat.ended = False
        talk.put(StreamResumed())  # a new session is not paused, whatever the old one was

    async def _carry(self, name: _Name, talk: _Conversation) -> None:
        """Run the conversation's call to its end."""
        why = "the gateway ended the call"
        try:
            await talk.bridge.run()
        except (CallFailed, OSError) as error:
            why = str(error)
            self._metrics.refused.inc()
            logger.warning("media stream's call failed", extra={"reason": why})
        finally:
            talk.ended = True
            if self._conversations.get(name) is talk:
                del self._conversations[name]
        for seat in talk.seats.values():
            if seat.session and seat.connection and not seat.session.closed:
                await _dismiss(seat.session, seat.connection, why)

    def _left(self, seat: _Seat) -> None:
        """Nobody is connected: wait for the next connection, then end the call."""
        if seat.gone_at or seat.ended:
            return
        seat.gone_at = monotonic()
        loop = asyncio.get_running_loop()
        loop.call_later(self._settings.reconnect_s, self._give_up, seat, seat.gone_at)

    def _give_up(self, seat: _Seat, gone_at: float) -> None:
        if seat.gone_at == gone_at:
            seat.end("connection_lost")


async def _dismiss(session: StreamSession, connection: ServerConnection, why: str) -> None:
    """Tell the peer that its call is over; one that is never told is cut off."""
    session.disconnect("completed", why)
    try:
        await _send_all(session, connection)
        if session.closed:
            await connection.close()
    except ConnectionClosed:
        logger.info("media stream was gone already")


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


async def _send_all(session: StreamSession, connection: ServerConnection) -> None:
    for text in session.to_send():
        await connection.send(text)


def _port(server: Server) -> int:
    return int(next(iter(server.sockets)).getsockname()[1])


def _tls(settings: Settings) -> ssl.SSLContext | None:
    if not settings.certificate:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(settings.certificate, settings.private_key or None)
    return context


class _Metrics:
    def __init__(self, registry: CollectorRegistry) -> None:
        self.active = Gauge(
            "trunkline_sip_gateway_streams_active",
            "Conversations that reach us as media streams",
            registry=registry,
        )
        self.connections = Counter(
            "trunkline_sip_gateway_stream_connections_total",
            "Connections of media streams, by how they ended or were refused",
            ["result"],
            registry=registry,
        )
        self.refused = Counter(
            "trunkline_sip_gateway_stream_calls_failed_total",
            "Conversations that the gateway took no call for",
            registry=registry,
        )
        self.lost_s = Counter(
            "trunkline_sip_gateway_stream_lost_seconds_total",
            "Audio that the platform did not send",
            registry=registry,
        )
