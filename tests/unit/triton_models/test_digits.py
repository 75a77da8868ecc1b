"""Digit strings are found in words, whichever way they are said."""

import pytest

from triton_models.digits import digits_of, is_heavy, runs, strings


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
    assert not is_heavy(["There", "were", "two", "of", "us,", "about", "forty", "eight."])
    assert is_heavy(["code", "four", "one", "nine"])
