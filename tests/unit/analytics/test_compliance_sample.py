"""Samples for review: of the size asked for, with the odds they are said to have."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.compliance.risk import LEAST, MOST, weight
from analytics.compliance.sample import draw, inclusions, shares
from redaction.events import RedactedWord
from tests.told_call import words

SPOKEN = ("the", "my", "card", "four", "7", "[card]", "number", "x1y")
WEIGHTS = st.lists(st.floats(LEAST, MOST), min_size=1, max_size=60)


@given(WEIGHTS, st.integers(0, 70), st.text(max_size=8))
def test_a_sample_has_its_size_and_nothing_twice(
    weights: list[float], size: int, seed: str
) -> None:
    sample = draw(weights, size, seed=seed)
    assert len(sample) == min(size, len(weights))
    assert len({one.at for one in sample}) == len(sample)
    assert sample == draw(weights, size, seed=seed)


@given(WEIGHTS, st.integers(1, 70))
def test_the_odds_add_up_to_the_size_and_follow_the_weights(
    weights: list[float], size: int
) -> None:
    odds = inclusions(weights, size)
    assert sum(odds) == pytest.approx(min(size, len(weights)))
    assert all(0 < one <= 1 for one in odds)
    pairs = sorted(zip(weights, odds, strict=True))
    assert all(a[1] <= b[1] + 1e-12 for a, b in zip(pairs, pairs[1:], strict=False))
    uncertain = [(w, one) for w, one in pairs if one < 1]
    for w, one in uncertain:
        assert one * uncertain[0][0] == pytest.approx(w * uncertain[0][1])


@given(st.integers(0, 100), st.integers(0, 50), st.integers(0, 50))
def test_each_stratum_gives_half_or_what_the_other_lacks(
    size: int, masked: int, clean: int
) -> None:
    one, other = shares(size, masked=masked, clean=clean)
    assert 0 <= one <= masked and 0 <= other <= clean
    assert one + other == min(size, masked + clean)
    if min(masked, clean) >= size:
        assert abs(one - other) <= 1


def test_each_is_drawn_as_often_as_its_odds_say() -> None:
    weights = [1.0, 1.0, 2.0, 4.0, 8.0, 30.0, 1.5]
    odds, times = inclusions(weights, 3), 4000
    drawn = Counter(one.at for n in range(times) for one in draw(weights, 3, seed=f"seed {n}"))
    for at, one in enumerate(odds):
        # Five standard deviations of a binomial count.
        assert drawn[at] == pytest.approx(one * times, abs=5 * (times * one * (1 - one)) ** 0.5)


def test_the_first_ones_of_a_sample_are_a_sample_too() -> None:
    """Review may stop anywhere: no place in the order is for risky segments."""
    weights = [1.0] * 6 + [8.0] * 2
    first = Counter(draw(weights, 4, seed=f"seed {n}")[0].at for n in range(4000))
    for at, one in enumerate(inclusions(weights, 4)):
        assert first[at] == pytest.approx(1000 * one, abs=5 * (1000 * one) ** 0.5)


@given(st.lists(st.sampled_from(SPOKEN), max_size=40))
def test_a_weight_is_bounded_and_more_to_judge_never_lowers_it(spoken: list[str]) -> None:
    said = words(" ".join(spoken), start_ms=0)
    at = weight(said)
    assert LEAST <= at <= MOST
    unsure = RedactedWord(text="four", start_ms=0, end_ms=1, confidence=0.1)
    assert weight((*said, unsure)) >= at
    assert weight((*said, *words("hello there", start_ms=0))) == at


def test_a_segment_with_digits_and_a_cue_is_likelier_than_plain_talk() -> None:
    plain = weight(words("thank you for calling us today", start_ms=0))
    risky = weight(words("my card number is four 1 one one", start_ms=0))
    assert plain == LEAST
    assert risky >= 4 * plain
