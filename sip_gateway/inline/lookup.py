"""From a target's name to the addresses of its servers (RFC 3263 section 4): no socket, no clock.

Whoever asks the name servers is handed in. What they say is bounded: a name leads to `MOST`
addresses, and is looked up again no sooner and no later than is good for us.
"""

import ipaddress
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, Protocol, TypeVar

from sip_gateway.inline.target import Target
from sip_gateway.sip.address import parse_sip_uri
from sip_gateway.sip.flow import default_port

MOST = 16
"""Addresses of one target."""

SOONEST_S, LATEST_S = 1.0, 3600.0
NOTHING_S = 30.0
"""How long it counts that there is no such record."""

SERVICES = {"SIP+D2U": "udp", "SIP+D2T": "tcp", "SIPS+D2T": "tls"}
"""Transports by the service of a NAPTR record (section 4.1)."""

PREFIXES = {"udp": "_sip._udp", "tcp": "_sip._tcp", "tls": "_sips._tcp"}
"""In this order where the name does not tell: as the name alone would be understood."""

Record = TypeVar("Record")


class LookupFailed(Exception):
    """The name servers do not answer, or cannot: nothing is known of the name."""


class Answer(NamedTuple, Generic[Record]):
    """The records of one kind; none where there are none."""

    records: tuple[Record, ...] = ()
    ttl_s: float = NOTHING_S


class Naptr(NamedTuple):
    """Which transport the domain prefers (RFC 3403)."""

    order: int
    preference: int
    flags: str
    service: str
    replacement: str


class Srv(NamedTuple):
    """A server (RFC 2782)."""

    priority: int
    weight: int
    port: int
    host: str


class Names(Protocol):
    """Asks the name servers; each raises LookupFailed."""

    def listed(self, host: str) -> tuple[str, ...]:
        """What this machine itself knows of a name."""
        ...

    async def naptr(self, host: str) -> Answer[Naptr]:
        """NAPTR records."""
        ...

    async def srv(self, host: str) -> Answer[Srv]:
        """SRV records."""
        ...

    async def addresses(self, host: str) -> Answer[str]:
        """A and AAAA records that we can send to."""
        ...


class Server(NamedTuple):
    """One server of a target, with all its addresses."""

    rank: tuple[int, int]
    """Transport, then priority: lower ones are tried first."""

    weight: int
    transport: str
    port: int
    hosts: tuple[str, ...]


class Found(NamedTuple):
    """What a name led to."""

    servers: tuple[Server, ...]
    ttl_s: float
    """After that it is to be looked up again."""


@dataclass(slots=True)
class _Search:
    """One look-up with what it has met so far."""

    names: Names
    lenient: bool
    ttl_s: float = LATEST_S
    asked: dict[str, tuple[str, ...]] = field(default_factory=dict)

    async def naptr(self, host: str) -> tuple[Naptr, ...]:
        try:
            return self.took(await self.names.naptr(host))
        except LookupFailed:
            return self.forgiven()

    async def srv(self, host: str) -> tuple[Srv, ...]:
        try:
            return self.took(await self.names.srv(host))
        except LookupFailed:
            return self.forgiven()

    async def addresses(self, host: str) -> tuple[str, ...]:
        if host not in self.asked:
            known = self.names.listed(host)
            found = known or self.took(await self.names.addresses(host))
            self.asked[host] = found[:MOST]
        return self.asked[host]

    def took(self, answer: Answer[Record]) -> tuple[Record, ...]:
        self.ttl_s = min(self.ttl_s, answer.ttl_s)
        return answer.records

    def forgiven(self) -> tuple[()]:
        """Name servers that cannot say what they do not know: better an address than none."""
        if not self.lenient:
            raise LookupFailed
        self.ttl_s = min(self.ttl_s, NOTHING_S)
        return ()


