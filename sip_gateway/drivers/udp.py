"""SIP over UDP: datagrams in and out of one socket."""

import asyncio
import logging
import socket
from collections import OrderedDict
from collections.abc import Callable

from sip_gateway.drivers.address import mapped, plain
from sip_gateway.sip.flow import Flow, Outgoing

logger = logging.getLogger(__name__)

Receive = Callable[[bytes, Flow], None]

REMEMBERED_PEERS = 1024
RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024
"""About a thousand INVITEs in the kernel while the process is busy."""


class UdpDriver(asyncio.DatagramProtocol):
    """One bound UDP port. When the kernel's send buffer is full, datagrams are lost, as on the net.

    `start` binds; `send` and the callback run on the loop; `close` ends it.
    """

    def __init__(
        self, receive: Receive, *, drops: Callable[[str], bool] = lambda host: False
    ) -> None:
        """What an address sends that `drops` says so of is not looked at."""
        self.host = ""
        self.port = 0
        self._receive = receive
        self._drops = drops
        self._ipv6 = False
        self._transport: asyncio.DatagramTransport | None = None
        self._local_hosts: OrderedDict[str, str] = OrderedDict()

    async def start(self, host: str, port: int) -> None:
        """Bind; OSError if the port is taken."""
        self._ipv6 = ":" in host
        family = socket.AF_INET6 if self._ipv6 else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_DGRAM)
        try:
            if self._ipv6:
                # `::` takes IPv4 too, whatever the machine's own default is.
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(host != "::"))
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
            sock.setblocking(False)
            sock.bind((host, port))
        except OSError:
            sock.close()
            raise
        self.host, self.port = sock.getsockname()[:2]
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, sock=sock)

    def send(self, outgoing: Outgoing) -> None:
        """Send one datagram."""
        flow = outgoing.flow
        if self._transport is None:
            return
        host = mapped(flow.remote_host) if self._ipv6 else flow.remote_host
        try:
            self._transport.sendto(outgoing.data, (host, flow.remote_port))
        except (OSError, ValueError) as error:
            # An address that a peer named and nobody can send to: as good as lost.
            self.error_received(error)

    def close(self) -> None:
        """Free the port."""
        if self._transport is not None:
            self._transport.close()

    def datagram_received(self, data: bytes, addr: tuple[str | object, int]) -> None:
        peer, port = plain(str(addr[0])), addr[1]
        if self._drops(peer):
            return
        self._receive(data, Flow("udp", self._local_host(peer), self.port, peer, port))

    def error_received(self, exc: Exception) -> None:
        # An ICMP error of an earlier datagram: its transaction times out by itself.
        logger.debug("datagram refused", extra={"reason": type(exc).__name__})

    def _local_host(self, peer: str) -> str:
        """Which address of ours the peer reached: the bound one, or the one routed to it."""
        if self.host not in ("0.0.0.0", "::"):
            return self.host
        known = self._local_hosts.get(peer)
        if known is None:
            known = self._local_hosts[peer] = address_toward(peer) or self.host
            if len(self._local_hosts) > REMEMBERED_PEERS:
                self._local_hosts.popitem(last=False)
        return known


def address_toward(peer: str) -> str:
    """The address of ours from which packets go to `peer`; empty if none does."""
    family = socket.AF_INET6 if ":" in peer else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((peer, 9))  # sends nothing
        except OSError:
            return ""
        return str(probe.getsockname()[0])
