"""A beam finds what a greedy search passes by, and phrases decide close cases."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from triton_models.beam import Decoder, Search, search
from triton_models.bias import PhraseBias
from triton_models.tokens import END_TOKEN

SIZE = 12
Table = dict[tuple[int, ...], dict[int, float]]

# Greedy takes 4 first; what follows 5 is so much surer that 5, 6 is the likelier utterance.
TABLE: Table = {
    (): {4: 0.6, 5: 0.4},
    (4,): {7: 0.4, 8: 0.35, 9: 0.25},
    (5,): {6: 1.0},
}


class Scripted(Decoder):
    """Says what a table has; utterances that it does not have end."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._said: list[tuple[int, ...]] = []

    def first(self, tokens: Sequence[int]) -> NDArray[np.float32]:
        self._said = [tuple(tokens)]
        return np.stack([self._row(tuple(tokens[:n])) for n in range(len(tokens) + 1)])

    def next(self, parents: Sequence[int], tokens: Sequence[int]) -> NDArray[np.float32]:
        self._said = [(*self._said[p], t) for p, t in zip(parents, tokens, strict=True)]
        return np.stack([self._row(said) for said in self._said])

    def _row(self, said: tuple[int, ...]) -> NDArray[np.float32]:
        row = np.full(SIZE, 1e-9)
        for token, probability in self._table.get(said, {END_TOKEN: 1.0}).items():
            row[token] = probability
        return np.asarray(np.log(row), np.float32)


def test_the_likeliest_utterance_is_found_though_it_begins_less_likely() -> None:
    assert search(Scripted(TABLE), Search(width=1))[0].tokens == (4, 7)
    best = search(Scripted(TABLE), Search(width=2))[0]
    assert best.tokens == (5, 6)
    assert best.complete
    assert np.allclose(np.exp(best.log_probabilities), [0.4, 1.0])


def test_hypotheses_come_best_first() -> None:
    found = search(Scripted(TABLE), Search(width=3))
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
    assert len({each.tokens for each in found}) == 3


def test_an_expected_phrase_wins_and_its_probabilities_stay_the_models() -> None:
    bias = PhraseBias([((4, 9), 1.0)])
    best = search(Scripted(TABLE), Search(width=3, bias=bias))[0]
    assert best.tokens == (4, 9)
    assert np.allclose(np.exp(best.log_probabilities), [0.6, 0.25])


def test_a_phrase_broken_off_gains_nothing() -> None:
    bias = PhraseBias([((4, 11), 3.0)])
    assert search(Scripted(TABLE), Search(width=2, bias=bias))[0].tokens == (5, 6)


def test_what_is_banned_is_not_said_and_what_is_given_is() -> None:
    banned = np.zeros(SIZE, np.bool_)
    banned[[5, 7]] = True
    assert search(Scripted(TABLE), Search(width=2, banned=banned))[0].tokens == (4, 8)
    assert search(Scripted(TABLE), Search(width=2, prefix=(4,)))[0].tokens == (4, 7)


def test_an_endless_utterance_is_stopped_and_said_to_be_incomplete() -> None:
    endless: Table = {(3,) * n: {3: 1.0} for n in range(30)}
    best = search(Scripted(endless), Search(width=2, most_tokens=10))[0]
    assert (len(best.tokens), best.complete) == (10, False)
