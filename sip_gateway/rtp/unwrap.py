"""Counters that wrap (RFC 3550 appendix A.1), continued without wrapping."""


class Unwrap:
    """Continues an n-bit counter as an integer that does not wrap.

    Each value is taken to be the nearest one to the value before it, so that reordered values
    come out below it.
    """

    def __init__(self, bits: int) -> None:
        self._span = 1 << bits
        self._last: int | None = None

    def extend(self, value: int) -> int:
        """The continued value."""
        if self._last is None:
            # Room below, so that what was sent before the first packet to arrive stays positive.
            self._last = self._span + value
        else:
            half = self._span >> 1
            self._last += (value - self._last + half) % self._span - half
        return self._last

    def skip_to(self, value: int) -> None:
        """Values came up to this one, which is continued already."""
        self._last = value

    def reset(self) -> None:
        """Forget: the next value starts a new series."""
        self._last = None
