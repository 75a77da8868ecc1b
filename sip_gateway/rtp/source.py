"""Which of the senders on a leg's port is the leg: the SSRC lock.

A port may hear more than its leg: stragglers of the call that had it before, a second device
during a transfer, early media. The first SSRC is the leg's; another takes over only once it has
persisted and the first has gone quiet, or when signalling says that the media may have moved.
"""

from collections.abc import Sequence
from enum import Enum

from sip_gateway.rtp.packet import Packet

PERSIST_PACKETS = 5
PERSIST_S = 0.08
"""Five packets of 20 ms span 80 ms."""

GONE_S = 0.1
"""The leg's own source is gone after so long without a packet."""

_CANDIDATE_PACKETS = 25


class Change(Enum):
    """What a packet meant for the lock."""

    NONE = "none"
    REFUSED = "refused"
    """The packet belongs to another source."""

    FOLLOWED = "followed"
    """The leg has a new source: its sequence numbers and timestamps start anew."""


class SourceLock:
    """Admits the packets of one SSRC.

    Contract: pass every packet to `receive_packet`; use the packets it hands back, in order.
    Times are seconds on one monotonic clock.
    """

    def __init__(self) -> None:
        self._ssrc: int | None = None
        self._open = True
        self._heard_at = 0.0
        self._candidate: list[tuple[Packet, float]] = []
        self._candidate_since = 0.0

    def unlock(self) -> None:
        """The media may have moved (re-INVITE): the next packet's source is the leg's."""
        self._open = True
        self._candidate.clear()

    @property
    def settled_on(self) -> int | None:
        """The leg's SSRC; None while another one may become that."""
        return None if self._open or self._candidate else self._ssrc

    def hear(self, now: float) -> None:
        """A packet of the leg's own source came."""
        self._heard_at = now

    def receive_packet(
        self, packet: Packet, *, now: float
    ) -> tuple[Change, Sequence[tuple[Packet, float]]]:
        """What changed, and the packets to use with the times they arrived."""
        if packet.ssrc == self._ssrc:
            self._heard_at = now
            self._open = False
            if self._candidate:
                self._candidate.clear()
            return Change.NONE, ((packet, now),)
        if self._open:
            return self._follow(packet.ssrc, [(packet, now)], now=now)
        return self._consider(packet, now=now)

    def _consider(
        self, packet: Packet, *, now: float
    ) -> tuple[Change, Sequence[tuple[Packet, float]]]:
        if not self._candidate or self._candidate[0][0].ssrc != packet.ssrc:
            self._candidate.clear()
            self._candidate_since = now
        self._candidate = [*self._candidate[1 - _CANDIDATE_PACKETS :], (packet, now)]
        persists = (
            len(self._candidate) >= PERSIST_PACKETS and now - self._candidate_since >= PERSIST_S
        )
        if persists and now - self._heard_at >= GONE_S:
            return self._follow(packet.ssrc, list(self._candidate), now=now)
        return Change.REFUSED, ()

    def _follow(
        self, ssrc: int, packets: list[tuple[Packet, float]], *, now: float
    ) -> tuple[Change, Sequence[tuple[Packet, float]]]:
        first = self._ssrc is None
        self._ssrc = ssrc
        self._open = False
        self._heard_at = now
        self._candidate.clear()
        return (Change.NONE if first else Change.FOLLOWED), packets
