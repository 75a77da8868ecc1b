"""Finds the addresses of targets by name, and again from time to time: names move."""

import asyncio
import logging
import socket
from collections.abc import Callable, Mapping

from sip_gateway.drivers.udp import address_toward
from sip_gateway.inline.target import Target
from sip_gateway.sip.flow import Flow

logger = logging.getLogger(__name__)

LOOK_AGAIN_S = 30.0
FIRST_LOOK_S = 2.0
"""How long the start waits for names: calls before that get 503."""

Found = Callable[[str, Flow], None]


class Finder:
    """Contract: `look` once before calls are taken, then `run`."""

    def __init__(
        self, targets: Mapping[str, Target], *, ports: Callable[[str], int], found: Found
    ) -> None:
        """`ports` is where we listen, by transport."""
        self._targets = targets
        self._ports = ports
        self._found = found
        self._lost: set[str] = set()

    async def look(self) -> None:
        """Find all that can be found soon."""
        try:
            async with asyncio.timeout(FIRST_LOOK_S):
                await self._look()
        except TimeoutError:
            logger.warning("names of targets not found yet")

    async def run(self, stop: asyncio.Event) -> None:
        """Look again until `stop` is set."""
        while self._targets and not stop.is_set():
            try:
                async with asyncio.timeout(LOOK_AGAIN_S):
                    await stop.wait()
            except TimeoutError:
                await self._look()

    async def _look(self) -> None:
        await asyncio.gather(*(self._one(target) for target in self._targets.values()))

    async def _one(self, target: Target) -> None:
        loop = asyncio.get_running_loop()
        try:
            kind = socket.SOCK_DGRAM
            answers = await loop.getaddrinfo(target.host, target.port, type=kind)
        except OSError as error:
            # Where it was is where it is, until something better is known.
            if target.text not in self._lost:
                self._lost.add(target.text)
                logger.warning("target not found", extra={"reason": type(error).__name__})
            return
        self._lost.discard(target.text)
        host = str(answers[0][4][0])
        ours = address_toward(host)
        if ours:
            local = Flow(target.transport, ours, self._ports(target.transport), host, target.port)
            self._found(target.text, local)
