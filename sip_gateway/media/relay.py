"""One media line that passes through: what comes to one port leaves by the other at once.

No jitter buffer, no look inside, no copy: the same bytes, within the callback that read them. Who
listens is handed the packet after it has left, and cannot hold it up.
"""

import asyncio
import contextlib
import ipaddress
import socket
from collections.abc import Callable
from time import monotonic
from typing import NamedTuple

from sip_gateway.drivers.address import mapped, plain
from sip_gateway.media.latch import Address, Latch
from sip_gateway.media.rtp_socket import bound_socket
from sip_gateway.worker_protocol import Relay, Remote

MAX_DATAGRAM_BYTES = 65_535
AT_ONCE = 64
"""Packets of one port that are passed on before others get their turn."""

EXPEDITED = 46 << 2
"""DSCP EF: what switches and routers give voice its priority for."""

Ear = Callable[[bytes, Address], None]
"""Is handed what has been passed on."""


class Counts:
    """What became of packets."""

    def __init__(self) -> None:
        self.passed = 0
        self.stray = 0
        """Not from the party."""

        self.unsent = 0
        """The other party had not said where to, or the kernel refused."""


class Told(NamedTuple):
    """An address out of an SDP."""

    host: str
    port: int


class Port:
    """One UDP port that faces one party."""

    def __init__(self, udp: socket.socket, counts: Counts) -> None:
        self.number: int = udp.getsockname()[1]
        self.latch = Latch()
        self.other: Port | None = None
        self.ear: Ear | None = None
        self._udp = udp
        self._counts = counts
        self._mapped = udp.family == socket.AF_INET6
        asyncio.get_running_loop().add_reader(udp.fileno(), self._readable)

    def announce(self, told: Told | None, sources: tuple[str, ...]) -> None:
        """Where the party says it is, and where else it may send from."""
        address = (self._native(told.host), told.port) if told else None
        self.latch.announce(address, [self._native(host) for host in sources])

    def send(self, data: bytes) -> bool:
        """To the party of this port; False if that was not possible."""
        if (to := self.latch.destination) is None:
            return False
        try:
            self._udp.sendto(data, to)
        except (OSError, ValueError):
            return False
        return True

    def drain(self) -> None:
        """Pass on what has come."""
        self._readable()

    def close(self) -> None:
        """Free the port."""
        asyncio.get_running_loop().remove_reader(self._udp.fileno())
        self._udp.close()

    def _native(self, host: str) -> str:
        """The host as the kernel shows it: an IPv6 address can be written in many ways."""
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return host  # whoever may send, or a name, which is nobody's address
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        return mapped(str(address)) if self._mapped else str(address)

    def _readable(self) -> None:
        udp, now = self._udp, monotonic()
        for _ in range(AT_ONCE):
            try:
                data, source = udp.recvfrom(MAX_DATAGRAM_BYTES)
            except OSError:
                return  # nothing more, or an ICMP error of what was sent before
            address = (source[0], source[1])
            if not self.latch.admits(address, now=now):
                self._counts.stray += 1
                continue
            if self.other is not None and self.other.send(data):
                self._counts.passed += 1
            else:
                self._counts.unsent += 1
            if self.ear is not None:
                self.ear(data, (plain(source[0]), source[1]))


class RelayedLine:
    """The ports of one line: RTP and RTCP, towards the caller (a) and the other party (b).

    OSError if a port is not free.
    """

    def __init__(self, host: str, a: int, b: int, *, counts: Counts) -> None:
        self._ports: list[Port] = []
        self._counts = counts
        try:
            self.a, self.b = self._pair(host, a, b)
        except OSError:
            self.close()
            raise
        self._control: tuple[Port, Port] | None = None
        # Without its control packets a call is still a call.
        with contextlib.suppress(OSError):
            self._control = self._pair(host, a + 1, b + 1)

    @property
    def heard_at(self) -> float:
        """When the last packet came, from either."""
        return max(port.latch.heard_at for port in self._ports)

    def numbers(self) -> tuple[tuple[str, int], tuple[str, int]]:
        """Our RTP port by end."""
        return ("a", self.a.number), ("b", self.b.number)

    def change(self, relay: Relay) -> None:
        """Where the parties are."""
        for end, of in ((relay.a, 0), (relay.b, 1)):
            remote = _usable(end.remote)
            here = Told(remote.host, remote.port) if remote else None
            (self.a, self.b)[of].announce(here, end.sources)
            if self._control:
                there = Told(remote.rtcp_host, remote.rtcp_port) if remote else None
                self._control[of].announce(there, end.sources)

    def close(self) -> None:
        """Pass on what has come, by all ports, and then free them."""
        for port in self._ports:
            port.drain()
        for port in self._ports:
            port.close()

    def _pair(self, host: str, a: int, b: int) -> tuple[Port, Port]:
        ports = []
        for number in (a, b):
            ports.append(Port(open_shared(host, number), self._counts))
            self._ports.append(ports[-1])
        ports[0].other, ports[1].other = ports[1], ports[0]
        return ports[0], ports[1]


def _usable(remote: Remote | None) -> Remote | None:
    """The party's address, if packets can be sent there."""
    if remote is None:
        return None
    try:
        for host in (remote.host, remote.rtcp_host):
            ipaddress.ip_address(host)
    except ValueError:
        return None
    return remote


def open_shared(host: str, port: int) -> socket.socket:
    """Listen on the port; a process that took the call over may listen on it at the same time.

    OSError if somebody else has it.
    """

    def prepare(udp: socket.socket) -> None:
        if udp.family == socket.AF_INET6:
            udp.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(host != "::"))
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        with contextlib.suppress(OSError):
            udp.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, EXPEDITED)
            if udp.family == socket.AF_INET6:
                udp.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, EXPEDITED)

    return bound_socket(host, port, prepare=prepare)


def is_free(host: str, port: int) -> bool:
    """Whether no other process, of ours or not, listens on the port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True
