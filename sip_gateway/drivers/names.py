"""What names stand for: the machine's hosts file, then name servers."""

import asyncio
import ipaddress
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sip_gateway.inline.lookup import NOTHING_S, Answer, LookupFailed, Naptr, Srv

if TYPE_CHECKING:
    from sip_gateway.drivers.name_servers import NameServers

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
        return await self._asked.naptr(host)

    async def srv(self, host: str) -> Answer[Srv]:
        """SRV records; of those that say "not here" the host is empty."""
        return await self._asked.srv(host)

    async def addresses(self, host: str) -> Answer[str]:
        """A and AAAA records, those of IPv4 first."""
        asked = await asyncio.gather(
            *(self._asked.addresses(host, family=family) for family in self._families),
            return_exceptions=True,
        )
        answers = []
        for answer in asked:
            if isinstance(answer, Answer):
                answers.append(answer)
            elif not isinstance(answer, LookupFailed):
                raise answer
        found = tuple(address for answer in answers for address in answer.records)
        if not found and len(answers) < len(asked):
            raise LookupFailed
        full = [answer.ttl_s for answer in answers if answer.records]
        return Answer(found, min(full, default=NOTHING_S))

    @cached_property
    def _asked(self) -> "NameServers":
        # dnspython is large, and most gateways have no name to ask for.
        from sip_gateway.drivers.name_servers import NameServers

        return NameServers(self._servers)

    def _fits(self, address: str) -> bool:
        try:
            return ipaddress.ip_address(address).version in self._families
        except ValueError:
            return False
