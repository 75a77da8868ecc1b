import random

import jiwer
import pytest

from trunkline.evaluate.align import (
    Said,
    WordErrors,
    count_errors,
    matches,
    reference_elements,
    shown_elements,
    total_errors,
)
from trunkline.evaluate.reference import ReferenceWord, Span

WORD_MS = 400
SPAN = Span(kind="CARD", turn=0, channel=0, start_ms=0, end_ms=0, spoken="", canonical="4242")


def truth(text: str) -> list[Said]:
    """`{...}` is one personal span; every word takes 400 ms."""
    words: list[ReferenceWord] = []
    inside = False
    for at, word in enumerate(text.split()):
        inside = inside or word.startswith("{")
        start = at * WORD_MS
        words.append(
            ReferenceWord(word.strip("{}"), start, start + WORD_MS, SPAN if inside else None)
        )
        inside = inside and not word.endswith("}")
    return reference_elements(words)


def shown(text: str) -> list[Said]:
    """`[card]` is a token, `[card:2-5]` one from the second to the fifth word's time."""
    out: list[Said] = []
    for at, word in enumerate(text.split()):
        first, last = at, at
        kind = None
        if word.startswith("["):
            kind, _, place = word.strip("[]").partition(":")
            if place:
                first, last = (int(part) for part in place.split("-"))
        out.append(Said(word, first * WORD_MS, (last + 1) * WORD_MS, kind))
    return shown_elements(out)


@pytest.mark.parametrize(
    ("reference", "came", "expected"),
    [
        ("a quiet house", "a quiet house", WordErrors(3)),
        ("a quiet house", "a quick house", WordErrors(3, substitutions=1)),
        ("a quiet house", "a house", WordErrors(3, deletions=1)),
        ("a quiet house", "a very quiet house", WordErrors(3, insertions=1)),
        ("a quiet house", "", WordErrors(3, deletions=3)),
        ("", "a quiet house", WordErrors(0, insertions=3)),
        # Case, punctuation, fillers, contractions, spelling and numbers are no errors.
        ("Um, it's forty two pounds, colour", "it is £42 color", WordErrors(4)),
        # A personal span may come out as a token, as nothing or as words.
        ("card is {four two four two} thanks", "card is [card:2-5] thanks", WordErrors(3)),
        ("card is {four two four two} thanks", "card is [card] [card] thanks", WordErrors(3)),
        ("card is {four two four two} thanks", "card is thanks", WordErrors(3)),
        ("card is {four two four two} thanks", "card is 4242 thanks", WordErrors(3)),
        ("my name is {marcus delaney} hello", "my name is marcus de laney hello", WordErrors(4)),
        # It does not excuse errors beside it.
        ("card is {four two} thanks", "cart is [card:2-3] thanks", WordErrors(3, substitutions=1)),
        ("card is {four two} thanks", "card is [card:2-3] no thanks", WordErrors(3)),
        (
            "card is {marcus} thanks",
            "card is the very long story of something else thanks",
            WordErrors(3, insertions=4),
        ),
        # A token over clean words swallows them.
        ("call me on monday please", "call me [date:2-3] please", WordErrors(5, swallowed=2)),
        ("it was four hundred then", "it was [phone:2-3] then", WordErrors(4, swallowed=1)),
        ("the {four two} fifty went", "the [card:1-3] went", WordErrors(3, swallowed=1)),
        # A word lost far from a token is lost, not swallowed.
        ("it was nice {four two} on monday", "it [card:3-4] on monday", WordErrors(5, deletions=2)),
    ],
)
def test_errors_are_counted_outside_personal_spans(
    reference: str, came: str, expected: WordErrors
) -> None:
    assert count_errors(truth(reference), shown(came)) == expected


def test_without_tokens_the_errors_are_those_that_jiwer_counts() -> None:
    random.seed(7)
    letters = "bcdfg"
    for _ in range(50):
        first = [random.choice(letters) for _ in range(random.randrange(1, 30))]
        second = [random.choice(letters) for _ in range(random.randrange(0, 30))]
        reference = [Said(text, 0, 1) for text in first]
        ours = count_errors(reference, [Said(text, 0, 1) for text in second])
        theirs = jiwer.process_words(" ".join(first), " ".join(second))
        total = theirs.substitutions + theirs.deletions + theirs.insertions
        assert ours.substitutions + ours.deletions + ours.insertions == total
        assert ours.wer == pytest.approx(theirs.wer)


def test_rates_leave_swallowed_words_out_of_the_error_rate() -> None:
    errors = WordErrors(100, substitutions=5, deletions=2, insertions=2, swallowed=10)
    assert errors.wer == 0.1
    assert errors.over_redaction == 0.1
    assert total_errors([errors, errors]) == WordErrors(200, 10, 4, 4, 20)
    assert total_errors([]).wer == 0.0


def test_matches_pair_the_same_words_in_the_same_place() -> None:
    pairs = matches(truth("one house {four two} one garden"), shown("house [card] one garden"))
    assert pairs == [(1, 0), (3, 2), (4, 3)]


def test_a_number_written_out_keeps_the_time_of_its_words() -> None:
    elements = truth("pay forty two dollars now")
    assert [said.text for said in elements] == ["pay", "$42", "now"]
    assert (elements[1].start_ms, elements[1].end_ms) == (400, 1600)
    assert elements[2].start_ms == 1600
