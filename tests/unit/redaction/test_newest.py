"""Which newest words of a partial wait for more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redaction.call.newest import held_words, shown_until
from redaction.call.segments import Awaited
from redaction.language.words import atoms_of


def shown(text: str, *, awaited: Awaited = Awaited.WORDS) -> str:
    """The part of a partial that may be shown."""
    words = text.split()
    until = shown_until(atoms_of(words), words=len(words), hold_last_words=3, awaited=awaited)
    return " ".join(words[:until])


@pytest.mark.parametrize(
    ("partial", "expected"),
    [
        ("I would like to cancel my order", "I would like to cancel my order"),
        ("I would like to cancel my order for", "I would like to cancel my order"),
        ("my order for a new", "my order for a new"),
        ("it is Fitzgerald", "it is"),
        ("it is Fitzgerald and I would", "it is Fitzgerald and I would"),
        ("it is Fitzgerald and I", "it is"),
        ("the code is four", "the code is"),
        ("that was B", "that was"),
        ("for", ""),
    ],
)
def test_plain_words_are_shown_at_once_and_others_wait(partial: str, expected: str) -> None:
    assert shown(partial) == expected


@pytest.mark.parametrize(
    ("partial", "expected", "wary"),
    [
        ("the oven has a carpet", "the oven has", "the oven has"),
        ("then the carpet is", "then the carpet is", "then the"),
        ("it is walkable and the", "it is walkable and the", "it is"),
        ("then it is pergola and", "then it is", "then it is"),
        ("that was yankee and the", "that was", "that was"),
        ("Picking up for Will", "Picking up", "Picking up"),
        ("no I would", "no I would", "no I would"),
    ],
)
def test_ordinary_words_wait_for_one_unless_an_answer_in_words_was_asked_for(
    partial: str, expected: str, wary: str
) -> None:
    assert shown(partial, awaited=Awaited.FIGURES) == expected
    assert shown(partial, awaited=Awaited.WORDS) == wary


@pytest.mark.parametrize(
    ("partial", "calm", "otherwise"),
    [
        ("it went to three", "it went to", "it went"),
        ("it is to three", "it is", "it is"),
        ("that one they", "that one they", "that"),
        ("we stop at nine", "we stop at", "we stop"),
        ("with mini quiches and a", "with mini quiches and", "with mini"),
        ("and Barnaby will", "and", ""),
    ],
)
def test_while_nothing_personal_is_awaited_words_around_tell_that_one_is_no_figure(
    partial: str, calm: str, otherwise: str
) -> None:
    assert shown(partial, awaited=Awaited.NOTHING) == calm
    assert shown(partial, awaited=Awaited.FIGURES) == otherwise


@pytest.mark.parametrize(
    ("partial", "calm"),
    [
        ("after two tyres with", "after two tyres with"),
        ("it uses magnolia in the", "it uses magnolia in the"),
        ("it is Fitzgerald in", "it is"),
        ("it is Fitzgerald in X", "it is Fitzgerald in"),
        ("with forty two", "with"),
        ("it is 4111 in", "it is"),
    ],
)
def test_while_nothing_personal_is_awaited_counts_wait_for_a_plain_word_and_names_for_two(
    partial: str, calm: str
) -> None:
    assert shown(partial, awaited=Awaited.NOTHING) == calm


@pytest.mark.parametrize("hold", [0, 1, 2])
def test_a_setting_of_few_words_is_not_made_fewer(hold: int) -> None:
    assert held_words(hold, awaited=Awaited.NOTHING) == hold


PHRASE = "I need the bill to for a Fitzgerald four B at dot my please 4111 oh"
SAID = st.lists(st.sampled_from(PHRASE.split()), max_size=9)


@given(SAID, st.integers(0, 4), st.sampled_from(Awaited))
def test_never_less_is_shown_than_the_setting_says_nor_ever_taken_back(
    words: list[str], hold: int, awaited: Awaited
) -> None:
    until = [
        shown_until(atoms_of(words[:n]), words=n, hold_last_words=hold, awaited=awaited)
        for n in range(len(words) + 1)
    ]
    assert all(max(0, n - hold) <= shown <= n for n, shown in enumerate(until))
    assert until == sorted(until)


@given(SAID, st.sampled_from(Awaited))
def test_a_word_that_could_be_personal_is_never_the_last_shown_too_soon(
    words: list[str], awaited: Awaited
) -> None:
    until = shown_until(atoms_of(words), words=len(words), hold_last_words=3, awaited=awaited)
    calm = awaited is Awaited.NOTHING
    newest = words[max(0, len(words) - (2 if calm else 3)) : until]
    # A small count is held by what the numbers' rules have not decided on.
    personal = {"Fitzgerald", "B", "4111", "oh"} | (set() if calm else {"four"})
    assert not personal & set(newest)
