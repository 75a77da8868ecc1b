"""Whether a word's confidence means something: bins, and the expected calibration error (pure).

Naeini, Cooper and Hauskrecht, "Obtaining Well Calibrated Probabilities Using Bayesian Binning"
(AAAI 2015).
"""

from collections.abc import Iterable, Sequence

import msgspec

from trunkline.evaluate.align import Aligned, Said

BINS = 10


class Bin(msgspec.Struct, frozen=True):
    """Words whose confidence lies in one tenth of 0 to 1."""

    words: int = 0
    confidence_sum: float = 0.0
    right: int = 0

    @property
    def confidence(self) -> float:
        """Mean of what was said."""
        return self.confidence_sum / max(1, self.words)

    @property
    def accuracy(self) -> float:
        """Share that was right."""
        return self.right / max(1, self.words)


def judged_words(shown: Sequence[Said], steps: Iterable[Aligned]) -> list[tuple[float, bool]]:
    """(confidence, right) of each shown word outside personal data."""
    judged = {"match": True, "substitution": False, "insertion": False}
    return [(shown[one.shown].confidence, judged[one.step]) for one in steps if one.step in judged]


def bins(judged: Iterable[tuple[float, bool]]) -> tuple[Bin, ...]:
    """Ten bins of equal width; 1.0 belongs to the last."""
    found = [Bin()] * BINS
    for confidence, right in judged:
        at = min(BINS - 1, max(0, int(confidence * BINS)))
        found[at] = _add(found[at], Bin(1, confidence, int(right)))
    return tuple(found)


def total_bins(parts: Iterable[Sequence[Bin]]) -> tuple[Bin, ...]:
    """The bins of all parts together."""
    total = [Bin()] * BINS
    for part in parts:
        total = [_add(a, b) for a, b in zip(total, part, strict=True)]
    return tuple(total)


def expected_error(found: Sequence[Bin]) -> float:
    """Mean distance of confidence from accuracy, by words; 0 without any."""
    words = sum(one.words for one in found)
    return sum(one.words * abs(one.confidence - one.accuracy) for one in found) / max(1, words)


def _add(a: Bin, b: Bin) -> Bin:
    return Bin(a.words + b.words, a.confidence_sum + b.confidence_sum, a.right + b.right)
