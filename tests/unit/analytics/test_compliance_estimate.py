"""What reviewed samples say of the whole: unbiased, and right about how sure they are."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.compliance.estimate import (
    Estimate,
    Part,
    Reviewed,
    Stratum,
    estimate,
    share,
    wilson,
)
from analytics.compliance.sample import draw

SOME = st.builds(
    lambda inclusion, spans, wrong, missed: Reviewed(inclusion, spans, min(spans, wrong), missed),
    st.floats(0.05, 1.0),
    st.integers(0, 4),
    st.integers(0, 4),
    st.integers(0, 2),
)


def known(found: Estimate | None) -> Estimate:
    assert found is not None
    return found


@given(st.lists(SOME, min_size=1, max_size=30), st.integers(0, 500))
def test_a_share_lies_in_its_interval_and_both_between_none_and_all(
    reviewed: list[Reviewed], more: int
) -> None:
    spans = sum(one.spans for one in reviewed) + more
    stratum = Stratum(len(reviewed) + more, spans, len(reviewed))
    estimates = estimate([(stratum, reviewed)])
    for found in (
        estimates.segments_with_miss,
        estimates.missed_spans,
        estimates.false_alarms,
    ):
        if found is not None:
            assert 0 <= found.low <= found.share + 1e-9
            assert found.share <= found.high + 1e-9 and found.high <= 1
            assert (found.found == 0) == (found.share == 0)


def test_where_nothing_was_found_the_rule_of_three_speaks() -> None:
    clean = [Reviewed(0.1, 0, 0, 0)] * 60
    none = known(estimate([(Stratum(600, 0, 60), clean)]).segments_with_miss)
    assert (none.share, none.low, none.by) == (0.0, 0.0, "rule of three")
    assert none.high == pytest.approx(3 / 60)


def test_uneven_odds_leave_less_certainty_than_an_even_sample() -> None:
    uneven = [Reviewed(0.02, 0, 0, 0)] * 30 + [Reviewed(0.2, 0, 0, 0)] * 30
    none = known(estimate([(Stratum(1650, 0, 60), uneven)]).segments_with_miss)
    assert none.high > 3 / 40


def test_what_was_reviewed_whole_is_known_and_not_estimated() -> None:
    reviewed = [Reviewed(1.0, 2, 1, 0), Reviewed(1.0, 0, 0, 1)]
    estimates = estimate([(Stratum(2, 2, 2), reviewed), (Stratum(0, 0, 0), [])])
    missed = known(estimates.segments_with_miss)
    assert (missed.share, missed.low, missed.high, missed.by) == (0.5, 0.5, 0.5, "all reviewed")
    assert known(estimates.missed_spans).share == pytest.approx(1 / 2)
    assert known(estimates.false_alarms).share == pytest.approx(1 / 2)


def test_a_risky_segment_counts_for_fewer_than_a_plain_one() -> None:
    risky = known(share([Part(2.0, 1, 1), Part(50.0, 0, 1)], total=52))
    plain = known(share([Part(2.0, 0, 1), Part(50.0, 1, 1)], total=52))
    assert [risky.share, plain.share] == pytest.approx([2 / 52, 50 / 52])


def test_strata_that_nobody_reviewed_are_not_spoken_of() -> None:
    nothing = estimate([(Stratum(100, 30, 10), [])])
    assert nothing.segments_with_miss is None and nothing.segments == 0
    some = estimate([(Stratum(100, 30, 10), []), (Stratum(40, 0, 4), [Reviewed(0.1, 0, 0, 0)])])
    assert (some.segments, some.spans, some.false_alarms) == (40, 0, None)


@pytest.mark.parametrize(
    ("at", "count", "low", "high"),
    # Newcombe, Statistics in Medicine 1998, table I, Wilson without continuity correction.
    [
        (81 / 263, 263, 0.2553, 0.3662),
        (15 / 148, 148, 0.0624, 0.1605),
        (1 / 29, 29, 0.0061, 0.1718),
    ],
)
def test_wilsons_interval_is_the_published_one(
    at: float, count: int, low: float, high: float
) -> None:
    assert list(wilson(at, count)) == pytest.approx([low, high], abs=5e-5)


def segments(seed: int, *, misses: float) -> list[tuple[float, Reviewed]]:
    """A day: weight, and what a reviewer would say; misses are likelier where weights are high."""
    chance = random.Random(seed)
    day = []
    for _ in range(400):
        weight = chance.choice([1.0, 1.0, 1.0, 2.0, 4.0, 8.0])
        spans = chance.choice([0, 0, 0, 1, 2])
        wrong = sum(chance.random() < 0.1 for _ in range(spans))
        missed = int(chance.random() < misses * (0.5 + weight / 4))
        day.append((weight, Reviewed(1.0, spans, wrong, missed)))
    return day


@pytest.mark.parametrize(("misses", "stop"), [(0.05, 60), (0.05, 25), (0.01, 60), (0.0, 60)])
def test_over_many_draws_estimates_are_right_on_average_and_intervals_hold_the_truth(
    misses: float, stop: int
) -> None:
    day = segments(7, misses=misses)
    weights, spans = [w for w, _ in day], sum(one.spans for _, one in day)
    stratum = Stratum(len(day), spans, 60)
    true_miss = sum(one.missed > 0 for _, one in day) / len(day)
    true_wrong = sum(one.false_alarms for _, one in day) / spans
    found: list[tuple[Estimate, Estimate]] = []
    for n in range(400):
        drawn = draw(weights, 60, seed=f"draw {n}")[:stop]
        reviewed = [day[one.at][1]._replace(inclusion=one.inclusion) for one in drawn]
        estimates = estimate([(stratum, reviewed)])
        found.append((known(estimates.segments_with_miss), known(estimates.false_alarms)))
    for which, truth in ((0, true_miss), (1, true_wrong)):
        shares = [pair[which].share for pair in found]
        average = sum(shares) / len(shares)
        spread = (sum((s - average) ** 2 for s in shares) / len(shares)) ** 0.5
        assert average == pytest.approx(truth, abs=4 * spread / len(shares) ** 0.5 + 1e-9)
        held = sum(pair[which].low <= truth <= pair[which].high for pair in found)
        assert held / len(found) >= 0.92
