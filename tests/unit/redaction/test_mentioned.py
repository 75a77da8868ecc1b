"""Secrets that nobody calls a password: words that are mentioned, not used."""

import pytest

from redaction.prepared_policy import Policy, make_policy
from redaction.presidio import build_engine
from redaction.settings import Settings
from tests.unit.redaction.spoken_dialogue import shown

SECRETS = [
    ("A: And to prove it's you?\nC: Rhubarb.", "[password]"),
    ("A: There's a note to ask for a word.\nC: Oh, it's thistle.", "Oh, it's [password]"),
    (
        "C: How do we get online?\nA: Sure. Then you type pelican 22.",
        "Sure. Then you type [password]",
    ),
    ("C: I'm locked out.\nA: What did you set?\nC: Bramble jelly.", "[password]"),
    (
        "C: He changed it and won't say.\nA: Oh dear.\nC: He says try walrus.",
        "He says try [password]",
    ),
    ("A: What are you typing?\nC: Capital K, small j, 9, dollar sign.", "[password]"),
    ("A: You'd have a phrase on for that.\nC: The herons fly sideways.", "[password]"),
    ("A: A temporary one.\nA: Set to quince 9.\nC: Quince 9.", "[password]"),
    ("A: What's the word they left?\nC: Velvet, teapot, and then, November.", "[password]"),
]
ACCESS = [
    ("C: The tablet kicked me off.\nA: It says what?\nC: I see Thimble 1 1.", "I see [password]"),
    ("C: It's a digital safe.\nA: What's it on?\nC: It's on gherkin.", "It's on [password]"),
    ("A: Click the little eye.\nC: Okay. Dandelion soup.", "Okay. [password]"),
]
CLEAN = [
    "C: The website says error 299.",
    "C: The wifi is down.\nA: What are the lights doing?\nC: It's blinking.\nA: Try restarting it.",
    "C: I can't log in.\nA: Is that on the laptop?\nC: It's frozen.",
    "A: Can I have a word with the manager?\nC: Certainly.",
    "A: What'd you use on the gate?\nC: Satin.",
    "A: How much water did you put?\nC: Not much. And oregano.",
]


@pytest.fixture(scope="module")
def policy() -> Policy:
    return make_policy(Settings(), build_engine(), key=b"a" * 32)


@pytest.mark.parametrize(("dialogue", "expected"), SECRETS)
def test_a_word_that_is_mentioned_where_a_secret_is_talked_of_goes(
    policy: Policy, dialogue: str, expected: str
) -> None:
    assert shown(policy, dialogue)[-1] == expected


@pytest.mark.parametrize(("dialogue", "expected"), ACCESS)
def test_so_does_one_where_doors_devices_and_proofs_are_talked_of(
    policy: Policy, dialogue: str, expected: str
) -> None:
    assert shown(policy, dialogue)[-1] == expected


@pytest.mark.parametrize("dialogue", CLEAN)
def test_words_that_are_used_stay(policy: Policy, dialogue: str) -> None:
    assert shown(policy, dialogue) == [line[3:] for line in dialogue.splitlines()]
