"""Draws segments for review with known odds: systematic sampling in random order (pure).

Every segment has a weight, and the probability that it is drawn is proportional to that weight, or
1 where it would be more. The segments are put in random order, each as long as its probability, and
marked off at steps of one from a random start (Madow, "On the theory of systematic sampling II",
Annals of Mathematical Statistics 1949): the sample has the size asked for, and the odds are exact.
"""

import random
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple


class Drawn(NamedTuple):
    """One of the sample."""

    at: int
    """Which, by its index in the weights."""

    inclusion: float
    """With what probability it was to be drawn."""


def inclusions(weights: Sequence[float], size: int) -> list[float]:
    """The probability of each to be drawn, for a sample of `size`; their sum is the sample's size.

    Weights are positive.
    """
    if size >= len(weights):
        return [1.0] * len(weights)
    certain: set[int] = set()
    while True:
        left = size - len(certain)
        total = sum(w for at, w in enumerate(weights) if at not in certain)
        sure = {at for at, w in enumerate(weights) if at not in certain and w * left >= total > 0}
        if not sure or left <= 0:
            break
        certain |= sure
    return [1.0 if at in certain else max(0.0, left * w / total) for at, w in enumerate(weights)]


def draw(weights: Sequence[float], size: int, *, seed: str) -> list[Drawn]:
    """A sample in random order; the same again for the same weights, size and seed."""
    if size <= 0:
        return []
    # Nothing secret comes of it, and it must be the same on every machine.
    chance = random.Random(seed)
    odds = inclusions(weights, size)
    order = list(range(len(weights)))
    chance.shuffle(order)
    sample = [at for at in order if odds[at] >= 1.0]
    uncertain = [at for at in order if odds[at] < 1.0]
    sample += _systematic(uncertain, odds, start=chance.random())
    chance.shuffle(sample)
    return [Drawn(at, odds[at]) for at in sample]


def _systematic(order: Sequence[int], odds: Sequence[float], *, start: float) -> list[int]:
    """Those on whose stretch of the line a mark falls: at `start`, and each whole step further."""
    ends = list(accumulate(odds[at] for at in order))
    marks = round(ends[-1]) if ends else 0
    picked: list[int] = []
    place = 0
    for step in range(marks):
        while place < len(order) - 1 and ends[place] <= start + step:
            place += 1
        picked.append(order[place])
        place += 1
    return picked


def shares(size: int, *, masked: int, clean: int) -> tuple[int, int]:
    """How many of a sample come from each stratum: half each, or more where the other has less."""
    from_masked = min(masked, max(size // 2, size - clean))
    return from_masked, min(clean, size - from_masked)
