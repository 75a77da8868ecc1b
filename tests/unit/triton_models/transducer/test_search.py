"""The search over a scorer of random tables: every property a decoder owes."""

from collections.abc import Sequence

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from triton_models.transducer.phrases import Phrases, Weighted
from triton_models.transducer.search import BLANK, Floats, Path, Search, Stream

VOCABULARY, JOINED = 5, 6
SEEDS = st.integers(0, 10_000)


class Tables:
    """Random weights; keeps count of the batches it was asked for."""

    def __init__(self, seed: int, *, blank: float = 1.0) -> None:
        rng = np.random.default_rng(seed)
        self._embedding = rng.normal(size=(VOCABULARY + 1, 2, JOINED)).astype(np.float32)
        self._output = rng.normal(size=(JOINED, VOCABULARY)).astype(np.float32) * 2
        self._bias = np.array([blank] + [0.0] * (VOCABULARY - 1), np.float32)
        self.joined: list[int] = []

    def predict(self, contexts: NDArray[np.int64]) -> Floats:
        found: Floats = self._embedding[contexts[:, 0], 0] + self._embedding[contexts[:, 1], 1]
        return found

    def join(self, frames: Floats, predicted: Floats) -> Floats:
        self.joined.append(len(frames))
        both: Floats = np.tanh(frames + predicted) @ self._output + self._bias
        return both


def frames(seed: int, count: int = 6) -> Floats:
    return np.random.default_rng(seed + 1).normal(size=(count, JOINED)).astype(np.float32)


def searched(
    scorer: Tables, signal: Floats, stream: Stream | None = None, *, most_symbols: int = 1
) -> Stream:
    stream = stream or Stream()
    search = Search(scorer, context_size=2, most_symbols=most_symbols)
    for frame in signal:
        search.advance([stream], frame[np.newaxis])
    return stream


def numbers(stream: Stream) -> tuple[int, ...]:
    best = stream.best()
    assert best is not None
    return said(best)


def said(path: Path) -> tuple[int, ...]:
    return tuple(token.number for token in path.tokens)


def greedy(scorer: Tables, signal: Floats, *, most_symbols: int) -> list[tuple[int, int]]:
    """The textbook's loop: (token, frame)."""
    context, found = [-1, BLANK], []
    for at, frame in enumerate(signal):
        for _ in range(most_symbols):
            predicted = scorer.predict(np.array([context]))
            token = int(scorer.join(frame[np.newaxis], predicted)[0].argmax())
            if token == BLANK:
                break
            found.append((token, at))
            context = [context[1], token]
    return found


@settings(max_examples=20, deadline=None)
@given(SEEDS, st.integers(1, 3))
def test_a_beam_of_one_is_greedy(seed: int, most_symbols: int) -> None:
    scorer, signal = Tables(seed), frames(seed, 12)
    best = searched(scorer, signal, most_symbols=most_symbols).best()
    assert best is not None
    found = [(token.number, token.frame) for token in best.tokens]
    assert found == greedy(scorer, signal, most_symbols=most_symbols)


@settings(max_examples=20, deadline=None)
@given(SEEDS)
def test_at_most_so_many_symbols_a_frame(seed: int) -> None:
    stream = searched(Tables(seed, blank=-9.0), frames(seed, 4), Stream(beam=3), most_symbols=2)
    for path in stream.paths:
        at = [token.frame for token in path.tokens]
        assert at == sorted(at) and all(at.count(frame) <= 2 for frame in at)


@settings(max_examples=20, deadline=None)
@given(SEEDS)
def test_where_blank_always_wins_nothing_is_said(seed: int) -> None:
    scorer = Tables(seed, blank=99.0)
    stream = searched(scorer, frames(seed), Stream(beam=1))
    assert numbers(stream) == () and stream.frame == 6
    assert scorer.joined == [1] * 6


@settings(max_examples=20, deadline=None)
@given(SEEDS)
def test_an_endless_beam_adds_up_every_way_to_say_a_thing(seed: int) -> None:
    scorer, signal = Tables(seed), frames(seed, 4)
    stream = searched(scorer, signal, Stream(beam=10_000))
    totals: dict[tuple[int, ...], float] = {(): 1.0}
    for frame in signal:
        after: dict[tuple[int, ...], float] = {}
        for tokens, share in totals.items():
            context = np.array([[-1, BLANK, *tokens][-2:]])
            logits = scorer.join(frame[np.newaxis], scorer.predict(context))[0].astype(float)
            odds = np.exp(logits - logits.max())
            for token, p in enumerate(odds / odds.sum()):
                key = tokens if token == BLANK else (*tokens, token)
                after[key] = after.get(key, 0.0) + share * p
        totals = after
    assert {said(path) for path in stream.paths} == set(totals)
    assert all(np.isclose(np.exp(path.score), totals[said(path)]) for path in stream.paths)
    assert np.isclose(sum(np.exp(path.score) for path in stream.paths), 1.0)


