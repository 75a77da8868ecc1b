"""The ports of one call's legs: opened all together or not at all, and given back."""

from collections.abc import Iterable
from time import monotonic

from sip_gateway.media.leg_socket import LegSocket
from sip_gateway.media.parts import Parts
from sip_gateway.media.port_pool import NoPort
from sip_gateway.worker_protocol import LegSpec


class CallPorts:
    """Opens a port for each new leg of a call."""

    def __init__(self, call_id: str, parts: Parts) -> None:
        self._call_id = call_id
        self._parts = parts

    async def open(self, specs: Iterable[LegSpec]) -> dict[str, LegSocket]:
        """Ports for these legs, by leg id; all of them or OSError or NoPort."""
        opened: dict[str, LegSocket] = {}
        try:
            for spec in specs:
                if spec.tap:
                    opened[spec.leg_id] = self._parts.ear(self._call_id, spec.tap)
                else:
                    rtp = opened[spec.leg_id] = await self._open_socket(spec.rtp_port)
                    if spec.rtcp and not spec.rtcp.mux:
                        await self._parts.sockets.open_control(rtp)
        except (OSError, NoPort):
            for rtp in opened.values():
                self.close(rtp)
            raise
        return opened

    async def _open_socket(self, named: int | None) -> LegSocket:
        sockets, ports = self._parts.sockets, self._parts.ports
        if named is not None and (rtp := self._parts.pass_on(named)) is not None:
            return rtp
        if named is not None:
            ports.take_named(named)
            try:
                return await sockets.open_again(named)
            except OSError:
                ports.give_back(named, now=monotonic())
                raise
        while True:
            port = ports.take(now=monotonic())
            try:
                return await sockets.open(port)
            except OSError:
                # Some other program has it. It rests; the next may be free.
                ports.give_back(port, now=monotonic())

    def close(self, rtp: LegSocket) -> None:
        """Free the port, unless it is kept for the next conversation's leg."""
        if self._parts.kept.waits(rtp):
            return
        rtp.close()
        self._parts.ports.give_back(rtp.port, now=monotonic())
