"""Conversations that reach us as media streams: who is connected for each, and its call."""

import asyncio
import logging
from collections.abc import Sequence
from time import monotonic
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge

from sip_gateway.caller.plan import CallFailed
from sip_gateway.streams.bridge import RATE_HZ, Bridge
from sip_gateway.streams.dialect import StreamSession
from sip_gateway.streams.heard import (
    StreamEnded,
    StreamEvent,
    StreamLost,
    StreamOpened,
    StreamResumed,
)
from sip_gateway.streams.settings import Settings

logger = logging.getLogger(__name__)

DRAIN_S = 10.0

_Name = tuple[str, str]
"""Of a conversation: its dialect, and what the platform calls it."""


class Connection(Protocol):
    """One connection of a platform's, over whatever it comes."""

    async def dismiss(self, session: StreamSession, why: str) -> None:
        """Tell the peer that its call is over; one that is never told is cut off."""
        ...


class _Conversation:
    """A conversation's call, and who is connected for it."""

    def __init__(self, bridge: Bridge, opened: StreamOpened) -> None:
        self.bridge = bridge
        self.opened = opened
        self.task: asyncio.Task[None] | None = None
        self.seats: dict[tuple[int, ...], Seat] = {}
        """By the channels that come over each; one of all channels, as a rule."""

        self.ended = False

    def fits(self, opened: StreamOpened) -> bool:
        """Whether it is described as it was before, as far as the call depends on it."""
        same_legs = len(opened.parties) == len(self.opened.parties)
        return same_legs and opened.codec == self.opened.codec

    @property
    def waits(self) -> bool:
        """Whether a connection is still to come, or to come again."""
        there = [seat for seat in self.seats.values() if not seat.gone_at]
        channels = {n for seat in there for n in seat.channels or range(len(self.opened.parties))}
        return not self.ended and len(channels) < len(self.opened.parties)

    def put(self, event: StreamEvent) -> None:
        """What the stream says, but for its beginning."""
        self.ended = self.ended or isinstance(event, StreamEnded)
        self.bridge.backlog.put(event)


class Seat:
    """A connection's place in a conversation; another takes it if the first breaks."""

    def __init__(self, talk: _Conversation, channels: tuple[int, ...]) -> None:
        self.talk = talk
        self.channels = channels
        self.connection: Connection | None = None
        self.session: StreamSession | None = None
        self.gone_at = 0.0
        """When the last connection broke; monotonic seconds."""

        self.ended = False

    def end(self, reason: str) -> None:
        """The conversation is over with the last of its connections."""
        self.ended = True
        if not self.talk.ended and all(seat.ended for seat in self.talk.seats.values()):
            self.talk.put(StreamEnded(reason))


class Conversations:
    """Contract: `begin` with the task group that its calls run in; `drain` before that ends."""

    def __init__(
        self,
        settings: Settings,
        *,
        sip: tuple[str, int],
        attributes: Sequence[str],
        registry: CollectorRegistry,
    ) -> None:
        self._settings = settings
        self._sip = sip
        self._attributes = attributes
        self._named: dict[_Name, _Conversation] = {}
        self._tasks: asyncio.TaskGroup | None = None
        self._metrics = _Metrics(registry)
        self._metrics.active.set_function(lambda: len(self._named))

    @property
    def full(self) -> bool:
        """Whether no more may come, not even to a conversation that somebody is missing from."""
        return self._at_limit and not any(talk.waits for talk in self._named.values())

    @property
    def _at_limit(self) -> bool:
        return len(self._named) >= self._settings.most

    def begin(self, tasks: asyncio.TaskGroup) -> None:
        """Calls run in `tasks` from now on."""
        self._tasks = tasks

    async def drain(self) -> None:
        """End all calls, and wait for their ends for a while."""
        running = [talk.task for talk in self._named.values() if talk.task]
        for talk in list(self._named.values()):
            talk.put(StreamEnded("shutdown"))
        if running:
            await asyncio.wait(running, timeout=DRAIN_S)
        for task in running:
            task.cancel()

    def count(self, result: str) -> None:
        """A connection ended so, or was refused so."""
        self._metrics.connections.labels(result).inc()

    def act(
        self, dialect: str, session: StreamSession, *, connection: Connection, seat: Seat | None
    ) -> Seat | None:
        """Do what the stream says; the place in the conversation that it is about."""
        for event in session.take():
            if isinstance(event, StreamOpened):
                seat, refused = self._open(dialect, event)
                if seat is None:
                    session.disconnect("error", refused)
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

    def left(
        self, seat: Seat | None, *, connection: Connection, wait_s: float | None = None
    ) -> None:
        """It is not connected any more: wait for the next connection, then end the call.

        `wait_s`: not as long as for one that broke.
        """
        if seat and seat.connection is connection:
            self._left(seat, self._settings.reconnect_s if wait_s is None else wait_s)

    def _left(self, seat: Seat, wait_s: float) -> None:
        if seat.gone_at or seat.ended:
            return
        seat.gone_at = monotonic()
        loop = asyncio.get_running_loop()
        loop.call_later(wait_s, self._give_up, seat, seat.gone_at)

    def _give_up(self, seat: Seat, gone_at: float) -> None:
        if seat.gone_at == gone_at:
            seat.end("connection_lost")

    def _end(self, seat: Seat, ended: StreamEnded) -> None:
        if ended.reason == "reconnect":
            self._left(seat, self._settings.reconnect_s)
        else:
            seat.end(ended.reason)

    def _open(self, dialect: str, opened: StreamOpened) -> tuple[Seat | None, str]:
        """A place in the conversation's call: the one it has, if only its connection broke.

        None, and why, if the call cannot take this stream.
        """
        name = dialect, opened.conversation
        talk = self._named.get(name)
        if talk is None or talk.ended:
            if self._at_limit:
                return None, "too many conversations"
            talk = self._begin(name, opened)
        elif not talk.fits(opened):
            return None, "the stream is not what it was before"
        seat = talk.seats.get(opened.carries)
        if seat is None:
            seat = talk.seats[opened.carries] = Seat(talk, opened.carries)
        else:
            self._continue(seat)
        return seat, ""

    def _begin(self, name: _Name, opened: StreamOpened) -> _Conversation:
        assert self._tasks is not None
        bridge = Bridge(opened, sip=self._sip, dialect=name[0], attributes=self._attributes)
        talk = _Conversation(bridge, opened)
        self._named[name] = talk
        talk.task = self._tasks.create_task(self._carry(name, talk))
        return talk

    def _continue(self, seat: Seat) -> None:
        """The time without a connection is lost."""
        talk = seat.talk
        self.count("continued")
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
            if self._named.get(name) is talk:
                del self._named[name]
        for seat in talk.seats.values():
            if seat.session and seat.connection and not seat.session.closed:
                await seat.connection.dismiss(seat.session, why)


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
