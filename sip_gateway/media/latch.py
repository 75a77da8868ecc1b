"""Where a relayed party really sends from and wants its packets (RFC 4961): no socket, no clock.

A party tells an address in its SDP; behind NAT its packets come from another. Whoever else finds
the port must not get the call's audio, nor put in its own.
"""

from collections.abc import Sequence

Address = tuple[str, int]

MOVES_AFTER_S = 1.0
"""A source that was heard of less long ago is not replaced by another, unless SDP names that."""

ANY = "*"


class Latch:
    """Contract: `admits` each packet's source first; send to `destination`."""

    def __init__(self) -> None:
        self.announced: Address | None = None
        self.at: Address | None = None
        """Where packets were heard from."""

        self.heard_at = 0.0
        self._sources: frozenset[str] = frozenset()

    @property
    def destination(self) -> Address | None:
        """Where the party's packets go; None while nobody knows."""
        return self.at or self.announced

    def announce(self, address: Address | None, sources: Sequence[str]) -> None:
        """The party's SDP says where it is, `sources` which hosts it may send from besides.

        Another address than before makes it be found anew.
        """
        self._sources = frozenset(sources)
        if address != self.announced:
            self.announced, self.at = address, None

    def admits(self, source: Address, *, now: float) -> bool:
        """Whether a packet from there is the party's."""
        if source != self.at:
            if source != self.announced and not self._may_move(source, now):
                return False
            self.at = source
        self.heard_at = now
        return True

    def _may_move(self, source: Address, now: float) -> bool:
        if self.at is not None and now - self.heard_at < MOVES_AFTER_S:
            return False
        return ANY in self._sources or source[0] in self._sources
