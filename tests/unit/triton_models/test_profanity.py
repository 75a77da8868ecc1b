"""Swear words are starred, and nothing else is."""

import pytest

from triton_models.profanity import masked


@pytest.mark.parametrize(
    ("word", "published"),
    [
        ("shit", "s***"),
        ("Fucking", "F******"),
        ("bullshit!", "b*******!"),
        ("shit's", "s***'*"),
        ("mother-fucking", "mother-f******"),
        ('"Bastards,"', '"B*******,"'),
    ],
)
def test_a_swear_word_keeps_its_first_letter_and_its_punctuation(word: str, published: str) -> None:
    assert masked(word) == published


@pytest.mark.parametrize(
    "word",
    ["Scunthorpe", "Cockburn", "Dick", "assess", "Penistone", "classic", "hello", "4111", "", "-"],
)
def test_other_words_stay_as_they_are(word: str) -> None:
    assert masked(word) == word
