"""What came of one source's packets, as a receiver report tells it (RFC 3550 appendix A.3)."""

from typing import NamedTuple

from sip_gateway.rtp.jitter import MAX_DROPOUT
from sip_gateway.rtp.unwrap import Unwrap

_MOST_LOST, _LEAST_LOST = 0x7FFFFF, -0x800000


class Block(NamedTuple):
    """The part of a report that is about the source."""

    ssrc: int
    fraction_lost: int
    """Of 256, since the last report."""

    lost: int
    """Since the source began; duplicates count against it, so it may be negative."""

    highest: int
    """Sequence number with its rollovers, 32 bits."""


class Reception:
    """Counts the packets of the source that is listened to, in the order of arrival."""

    def __init__(self) -> None:
        self.ssrc: int | None = None
        self._unwrap = Unwrap(16)
        self._first = self._highest = 0
        self._received = 0
        self._told = (0, 0)

    def receive(self, ssrc: int, sequence: int) -> None:
        """A packet came."""
        number = self._unwrap.extend(sequence) if ssrc == self.ssrc else 0
        if ssrc != self.ssrc or abs(number - self._highest) > MAX_DROPOUT:
            self.ssrc = ssrc
            self._unwrap.reset()
            number = self._unwrap.extend(sequence)
            self._first = self._highest = number
            self._received, self._told = 0, (0, 0)
        self._highest = max(self._highest, number)
        self._received += 1

    def receive_run(self, sequence: int, *, count: int) -> None:
        """So many packets of the same source came in order, this one the last."""
        self._highest = max(self._highest, self._unwrap.extend(sequence))
        self._received += count

    def block(self) -> Block | None:
        """For a report now; None where nothing came since the last one."""
        if self.ssrc is None or self._received == self._told[1]:
            return None
        expected = self._highest - self._first + 1
        expected_since = expected - self._told[0]
        lost_since = expected_since - (self._received - self._told[1])
        self._told = (expected, self._received)
        fraction = 0
        if lost_since > 0 and expected_since > 0:
            fraction = min(255, lost_since * 256 // expected_since)
        lost = max(_LEAST_LOST, min(_MOST_LOST, expected - self._received))
        # Unwrap begins a span further up, to have room below.
        return Block(self.ssrc, fraction, lost, (self._highest - 0x10000) & 0xFFFFFFFF)
