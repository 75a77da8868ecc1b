"""Calls in which nothing is personal: words and numbers that only stand where values do."""

import pytest

from redaction.policy.prepared_policy import Policy, make_policy
from redaction.policy.presidio import build_engine
from redaction.settings import Settings
from tests.unit.redaction.spoken_dialogue import shown


@pytest.fixture(scope="module")
def policy() -> Policy:
    return make_policy(Settings(), build_engine(), key=b"a" * 32)


@pytest.mark.parametrize(
    "dialogue",
    [
        "C: the kettle makes a noise is it limescale",
        "A: hello radiology what can i do for you",
        "C: is there a thing called lagging for pipes",
        "C: I can't log in.\nA: Sounds like maintenance.",
        "C: The router's off.\nA: Is yellow wire in the wall?",
        "C: And if I'm at thirty?\nA: Then it's free.",
        "C: what are the hours on ward nine",
        "C: I haven't a clue what it is.\nA: It's a valve in a brass sleeve.",
        "C: The modem beeps.\nA: Since when?\nC: It's dusty.\nA: Reset?",
        "C: The modem beeps.\nA: Is that all?\nC: Yes.\nA: Fine.\nC: Then what?\nA: Sandpaper.",
        "A: Could I ask one question on how it went?\nC: Sure, seven.",
        "C: My counter's at zero, I'm at sixty thousand in total.",
        "A: How much memory does it have?\nC: Sixteen gigs.",
        "C: I can't log in.\nA: Oh, that's so satisfying.",
        "C: I'm locked out.\nA: The panel says fault fourteen.",
        "A: I'm in the app now.\nC: That's sneaky.",
        "A: And the code?\nC: It said one thirty four over eighty two.",
        "C: One over!",
        "A: And the code?\nC: Well, it's eight to seven on weekdays.",
        "A: In the evening, five forty, seven fifteen, nine fifty five, and that's all.",
        "A: It's course MU one four two.",
        "C: The dishwasher says E two four seven.",
        "A: No card, no password? Forward it to seven seven two six.",
        "A: And the code?\nC: It's sixty one celsius.",
    ],
)
def test_it_stays(policy: Policy, dialogue: str) -> None:
    assert shown(policy, dialogue) == [line[3:] for line in dialogue.splitlines()]


@pytest.mark.parametrize(
    ("dialogue", "expected"),
    [
        ("A: hello tamsin", "hello [name]"),
        ("C: is there a nurse called grace there", "is there a nurse called [name] there"),
        ("C: I'm at thirty Bramble Lane.", "I'm at [address]"),
        ("C: ward nine, Kothapalli", "[address]"),
    ],
)
def test_what_is_personal_there_goes(policy: Policy, dialogue: str, expected: str) -> None:
    assert shown(policy, dialogue)[-1] == expected
