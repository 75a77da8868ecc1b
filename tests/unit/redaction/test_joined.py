"""Halves of e-mail addresses and user names, known by a joiner, a remark, or what is talked of."""

import pytest

from redaction.policy.prepared_policy import Policy
from tests.unit.redaction.spoken_dialogue import ever_shown, shown

CASES = [
    ("C: It's clive underscore macallan.", "It's [email]"),
    ("A: What's your email?\nC: Bluebird the number 36.", "[email]"),
    ("A: What comes before the at sign?\nC: Harjit.friesen.", "[email]"),
    ("A: What comes after the at sign?\nC: Example dot com.", "[email]"),
    ("C: Then hargreaves, all one word.", "Then [email] all one word."),
    ("A: And your email?\nC: I'm on icloud now.", "I'm on [email] now."),
    ("C: You'll find it on example dot com.", "You'll find it on example dot com."),
    ("C: The icloud backup is full.", "The icloud backup is full."),
    ("C: It went from two dot five to three.", "It went from two dot five to three."),
]


@pytest.mark.parametrize(("dialogue", "last"), CASES)
def test_what_belongs_to_an_address_is_known_by_how_it_is_spoken_of(
    policy: Policy, dialogue: str, last: str
) -> None:
    assert shown(policy, dialogue)[-1] == last


@pytest.mark.parametrize(
    ("dialogue", "secret"),
    [
        ("C: I'm sending it to gmoreau at example dot com.", "gmoreau"),
        ("C: Use my wife's, it's earl 29 at gmail dot com.", "earl"),
        ("C: My initial then hargreaves, all one word, at outlook dot com.", "hargreaves"),
        ("A: I've got clive at example dot com.\nC: No, it's tamsin at example dot org.", "tamsin"),
    ],
)
def test_no_partial_shows_the_first_words_of_an_address(
    policy: Policy, dialogue: str, secret: str
) -> None:
    assert not any(secret in text.lower() for text in ever_shown(policy, dialogue))
