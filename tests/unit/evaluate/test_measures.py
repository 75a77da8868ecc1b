import msgspec

from tests.known_call import CVV, REFERENCE, STARTED, TIMED, but, partial, score, segments
from trunkline.evaluate.delays import Shown
from trunkline.evaluate.differences import Difference
from trunkline.evaluate.entities import Masking
from trunkline.evaluate.totals import totals
from trunkline.live_captions import CaptionSegment


def test_a_perfect_call_has_nothing_to_reproach() -> None:
    got = score(segments(reference=TIMED), reference=TIMED).measures
    assert got.speakers.der == 0.0
    assert got.churn.changed == 0 and got.churn.shown > 100
    assert all(one.found == one.said for one in got.entities.values())
    assert all(one.masked == one.as_kind == one.said for one in got.personal.values())
    assert {"number", "name"} <= got.entities.keys()
    assert got.duration_ms == REFERENCE.duration_ms


def test_a_span_without_its_token_is_not_masked() -> None:
    got = score(segments(but(CVV))).measures
    assert got.personal["CVV"] == Masking(1)
    assert got.personal["CARD"] == Masking(2, 2, 2)


def test_speakers_that_are_taken_for_each_other_are_confused() -> None:
    one_name = [msgspec.structs.replace(one, speaker="x") for one in segments(reference=TIMED)]
    assert score(one_name, reference=TIMED).measures.speakers.confused_ms > 10_000


def test_words_that_were_shown_and_changed_are_churn_even_if_they_were_frozen() -> None:
    first = segments()[0]

    def changed(text: str, revision: int, *, frozen: int = 0) -> Shown:
        words = tuple(
            msgspec.structs.replace(word, text=text if at == 0 else word.text)
            for at, word in enumerate(first.words)
        )
        caption = msgspec.structs.replace(
            first, words=words, revision=revision, is_final=revision == 9, frozen_words=frozen
        )
        return Shown(STARTED + revision, caption)

    got = score(segments(), shown=[changed("Tank", 1, frozen=1), changed("Thank", 9)])
    assert (got.measures.churn.changed, got.measures.churn.frozen_changed) == (1, 1)
    assert got.measures.churn.shown == len(first.words) + 1


def test_growing_captions_are_no_churn() -> None:
    one = msgspec.structs.replace(max(segments(), key=lambda s: len(s.words)), revision=99)
    grown: list[CaptionSegment] = [
        msgspec.structs.replace(partial(one, until_ms=word.end_ms), revision=at)
        for at, word in enumerate(one.words)
    ]
    got = score(segments(), shown=[Shown(STARTED, s) for s in (*grown, one)])
    assert got.measures.churn.changed == 0


def test_differences_are_told_turn_by_turn_and_only_if_asked_for() -> None:
    finals = segments()
    lost = msgspec.structs.replace(finals[0], words=finals[0].words[1:])
    got = score([lost, *finals[1:]], with_text=True)
    assert got.differences[0].steps[0] == Difference("deletion", "thank", "")
    assert {one.step for turn in got.differences[1:] for one in turn.steps} == {
        "match", "passed", "token",
    }  # fmt: skip
    assert score(finals).differences == ()


def test_totals_are_over_all_calls_that_were_scored() -> None:
    one = score(segments())
    failed = msgspec.structs.replace(one, problem="refused")
    both = totals([one, one, failed])
    assert (both.calls, both.not_scored) == (2, 1)
    assert both.spans == 2 * one.spans and both.speech_ms == 2 * one.measures.speech_ms
    assert both.wer.of == 2 * one.errors.words
    assert both.slices["accent:en-us"].of == both.wer.of
    assert both.entities["number"].said == 2 * one.measures.entities["number"].said
    assert totals([failed]).wer.of == 0
