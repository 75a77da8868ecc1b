"""Keeps the addresses of targets: each is looked up again when its records have lived so long."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from sip_gateway.drivers.udp import address_toward
from sip_gateway.inline.lookup import NOTHING_S, LookupFailed, Names, Server, look_up
from sip_gateway.inline.pings import Reached
from sip_gateway.inline.target import Target
from sip_gateway.sip.exchange import Tally
from sip_gateway.sip.flow import Flow

logger = logging.getLogger(__name__)

AGAIN_S = 5.0
"""After a failure, while nothing is known of a target; later, `NOTHING_S`."""

FIRST_LOOK_S = 2.0
"""How long the start waits for names: calls before that get 503."""

Found = Callable[[str, Sequence[Reached]], None]
Ports = Callable[[str], int]


class Asked(NamedTuple):
    """Who is asked for names, and what a failure is counted with."""

    names: Names
    tally: Tally


class Finder:
    """Contract: `look` once before calls are taken, then `run`."""

    def __init__(
        self, targets: Mapping[str, Target], asked: Asked, *, ports: Ports, found: Found
    ) -> None:
        """`ports` is where we listen, by transport; 0: not at all."""
        self._targets = targets
        self._asked = asked
        self._ports = ports
        self._found = found
        self._known: set[str] = set()
        self._lost: set[str] = set()
        self._again_s: dict[str, float] = {}

    async def look(self) -> None:
        """Find all that can be found soon."""
        try:
            async with asyncio.timeout(FIRST_LOOK_S):
                await asyncio.gather(*(self._look(target) for target in self._targets.values()))
        except TimeoutError:
            logger.warning("names of targets not found yet")

    async def run(self, stop: asyncio.Event) -> None:
        """Look again until `stop` is set."""
        async with asyncio.TaskGroup() as group:
            for target in self._targets.values():
                group.create_task(self._keep(target, stop))

    async def _keep(self, target: Target, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                async with asyncio.timeout(self._again_s.get(target.text, 0.0)):
                    await stop.wait()
            except TimeoutError:
                await self._look(target)

    async def _look(self, target: Target) -> None:
        name, lenient = target.text, target.text not in self._known
        try:
            usable = self._ports("tls") > 0
            found = await look_up(target, self._asked.names, tls=usable, lenient=lenient)
        except LookupFailed:
            # Where it was is where it is, until something better is known.
            self._again_s[name] = AGAIN_S if lenient else NOTHING_S
            self._say_lost(name)
            return
        self._again_s[name] = found.ttl_s
        reached = [Reached(server, self._flows(server)) for server in found.servers]
        if any(server.flows for server in reached):
            self._known.add(name)
            self._lost.discard(name)
            self._found(name, reached)
        else:
            self._say_lost(name)

    def _flows(self, server: Server) -> tuple[Flow, ...]:
        ours = self._ports(server.transport)
        return tuple(
            Flow(server.transport, local, ours, host, server.port)
            for host in server.hosts
            if (local := address_toward(host))
        )

    def _say_lost(self, name: str) -> None:
        self._asked.tally("inline", "not_found")
        if name not in self._lost:
            self._lost.add(name)
            logger.warning("target not found", extra={"reason": "name"})
