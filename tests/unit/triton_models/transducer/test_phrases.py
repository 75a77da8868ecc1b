"""Phrases that are favoured: what is lent, given back and kept."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from triton_models.transducer.phrases import ROOT, Phrases, Weighted

TOKENS = st.integers(1, 3)


def raised(phrases: Phrases, tokens: Sequence[int]) -> float:
    """What a hypothesis of these tokens ends with."""
    node, total = ROOT, 0.0
    for token in tokens:
        move = phrases.moves(node).get(token, phrases.away(node))
        node, total = move.node, total + move.raised
    return total + phrases.away(node).raised


def occurrences(tokens: Sequence[int], phrase: Sequence[int]) -> int:
    size = len(phrase)
    return sum(tuple(tokens[at : at + size]) == tuple(phrase) for at in range(len(tokens)))


def test_a_phrase_is_lent_its_weight_token_by_token_and_keeps_it_when_complete() -> None:
    phrases = Phrases([Weighted((1, 2, 3), 2.0)])
    node, steps = ROOT, []
    for token in (1, 2, 3, 9):
        move = phrases.moves(node).get(token, phrases.away(node))
        node = move.node
        steps.append(move.raised)
    assert steps == [2.0, 2.0, 2.0, 0.0]


def test_one_that_breaks_off_gives_it_back() -> None:
    phrases = Phrases([Weighted((1, 2, 3), 2.0)])
    assert raised(phrases, (1, 2, 9)) == raised(phrases, (1, 2)) == 0.0


def test_a_longer_phrase_goes_on_from_a_shorter_one() -> None:
    phrases = Phrases([Weighted((1, 2), 2.0), Weighted((1, 2, 3), 2.0)])
    assert raised(phrases, (1, 2, 3)) == 6.0
    assert raised(phrases, (1, 2, 9)) == 4.0


def test_a_phrase_within_a_broken_one_is_found() -> None:
    phrases = Phrases([Weighted((1, 2, 3, 4), 1.0), Weighted((2, 3), 5.0)])
    assert raised(phrases, (1, 2, 3, 9)) == 10.0


def test_a_weight_below_zero_lowers() -> None:
    assert raised(Phrases([Weighted((1, 2), -1.5)]), (9, 1, 2, 9)) == -3.0


def test_no_phrases_matter_to_nothing() -> None:
    assert not Phrases([Weighted((), 2.0), Weighted((1,), 0.0)])
    assert raised(Phrases([]), (1, 2, 3)) == 0.0


@settings(max_examples=50, deadline=None)
@given(st.lists(TOKENS, min_size=1, max_size=4), st.lists(TOKENS, max_size=12))
def test_one_phrase_earns_its_weight_each_time_it_is_said(
    phrase: list[int], tokens: list[int]
) -> None:
    found = raised(Phrases([Weighted(tuple(phrase), 1.0)]), tokens)
    assert found == len(phrase) * occurrences(tokens, phrase)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.lists(TOKENS, min_size=1, max_size=4), min_size=1, max_size=5),
    st.lists(TOKENS, max_size=12),
)
def test_what_is_said_with_phrases_never_loses_and_without_never_gains(
    phrases: list[list[int]], tokens: list[int]
) -> None:
    found = raised(Phrases(Weighted(tuple(p), 1.0) for p in phrases), tokens)
    said = any(occurrences(tokens, phrase) for phrase in phrases)
    assert (found > 0.0) == said and (said or found == 0.0)
