"""Asks name servers, without ever holding the loop up: addresses, SRV and NAPTR records."""

from collections.abc import Sequence

import dns.asyncresolver
import dns.exception
import dns.nameserver
import dns.rdtypes.IN.NAPTR
import dns.rdtypes.IN.SRV
import dns.resolver
from dns.rdatatype import RdataType

from sip_gateway.inline.lookup import Answer, LookupFailed, Naptr, Srv, name_server

ONE_S, ALL_S = 1.0, 3.0
"""How long one name server is waited for, and all together."""

ADDRESS = {4: RdataType.A, 6: RdataType.AAAA}


class NameServers:
    """These, `192.0.2.53` or `192.0.2.53:5353`, or the machine's own."""

    def __init__(self, servers: Sequence[str]) -> None:
        self._servers = servers

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

    async def addresses(self, host: str, *, family: int) -> Answer[str]:
        """A or AAAA records."""
        answer = await self._ask(host, ADDRESS[family])
        return Answer(tuple(record.to_text() for record in answer.records), answer.ttl_s)

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


def _server(text: str) -> dns.nameserver.Nameserver:
    address, port = name_server(text)
    return dns.nameserver.Do53Nameserver(address, port)
