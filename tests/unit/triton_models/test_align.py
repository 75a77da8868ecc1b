"""Word times where the aligner has none."""

from hypothesis import given
from hypothesis import strategies as st

from triton_models.align import Span, filled, proportional


def test_a_stretch_is_shared_out_by_letters() -> None:
    assert proportional(["a", "bcd"], start_ms=100, end_ms=700) == [Span(100, 300), Span(300, 700)]


def test_no_words_take_no_time() -> None:
    assert proportional([], start_ms=0, end_ms=100) == []


def test_missing_words_lie_between_their_neighbours() -> None:
    words = ["ab", "cd", "ef", "gh"]
    spans = [Span(100, 200), None, None, Span(500, 600)]
    assert filled(words, spans, start_ms=0, end_ms=900) == [
        Span(100, 200),
        Span(200, 350),
        Span(350, 500),
        Span(500, 600),
    ]


def test_missing_words_at_the_ends_reach_to_the_voice() -> None:
    assert filled(["ab", "cd", "ef"], [None, Span(300, 400), None], start_ms=100, end_ms=600) == [
        Span(100, 300),
        Span(300, 400),
        Span(400, 600),
    ]


def test_a_missing_word_without_room_shares_its_neighbours() -> None:
    spans = [Span(100, 200), Span(200, 800), None]
    assert filled(["ab", "cd", "ef"], spans, start_ms=0, end_ms=800) == [
        Span(100, 200),
        Span(200, 500),
        Span(500, 800),
    ]


@given(st.lists(st.tuples(st.text("abc", min_size=1), st.booleans()), max_size=12))
def test_spans_never_run_backwards(found: list[tuple[str, bool]]) -> None:
    spans = [Span(100 * i, 100 * i + 90) if known else None for i, (_, known) in enumerate(found)]
    whole = filled([word for word, _ in found], spans, start_ms=0, end_ms=1300)
    edges = [edge for span in whole for edge in span]
    assert len(whole) == len(found)
    assert edges == sorted(edges)
