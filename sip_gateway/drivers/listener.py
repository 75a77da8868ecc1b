"""A listening TCP port whose peers are looked at before anything is spent on them."""

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable

from sip_gateway.drivers.address import plain

logger = logging.getLogger(__name__)

HANDSHAKE_S = 5.0
MAX_HANDSHAKES = 256
"""Beyond it a new connection is closed at once."""

NO_SOCKET_S = 0.5
BACKLOG = 256


class Listener:
    """`start` binds, `close` frees the port; `tls` may be replaced for the connections to come."""

    def __init__(
        self,
        protocol: Callable[[], asyncio.Protocol],
        *,
        admits: Callable[[str, int], bool],
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.port = 0
        self.tls = tls
        self._protocol = protocol
        self._admits = admits
        self._socket: socket.socket | None = None
        self._accepting: asyncio.Task[None] | None = None
        self._shaking_hands: set[asyncio.Task[None]] = set()

    def start(self, host: str, port: int) -> None:
        """Listen; OSError if the port is taken."""
        self._socket = socket.create_server(
            (host, port),
            family=socket.AF_INET6 if ":" in host else socket.AF_INET,
            backlog=BACKLOG,
            dualstack_ipv6=host == "::",
        )
        self._socket.setblocking(False)
        self.port = self._socket.getsockname()[1]
        self._accepting = asyncio.get_running_loop().create_task(self._accept(self._socket))

    def close(self) -> None:
        """Stop listening; the connections stay."""
        for task in (self._accepting, *self._shaking_hands):
            if task is not None:
                task.cancel()
        if self._socket is not None:
            self._socket.close()

    async def _accept(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, address = await loop.sock_accept(listening)
            except OSError as error:
                # Out of file descriptors: some will be free again.
                logger.warning("connection not taken", extra={"reason": type(error).__name__})
                await asyncio.sleep(NO_SOCKET_S)
                continue
            full = len(self._shaking_hands) >= MAX_HANDSHAKES
            if full or not self._admits(plain(address[0]), address[1]):
                connection.close()
                continue
            task = loop.create_task(self._take(connection))
            self._shaking_hands.add(task)
            task.add_done_callback(self._shaking_hands.discard)

    async def _take(self, connection: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            await loop.connect_accepted_socket(
                self._protocol,
                connection,
                ssl=self.tls,
                ssl_handshake_timeout=HANDSHAKE_S if self.tls else None,
            )
        except (OSError, TimeoutError) as error:
            logger.debug("no handshake", extra={"reason": type(error).__name__})
            connection.close()
