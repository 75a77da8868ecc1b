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


def _asked(text: str) -> set[str]:
    return {cue.kind for cue in cues_in(Reader().atoms_of(text.split()))}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Quick question, when do you break up?", "security_answer"),
        ("Hill Primary School office.", "security_answer"),
        ("The noise is actually a useful clue.", "security_answer"),
        ("The sign on the gate says nine.", "secret_talk"),
        ("I got into Euston late.", "secret_talk"),
        ("What time's it get in?", "secret_talk"),
        ("Challenge it within two weeks.", "secret_talk"),
        ("It'll rain, mark my words.", "secret_talk"),
        ("I only want to know the rules.", "secret_talk"),
        ("Bring back what you don't use.", "secret_talk"),
        ("There's a temporary one outside the bank.", "secret_talk"),
        ("Town library, who's this?", "address"),
        ("Lost property, hello.", "address"),
        ("Was there a sticker on the box?", "address"),
        ("What size do I want for a flat?", "address"),
        ("Depends on your state.", "address"),
        ("Do you know where they're biting?", "address"),
        ("Would it have to be a doctor?", "name"),
        ("There are four bolts on the back.", "cvv"),
        ("Thank you for holding, taxpayer assistance.", "ssn"),
    ],
)
def test_what_only_sounds_like_a_question_opens_nothing(text: str, kind: str) -> None:
    assert kind not in _asked(text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Security question, what was it called?", "security_answer"),
        ("The clue says where you met.", "security_answer"),
        ("I can't sign on at all.", "secret_talk"),
        ("Somebody got into my account.", "secret_talk"),
        ("How does the cleaner get in?", "secret_talk"),
        ("It's a challenge for the caller.", "secret_talk"),
        ("Something only you would know.", "secret_talk"),
        ("I've set a temporary one.", "secret_talk"),
        ("And the town?", "address"),
        ("Which flat, they're all the same?", "address"),
        ("What's the village called?", "address"),
        ("Unit two, okay.", "address"),
        ("And your doctor?", "name"),
        ("And the code on the back?", "cvv"),
    ],
)
def test_and_what_is_one_does(text: str, kind: str) -> None:
    assert kind in _asked(text)
