"""How sure a figure is that comes from few calls: bootstrap intervals over calls (pure).

Calls are resampled, not words: errors of one call go together (Bisani and Ney, "Bootstrap estimates
for confidence intervals in ASR performance evaluation", ICASSP 2004). Two runs over the same calls
are resampled alike, so that what a call's difficulty does to both cancels out.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

ROUNDS = 1000
CONFIDENCE = 0.95
SEED = 1


class Interval(NamedTuple):
    """Where a figure lies with the confidence asked for."""

    low: float
    high: float


class Share(NamedTuple):
    """What one call adds to a rate: so many of so many."""

    part: float
    of: float


class Sampling(NamedTuple):
    """How to resample."""

    rounds: int = ROUNDS
    confidence: float = CONFIDENCE
    seed: int = SEED


USUAL = Sampling()


Draws = NDArray[np.int64]
"""int64 [rounds, calls], which calls each round holds."""


def draws(calls: int, sampling: Sampling) -> Draws:
    """The same for the same number of calls and seed."""
    return np.random.default_rng(sampling.seed).integers(0, calls, (sampling.rounds, calls))


def rate(parts: Sequence[Share]) -> float:
    """The rate over all calls."""
    return sum(one.part for one in parts) / max(1.0, sum(one.of for one in parts))


def rate_interval(parts: Sequence[Share], sampling: Sampling = USUAL) -> Interval:
    """Of the rate over all calls."""
    return _interval(_rates(parts, draws(len(parts), sampling)), sampling)


def rate_change(
    base: Sequence[Share], candidate: Sequence[Share], sampling: Sampling = USUAL
) -> Interval:
    """Of the candidate's rate less the base's, call by call the same calls."""
    drawn = draws(len(base), sampling)
    return _interval(_rates(candidate, drawn) - _rates(base, drawn), sampling)


def pooled_change(
    base: Sequence[Sequence[float]],
    candidate: Sequence[Sequence[float]],
    *,
    figure: Callable[[Sequence[float]], float],
    sampling: Sampling = USUAL,
) -> Interval:
    """The same for a figure of all calls' values together, such as a percentile."""

    def of(calls: Sequence[Sequence[float]], drawn: NDArray[np.int64]) -> float:
        return figure([value for at in drawn for value in calls[at]])

    changes = [of(candidate, one) - of(base, one) for one in draws(len(base), sampling)]
    return _interval(np.array(changes), sampling)


def _rates(parts: Sequence[Share], drawn: Draws) -> NDArray[np.float64]:
    counts, of = np.array(parts, dtype=np.float64).T
    return np.asarray(counts[drawn].sum(axis=1) / np.maximum(1.0, of[drawn].sum(axis=1)))


def _interval(values: NDArray[np.float64], sampling: Sampling) -> Interval:
    outside = (1 - sampling.confidence) / 2
    low, high = np.quantile(values, (outside, 1 - outside))
    return Interval(float(low), float(high))
