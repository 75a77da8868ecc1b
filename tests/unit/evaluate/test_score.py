from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from analytics.events import CallDocument, GapDocument, SegmentDocument, TranscriptDocument
from redaction.events import RedactedWord
from tests.finished_call import STARTED_AT
from trunkline.evaluate.delays import Shown, percentile
from trunkline.evaluate.reference import ReferenceWord, Span, read_reference, words
from trunkline.evaluate.score import CallScore, Heard, StoredText, score_call
from trunkline.evaluate.stored import row_texts
from trunkline.live_captions import CaptionSegment

CALLS = Path(__file__).parents[2] / "data" / "calls" / "dev"
REFERENCE = read_reference(CALLS / "d01_bank_card.json")
CALL_ID = "0190" + "a" * 28
STARTED = 1_000_000.0
ENDPOINT_MS = 500
CARD = next(span for span in REFERENCE.pii if span.kind == "CARD")
CVV = next(span for span in REFERENCE.pii if span.kind == "CVV")

Text = Callable[[ReferenceWord], str]


def masked(word: ReferenceWord) -> str:
    return f"[{word.span.kind.lower()}]" if word.span else word.text


def but(span: Span) -> Text:
    """As `masked`, with one span left as it was said."""
    return lambda word: word.text if word.span is span else masked(word)


def segments(text: Text = masked, *, swapped: bool = False) -> list[CaptionSegment]:
    """One final a turn, as a perfect recogniser would give them."""
    out = []
    for channel in (0, 1):
        for turn in REFERENCE.turns:
            said = [
                w
                for w in words(REFERENCE, channel)
                if turn.channel == channel and turn.start_ms <= w.start_ms < turn.end_ms
            ]
            if said:
                out.append(segment(said, text, channel=1 - channel if swapped else channel))
    return sorted(out, key=lambda one: one.start_ms)


def segment(
    said: list[ReferenceWord], text: Text, *, channel: int, final: bool = True
) -> CaptionSegment:
    return CaptionSegment(
        segment_id=f"{CALL_ID}-{channel}/{said[0].start_ms:09}",
        leg_id=f"{CALL_ID}-{channel}",
        channel=channel,
        speaker="agent",
        revision=9 if final else 1,
        is_final=final,
        start_ms=said[0].start_ms,
        end_ms=said[-1].end_ms,
        words=tuple(
            RedactedWord(
                text=text(w),
                start_ms=w.start_ms,
                end_ms=w.end_ms,
                confidence=1.0,
                kind=text(w).strip("[]") if text(w).startswith("[") else None,
            )
            for w in said
        ),
    )


def partial(one: CaptionSegment, *, until_ms: int) -> CaptionSegment:
    """What of a final could be shown at `until_ms`."""
    return CaptionSegment(
        segment_id=one.segment_id,
        leg_id=one.leg_id,
        channel=one.channel,
        speaker=one.speaker,
        revision=1,
        is_final=False,
        start_ms=one.start_ms,
        end_ms=until_ms,
        words=tuple(word for word in one.words if word.end_ms <= until_ms),
    )


def document(finals: Iterable[CaptionSegment]) -> TranscriptDocument:
    return TranscriptDocument(
        call=CallDocument(
            call_id=CALL_ID,
            external_id="",
            ingress="siprec",
            state="ended",
            started_at=STARTED_AT,
        ),
        segments=tuple(
            SegmentDocument(
                segment_id=one.segment_id,
                leg_id=one.leg_id,
                channel=one.channel,
                speaker=one.speaker,
                start_ms=one.start_ms,
                end_ms=one.end_ms,
                text=one.text,
                words=one.words,
                language="en",
                policy_version="p1",
            )
            for one in finals
        ),
        gaps=(GapDocument(leg_id=f"{CALL_ID}-1", start_ms=0, end_ms=60, why="lost_packets"),),
        summary=None,
    )


def score(
    finals: list[CaptionSegment],
    *,
    shown: list[Shown] | None = None,
    stored: list[StoredText] | None = None,
) -> CallScore:
    arrived = [Shown(STARTED + (one.end_ms + 600) / 1000, one) for one in finals]
    heard = Heard(
        call_id=CALL_ID,
        started_at=STARTED,
        document=document(finals),
        shown=arrived if shown is None else shown,
        stored=stored or [],
    )
    return score_call(REFERENCE, heard, audible=REFERENCE, endpoint_ms=ENDPOINT_MS)


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
