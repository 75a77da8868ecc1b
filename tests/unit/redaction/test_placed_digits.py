"""Digits of a secret that are told by their place, one at a time."""

import pytest

from redaction.policy.prepared_policy import Policy
from tests.unit.redaction.spoken_dialogue import shown

ASKS = "A: Only the second and last digits of your PIN.\n"
PLACED = [
    (
        "A: Which digits of your phone PIN? Two and three.\nC: Two's one, three's ate.",
        ["one", "ate"],
    ),
    (ASKS + "C: Second is 7, last one was one.", ["7", "one."]),
    (ASKS + "C: The second's an oh and the last is a four.", ["oh", "four"]),
    (ASKS + "C: Six.\nA: That one didn't match.\nC: They made me change it, try eight.", ["eight"]),
]
OTHERS = [
    ASKS + "C: Seven and two.\nA: How many cards do you need?\nC: I need two.",
    "A: What's your PIN?\nC: 4 8 2 9\nA: That's fine.\nC: We have three.",
    ASKS + "C: I don't have one.",
    "A: Was the first any good?\nC: First was three.",
]


@pytest.mark.parametrize(("dialogue", "told"), PLACED)
def test_a_lone_figure_is_masked_while_digits_are_asked_for(
    policy: Policy, dialogue: str, told: list[str]
) -> None:
    last = shown(policy, dialogue)[-1]
    assert "[" in last
    assert not any(word in last.split() for word in told)


@pytest.mark.parametrize("dialogue", OTHERS)
def test_other_figures_stay(policy: Policy, dialogue: str) -> None:
    assert shown(policy, dialogue)[-1] == dialogue.splitlines()[-1][3:]
