import pytest

from redaction.events import RedactedWord
from tests.known_call import (
    CALL_ID,
    CARD,
    CVV,
    ENDPOINT_MS,
    REFERENCE,
    STARTED,
    but,
    masked,
    partial,
    score,
    segment,
    segments,
)
from trunkline.evaluate.delays import Shown, percentile
from trunkline.evaluate.reference import Span, words
from trunkline.evaluate.stored import row_texts


def test_a_perfect_transcript_has_no_errors_no_leaks_and_the_legs_right() -> None:
    got = score(segments())
    assert [leg.wer for leg in got.legs] == [0.0, 0.0]
    assert [leg.over_redaction for leg in got.legs] == [0.0, 0.0]
    assert [leg.right for leg in got.legs] == [True, True]
    assert (got.leaked_finals, got.leaked_shown, got.leaked_stored) == ((), (), ())
    assert (got.spans, got.turns, got.lost_turns, got.gap_ms) == (7, 14, 0, 60)


def test_swapped_legs_are_noticed() -> None:
    assert [leg.right for leg in score(segments(swapped=True)).legs] == [False, False]


def test_a_turn_of_which_nothing_came_is_lost() -> None:
    assert score(segments()[:-1]).lost_turns == 1


@pytest.mark.parametrize("span", [CARD, CVV], ids=["CARD", "CVV"])
def test_a_span_left_in_a_final_is_leaked_there_and_on_the_page(span: Span) -> None:
    got = score(segments(but(span)))
    leaks = [(one.kind, one.start_ms) for one in got.leaked_finals]
    assert leaks == [(span.kind, span.start_ms)]
    assert [(one.kind, one.start_ms) for one in got.leaked_shown] == leaks


def test_a_span_shown_in_a_partial_only_is_leaked_on_the_page_only() -> None:
    clear, redacted = segments(but(CARD)), segments()
    early = [Shown(STARTED, partial(one, until_ms=CARD.end_ms - 2500)) for one in clear]
    got = score(redacted, shown=early + [Shown(STARTED + 99, one) for one in redacted])
    assert [one.kind for one in got.leaked_shown] == ["CARD"]
    assert got.leaked_finals == ()


def test_a_span_left_in_the_database_is_leaked_there_with_its_place() -> None:
    one = next(s for s in segments(but(CVV)) if s.start_ms <= CVV.start_ms < s.end_ms)
    row = {"channel": 1, "text": one.text, "words": [words_of(w) for w in one.words]}
    stored = list(row_texts(row, place="segments", row="", call_id=CALL_ID))
    got = score(segments(), stored=stored)
    assert [(leak.kind, leak.place) for leak in got.leaked_stored] == [("CVV", "segments.words")]


def words_of(word: RedactedWord) -> dict[str, object]:
    return {"text": word.text, "start_ms": word.start_ms, "end_ms": word.end_ms}


def test_texts_are_found_in_json_bytes_and_plain_columns_but_not_in_times_and_hashes() -> None:
    payload = b'{"note": "card 4242 4242 4242"}'.hex()
    row = {
        "value": f"\\x{payload}",
        "sealed": "\\xff00ff",
        "detail": {"why": "said 4242424242"},
        "at": "2026-11-21T06:03:28.424242+00:00",
        "sha256": "4242424242" * 6 + "abcd",
        "count": 4242424242,
        "leg_id": f"{CALL_ID}-0",
    }
    found = list(row_texts(row, place="t", row="1", call_id=CALL_ID))
    assert {(one.place, one.text.strip()) for one in found} >= {
        ("t.value.note", "card 4242 4242 4242"),
        ("t.detail.why", "said 4242424242"),
    }
    got = score(segments(), stored=found)
    assert {leak.place for leak in got.leaked_stored} == {"t.value.note", "t.detail.why"}


def test_final_delays_run_from_the_end_of_speech_to_the_final_on_the_socket() -> None:
    got = score(segments())
    assert len(got.final_delays_ms) == len(REFERENCE.turns)
    assert percentile(got.final_delays_ms, 0.5) == pytest.approx(600, abs=150)
    assert got.over_endpoint_ms[0] == pytest.approx(got.final_delays_ms[0] - ENDPOINT_MS)


def test_a_segment_of_two_turns_measures_the_second_only() -> None:
    ten, eleven = (t for t in REFERENCE.turns if t.channel == 0 and 43_000 < t.start_ms < 51_000)
    said = [w for w in words(REFERENCE, 0) if ten.start_ms <= w.start_ms <= eleven.end_ms]
    both = [s for s in segments() if s.channel == 1 or not 43_000 < s.start_ms < 51_000]
    got = score([*both, segment(said, masked, channel=0)])
    assert len(got.final_delays_ms) == len(REFERENCE.turns) - 1


def test_word_delays_run_from_the_word_to_the_first_caption_that_shows_it() -> None:
    shown = []
    for one in segments():
        for word in one.words:
            at = STARTED + (word.end_ms + 300) / 1000
            shown.append(Shown(at, partial(one, until_ms=word.end_ms)))
        shown.append(Shown(STARTED + (one.end_ms + 5000) / 1000, one))
    got = score(segments(), shown=shown)
    assert len(got.word_delays_ms) > 100
    assert all(delay == pytest.approx(300, abs=1) for delay in got.word_delays_ms)


def test_percentiles_are_by_nearest_rank() -> None:
    values = [float(n) for n in range(101)]
    assert [percentile(values, share) for share in (0.0, 0.5, 0.95, 0.99, 1.0)] == [
        0,
        50,
        95,
        99,
        100,
    ]
    assert percentile([], 0.5) == 0.0