async def look_up(target: Target, names: Names, *, tls: bool, lenient: bool) -> Found:
    """Where the target is; LookupFailed if that cannot be said now.

    `tls`: whether we can use it where the target leaves it open. `lenient`: nothing is known of
    the target yet, so that an address without its NAPTR and SRV records is better than nothing.
    """
    search = _Search(names, lenient)
    if (fixed := _literal(target.host)) is not None:
        return Found(_alone(target, (fixed,)), LATEST_S)
    servers: tuple[Server, ...] = ()
    if target.port is None and not names.listed(target.host):
        domains = await _domains(target, search, tls=tls)
        said, servers = await _servers(domains, search)
        if said and not servers:
            raise LookupFailed  # they name servers that have no address
    if not servers:
        servers = _alone(target, await search.addresses(target.host))
    if not any(server.hosts for server in servers):
        raise LookupFailed
    return Found(servers, min(max(search.ttl_s, SOONEST_S), LATEST_S))


def in_order(servers: Iterable[Server], *, chance: Callable[[int], int]) -> list[Server]:
    """Those to try, one after the other: of equal priority at random, by weight (RFC 2782).

    `chance(n)` is a number from 0 to n.
    """
    ordered: list[Server] = []
    # Those without weight come first in a sum, and so are chosen only where it is 0.
    left = sorted(servers, key=lambda server: (server.rank, server.weight > 0))
    while left:
        same = [server for server in left if server.rank == left[0].rank]
        number, total = chance(sum(server.weight for server in same)), 0
        for server in same:
            total += server.weight
            if total >= number:
                break
        ordered.append(server)
        left.remove(server)
    return ordered


def _literal(host: str) -> str | None:
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return None


def _alone(target: Target, hosts: tuple[str, ...]) -> tuple[Server, ...]:
    """The target's name is that of its only server."""
    transport = target.transport or "udp"
    port = target.port or default_port(transport)
    return (Server((0, 0), 0, transport, port, hosts),)


async def _domains(target: Target, search: _Search, *, tls: bool) -> Sequence[tuple[str, str]]:
    """Which SRV records to ask for: transport and name, the best first."""
    if target.transport:
        return [(target.transport, f"{PREFIXES[target.transport]}.{target.host}")]
    usable = [name for name in PREFIXES if name != "tls" or tls]
    records = sorted(await search.naptr(target.host), key=lambda r: (r.order, r.preference))
    preferred = [
        (transport, record.replacement)
        for record in records
        if record.flags.lower() == "s"
        and (transport := SERVICES.get(record.service.upper())) in usable
        and transport is not None
    ]
    return preferred or [(name, f"{PREFIXES[name]}.{target.host}") for name in usable]


async def _servers(
    domains: Sequence[tuple[str, str]], search: _Search
) -> tuple[bool, tuple[Server, ...]]:
    """Whether there are SRV records, and the servers that they name."""
    said, servers, left = False, [], MOST
    for rank, (transport, domain) in enumerate(domains):
        records = await search.srv(domain)
        said = said or bool(records)
        for record in sorted(records)[:MOST]:
            # A dot is the word for "not here" (RFC 2782).
            hosts = await _hosts(record.host, search) if record.host else ()
            if hosts := hosts[:left]:
                left -= len(hosts)
                place = (rank, record.priority)
                servers.append(Server(place, record.weight, transport, record.port, hosts))
    return said, tuple(servers)


async def _hosts(host: str, search: _Search) -> tuple[str, ...]:
    """Of one server of several: that its name is not found must not cost the others."""
    try:
        return await search.addresses(host)
    except LookupFailed:
        search.ttl_s = min(search.ttl_s, NOTHING_S)
        return ()


def name_server(text: str) -> tuple[str, int]:
    """Address and port of a name server, as the settings write it; ValueError."""
    bare = text.count(":") > 1 and not text.startswith("[")
    where = parse_sip_uri(f"sip:[{text}]" if bare else f"sip:{text}")
    ipaddress.ip_address(where.host)
    return where.host, where.port or 53
