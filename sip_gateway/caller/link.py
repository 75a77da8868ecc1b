"""The caller's SIP transport: one TCP or TLS connection, or one UDP socket."""

import asyncio
import ssl
from enum import Enum
from typing import Protocol, cast

from sip_gateway.caller.plan import CallFailed, TlsFiles
from sip_gateway.sip.framing import StreamFraming
from sip_gateway.sip.message import Request, Response
from sip_gateway.sip.parsing import Malformed, parse

CONNECT_S = 5.0


class Notice(Enum):
    """What else than a message can be in a link's inbox."""

    LOST = "lost"  # the far end closed the connection, or nobody listens there
    WAKE = "wake"  # there is something to send


LOST, WAKE = Notice.LOST, Notice.WAKE

Inbox = asyncio.Queue[Request | Response | Notice]


class Link(Protocol):
    """Carries SIP messages."""

    local: tuple[str, int]
    inbox: Inbox

    def send(self, message: bytes) -> None:
        """Send without waiting."""
        ...

    def close(self) -> None:
        """Let go of the socket."""
        ...


class TcpLink(asyncio.Protocol):
    """One connection."""

    def __init__(self) -> None:
        self.local = ("", 0)
        self.inbox: Inbox = asyncio.Queue()
        self._framing = StreamFraming()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self.local = transport.get_extra_info("sockname")[:2]

    def data_received(self, data: bytes) -> None:
        for message in self._framing.receive_data(data):
            _deliver(message, self.inbox)

    def connection_lost(self, exc: Exception | None) -> None:
        self.inbox.put_nowait(LOST)

    def send(self, message: bytes) -> None:
        """Send without waiting."""
        if self._transport and not self._transport.is_closing():
            self._transport.write(message)

    def close(self) -> None:
        """Close the connection."""
        if self._transport:
            self._transport.close()


class UdpLink(asyncio.DatagramProtocol):
    """One socket, connected to the far end."""

    def __init__(self) -> None:
        self.local = ("", 0)
        self.inbox: Inbox = asyncio.Queue()
        self._heard = False
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)
        self.local = transport.get_extra_info("sockname")[:2]

    def datagram_received(self, data: bytes, addr: tuple[str | object, int]) -> None:
        self._heard = True
        _deliver(data, self.inbox)

    def error_received(self, exc: Exception) -> None:
        # ICMP: nobody listens. Once a call is up it may be a restart, and repeats carry it over.
        if not self._heard:
            self.inbox.put_nowait(LOST)

    def send(self, message: bytes) -> None:
        """Send without waiting."""
        if self._transport:
            self._transport.sendto(message)

    def close(self) -> None:
        """Close the socket."""
        if self._transport:
            self._transport.close()


def _deliver(message: bytes, inbox: Inbox) -> None:
    try:
        inbox.put_nowait(parse(message))
    except Malformed:
        return  # as if it had been lost on the way: the far end repeats it or gives up


async def connect(transport: str, host: str, port: int, *, files: TlsFiles | None = None) -> Link:
    """Reach the far end; CallFailed if that is impossible, or it is not who its name says."""
    loop = asyncio.get_running_loop()
    try:
        tls = _context(files or TlsFiles()) if transport == "tls" else None
        async with asyncio.timeout(CONNECT_S):
            if transport == "udp":
                _, udp = await loop.create_datagram_endpoint(UdpLink, remote_addr=(host, port))
                return udp
            _, tcp = await loop.create_connection(TcpLink, host, port, ssl=tls)
            return tcp
    except TimeoutError:
        raise CallFailed(f"{host}:{port}: no connection within {CONNECT_S:.0f} s") from None
    except ssl.SSLCertVerificationError as error:
        raise CallFailed(f"{host}:{port}: its certificate: {error.verify_message}") from None
    except OSError as error:
        raise CallFailed(f"{host}:{port}: {error.strerror or error}") from None


def _context(files: TlsFiles) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=files.ca or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if files.certificate:
        context.load_cert_chain(files.certificate, files.private_key or None)
    return context
