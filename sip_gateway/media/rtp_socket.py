"""One UDP port: datagrams are kept with their time of arrival until the leg takes them."""

import asyncio
import contextlib
import socket
from collections.abc import Callable
from time import monotonic
from typing import cast

from sip_gateway.media.leg_socket import LegSocket

RECEIVE_BUFFER_BYTES = 1 << 18
"""About 6 s of one leg in the kernel, so that a pause of this process loses nothing."""

MAX_PENDING = 500
"""Ten seconds of one leg. Beyond it what comes is dropped and counted; the leg hears a loss."""

MAX_DATAGRAM_BYTES = 2048


class RtpSocket(asyncio.DatagramProtocol):
    """Contract: `take` what came; `close` when the leg is over."""

    def __init__(self) -> None:
        self.port = 0
        self.dropped = 0
        self.pending: list[tuple[bytes, float]] = []
        self.control: LegSocket | None = None
        """The port of RTCP, where it has one of its own."""

        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: tuple[str | object, int]) -> None:
        if len(self.pending) < MAX_PENDING and len(data) <= MAX_DATAGRAM_BYTES:
            self.pending.append((data, monotonic()))
        else:
            self.dropped += 1

    def take(self) -> list[tuple[bytes, float]]:
        """What came since the last call."""
        pending, self.pending = self.pending, []
        return pending

    def send(self, data: bytes, host: str, port: int) -> None:
        """Send, if that is possible."""
        if self._transport is not None and not self._transport.is_closing():
            # An address of the other family, or none that is reachable: a report less.
            with contextlib.suppress(OSError, ValueError):
                self._transport.sendto(data, (host, port))

    def close(self) -> None:
        """Free the port."""
        if self.control is not None:
            self.control.close()
        if self._transport is not None:
            self._transport.close()


def bound_socket(
    host: str, port: int, *, prepare: Callable[[socket.socket], None] | None = None
) -> socket.socket:
    """A socket on the port that waits for nothing; OSError if another process has it.

    `prepare` sets further options before it is bound.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    udp = socket.socket(family, socket.SOCK_DGRAM)
    try:
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        if prepare is not None:
            prepare(udp)
        udp.setblocking(False)
        udp.bind((host, port))
    except OSError:
        udp.close()
        raise
    return udp


async def open_socket(host: str, port: int) -> RtpSocket:
    """Listen on the port; OSError if another process has it."""
    udp = bound_socket(host, port)
    loop = asyncio.get_running_loop()
    _, protocol = await loop.create_datagram_endpoint(RtpSocket, sock=udp)
    return protocol
