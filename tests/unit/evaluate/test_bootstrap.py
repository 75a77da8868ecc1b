import pytest

from trunkline.evaluate.bootstrap import (
    Interval,
    Sampling,
    Share,
    draws,
    pooled_change,
    rate,
    rate_change,
    rate_interval,
)

CALLS = [Share(errors, 100) for errors in (2, 4, 6, 8, 10)]


def test_a_rate_is_over_all_words_and_its_interval_around_it() -> None:
    assert rate(CALLS) == pytest.approx(0.06)
    low, high = rate_interval(CALLS)
    assert 0.02 <= low < 0.06 < high <= 0.10
    assert rate([]) == 0.0


def test_the_same_seed_draws_the_same_calls_and_another_one_others() -> None:
    assert rate_interval(CALLS) == rate_interval(CALLS)
    once, again, other = (draws(5, Sampling(50, 0.95, seed)).tolist() for seed in (2, 2, 3))
    assert once == again != other


def test_calls_that_differ_in_difficulty_only_do_not_blur_a_change() -> None:
    worse = [Share(part + 1, of) for part, of in CALLS]
    assert rate_change(CALLS, worse) == pytest.approx(Interval(0.01, 0.01))
    assert rate_change(CALLS, CALLS) == Interval(0.0, 0.0)


def test_a_change_that_one_call_alone_makes_is_uncertain() -> None:
    once = [Share(part + (10 if part == 2 else 0), of) for part, of in CALLS]
    low, high = rate_change(CALLS, once)
    assert low == 0.0 < high


def test_figures_of_pooled_values_are_resampled_by_call() -> None:
    base = [[100.0, 200.0], [300.0], [400.0, 100.0]]
    slower = [[value + 50 for value in call] for call in base]
    assert pooled_change(base, slower, figure=max) == Interval(50.0, 50.0)
