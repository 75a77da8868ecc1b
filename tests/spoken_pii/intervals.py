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

    by_call: Interval | None
    """Calls resampled; None where nothing varies, see `wilson` (rule of three at 0 or all)."""

    by_dialogue: Interval | None
    """Dialogues resampled, with all their calls: what is missed in one is missed in the next."""


def figure(parts: Sequence[Share], dialogues: Sequence[str] = ()) -> Figure:
    """Of the calls' shares; `dialogues` says of which dialogue each call is."""
    part, of = int(sum(p.part for p in parts)), int(sum(p.of for p in parts))
    by_call = by_dialogue = None
    if 0 < part < of:
        by_call = rate_interval([p for p in parts if p.of])
        by_dialogue = rate_interval(_together(parts, dialogues)) if dialogues else None
    return Figure(part, of, part / of if of else 0.0, wilson(part, of), by_call, by_dialogue)


def _together(parts: Sequence[Share], dialogues: Sequence[str]) -> list[Share]:
    """One share a dialogue."""
    sums: dict[str, Share] = {}
    for share, dialogue in zip(parts, dialogues, strict=True):
        before = sums.get(dialogue, Share(0, 0))
        sums[dialogue] = Share(before.part + share.part, before.of + share.of)
    return [share for share in sums.values() if share.of]


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
