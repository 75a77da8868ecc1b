"""How many speakers there are, and whose each voice print is (pure).

Prints are gathered by average linkage into a tree; for each number of speakers the tree gives
splits whose every part has been heard for some seconds, and the best is refined as in k-means.
A number is believed if its two nearest speakers are less alike than each is like itself: the
ratio of the two is near 1 where one speaker was cut in two, whatever the noise on the line, while
a fixed threshold on likeness itself moves with noise, band and accent.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
Labels = NDArray[np.int64]

SECOND_RATIO = 0.9
"""Two speakers, rather than one, below this. Measured on five calls and five mixes of like
voices: one speaker in halves 0.92 to 0.99, two 0.45 to 0.71 (twins in voice 0.89)."""

FURTHER_RATIO = 0.75
"""Three and more below this: on the same audio a false third has 0.81 and more. Two is what
nearly every call is, so that more takes more to believe."""

LEAST_S = (2.5, 4.0)
"""A second speaker, and each further one, must have been heard alone for so long."""

MOST_ITEMS = 400
"""The tree costs the third power; more prints than this are left out, the shortest first."""


@dataclass(frozen=True, slots=True)
class Split:
    """The prints of `of`, shared out among speakers."""

    labels: Labels
    centres: Matrix
    """float32 [speakers, size], of length 1."""


class _Group(NamedTuple):
    """Prints that the tree has put together."""

    items: list[int]
    seconds: float


class _Fit(NamedTuple):
    split: Split
    gain: float


def split(prints: Matrix, seconds: NDArray[np.float32], *, most: int) -> Split:
    """Prints (float32 [n, size], of length 1), each worth its seconds, among `most` speakers."""
    best = Split(
        np.zeros(len(prints), np.int64), _centres(prints, seconds, [np.arange(len(prints))])
    )
    levels = list(_tree(prints, seconds)) if most > 1 and len(prints) > 1 else []
    for count in range(2, most + 1):
        found = _of(count, prints, seconds, levels=levels)
        if found is None:
            break
        limit = SECOND_RATIO if count == 2 else FURTHER_RATIO
        if likeness(found.labels, prints, seconds) < limit:
            best = found
    return best


def likeness(labels: Labels, prints: Matrix, seconds: NDArray[np.float32]) -> float:
    """How like the two nearest speakers are, over how like each is to itself; the worst pair."""
    alike = prints @ prints.T
    worth = np.outer(seconds, seconds)
    np.fill_diagonal(worth, 0.0)
    member = np.eye(int(labels.max()) + 1, dtype=np.float32)[labels]
    shared = member.T @ worth @ member
    mean = (member.T @ (alike * worth) @ member) / np.maximum(shared, 1e-9)
    own = np.diag(mean).copy()
    known = np.diag(shared) > 0
    own[~known] = own[known].mean() if known.any() else 1.0
    pairs = mean / np.maximum((own[:, np.newaxis] + own) / 2, 1e-3)
    return float(np.max(pairs[~np.eye(len(own), dtype=bool)], initial=-1.0))


def _of(
    count: int, prints: Matrix, seconds: NDArray[np.float32], *, levels: list[list[_Group]]
) -> Split | None:
    """The best split into `count`; None if no tree level has so many speakers heard enough."""
    least = LEAST_S[0] if count == 2 else LEAST_S[1]
    fits: list[_Fit] = []
    for level in levels:
        heard = [group for group in level if group.seconds >= LEAST_S[0]]
        if len(heard) >= count and heard[count - 1].seconds >= least:
            groups = [group.items for group in heard[:count]]
            fits.append(_refined(prints, seconds, groups=groups))
        if len(fits) >= count + 2:
            break
    enough = [fit for fit in fits if _least_heard(fit.split.labels, seconds, count=count) >= least]
    return max(enough, key=lambda fit: fit.gain).split if enough else None


def _least_heard(labels: Labels, seconds: NDArray[np.float32], *, count: int) -> float:
    return float(np.bincount(labels, weights=seconds, minlength=count).min())


def _tree(prints: Matrix, seconds: NDArray[np.float32]) -> Iterator[list[_Group]]:
    """Levels from the top down; groups of each level by the seconds they hold, most first."""
    worth = seconds.astype(np.float64).copy()
    alike = (prints @ prints.T) * np.outer(worth, worth)
    groups = {item: _Group([item], float(worth[item])) for item in range(len(prints))}
    gone = np.zeros(len(prints), np.bool_)
    levels: list[list[_Group]] = []
    while len(groups) > 1:
        levels.append(list(groups.values()))
        mean = alike / np.outer(worth, worth)
        mean[gone] = mean[:, gone] = -2.0
        np.fill_diagonal(mean, -2.0)
        one, other = divmod(int(mean.argmax()), len(prints))
        alike[one] += alike[other]
        alike[:, one] += alike[:, other]
        worth[one] += worth[other]
        gone[other] = True
        absorbed = groups.pop(other)
        groups[one] = _Group(groups[one].items + absorbed.items, float(worth[one]))
    for level in reversed(levels):
        yield sorted(level, key=lambda group: -group.seconds)


def _refined(prints: Matrix, seconds: NDArray[np.float32], *, groups: list[list[int]]) -> _Fit:
    centres = _centres(prints, seconds, groups)
    labels = (prints @ centres.T).argmax(axis=1)
    for _ in range(20):
        parts = [np.flatnonzero(labels == number) for number in range(len(groups))]
        if not all(len(part) for part in parts):
            break
        centres = _centres(prints, seconds, parts)
        moved = (prints @ centres.T).argmax(axis=1)
        if (moved == labels).all():
            break
        labels = moved
    gain = float((prints @ centres.T).max(axis=1) @ seconds)
    return _Fit(Split(labels, centres), gain)


def _centres(
    prints: Matrix, seconds: NDArray[np.float32], groups: Iterable[Sequence[int] | Labels]
) -> Matrix:
    sums = [(prints[group] * seconds[group][:, np.newaxis]).sum(axis=0) for group in groups]
    stacked = np.stack(sums)
    lengths = np.linalg.norm(stacked, axis=1, keepdims=True)
    return np.asarray(stacked / np.maximum(lengths, 1e-6), np.float32)
