"""Ports that outlive the calls on them: a recording session's, whose conversations follow each
other on the same media lines.

While a port is kept, it passes from the leg of one call to that of the next, and waits in between.
"""

from collections.abc import Collection
from time import monotonic
from typing import NamedTuple

from sip_gateway.media.leg import MediaLeg
from sip_gateway.media.leg_socket import LegSocket
from sip_gateway.media.port_pool import PortPool
from sip_gateway.media.running_leg import RunningLeg
from sip_gateway.worker_protocol import LegSpec


class Given(NamedTuple):
    """What the next leg must know of the one before."""

    keys: bytes
    """The peer's; its next leg counts on only with the same."""

    heard: tuple[int, int]
    """The source, and how far that has counted."""


class Passed:
    """Stands in for the port of a leg that has given it away."""

    def __init__(self, port: int, dropped: int) -> None:
        self.port, self.dropped = port, dropped
        self.control: LegSocket | None = None

    def take(self) -> list[tuple[bytes, float]]:
        """Nothing comes any more."""
        return []

    def send(self, data: bytes, host: str, port: int) -> None:
        """It is another's."""

    def close(self) -> None:
        """It is another's."""


class KeptPorts:
    """The kept ports of one worker."""

    def __init__(self, pool: PortPool) -> None:
        self._pool = pool
        self._kept: dict[str, frozenset[int]] = {}
        self._waiting: dict[int, LegSocket] = {}
        self._given: dict[int, Given] = {}

    def keep(self, call_id: str, ports: Collection[int], *, used: Collection[int]) -> None:
        """These are the recording session's from now on; what it had besides is free.

        `used` are the ports of all legs there are: the leg's end frees such a one.
        """
        before, now = self._kept.pop(call_id, frozenset()), frozenset(ports)
        if now:
            self._kept[call_id] = now
        for port in now - before:
            # After a restart nobody may have it: no other call must get it meanwhile.
            self._pool.take_named(port)
        for port in before - now - self._all():
            self._given.pop(port, None)
            if (waiting := self._waiting.pop(port, None)) is not None:
                waiting.close()
            if waiting is not None or port not in used:
                self._pool.give_back(port, now=monotonic())

    def let_go(self) -> None:
        """Another worker will have them all."""
        self._kept.clear()
        while self._waiting:
            self._waiting.popitem()[1].close()

    def claim(self, port: int) -> LegSocket | None:
        """The port for a new leg, from where it waits; None if it does not."""
        if (rtp := self._waiting.pop(port, None)) is not None:
            rtp.take()  # of nobody's conversation
        return rtp

    def has(self, port: int) -> bool:
        """Whether it is kept."""
        return port in self._all()

    def waits(self, rtp: LegSocket) -> bool:
        """Take back a port that no leg needs any more; False if it is to be closed."""
        if isinstance(rtp, Passed):
            return True
        if self.has(rtp.port):
            self._waiting[rtp.port] = rtp
            return True
        return False

    def part(self, running: RunningLeg) -> LegSocket:
        """The leg has its port no more; returns it."""
        rtp = running.rtp
        if not isinstance(rtp, Passed):
            running.rtp = Passed(rtp.port, rtp.dropped)
            if (of := _given(running.leg)) is not None:
                self._given[rtp.port] = of
        return rtp

    def heard_before(self, spec: LegSpec, port: int) -> tuple[int, int] | None:
        """How far the packets of a port had counted that an encrypted leg takes over."""
        given = self._given.pop(port, None)
        if given is None or spec.srtp is None or spec.srtp.remote != given.keys:
            return None
        return given.heard

    def _all(self) -> frozenset[int]:
        return frozenset().union(*self._kept.values())


def _given(leg: MediaLeg) -> Given | None:
    if leg.srtp is None or leg.spec.srtp is None or (at := leg.srtp.position) is None:
        return None
    return Given(leg.spec.srtp.remote, (at.ssrc, at.number))
