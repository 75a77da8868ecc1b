"""The jitter buffer: packets back into the order they were sent in.

A recogniser is no loudspeaker: a packet in order goes on at once, and only a hole makes later
packets wait, for `jitter_s` from the arrival of the first of them. What has not come by then is
lost. When no packet comes at all, nothing is lost and nothing goes on: the stream is suspended.
"""

from typing import NamedTuple

from sip_gateway.rtp.packet import Packet
from sip_gateway.rtp.unwrap import Unwrap

MAX_DROPOUT = 3000
MAX_MISORDER = 100
"""RFC 3550 appendix A.1: a sequence number further off than these is a source that restarted."""

MAX_BUFFERED = 512
"""Packets; beyond it the hole before them is given up early."""


class Played(NamedTuple):
    """A packet whose turn it is."""

    packet: Packet
    arrived_at: float
    lost_before: int
    """Packets missing between the one played last and this one."""

    restarted: bool
    """A new series began, of a new source or after a pause: its timestamps may be new too."""


class JitterBuffer:
    """Orders one source's packets.

    Contract: after every call, drain `pop`; then call it again at `next_timer`.
    Times are seconds on one monotonic clock; this class never reads it.
    """

    def __init__(self, jitter_s: float) -> None:
        self.late = 0
        """Packets that came after they were given up for lost."""

        self.duplicates = 0
        self._jitter_s = jitter_s
        self._unwrap = Unwrap(16)
        self._next: int | None = None
        self._restarted = False
        self._lost_at_restart = 0
        self._waiting: dict[int, tuple[Packet, float]] = {}
        self._give_up_at: float | None = None
        self._odd: tuple[Packet, float] | None = None
        self._missed: set[int] = set()

    def restart(self, *, lost: int = 0) -> None:
        """A new source, or one that paused: the next packet starts a new series."""
        self._lost_at_restart = lost
        self._unwrap.reset()
        self._next = None
        self._restarted = True
        self._waiting.clear()
        self._give_up_at = None
        self._odd = None
        self._missed.clear()

    @property
    def next_in_order(self) -> int | None:
        """The sequence number to be played next; None while that is not all that matters."""
        if self._next is None or self._waiting or self._restarted:
            return None
        return self._next & 0xFFFF

    def skip(self, count: int) -> int:
        """So many packets came and were played from `next_in_order` on; the last one's number."""
        assert self._next is not None
        self._next += count
        self._unwrap.skip_to(self._next - 1)
        self._odd = None
        return (self._next - 1) & 0xFFFF

    def receive_packet(self, packet: Packet, *, now: float) -> None:
        """Take a packet in the order of arrival."""
        if self._next is not None:
            ahead = (packet.sequence - self._next + 0x8000) % 0x10000 - 0x8000
            if not -MAX_MISORDER <= ahead <= MAX_DROPOUT:
                self._receive_odd(packet, now=now)
                return
        self._odd = None
        sequence = self._unwrap.extend(packet.sequence)
        if self._next is not None and sequence < self._next:
            self._count_past(sequence)
        elif sequence in self._waiting:
            self.duplicates += 1
        else:
            self._waiting[sequence] = (packet, now)
            if self._give_up_at is None:
                self._give_up_at = now + self._jitter_s

    def _receive_odd(self, packet: Packet, *, now: float) -> None:
        """One packet far out of order is a stray; two in a row are the source's new series."""
        odd, self._odd = self._odd, (packet, now)
        if odd and (odd[0].sequence + 1) & 0xFFFF == packet.sequence:
            # Ahead by minutes of packets: an outage. Behind: the peer restarted, nothing is known.
            ahead = (odd[0].sequence - (self._next or 0)) & 0xFFFF
            self.restart(lost=ahead if ahead < 0x8000 else 0)
            self.receive_packet(odd[0], now=odd[1])
            self.receive_packet(packet, now=now)
        elif odd and odd[0].sequence == packet.sequence:
            self.duplicates += 1

    def _count_past(self, sequence: int) -> None:
        if sequence in self._missed:
            self._missed.discard(sequence)
            self.late += 1
        else:
            self.duplicates += 1

    def pop(self, *, now: float) -> Played | None:
        """The next packet in order, if its turn has come."""
        if not self._waiting:
            return None
        if self._next is not None and self._next in self._waiting:
            return self._play(self._next, lost_before=0)
        if len(self._waiting) <= MAX_BUFFERED and (
            self._give_up_at is None or now < self._give_up_at
        ):
            return None
        first = min(self._waiting)
        lost = self._lost_at_restart if self._next is None else first - self._next
        self._lost_at_restart = 0
        self._remember_missed(first, count=lost)
        return self._play(first, lost_before=lost)

    def flush(self) -> Played | None:
        """As `pop`, but nothing is waited for any more."""
        if not self._waiting:
            return None
        return self.pop(now=float("inf"))

    def next_timer(self) -> float | None:
        """When a hole will be given up."""
        return self._give_up_at if self._waiting else None

    def _play(self, sequence: int, *, lost_before: int) -> Played:
        packet, arrived_at = self._waiting.pop(sequence)
        self._next = sequence + 1
        if self._waiting:
            self._give_up_at = min(at for _, at in self._waiting.values()) + self._jitter_s
        else:
            self._give_up_at = None
        restarted, self._restarted = self._restarted, False
        return Played(packet, arrived_at, lost_before, restarted)

    def _remember_missed(self, end: int, *, count: int) -> None:
        """So that a packet which comes after all counts as late, not as a duplicate."""
        if len(self._missed) > 2 * MAX_MISORDER:
            self._missed = {seq for seq in self._missed if seq >= end - MAX_MISORDER}
        self._missed.update(range(end - min(count, MAX_MISORDER), end))
