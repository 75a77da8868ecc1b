"""SIP over TCP and TLS: peers' connections, and ours to peers whose connection is gone."""

import asyncio
import logging
import ssl
from collections.abc import Callable
from typing import cast

from sip_gateway.drivers.address import plain
from sip_gateway.drivers.listener import HANDSHAKE_S, Listener
from sip_gateway.drivers.tls import Contexts, fits, peer_names
from sip_gateway.peers.bucket import owner
from sip_gateway.sip.flow import Flow, Outgoing
from sip_gateway.sip.framing import StreamFraming

logger = logging.getLogger(__name__)

Receive = Callable[[bytes, Flow], None]

Admits = Callable[[Flow, frozenset[str] | None], bool]
"""Whether a connection may stay, by the names in its certificate; None before there is one."""


Unreachable = Callable[[Flow, int], None]
"""Is told on which flow, and to which port, nobody took a connection."""


Gone = Callable[[Flow], None]
"""Is told of each connection that is over."""


def unheeded(flow: Flow, port: int = 0) -> None:
    """Tells nobody."""


def anybody(flow: Flow, names: frozenset[str] | None) -> bool:
    """Admits every connection."""
    return True


NamesAt = Callable[[str, int], frozenset[str]]
"""Whom the certificate at an address must name, if it is a target's."""


def nobody(host: str, port: int) -> frozenset[str]:
    """No address is a target's."""
    return frozenset()


MAX_CONNECTIONS = 1024
"""Beyond it a new connection is closed at once."""

MAX_PER_PEER = 256
"""The same, for connections of one peer: it leaves room for the others."""

MAX_UNSENT_BYTES = 1024 * 1024
"""A peer that reads so slowly is cut off: what it misses is lost with its connection."""

PARTIAL_MESSAGE_S = 30.0
"""From a message's first byte to its last, however steadily it drips."""

SILENT_S = 30.0
"""A connection that has said nothing at all by then is closed."""

IDLE_S = 7200.0
"""So is one that has spoken, after as long a silence: a call's BYE opens a new one."""

CONNECT_S = 5.0

Tally = Callable[[str, str], None]


def uncounted(what: str, kind: str) -> None:
    """Counts nothing."""


class _Connection(asyncio.Protocol):
    def __init__(self, driver: "TcpDriver", names: frozenset[str] = frozenset()) -> None:
        """`names`: whom the certificate must name, if it is a target's."""
        self.transport: asyncio.Transport | None = None
        self.flow = Flow(driver.transport, "", 0, "", 0)
        self.wrong = False
        """It is not who it should be: nothing was sent, and nothing heard."""

        self._names = names
        self._driver = driver
        self._framing = StreamFraming()
        self._deadline: asyncio.TimerHandle | None = None
        self._silence: asyncio.TimerHandle | None = None
        self._heard_at: float | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclasses of asyncio's.
        self.transport = cast(asyncio.Transport, transport)
        local, remote = transport.get_extra_info("sockname"), transport.get_extra_info("peername")
        ours, theirs = plain(local[0]), plain(remote[0])
        self.flow = Flow(self._driver.transport, ours, self._driver.port, theirs, remote[1])
        if self._names and not self._driver.is_one_of(self._names, self.transport):
            self.wrong = True
            self.transport.abort()
            return
        self._wait(SILENT_S)
        self._driver.opened(self, peer_names(self.transport))

    def data_received(self, data: bytes) -> None:
        assert self.transport is not None
        self._heard_at = asyncio.get_running_loop().time()
        for message in self._framing.receive_data(data):
            self._driver.receive(message, self.flow)
        if self._framing.pings:
            self.write(b"\r\n" * self._framing.pings)
            self._framing.pings = 0
        if self._framing.broken:
            self.transport.close()
        self._watch_partial()

    def write(self, data: bytes) -> None:
        """Send, unless the peer does not read."""
        if self.transport is None or self.transport.is_closing():
            return
        self.transport.write(data)
        if self.transport.get_write_buffer_size() > MAX_UNSENT_BYTES:
            self._driver.tally("peers", "does_not_read")
            self.transport.abort()

    def _wait(self, seconds: float) -> None:
        self._silence = asyncio.get_running_loop().call_later(seconds, self._check_silence)

    def _check_silence(self) -> None:
        now = asyncio.get_running_loop().time()
        left = 0.0 if self._heard_at is None else self._heard_at + IDLE_S - now
        if left > 0:
            self._wait(left)
        else:
            self._cut("silent" if self._heard_at is None else "idle")

    def _cut(self, why: str) -> None:
        self._driver.tally("peers", why)
        if self.transport is not None:
            self.transport.abort()

    def _watch_partial(self) -> None:
        """A message must be complete soon after its first byte."""
        if not self._framing.partial and self._deadline:
            self._deadline.cancel()
            self._deadline = None
        elif self._framing.partial and not self._deadline and self.transport:
            loop = asyncio.get_running_loop()
            self._deadline = loop.call_later(PARTIAL_MESSAGE_S, self._cut, "slow")

    def connection_lost(self, exc: Exception | None) -> None:
        for timer in (self._deadline, self._silence):
            if timer is not None:
                timer.cancel()
        self._driver.lost(self)


