"""Unusual words where words of some kind are expected, and what belongs to them."""

import pytest

from redaction.policy.prepared_policy import Policy
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


BESIDE = [
    (
        "A: I've put a word on it for now. Your password is brave little lantern.\n"
        "C: Brave little lantern.\nA: Did you order curtains from a jeweller's there?",
        ["Your password is [password]", "[password]", "a jeweller's there"],
    ),
    (
        "A: And your password?\nC: Unless somebody's changed it, that'd be crimson badger.",
        ["Unless somebody's changed it, that'd be [password]"],
    ),
    (
        "A: What's the password?\nC: No, my nephew changed it. He made it grannys buttons.",
        ["it. He made it [password]"],
    ),
    (
        "A: Your mother's birthplace?\nC: A cottage in Ullapool, it leaked all winter long.",
        ["it leaked", " winter"],
    ),
    (
        "A: And what were you called when you were small?\nC: Honestly? Pumpkin, obviously.",
        ["Honestly? [security_answer] obviously."],
    ),
    (
        "A: Before he's collected I need the family word.\nC: He says butterscotch.",
        ["He says [password]"],
    ),
    ("A: Who's it for?\nC: My sister, Lakeisha Thibault.", ["My sister, [name]"]),
]  # fmt: skip


@pytest.mark.parametrize(("dialogue", "parts"), BESIDE)
def test_the_sentence_around_a_secret_stays(
    policy: Policy, dialogue: str, parts: list[str]
) -> None:
    said = " | ".join(shown(policy, dialogue))
    assert all(part in said for part in parts), said
