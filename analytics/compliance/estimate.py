"""What a reviewed sample says of all that it was drawn from (pure).

Each reviewed segment stands for as many as its probability of being drawn says (Horvitz and
Thompson 1952), so that the estimates are unbiased although risky segments are drawn more often.
Intervals are Wilson's, with the number of segments that an even sample of the same weight would
have (Kish: square of the sum over sum of the squares). Where nothing was found there is no interval
to compute: then the rule of three, 3 of that number at most, with 95 % confidence.
"""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

_Z = 1.959963984540054
"""Of the normal distribution, for 95 %."""

_THREE = 3.0


class Stratum(NamedTuple):
    """What one draw took its segments from."""

    segments: int
    spans: int
    drawn: int


class Reviewed(NamedTuple):
    """One reviewed segment."""

    inclusion: float
    spans: int
    """Tokens that the reviewer was shown."""

    false_alarms: int
    missed: int


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """A share of the whole, and where it lies with 95 % confidence."""

    share: float
    low: float
    high: float
    found: int
    """Counted in the sample, unweighted."""

    looked_at: int
    """Segments that it rests on."""

    by: str
    """`wilson`, `rule of three` or `all reviewed`."""


class Part(NamedTuple):
    """What one segment of the sample adds to a share: so many of so many, standing for `weight`."""

    weight: float
    part: int
    of: int


class Estimates(msgspec.Struct, frozen=True, kw_only=True):
    """What the reviews say; None where nothing that counts was reviewed."""

    segments: int = 0
    """Segments of the strata of which at least one was reviewed: what the estimates speak of."""

    spans: int = 0
    """Masked spans in them."""

    segments_with_miss: Estimate | None = None
    """Of all segments: those that showed something personal."""

    missed_spans: Estimate | None = None
    """Of all personal spans, masked or not: those that were shown."""

    false_alarms: Estimate | None = None
    """Of all masked spans: those that hid nothing personal."""


def estimate(strata: Iterable[tuple[Stratum, Sequence[Reviewed]]]) -> Estimates:
    """The three shares, over all strata of which something was reviewed."""
    weighted: list[tuple[float, Reviewed]] = []
    segments = spans = 0
    whole = True
    for stratum, reviewed in strata:
        whole = whole and len(reviewed) == stratum.segments
        if not reviewed:
            continue
        # The order of review is random: those reviewed so far are an even sample of the drawn.
        scale = stratum.drawn / len(reviewed)
        weighted += [(scale / one.inclusion, one) for one in reviewed]
        segments, spans = segments + stratum.segments, spans + stratum.spans
    if not weighted:
        return Estimates()
    with_miss = [Part(w, int(one.missed > 0), 1) for w, one in weighted]
    personal = [
        Part(w, one.missed, one.missed + one.spans - one.false_alarms) for w, one in weighted
    ]
    masks = [Part(w, one.false_alarms, one.spans) for w, one in weighted]
    return Estimates(
        segments=segments,
        spans=spans,
        segments_with_miss=share(with_miss, total=segments, whole=whole),
        missed_spans=share(personal, total=None, whole=whole),
        false_alarms=share(masks, total=spans, whole=whole),
    )


def share(parts: Sequence[Part], *, total: int | None, whole: bool = False) -> Estimate | None:
    """One share; `total` is what the denominator is known to be, `whole` that all was reviewed."""
    counted = [part for part in parts if part.of]
    weights = [part.weight * part.of for part in counted]
    if not counted or total == 0:
        return None
    found = sum(part.part for part in counted)
    denominator = sum(weights) if total is None else total
    at = min(1.0, sum(part.weight * part.part for part in counted) / denominator)
    even = sum(weights) ** 2 / sum(weight * weight for weight in weights)
    if whole:
        low, high, by = at, at, "all reviewed"
    elif not found:
        low, high, by = 0.0, min(1.0, _THREE / even), "rule of three"
    else:
        low, high = wilson(at, even)
        by = "wilson"
    return Estimate(share=at, low=low, high=high, found=found, looked_at=len(counted), by=by)


def wilson(at: float, count: float) -> tuple[float, float]:
    """Wilson's score interval of a share seen in `count` (which need not be whole) at 95 %."""
    square = _Z * _Z / count
    middle = (at + square / 2) / (1 + square)
    reach = math.sqrt(square * (at * (1 - at) + square / 4)) / (1 + square)
    return max(0.0, middle - reach), min(1.0, middle + reach)
