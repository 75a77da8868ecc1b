"""What the next steps of many legs need, computed for all of them at once.

A hundred small array operations cost what one does. Nothing depends on it: a leg that finds nothing
prepared, or something that does not fit, does the same for itself.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from sip_gateway.audio.resample import upsampled
from sip_gateway.audio.tones import tones_likely, too_quiet
from sip_gateway.media.leg import MediaLeg
from sip_gateway.rtp.steps import Due

AT_ONCE = 16
"""Legs. A step of 64 costs three times as much a leg: memory so large is fetched anew each time."""


class _DueLeg(NamedTuple):
    leg: MediaLeg
    due: Due


def look_ahead(legs: Iterable[MediaLeg]) -> None:
    """To be called when legs have received what came, before their `take`."""
    due = [_DueLeg(leg, steps) for leg in legs if (steps := leg.receiver.due())]
    by_size: defaultdict[int, list[_DueLeg]] = defaultdict(list)
    for one in due:
        if (line := one.due.line) is None:
            continue
        if too_quiet(line):
            one.leg.receiver.hear_toneless(one.due)
        else:
            by_size[len(line)].append(one)
    for alike in by_size.values():
        for part in _parts(alike):
            _search(part)
    for part in _parts(due):
        _upsample(part)


def _search(alike: list[_DueLeg]) -> None:
    """Most audio has no key tones in it."""
    lines = [one.due.line for one in alike if one.due.line is not None]
    for (leg, steps), likely in zip(alike, tones_likely(lines), strict=True):
        if not likely:
            leg.receiver.hear_toneless(steps)


def _upsample(due: list[_DueLeg]) -> None:
    lines = [line for leg, (steps, _) in due for line in leg.upsampler.lines_with(steps)]
    wide = iter(upsampled(lines))
    for leg, (steps, _) in due:
        leg.upsampler.note(steps, list(islice(wide, len(steps))))


def _parts(due: list[_DueLeg]) -> Iterator[list[_DueLeg]]:
    return (due[begin : begin + AT_ONCE] for begin in range(0, len(due), AT_ONCE))
