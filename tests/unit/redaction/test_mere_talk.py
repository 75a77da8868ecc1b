"""Talk of a password in which none is given nor asked for."""

import pytest

from redaction.cues.cue_index import cues_in
from redaction.language.words import Reader


def _asks_for_word(text: str) -> bool:
    atoms = Reader().atoms_of(text.split())
    return any(cue.kind == "password" for cue in cues_in(atoms))


@pytest.mark.parametrize(
    "text",
    [
        "The bank would never ask you for a full password.",
        "You'll be asked for the password twice.",
        "Just log on with your usual password and wait.",
        "The password page takes a while.",
    ],
)
def test_warnings_and_names_of_things_ask_for_nothing(text: str) -> None:
    assert not _asks_for_word(text)


@pytest.mark.parametrize(
    "text",
    [
        "Can I have the password?",
        "I never wrote the password down.",
        "I log on with the password.",
        "It's under the password.",
        "Try it with your usual password of",
        "Please don't tell me your password, sir.",
    ],
)
def test_whatever_else_is_said_of_one_does(text: str) -> None:
    assert _asks_for_word(text)


@pytest.mark.parametrize("text", ["And how many's in a box?", "By a lot?"])
def test_a_measure_is_no_place(text: str) -> None:
    assert not any(c.kind == "address" for c in cues_in(Reader().atoms_of(text.split())))
