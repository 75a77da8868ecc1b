"""Which words of an open segment stay as they are, and which are shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triton_models.events import Word
from triton_models.settle import OPEN_WORDS, Settling, joined, kept


def words(text: str, *, sure: float = 0.9, start_ms: int = 0) -> list[Word]:
    """Words of 100 ms each."""
    return [
        Word(
            text=one,
            start_ms=start_ms + 100 * at,
            end_ms=start_ms + 100 * at + 100,
            confidence=sure,
        )
        for at, one in enumerate(text.split())
    ]


def read(settling: Settling, text: str, *, sure: float = 0.9, start_ms: int = 0) -> str:
    """A reading in which every word is one token, its number told by its letters."""
    found = words(text, sure=sure, start_ms=start_ms)
    tokens = [hash(word.text) for word in found]
    whole = settling.receive(found, tokens=tokens, ends=range(1, len(found) + 1))
    return " ".join(word.text for word in whole)


def test_words_that_are_believed_often_enough_are_frozen_but_never_the_last() -> None:
    settling = Settling()
    counts = []
    for _ in range(3):
        read(settling, "thank you for calling")
        counts.append(len(settling.frozen))
    assert counts == [0, 0, 2]
    assert settling.frozen == ("thank", "you")
    assert settling.tokens == (hash("thank"), hash("you"))


def test_belief_starts_anew_where_a_reading_differs() -> None:
    settling = Settling()
    for text in ("my name is mark us", "my game is mark us", "my name is mark us"):
        read(settling, text)
    assert settling.frozen == ("my",)


def test_case_and_punctuation_are_no_difference_and_freeze_as_read_last() -> None:
    settling = Settling()
    for text in ("Thank you for calling", "thank you for calling", "Thank you, for calling us"):
        read(settling, text)
    assert settling.frozen == ("Thank", "you,", "for")


def test_words_the_decoder_is_not_sure_of_take_longer() -> None:
    settling = Settling()
    for _ in range(3):
        read(settling, "a b c d", sure=0.7)
    assert list(settling.frozen) == []
    read(settling, "a b c d", sure=0.7)
    assert settling.frozen == ("a", "b")


def test_a_word_in_doubt_is_never_frozen() -> None:
    settling = Settling()
    for _ in range(20):
        read(settling, "a b c d", sure=0.4)
    assert list(settling.frozen) == []


def test_frozen_words_stay_whatever_is_read_later() -> None:
    settling = Settling()
    for _ in range(3):
        read(settling, "thank you for calling")
    assert read(settling, "think you for calling us") == "thank you for calling us"
    late = read(settling, "for calling us today", start_ms=200)
    assert late == "thank you for calling us today"
    assert read(settling, "") == "thank you"


def test_another_decoders_reading_freezes_nothing() -> None:
    settling = Settling()
    for _ in range(5):
        settling.receive(words("thank you for calling"), tokens=(), ends=())
    assert list(settling.frozen) == []


def test_words_that_were_not_read_again_are_not_believed_more() -> None:
    settling = Settling()
    read(settling, "thank you for calling")
    for _ in range(5):
        settling.receive_open(words("thank you for calling harbor"), unread=4)
    read(settling, "thank you for calling harbor")
    assert list(settling.frozen) == []


def shown(settling: Settling, text: str) -> str:
    """What a partial shows of this reading."""
    whole = settling.receive(words(text), tokens=(), ends=())
    return " ".join(word.text for word in settling.to_show(whole))


def test_a_partial_shows_what_two_readings_agree_on_and_two_words_more() -> None:
    settling = Settling()
    assert shown(settling, "thank you for calling") == "thank you"
    assert shown(settling, "thank you for coming here today") == "thank you for coming here"


def test_what_was_shown_stays_until_two_readings_agree_on_something_else() -> None:
    settling = Settling()
    shown(settling, "my name is mark us")
    assert shown(settling, "my name is mark us del") == "my name is mark us del"
    assert shown(settling, "my game is mark us delaney") == "my name is mark us delaney"
    assert shown(settling, "my game is mark us delaney") == "my game is mark us delaney"


def test_at_a_pause_all_is_shown() -> None:
    settling = Settling()
    whole = settling.receive(words("thank you for calling"), tokens=(), ends=())
    assert len(settling.to_show(whole, all_of_them=True)) == 4


def test_readings_in_quick_succession_count_for_less() -> None:
    settling = Settling()
    for _ in range(6):
        settling.receive(words("a b c d"), tokens=(1, 2, 3, 4), ends=(1, 2, 3, 4), news_ms=100)
    assert list(settling.frozen) == []
    for _ in range(3):
        settling.receive(words("a b c d"), tokens=(1, 2, 3, 4), ends=(1, 2, 3, 4), news_ms=100)
    assert settling.frozen == ("a", "b")


@pytest.mark.parametrize(
    ("frozen", "text", "expected"),
    [
        ("a b", "a b c", "a b c"),
        ("a b", "A, b c", "a b c"),
        ("a b", "x b c", "a b c"),
        ("forty", "42 dollars", "forty dollars"),
        ("a b c", "", "a b c"),
        ("", "a b", "a b"),
    ],
)
def test_frozen_words_take_the_place_of_what_stands_for_them(
    frozen: str, text: str, expected: str
) -> None:
    until_ms = 100 * len(frozen.split())
    found = kept(frozen.split(), words(text), until_ms=until_ms)
    assert " ".join(word.text for word in found) == expected


TEXT = st.lists(st.sampled_from(["one", "two", "Two,", "three", "four"]), max_size=8)


@given(st.lists(TEXT, max_size=16), st.floats(0.5, 1.0))
def test_what_is_frozen_never_changes_and_times_never_go_back(
    readings: list[list[str]], sure: float
) -> None:
    settling = Settling()
    for texts in readings:
        before = settling.frozen
        found = words(" ".join(texts), sure=sure)
        tokens = [hash(text) for text in texts]
        taken = settling.receive(found, tokens=tokens, ends=range(1, len(texts) + 1))
        whole = [word.text for word in taken]
        shown = [word.text for word in settling.to_show(taken)]
        assert tuple(whole[: len(before)]) == before
        assert settling.frozen[: len(before)] == before
        assert tuple(shown[: len(settling.frozen)]) == settling.frozen
        assert len(settling.frozen) <= max(len(before), len(whole) - OPEN_WORDS)


def test_an_open_end_goes_on_in_time_and_without_a_capital_letter() -> None:
    before = words("it expired,", start_ms=1000)
    after = joined(before, words("And then", start_ms=1150))
    assert [word.text for word in after] == ["and", "then"]
    assert [word.start_ms for word in after] == [1200, 1250]
    assert joined(words("it expired."), words("And then"))[0].text == "And"
    assert joined(before, words("I see"))[0].text == "I"
