"""Whoever answers a call says a firm's name, which is shown; an own one is a name like others."""

import pytest

from redaction.policy.prepared_policy import Policy, make_policy
from redaction.policy.presidio import build_engine
from redaction.settings import Settings
from tests.unit.redaction.spoken_dialogue import shown

FIRMS = [
    "A: Fernside vets, good morning.",
    "A: Good morning, Larchwood Heating, how can I help?",
    "A: Hello, Velmar Thorne support, how's it going?",
    "A: You're through to Brightwell Energy.",
]
NAMES = [
    ("A: Hi Marcus, it's the garage.", "Marcus"),
    ("A: My name is Margaret Thornbury.", "Thornbury"),
    ("A: Fernside vets, this is Priya.", "Priya"),
    ("A: My name is Kavitha, how may I help?", "Kavitha"),
    ("A: Good morning, Priya Speaking.", "Priya"),
    ("A: Good morning, Priya speaking, how can I help?", "Priya"),
    ("A: Good morning, Larchwood Nurseries, Priya speaking.", "Priya"),
    ("A: Hello, is this Odalys?", "Odalys"),
]


@pytest.fixture(scope="module")
def policy() -> Policy:
    return make_policy(Settings(), build_engine(), key=b"a" * 32)


@pytest.mark.parametrize("dialogue", FIRMS)
def test_a_firm_that_answers_a_call_is_shown(policy: Policy, dialogue: str) -> None:
    assert "[" not in " ".join(shown(policy, dialogue))


@pytest.mark.parametrize(("dialogue", "name"), NAMES)
def test_whoever_answers_or_is_spoken_of_is_not(policy: Policy, dialogue: str, name: str) -> None:
    assert name not in " ".join(shown(policy, dialogue))
