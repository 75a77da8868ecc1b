"""Sets of stretches against plain sets of milliseconds."""

from hypothesis import given
from hypothesis import strategies as st

from redaction.recording.intervals import (
    Interval,
    clipped,
    covers,
    padded,
    total_ms,
    union,
    without,
)

stretches = st.lists(
    st.builds(
        lambda start, size: Interval(start, start + size), st.integers(0, 60), st.integers(0, 15)
    ),
    max_size=8,
)


def points(intervals: object) -> set[int]:
    return {ms for start_ms, end_ms in intervals for ms in range(start_ms, end_ms)}  # type: ignore[attr-defined]


@given(stretches)
def test_a_union_holds_the_same_time_in_order_and_apart(given: list[Interval]) -> None:
    whole = union(given)
    assert points(whole) == points(given)
    assert all(a.end_ms < b.start_ms for a, b in zip(whole, whole[1:], strict=False))
    assert total_ms(whole) == len(points(given))


@given(stretches, st.integers(0, 20))
def test_merging_fills_gaps_that_are_shorter_and_no_others(
    given: list[Interval], merge_ms: int
) -> None:
    whole, merged = union(given), union(given, merge_ms=merge_ms)
    assert points(whole) <= points(merged)
    assert all(b.start_ms - a.end_ms >= merge_ms for a, b in zip(merged, merged[1:], strict=False))
    for gap in without(merged, whole):
        assert gap.end_ms - gap.start_ms < merge_ms


@given(stretches, stretches)
def test_what_is_taken_out_is_gone_and_the_rest_stays(
    given: list[Interval], taken: list[Interval]
) -> None:
    left = without(union(given), union(taken))
    assert points(left) == points(given) - points(taken)
    assert covers(union(taken), union(given)) == (points(given) <= points(taken))


@given(stretches, st.integers(0, 30), st.integers(0, 30))
def test_clipping_keeps_what_lies_within(given: list[Interval], low: int, size: int) -> None:
    within = Interval(low, low + size)
    assert points(clipped(given, within)) == points(given) & points([within])


def test_pads_do_not_reach_before_the_call() -> None:
    assert padded([Interval(100, 200)], before_ms=400, after_ms=50) == [Interval(0, 250)]