class TcpDriver:
    """One listening TCP port and every connection of it, and from it; with `tls`, over TLS."""

    def __init__(
        self,
        receive: Receive,
        *,
        admits: Admits = anybody,
        tls: Contexts | None = None,
        tally: Tally = uncounted,
    ) -> None:
        self.port = 0
        self.transport = "tls" if tls else "tcp"
        self.unreachable: Unreachable = unheeded
        self.gone: Gone = unheeded
        self.names_at: NamesAt = nobody
        self.receive = receive
        self.tally = tally
        self._admits = admits
        self._tls = tls
        self._connections: dict[tuple[str, int], _Connection] = {}
        self._listener = Listener(
            lambda: _Connection(self), admits=self._may_knock, tls=tls.server if tls else None
        )
        self._connecting: set[asyncio.Task[None]] = set()

    async def start(self, host: str, port: int) -> None:
        """Listen; OSError if the port is taken."""
        self._listener.start(host, port)
        self.port = self._listener.port

    def renew(self, tls: Contexts) -> None:
        """New certificates, for the connections to come."""
        self._tls, self._listener.tls = tls, tls.server

    def send(self, outgoing: Outgoing) -> None:
        """Send on the message's connection, or on a new one to where the peer listens."""
        flow = outgoing.flow
        listening = (flow.remote_host, outgoing.connect_port)
        known = self._connections.get((flow.remote_host, flow.remote_port))
        connection = known or self._connections.get(listening)
        if connection is not None:
            connection.write(outgoing.data)
        elif len(self._connecting) < MAX_CONNECTIONS:
            task = asyncio.get_running_loop().create_task(self._connect(listening, outgoing))
            self._connecting.add(task)
            task.add_done_callback(self._connecting.discard)

    def opened(self, connection: _Connection, names: frozenset[str]) -> None:
        """A connection is there."""
        assert connection.transport is not None
        host = owner(connection.flow.remote_host)
        of_peer = sum(owner(known) == host for known, _ in self._connections)
        if len(self._connections) >= MAX_CONNECTIONS or of_peer >= MAX_PER_PEER:
            self.tally("peers", "connections")
            connection.transport.abort()
        elif not self._admits(connection.flow, names):
            connection.transport.abort()
        else:
            flow = connection.flow
            self._connections[(flow.remote_host, flow.remote_port)] = connection

    def is_one_of(self, names: frozenset[str], transport: asyncio.Transport) -> bool:
        """Whether a target's certificate names it, where that is asked for."""
        also = self._tls.names if self._tls else None
        return also is None or fits(transport, names | also)

    def lost(self, connection: _Connection) -> None:
        """A connection is gone."""
        key = (connection.flow.remote_host, connection.flow.remote_port)
        if self._connections.get(key) is connection:
            del self._connections[key]
            self.gone(connection.flow)

    def close(self) -> None:
        """Stop listening and close every connection, once what was written is sent."""
        self._listener.close()
        for task in self._connecting:
            task.cancel()
        for connection in list(self._connections.values()):
            if connection.transport is not None:
                connection.transport.close()

    def _may_knock(self, host: str, port: int) -> bool:
        return self._admits(Flow(self.transport, "", self.port, host, port), None)

    async def _connect(self, address: tuple[str, int], outgoing: Outgoing) -> None:
        names = self.names_at(*address) if self._tls else frozenset()
        try:
            async with asyncio.timeout(CONNECT_S):
                connection = await self._open(address, names)
        except ssl.SSLCertVerificationError as error:
            self._unfit(outgoing, address, error.verify_message)
        except (OSError, TimeoutError):
            logger.info("peer not reachable", extra={"reason": self.transport})
            self.unreachable(outgoing.flow, address[1])
        else:
            if connection.wrong:
                self._unfit(outgoing, address, "it holds other names")
            connection.write(outgoing.data)

    async def _open(self, address: tuple[str, int], names: frozenset[str]) -> _Connection:
        tls = self._tls
        context = None if tls is None else tls.target if names else tls.client
        _, connection = await asyncio.get_running_loop().create_connection(
            lambda: _Connection(self, names),
            *address,
            ssl=context,
            server_hostname=min(names, default="") if tls else None,
            ssl_handshake_timeout=HANDSHAKE_S if tls else None,
        )
        return connection

    def _unfit(self, outgoing: Outgoing, address: tuple[str, int], why: str) -> None:
        """Nothing is sent to a peer that is not who it should be."""
        peer = f"{address[0]}:{address[1]}"
        logger.error("certificate of a peer does not fit", extra={"peer": peer, "reason": why})
        self.tally("inline", "certificate")
        self.unreachable(outgoing.flow, address[1])
