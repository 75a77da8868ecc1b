"""Token buckets by network address, in bounded memory: no socket, no clock."""

from collections import OrderedDict
from typing import NamedTuple

REMEMBERED = 4096
"""Addresses. Beyond it the one that was seen last longest ago starts afresh."""


class _Level(NamedTuple):
    tokens: float
    at: float


class Buckets:
    """`burst` tokens for each address, refilled at `per_s`."""

    def __init__(self, per_s: float, *, burst: float, remembered: int = REMEMBERED) -> None:
        self._per_s = per_s
        self._burst = burst
        self._remembered = remembered
        self._levels: OrderedDict[str, _Level] = OrderedDict()

    def take(self, host: str, *, now: float) -> bool:
        """Take a token of this address; False if there is none."""
        key = owner(host)
        level = self._level(key, now)
        left = level - 1.0 if level >= 1.0 else level
        self._levels[key] = _Level(left, now)
        self._levels.move_to_end(key)
        if len(self._levels) > self._remembered:
            self._levels.popitem(last=False)
        return level >= 1.0

    def empty(self, host: str, *, now: float) -> bool:
        """Whether `take` would fail."""
        return self._level(owner(host), now) < 1.0

    def __len__(self) -> int:
        return len(self._levels)

    def _level(self, key: str, now: float) -> float:
        known = self._levels.get(key)
        if known is None:
            return self._burst
        return min(self._burst, known.tokens + (now - known.at) * self._per_s)


def owner(host: str) -> str:
    """What one peer owns: an IPv4 address, or the 64-bit network of an IPv6 one."""
    if ":" not in host:
        return host
    head, gap, _ = host.partition("::")
    groups = head.split(":") if head else []
    if gap and len(groups) < 4:
        groups += ["0"] * (4 - len(groups))
    return ":".join(groups[:4])
