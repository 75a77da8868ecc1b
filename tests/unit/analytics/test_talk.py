"""Spans of talk."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.talk import Overlay, Span, overlay, spoken, total_ms, union
from tests.told_call import words

SPANS = st.lists(
    st.tuples(st.integers(0, 200), st.integers(0, 200)).map(lambda pair: Span(*sorted(pair))),
    max_size=8,
)


def test_spans_that_touch_or_overlap_become_one() -> None:
    assert union([Span(5, 9), Span(0, 3), Span(3, 6), Span(20, 21)]) == [Span(0, 9), Span(20, 21)]


def test_a_short_hole_is_bridged_and_one_of_the_limit_is_not() -> None:
    assert union([Span(0, 10), Span(14, 20)], bridge_ms=5) == [Span(0, 20)]
    assert union([Span(0, 10), Span(15, 20)], bridge_ms=5) == [Span(0, 10), Span(15, 20)]


def test_a_breath_between_words_is_talk_and_a_long_pause_is_not() -> None:
    said = (*words("one two", start_ms=0), *words("three", start_ms=1050))
    assert spoken(Span(0, 1350), said) == [Span(0, 1350)]
    said = (*words("one two", start_ms=0), *words("three", start_ms=1100))
    assert spoken(Span(0, 1400), said) == [Span(0, 600), Span(1100, 1400)]


def test_words_without_length_count_as_the_whole_segment() -> None:
    assert spoken(Span(100, 900), words("hello", start_ms=100, each_ms=0)) == [Span(100, 900)]
    assert spoken(Span(100, 900), ()) == []


@pytest.mark.parametrize(
    ("legs", "expected"),
    [
        ([], Overlay(silence_ms=1000, overlap_ms=0)),
        ([[Span(0, 400)], [Span(300, 600)]], Overlay(silence_ms=400, overlap_ms=100)),
        ([[Span(0, 1000)], [Span(0, 1000)], [Span(0, 500)]], Overlay(0, 1000)),
        ([[Span(900, 1500)], [Span(950, 2000)]], Overlay(silence_ms=900, overlap_ms=50)),
    ],
)
def test_silence_and_overlap_within_the_call(legs: list[list[Span]], expected: Overlay) -> None:
    assert overlay(legs, duration_ms=1000) == expected


@given(legs=st.lists(SPANS, max_size=3))
def test_overlay_counts_every_millisecond_as_counting_them_does(legs: list[list[Span]]) -> None:
    speaking = [sum(any(s <= ms < e for s, e in spans) for spans in legs) for ms in range(150)]
    silence_ms = sum(count == 0 for count in speaking)
    assert overlay(legs, duration_ms=150) == (silence_ms, sum(count > 1 for count in speaking))


@given(SPANS, st.integers(0, 20))
def test_a_union_is_disjoint_in_order_and_loses_nothing(spans: list[Span], bridge: int) -> None:
    joined = union(spans, bridge_ms=bridge)
    assert all(a.end_ms < b.start_ms for a, b in zip(joined, joined[1:], strict=False))
    assert total_ms(joined) >= len({ms for s, e in spans for ms in range(s, e)})
    assert total_ms(union(spans)) == len({ms for s, e in spans for ms in range(s, e)})
