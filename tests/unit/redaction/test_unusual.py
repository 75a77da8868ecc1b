"""Unusual words where words of some kind are expected, and what belongs to them."""

import pytest

from redaction.prepared_policy import Policy
from tests.unit.redaction.spoken_dialogue import ever_shown, shown

GONE = [
    ("A: And your password?\nC: I'm pretty sure I put kestrel cause I like them.", "kestrel"),
    ("A: What's the memorable word?\nC: I must have put Bartholomew back then.", "Bartholomew"),
    ("A: What's your address?\nC: It's number 14 on Burrawong as you come in.", "Burrawong"),
    ("C: I'm staying with friends at fourteen Burrawong for now.", "Burrawong"),
    ("C: We live just outside Tetbury these days.", "Tetbury"),
]  # fmt: skip


@pytest.mark.parametrize(("dialogue", "word"), GONE)
def test_an_unusual_word_goes_where_it_was_asked_for(
    policy: Policy, dialogue: str, word: str
) -> None:
    assert word not in shown(policy, dialogue)[-1]
    assert not any(word in text for text in ever_shown(policy, dialogue))


STAYS = [
    "C: The router has a green light on it.",
    "A: What's the matter with it?\nC: It makes a noise when it starts.",
    "A: And your password?\nC: I have never been asked for that before.",
]


@pytest.mark.parametrize("dialogue", STAYS)
def test_plain_words_stay(policy: Policy, dialogue: str) -> None:
    assert shown(policy, dialogue)[-1] == dialogue.split(":")[-1].strip()
