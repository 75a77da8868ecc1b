"""Opens the UDP ports of one worker."""

import asyncio
import contextlib
from time import monotonic

from sip_gateway.media.leg_socket import LegSocket
from sip_gateway.media.polled_socket import Mailbag, open_polled
from sip_gateway.media.rtp_socket import open_socket

BIND_AGAIN_S = 3.0
"""A port that a call brings back may still be held by the worker that had it."""


class Sockets:
    """All on one address. What may be polled is, because it costs least."""

    def __init__(self, host: str) -> None:
        self._host = host
        self._bag = Mailbag() if Mailbag.works() else None

    async def open(self, port: int) -> LegSocket:
        """Listen on the port; OSError if another process has it."""
        if self._bag is not None:
            return open_polled(self._host, port, self._bag)
        return await open_socket(self._host, port)

    async def open_again(self, port: int) -> LegSocket:
        """The port a call had before; its former owner may be about to let it go."""
        until = monotonic() + BIND_AGAIN_S
        while True:
            try:
                return await self.open(port)
            except OSError:
                if monotonic() >= until:
                    raise
            await asyncio.sleep(0.05)

    async def open_control(self, rtp: LegSocket) -> None:
        """The port behind (RFC 3550 section 11); if that is not free, the peer's word is not
        heard."""
        with contextlib.suppress(OSError):
            rtp.control = await self.open(rtp.port + 1)
