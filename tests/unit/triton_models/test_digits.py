"""Digit strings are found in words, whichever way they are said."""

import pytest

from triton_models.digits import digits_of, is_heavy, runs, strings, to_replace


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("four two four two", "4242"),
        ("4242,", "4242"),
        ("o113496017.", "0113496017"),
        ("double oh seven", "007"),
        ("triple-o-one-two", "00012"),
        ("double 33", "333"),
        ("forty two fifty", "4250"),
        ("twenty-nine", "29"),
        ("oh nine, twenty nine.", "0929"),
        ("seven hundred, nine hundred,", "700900"),
        ("203.0.113.76", "203011376"),
        ("nineteen eighty two", "1982"),
    ],
)
def test_number_words_and_numerals_say_the_same(words: str, said: str) -> None:
    assert digits_of(words.split()) == said


def test_runs_are_where_the_digits_are() -> None:
    words = [
        "Okay,",
        "it's",
        "four",
        "two",
        "dash",
        "four",
        "two,",
        "is",
        "that",
        "right?",
        "Gate",
        "22.",
    ]
    assert [(run.start, run.end, run.digits) for run in runs(words)] == [
        (2, 7, "4242"),
        (11, 12, "22"),
    ]


@pytest.mark.parametrize("words", ["Oh, sorry, sorry", "the dot on the line", "double glazing", ""])
def test_words_that_only_go_beside_digits_are_none(words: str) -> None:
    assert runs(words.split()) == []


def test_ordinary_numbers_are_no_strings() -> None:
    assert strings(["There", "were", "two", "of", "us,", "about", "forty", "eight."]) == ()
    assert not is_heavy(["about", "forty", "eight."])
    assert is_heavy(["code", "four", "one", "nine"])


@pytest.mark.parametrize(
    ("ours", "theirs", "published"),
    [
        # Numerals swallow repeated digits: the reading in words has more.
        ("Please, o113496017.", "Please, o one one three four nine six o double one seven.",
         "Please, o one one three four nine six o double one seven."),
        ("code is 400000419.", "code is a four oh, no, four one nine.",
         "code is a four oh, no, four one nine."),
        # The rest of the words stay ours.
        ("My slight is 906.", "By flight is nine oh seven.", "My slight is nine oh seven."),
        # Theirs has fewer digits, or none, or they are no string, or they are the same.
        ("it's 5260 1815", "it's five two", "it's 5260 1815"),
        ("it's 5260", "it's fine", "it's 5260"),
        ("gate 22, row 4", "gate twenty one, row five", "gate 22, row 4"),
        ("it's 419 please", "it's four one nine please", "it's 419 please"),
    ],
)  # fmt: skip
def test_digits_of_two_readings_are_put_together(ours: str, theirs: str, published: str) -> None:
    words, other = ours.split(), theirs.split()
    for mine, replacing in to_replace(words, other):
        words[mine] = other[replacing]
    assert " ".join(words) == published
