"""Where each packet of a leg stands on the call clock, and what lies between packets.

RTP timestamps rule from the leg's first packet on, so that the sender's clock is followed and a
stalled network shifts nothing. Arrival times decide only where timestamps cannot: for the first
packet, for a new source, and where a timestamp makes no sense.
"""

from typing import NamedTuple

from sip_gateway.rtp.unwrap import Unwrap

RATE_HZ = 8000
PER_MS = RATE_HZ // 1000

TOLERANCE = RATE_HZ
"""Samples that a timestamp may be ahead of its arrival, before it is not believed."""

STEP_BACK = RATE_HZ // 5
"""Samples; audio that claims to overlap what was played joins on, if it came about in time."""


class Placed(NamedTuple):
    """What one packet amounted to, in samples on the call clock."""

    start: int
    """Where the packet's audio starts: silence lies between the end of the last and here."""

    lost_start: int
    lost_end: int
    """The part of that silence that is lost audio; empty when equal."""


class Timeline:
    """Places one leg's packets, given in order."""

    def __init__(self) -> None:
        self.position: int | None = None
        """The end of what has been placed; None before the first packet."""

        self._arrived = 0
        self.packet_size = 20 * PER_MS
        """Of the last packet with audio."""

        self.clock_per_tick = 1
        """So many units of the RTP clock are one of ours: 2 at 16 kHz."""

        self._offset = 0
        self._unwrap = Unwrap(32)
        self._joins_on: int | None = None
        """The unwrapped timestamp of a packet that follows the last one without a seam."""

        self._new_source = False
        self._paused = False

    def follow_new_source(self) -> None:
        """The next packet's timestamp is of another series: its arrival places it."""
        self._unwrap.reset()
        self._new_source = True
        self._joins_on = None

    def pause(self) -> None:
        """The sender pauses; some stop their timestamps meanwhile."""
        self._paused = True
        self._joins_on = None

    @property
    def step(self) -> int:
        """Of timestamps, from one packet to the next."""
        return self.packet_size * self.clock_per_tick

    @property
    def next_timestamp(self) -> int | None:
        """Of a packet that follows without a seam, where such a one needs no thought."""
        return None if self._joins_on is None else self._joins_on & 0xFFFFFFFF

    def skip(self, count: int, *, arrived: int) -> None:
        """So many packets of `packet_size` from `next_timestamp` on; the last came at `arrived`."""
        assert self._joins_on is not None and self.position is not None
        self._joins_on += count * self.step
        self._unwrap.skip_to(self._joins_on - self.step)
        self.position += count * self.packet_size
        self._arrived = arrived

    def place(self, timestamp: int, size: int, *, arrived: int, lost_before: int) -> Placed:
        """Place a packet of `size` samples (0: comfort noise or an event) which came at `arrived`.

        `arrived` is in samples on the call clock, `lost_before` in packets.
        """
        unwrapped = self._unwrap.extend(timestamp)
        extended = unwrapped // self.clock_per_tick
        if self.position is None:
            self.position = self._arrived = arrived
            self._offset = arrived - extended
        start = extended + self._offset
        if start != self.position or self._new_source or self._paused:
            start = self._resolve(start, size, arrived=arrived, position=self.position)
            if size:
                self._offset = start - extended
        placed = self._between(start, lost_before=lost_before, position=self.position)
        self.position = start + size
        self._arrived = arrived
        self.packet_size = size or self.packet_size
        self._joins_on = unwrapped + size * self.clock_per_tick if size else None
        return placed

    def clock_time(self, timestamp: int) -> int:
        """A timestamp of the present source in samples on the call clock; 0 before the first."""
        if self.position is None:
            return 0
        return max(0, self._unwrap.extend(timestamp) // self.clock_per_tick + self._offset)

    def _resolve(self, start: int, size: int, *, arrived: int, position: int) -> int:
        """Where a packet that does not join on stands."""
        if size == 0 and (start <= position or self._new_source):
            return position  # an event keeps the timestamp of its start; leave the rest to audio
        new_source, self._new_source = self._new_source, False
        paused, self._paused = self._paused, False
        passed = arrived - self._arrived
        stale = paused and start - position < passed - TOLERANCE
        believed = start <= arrived + TOLERANCE or start - position <= passed + TOLERANCE
        if start >= position and believed and not new_source and not stale:
            return start
        # Its arrival has the say; but what came about in time joins on without a seam.
        return arrived if arrived > position + STEP_BACK else position

    def _between(self, start: int, *, lost_before: int, position: int) -> Placed:
        """How much of the silence before `start` is loss.

        Packets that carried more time than the lost ones can have were not sent (DTX): then the
        lost ones are taken to be the onset of what follows.
        """
        lost = lost_before * self.packet_size
        if lost == 0 or start <= position:
            return Placed(start, start, start)
        if start - position < lost + self.packet_size:
            return Placed(start, position, start)
        return Placed(start, start - lost, start)
