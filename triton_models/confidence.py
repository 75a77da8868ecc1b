"""How likely a word is right, from how sure the decoder was (pure).

Logistic in the log-odds of the word's least sure token and in the utterance's mean log-probability
a token. Fitted to 1425 words of whole turns of ten synthetic telephone calls, 91 % of them right;
on one half of the calls with the weights of the other half the expected calibration error is 2.4
and 2.7 %, where the bare probability of the least sure token has 6.0 % on one half and 5.1 % on
all. It ranks words as that probability does (area under the curve 0.78 and 0.84), not much better.
"""

from collections.abc import Iterable, Sequence
from math import exp, log

from triton_models.tokens import SpokenWord

_BASE = 1.614
_OF_LEAST = 0.502
_OF_MEAN = 2.428

_LOWEST, _HIGHEST = 0.01, 0.995
"""Log-odds beyond these say nothing more."""


def calibrated(words: Sequence[SpokenWord], probabilities: Sequence[float]) -> list[SpokenWord]:
    """The words of one utterance with the share of such words that are right as confidence.

    `probabilities` are those of all its tokens.
    """
    logs = [log(max(probability, 1e-6)) for probability in probabilities]
    mean = sum(logs) / max(1, len(logs))
    return [word._replace(confidence=_right(word.confidence, mean)) for word in words]


def expected_calibration_error(pairs: Iterable[tuple[float, bool]], *, bins: int = 10) -> float:
    """How far stated confidence is from the share that is right, on average over the pairs of
    (confidence, is right); 0 is perfect. Bins are of equal width."""
    groups: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
    for confidence, is_right in pairs:
        groups[min(bins - 1, max(0, int(confidence * bins)))].append((confidence, is_right))
    total = sum(map(len, groups))
    return sum(abs(sum(c - r for c, r in group)) for group in groups) / max(1, total)


def _right(least: float, mean_log: float) -> float:
    bounded = min(_HIGHEST, max(_LOWEST, least))
    odds = _BASE + _OF_LEAST * log(bounded / (1 - bounded)) + _OF_MEAN * mean_log
    return 1.0 / (1.0 + exp(-odds))
