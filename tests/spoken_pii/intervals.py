"""How sure a share is: Wilson's interval, a bootstrap over calls, the rule of three."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from trunkline.evaluate.bootstrap import Interval, Share, rate_interval

Z = 1.959964  # 95 %


class Figure(NamedTuple):
    """A share with its intervals."""

    part: int
    of: int
    value: float
    wilson: Interval
    """As if all cases were independent."""

    clustered: Interval | None
    """Calls resampled; None where nothing varies, see `wilson` (rule of three at 0 or all)."""


def figure(parts: Sequence[Share]) -> Figure:
    """Of the calls' shares."""
    part, of = int(sum(p.part for p in parts)), int(sum(p.of for p in parts))
    counted = [p for p in parts if p.of]
    varies = 0 < part < of
    clustered = rate_interval(counted) if varies else None
    return Figure(part, of, part / of if of else 0.0, wilson(part, of), clustered)


def wilson(part: int, of: int) -> Interval:
    """95 %; where nothing or everything was seen, the rule of three on that side."""
    if of == 0:
        return Interval(0.0, 1.0)
    if part == 0:
        return Interval(0.0, min(1.0, 3 / of))
    if part == of:
        return Interval(max(0.0, 1 - 3 / of), 1.0)
    share = part / of
    middle = (share + Z * Z / (2 * of)) / (1 + Z * Z / of)
    reach = Z / (1 + Z * Z / of) * math.sqrt(share * (1 - share) / of + Z * Z / (4 * of * of))
    return Interval(max(0.0, middle - reach), min(1.0, middle + reach))
