"""Numbers, money, dates and times in their written form, made of redacted words only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redaction.call.written import written
from redaction.events import RedactedWord


def words(text: str) -> list[RedactedWord]:
    """Words of a final; what stands in brackets is a token."""
    return [
        RedactedWord(
            text=text,
            start_ms=i * 300,
            end_ms=i * 300 + 250,
            confidence=0.9,
            kind=text.strip("[].,") if text.startswith("[") else None,
        )
        for i, text in enumerate(text.split())
    ]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("It's twenty five dollars and fifty cents.", "It's $25.50."),
        ("that was fifty-nine dollars, thanks", "that was $59, thanks"),
        ("a hundred pounds", "£100"),
        ("ten euros and five cents", "€10.05"),
        ("twenty-one point five percent", "21.5%"),
        ("since nineteen ninety nine", "since 1999"),
        ("on March third twenty twenty four.", "on March 3 2024."),
        ("by the fifth of June", "by 5 June"),
        ("at three thirty p.m. then", "at 3:30 p.m. then"),
        ("flight four one one double two", "flight 41122"),
        ("three hundred and forty two thousand five hundred", "342500"),
        ("I have been waiting two or three weeks", "I have been waiting two or 3 weeks"),
        ("no one told me one thing", "no one told me one thing"),
        ("It costs 1,200 dollars", "It costs $1,200"),
    ],
)
def test_numbers_are_written_as_one_writes_them(said: str, expected: str) -> None:
    assert written(words(said), language="en-US") == expected


def test_nothing_is_read_across_a_token() -> None:
    assert written(words("seven [card] eight dollars [cvv]"), language="en") == (
        "7 [card] $8 [cvv]"
    )


def test_another_language_has_its_numbers_and_an_unknown_one_its_words() -> None:
    assert written(words("son veinticinco euros"), language="es") == "son 25 euros"
    assert written(words("twenty five"), language="pl") == "twenty five"


SAID = (
    "one two three double oh twenty five hundred and dollars cents percent p.m. [card] [name] "
    "of May March the fifth point nineteen in 1,200 41 a pounds, well"
)


@given(st.lists(st.sampled_from(SAID.split(" ")), max_size=12))
def test_tokens_stay_whole_and_in_order(said: list[str]) -> None:
    row = words(" ".join(said))
    tokens = [word.text for word in row if word.kind is not None]
    assert [t for t in written(row, language="en").split() if t.startswith("[")] == tokens


@given(st.text(max_size=60), st.sampled_from(["en", "es", "fr"]))
def test_no_text_is_a_fault(said: str, language: str) -> None:
    row = [RedactedWord(text=said, start_ms=0, end_ms=1, confidence=1.0)]
    assert isinstance(written(row, language=language), str)
