"""What the next steps of many legs need, computed for all of them at once.

A hundred small array operations cost what one does. Nothing depends on it: a leg that finds nothing
prepared, or something that does not fit, does the same for itself.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from sip_gateway.audio.resample import upsampled
from sip_gateway.audio.tones import tones_likely
from sip_gateway.media.leg import MediaLeg
from sip_gateway.rtp.steps import Due

AT_ONCE = 16
"""Legs. A step of 64 costs three times as much a leg: memory so large is fetched anew each time."""


class _DueLeg(NamedTuple):
    leg: MediaLeg
    due: Due


def look_ahead(legs: Iterable[MediaLeg]) -> None:
    """To be called when legs have received what came, before their `take`."""
    due = [_DueLeg(leg, step) for leg in legs if (step := leg.receiver.due())]
    for begin in range(0, len(due), AT_ONCE):
        part = due[begin : begin + AT_ONCE]
        _search(part)
        _upsample(part)


def _search(due: list[_DueLeg]) -> None:
    """Most audio has no key tones in it."""
    by_size: defaultdict[int, list[_DueLeg]] = defaultdict(list)
    for one in due:
        if one.due.line is not None:
            by_size[len(one.due.line)].append(one)
    for alike in by_size.values():
        lines = np.stack([one.due.line for one in alike if one.due.line is not None])
        for (leg, step), likely in zip(alike, tones_likely(lines), strict=True):
            if not likely:
                leg.receiver.note_toneless(step)


def _upsample(due: list[_DueLeg]) -> None:
    lines = [leg.upsampler.line_with(step.pcm) for leg, step in due]
    for (leg, _), line, wide in zip(due, lines, upsampled(lines), strict=True):
        leg.upsampler.note(line, wide)
