"""From marks to labels and cases: what fits, and that a label masks just the words marked."""

from collections.abc import Iterable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.compliance.cases import AFTER, BEFORE, checked, labels, seen, tally
from analytics.compliance.documents import GivenMark
from analytics.retraction import BadMark, Mark, retraction_of
from redaction.events import RedactedWord, Transcript
from tests.told_call import ToldCall

CALL = ToldCall()


def write(words: Iterable[RedactedWord], language: str) -> str:
    return " ".join(word.text for word in words)


@st.composite
def finals(draw: st.DrawFn) -> Transcript:
    """A final whose words follow one another, some of them tokens, some very short."""
    texts = draw(st.lists(st.sampled_from(["a", "word", "[card]", "[unavailable]"]), min_size=1))
    at_ms, words = 0, []
    for text in texts:
        start_ms = at_ms + draw(st.integers(0, 300))
        at_ms = start_ms + draw(st.integers(1, 600))
        kind = text.strip("[]") if text.startswith("[") else None
        words.append(
            RedactedWord(text=text, start_ms=start_ms, end_ms=at_ms, confidence=0.5, kind=kind)
        )
    final = CALL.said(1, "x", start_ms=0)
    return msgspec.structs.replace(final, words=tuple(words), end_ms=at_ms)


MARKS = st.lists(
    st.builds(
        GivenMark,
        mark=st.sampled_from(["missed", "false_alarm"]),
        first=st.integers(-1, 8),
        last=st.integers(-1, 8),
        kind=st.sampled_from(["card", "pin", "", "Not One"]),
    ),
    max_size=3,
)


@given(finals(), MARKS)
def test_marks_that_are_taken_fit_and_no_word_has_two(
    final: Transcript, marks: list[GivenMark]
) -> None:
    looked_at = seen([final], final.segment_id)
    assert looked_at is not None
    words = looked_at.turns[looked_at.at].words
    try:
        taken = checked(words, marks)
    except BadMark:
        return
    covered = [at for mark in taken for at in range(mark.first, mark.last + 1)]
    assert len(covered) == len(set(covered)) and len(taken) == len(marks)
    for mark in taken:
        kinds = {word.kind for word in words[mark.first : mark.last + 1]}
        assert kinds == ({None} if mark.mark == "missed" else {mark.kind})
    counted = tally(words, taken)
    assert counted.false_alarms <= counted.spans <= len(words)


@given(finals(), st.data())
def test_a_label_masks_the_words_it_was_made_of_and_no_other(
    final: Transcript, data: st.DataObject
) -> None:
    looked_at = seen([final], final.segment_id)
    assert looked_at is not None
    words = looked_at.turns[0].words
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, len(words) - 1))
    mark = GivenMark(mark="missed", first=first, last=last, kind="pin")
    if any(word.kind for word in words[first : last + 1]):
        with pytest.raises(BadMark):
            checked(words, [mark])
        return
    (label,) = labels(words, checked(words, [mark]))
    wanted = Mark(final.segment_id, label.start_ms, label.end_ms, label.kind)
    retraction = retraction_of(final, [wanted], write=write)
    assert retraction is not None
    masked = [word.text for word in retraction.words]
    before = [word.text for word in final.words]
    assert masked == [*before[:first], "[pin]", *before[last + 1 :]]


def test_a_segment_is_seen_with_some_turns_around_it_in_the_order_of_speech() -> None:
    said = [CALL.said(n % 2, f"turn number {n}", start_ms=1000 * n) for n in range(10)]
    looked_at = seen(said[::-1], said[5].segment_id)
    assert looked_at is not None
    ids = [turn.segment_id for turn in looked_at.turns]
    assert ids == [final.segment_id for final in said[5 - BEFORE : 6 + AFTER]]
    assert looked_at.turns[looked_at.at].segment_id == said[5].segment_id


@pytest.mark.parametrize("place", [0, 9])
def test_the_first_and_the_last_segment_have_what_there_is(place: int) -> None:
    said = [CALL.said(0, "hello", start_ms=1000 * n) for n in range(10)]
    looked_at = seen(said, said[place].segment_id)
    assert looked_at is not None
    assert looked_at.turns[looked_at.at].segment_id == said[place].segment_id


def test_a_segment_that_is_gone_or_empty_is_not_shown() -> None:
    empty = msgspec.structs.replace(CALL.said(0, "hello", start_ms=0), words=())
    assert seen([empty], empty.segment_id) is None
    assert seen([], empty.segment_id) is None


@pytest.mark.parametrize("spans", [((0, 1), (1, 2)), ((0, 2), (1, 1)), ((1, 1), (1, 1))])
def test_two_marks_never_share_a_word(spans: tuple[tuple[int, int], tuple[int, int]]) -> None:
    final = CALL.said(1, "a word or two", start_ms=0)
    looked_at = seen([final], final.segment_id)
    assert looked_at is not None
    marks = [GivenMark(mark="missed", first=a, last=b, kind="pin") for a, b in spans]
    with pytest.raises(BadMark, match="share"):
        checked(looked_at.turns[0].words, marks)
