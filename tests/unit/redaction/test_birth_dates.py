"""Dates that can only be somebody's birth go, asked for by name or not."""

import pytest

from redaction.policy.prepared_policy import Policy, make_policy
from redaction.policy.presidio import build_engine
from redaction.settings import Settings
from tests.unit.redaction.spoken_dialogue import ever_shown, shown

BIRTHS = [
    ("A: Hello.\nC: My dad's the tenth of the eighth forty one.", "My dad's [dob]"),
    ("A: Hello.\nC: The youngest is May sixth twenty thirteen.", "The youngest is [dob]"),
    ("A: Hello.\nC: He turns eighteen on October fourth.", "He turns eighteen on [dob]"),
    ("A: And are you the thirteenth of January sixty six?", "And are you [dob]"),
    ("A: So you're six, fourteen, seventy seven?", "So you're [dob]"),
    ("A: Hello.\nC: Two slash nine slash nineteen eighty.", "[dob]"),
    (
        "A: Date of birth?\nC: The first of the ninth fifty nine.\nA: one, nine, fifty nine.",
        "[dob]",
    ),
    (
        "A: Birthday?\nC: The eighth of February, so two thousand and eleven.",
        "[dob]",
    ),
]
NO_BIRTHS = [
    "My first payment was on the third of March twenty fifteen and the last on May second.",
    "It's version four of the second release and you're fourth in the queue.",
    "She's booked for the second of May at nine.",
    "The first of the three engineers was here on the sixth.",
    "You're six minutes over and it's twenty one pounds.",
]


@pytest.fixture(scope="module")
def policy() -> Policy:
    return make_policy(Settings(), build_engine(), key=b"a" * 32)


@pytest.mark.parametrize(("dialogue", "expected"), BIRTHS)
def test_a_date_of_somebody_spoken_of_is_masked(
    policy: Policy, dialogue: str, expected: str
) -> None:
    assert shown(policy, dialogue)[-1] == expected


@pytest.mark.parametrize("said", NO_BIRTHS)
def test_a_date_of_an_event_stays(policy: Policy, said: str) -> None:
    assert shown(policy, f"A: Hello.\nC: {said}")[-1] == said


def test_the_beginning_of_a_birth_date_is_never_shown(policy: Policy) -> None:
    said = "A: Hello.\nC: and she's the fourth of the second thirty eight"

    for line in ever_shown(policy, said):
        assert not {"fourth", "second", "thirty", "eight"} & set(line.split())


def test_a_day_of_last_month_that_answers_is_a_birth_date(policy: Policy) -> None:
    dialogue = "A: And when was she born?\nC: The ninth of last month."
    assert shown(policy, dialogue)[-1] == "[dob]"