@settings(max_examples=20, deadline=None)
@given(SEEDS, st.permutations(range(4)), st.integers(1, 4))
def test_the_order_of_a_batch_does_not_matter(seed: int, order: Sequence[int], beam: int) -> None:
    scorer = Tables(seed)
    signals = [frames(seed + 10 * n) for n in range(4)]
    phrases = Phrases([Weighted((1, 2), 1.0)])

    def together(rows: Sequence[int]) -> dict[int, list[Path]]:
        streams = {row: Stream(phrases, beam) for row in rows}
        search = Search(scorer, context_size=2)
        for at in range(len(signals[0])):
            batch = np.stack([signals[row][at] for row in rows])
            search.advance(list(streams.values()), batch)
        return {row: stream.paths for row, stream in streams.items()}

    straight, shuffled = together(range(4)), together(order)
    for row in range(4):
        alone = searched(scorer, signals[row], Stream(phrases, beam)).paths
        for paths in (straight[row], shuffled[row]):
            assert [said(path) for path in paths] == [said(path) for path in alone]
            assert np.allclose([p.score for p in paths], [p.score for p in alone], atol=1e-5)


def ahead_of(stream: Stream, phrase: tuple[int, ...]) -> int:
    """How many hypotheses without the phrase are before the best one with it."""

    def has(path: Path) -> bool:
        tokens = said(path)
        return any(tokens[at : at + len(phrase)] == phrase for at in range(len(tokens)))

    final = [(p.rank + stream.phrases.away(p.node).raised, has(p)) for p in stream.paths]
    best = max(rank for rank, with_phrase in final if with_phrase)
    return sum(rank > best + 1e-9 for rank, with_phrase in final if not with_phrase)


@settings(max_examples=20, deadline=None)
@given(SEEDS, st.lists(st.integers(1, 4), min_size=1, max_size=3), st.floats(0.1, 5.0))
def test_favouring_a_phrase_never_lowers_its_rank(
    seed: int, phrase: list[int], weight: float
) -> None:
    scorer, signal = Tables(seed), frames(seed, 4)
    plain = searched(scorer, signal, Stream(beam=10_000))
    favoured = Stream(Phrases([Weighted(tuple(phrase), weight)]), 10_000)
    searched(scorer, signal, favoured)
    assert ahead_of(favoured, tuple(phrase)) <= ahead_of(plain, tuple(phrase))


@settings(max_examples=20, deadline=None)
@given(SEEDS)
def test_a_phrase_of_enough_weight_is_heard(seed: int) -> None:
    stream = Stream(Phrases([Weighted((3, 1), 50.0)]), 4)
    searched(Tables(seed), frames(seed, 8), stream)
    tokens = numbers(stream)
    assert any(tokens[at : at + 2] == (3, 1) for at in range(len(tokens)))


@settings(max_examples=20, deadline=None)
@given(SEEDS)
def test_probabilities_are_those_of_the_tokens(seed: int) -> None:
    best = searched(Tables(seed), frames(seed, 10)).best()
    assert best is not None
    assert all(0.0 < token.probability <= 1.0 for token in best.tokens)


def test_what_is_settled_is_dropped_and_the_search_goes_on_as_before() -> None:
    scorer, signal = Tables(5, blank=0.0), frames(5, 20)
    whole = searched(scorer, signal)
    stream = searched(scorer, signal[:10])
    settled = numbers(stream)
    stream.forget(len(settled) - 1)
    assert len(settled) > 2 and numbers(stream) == settled[-1:]
    assert settled[:-1] + numbers(searched(scorer, signal[10:], stream)) == numbers(whole)


def test_a_reset_search_has_no_past() -> None:
    scorer, signal = Tables(5), frames(5, 10)
    stream = searched(scorer, frames(9, 10))
    stream.reset()
    assert stream.best() is None
    assert numbers(searched(scorer, signal, stream)) == numbers(searched(scorer, signal))
    assert stream.frame == 20
