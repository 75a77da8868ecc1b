"""Sets of stretches of time, in ms on the call clock (pure)."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Interval(NamedTuple):
    """From `start_ms` up to, not including, `end_ms`."""

    start_ms: int
    end_ms: int


Intervals = tuple[Interval, ...]
"""In order, apart from each other, none empty: what `union` returns."""


def union(stretches: Iterable[Interval], *, merge_ms: int = 0) -> Intervals:
    """All of them as one set; what lies closer together than `merge_ms` becomes one."""
    out: list[Interval] = []
    for one in sorted(one for one in stretches if one.end_ms > one.start_ms):
        if out and one.start_ms - out[-1].end_ms <= max(0, merge_ms - 1):
            out[-1] = Interval(out[-1].start_ms, max(out[-1].end_ms, one.end_ms))
        else:
            out.append(one)
    return tuple(out)


def padded(stretches: Iterable[Interval], *, before_ms: int, after_ms: int) -> list[Interval]:
    """Each of them, longer on both sides."""
    return [Interval(max(0, s - before_ms), e + after_ms) for s, e in stretches]


def clipped(stretches: Iterable[Interval], within: Interval) -> Intervals:
    """What of them lies within one stretch."""
    low, high = within
    return union(Interval(max(s, low), min(e, high)) for s, e in stretches)


def without(whole: Intervals, taken: Intervals) -> Intervals:
    """What is left of `whole`."""
    out: list[Interval] = []
    for stretch in whole:
        at = stretch.start_ms
        for start_ms, end_ms in taken:
            if end_ms <= at or start_ms >= stretch.end_ms:
                continue
            out.append(Interval(at, start_ms))
            at = end_ms
        out.append(Interval(at, stretch.end_ms))
    return union(out)


def total_ms(stretches: Sequence[Interval]) -> int:
    """How long they are together."""
    return sum(end_ms - start_ms for start_ms, end_ms in stretches)


def covers(whole: Intervals, part: Intervals) -> bool:
    """Whether all of `part` lies in `whole`."""
    return not without(part, whole)
