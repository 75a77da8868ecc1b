"""Names of kin and in rows, numbered dwellings, strange words that were asked for."""

import pytest

from redaction.language.english import is_english
from redaction.policy.prepared_policy import Policy, make_policy
from redaction.policy.presidio import build_engine
from redaction.settings import Settings
from tests.unit.redaction.spoken_dialogue import shown

SAID = [
    ("C: It's my neighbour Olive, she called.", "It's my neighbour [name] she called."),
    ("C: My two girls, Maeve and Odette.", "My two girls, [name] and [name]"),
    ("C: It might be under Zbigniew.", "It might be under [name]"),
    ("C: My name is Eustace Fontaine the third.", "My name is [name]"),
    ("C: My name is Maria de los Angeles Ochoa.", "My name is [name]"),
    ("C: My son is coughing.", "My son is coughing."),
    ("C: we're in apartment six", "we're in [address]"),
    ("C: out on Route nine, box 41", "out on [address]"),
    ("C: apartment prices are up", "apartment prices are up"),
    ("A: What do we call it?\nC: Thessaly.", "[unknown]"),
    ("A: Which detergent do you use?\nC: Thessaly.", "Thessaly."),
    ("A: What do we call it?\nC: A canister.", "A canister."),
    ("A: What was the password?\nC: I must have put forget me not.", "I must have put [password]"),
    (
        "A: Is that Ham Road or Ham Close?\nC: I live on Church Lane, Little Tew.",
        "I live on [address]",
    ),
]


@pytest.mark.parametrize(("dialogue", "expected"), SAID)
def test_the_last_turn_shows_no_name_place_or_secret(dialogue: str, expected: str) -> None:
    policy = make_policy(Settings(), build_engine(), key=b"k" * 32)
    assert shown(policy, dialogue)[-1] == expected


def test_a_letter_behind_a_dash_is_part_of_a_flat(policy: Policy) -> None:
    said = "C: Forty one, Larkspur Lane, apartment number fifteen, dash bravo, and then we move in."
    assert shown(policy, said) == ["[address] and then we move in."]


@pytest.mark.parametrize(
    "word",
    [
        "suds",
        "rebooting",
        "greyish",
        "tidiest",
        "canister's",
        "father-in-law",
        "non-uniform",
        "seventy-minute",
    ],
)
def test_a_form_of_an_english_word_is_english(word: str) -> None:
    assert is_english(word)


@pytest.mark.parametrize("word", ["okafor", "ottaway", "kukatpally", "maria", "baker-wood"])
def test_a_name_is_not_english(word: str) -> None:
    assert not is_english(word)
