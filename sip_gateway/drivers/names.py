"""Asks name servers, without ever holding the loop up: addresses, SRV and NAPTR records."""

import asyncio
import ipaddress
from collections.abc import Sequence
from pathlib import Path

import dns.asyncresolver
import dns.exception
import dns.nameserver
import dns.rdtypes.IN.NAPTR
import dns.rdtypes.IN.SRV
import dns.resolver
from dns.rdatatype import RdataType

from sip_gateway.inline.lookup import NOTHING_S, Answer, LookupFailed, Naptr, Srv, name_server

ONE_S, ALL_S = 1.0, 3.0
"""How long one name server is waited for, and all together."""

HOSTS = Path("/etc/hosts")


class DnsNames:
    """Names as this machine's hosts file and name servers have them.

    `servers` are asked instead of the machine's own, `192.0.2.53` or `192.0.2.53:5353`; `families`
    are the versions of IP that we can send over.
    """

    def __init__(self, servers: Sequence[str] = (), *, families: Sequence[int] = (4, 6)) -> None:
        self._servers = servers
        self._families = families

    def listed(self, host: str) -> tuple[str, ...]:
        """The addresses of the hosts file."""
        try:
            lines = HOSTS.read_text(errors="replace").splitlines()
        except OSError:
            return ()
        found = []
        for line in lines:
            address, *names = line.partition("#")[0].split() or [""]
            if host.lower() in (name.lower() for name in names) and self._fits(address):
                found.append(address)
        return tuple(found)

    async def naptr(self, host: str) -> Answer[Naptr]:
        """NAPTR records."""
        answer = await self._ask(host, RdataType.NAPTR)
        records = tuple(
            Naptr(
                record.order,
                record.preference,
                record.flags.decode(errors="replace"),
                record.service.decode(errors="replace"),
                record.replacement.to_text(omit_final_dot=True),
            )
            for record in answer.records
            if isinstance(record, dns.rdtypes.IN.NAPTR.NAPTR)
        )
        return Answer(records, answer.ttl_s)

    async def srv(self, host: str) -> Answer[Srv]:
        """SRV records; of those that say "not here" the host is empty."""
        answer = await self._ask(host, RdataType.SRV)
        records = tuple(
            Srv(
                record.priority,
                record.weight,
                record.port,
                record.target.to_text(omit_final_dot=True).strip("."),
            )
            for record in answer.records
            if isinstance(record, dns.rdtypes.IN.SRV.SRV)
        )
        return Answer(records, answer.ttl_s)

    async def addresses(self, host: str) -> Answer[str]:
        """A and AAAA records, those of IPv4 first."""
        kinds = [{4: RdataType.A, 6: RdataType.AAAA}[family] for family in self._families]
        asked = await asyncio.gather(
            *(self._ask(host, kind) for kind in kinds), return_exceptions=True
        )
        answers = []
        for answer in asked:
            if isinstance(answer, Answer):
                answers.append(answer)
            elif not isinstance(answer, LookupFailed):
                raise answer
        found = tuple(record.to_text() for answer in answers for record in answer.records)
        if not found and len(answers) < len(asked):
            raise LookupFailed
        full = [answer.ttl_s for answer in answers if answer.records]
        return Answer(found, min(full, default=NOTHING_S))

    async def _ask(self, host: str, kind: RdataType) -> Answer[dns.rdata.Rdata]:
        try:
            resolver = self._resolver()
            answer = await resolver.resolve(host, kind, raise_on_no_answer=False, search=True)
        except dns.resolver.NXDOMAIN:
            return Answer()
        except (dns.exception.DNSException, OSError, ValueError):
            raise LookupFailed from None
        if answer.rrset is None:
            return Answer()
        return Answer(tuple(answer.rrset), float(answer.chaining_result.minimum_ttl))

    def _resolver(self) -> dns.asyncresolver.Resolver:
        """Made anew each time: the machine's name servers may have changed."""
        resolver = dns.asyncresolver.Resolver(configure=not self._servers)
        if self._servers:
            resolver.nameservers = [_server(text) for text in self._servers]
        resolver.timeout, resolver.lifetime = ONE_S, ALL_S
        return resolver

    def _fits(self, address: str) -> bool:
        try:
            return ipaddress.ip_address(address).version in self._families
        except ValueError:
            return False


def _server(text: str) -> dns.nameserver.Nameserver:
    address, port = name_server(text)
    return dns.nameserver.Do53Nameserver(address, port)
