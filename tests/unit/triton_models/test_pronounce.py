"""How written words are said."""

import pytest

from triton_models.pronounce import phones, spoken

DICTIONARY = {"four": "F AO R", "two": "T UW", "a": "AH", "b.": "B IY", "t.": "T IY"}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Hello,", "hello"),
        ("don’t", "don't"),
        ("4242,", "four two four two"),
        ("42", "forty two"),
        ("17", "seventeen"),
        ("07", "zero seven"),
        ("1985", "nineteen eighty five"),
        ("2005", "two zero zero five"),
        ("$45.50.", "forty five fifty dollars"),
        ("1,200", "one two zero zero"),
        ("98%", "ninety eight percent"),
        ("12th", "twelve"),
        ("bob@example.com", "bob at example com"),
        ("K-7P", "k seven p"),
        ("...", ""),
    ],
)
def test_words_are_read_out(written: str, said: str) -> None:
    assert " ".join(spoken(written)) == said


def test_words_of_the_dictionary_are_looked_up() -> None:
    assert phones("42", DICTIONARY.get) == "F AO R T IY T UW"


def test_other_words_are_sounded_out() -> None:
    assert phones("shrike", DICTIONARY.get) == "SH R IH K"


def test_letters_without_a_vowel_are_spelled() -> None:
    assert phones("BT", DICTIONARY.get) == "B IY T IY"
