"""What answers a question for an address is one, whatever it was heard as."""

import pytest

from redaction.policy.prepared_policy import Policy, make_policy
from redaction.policy.presidio import build_engine
from redaction.settings import Settings
from tests.unit.redaction.spoken_dialogue import ever_shown, shown

ANSWERS = [
    (
        "A: and where shall I send it?\nC: To my work, please, unit three, 22 copper roll, leave.",
        "To my work, please, [address]",
    ),
    (
        "A: Where are you?\nC: And the postcode is L. S. One, forty-way.",
        "And the postcode is [address]",
    ),
    ("A: The address?\nC: It's Hawthorn Cottage, Back Lane, Little Snoring now.", "[address]"),
    ("A: What's the address?\nC: Five tanners yard, the one above the bakery.", "[address]"),
    ("A: what unit is it\nC: unit two are", "[address]"),
    ("A: Where'd you like it sent?\nC: Four slash 22 Banksia Street, Fremantle.", "[address]"),
    ("A: Where are we delivering?\nC: 245 East Seventy Third Street, apartment 9 C.", "[address]"),
    ("A: Mailing address?\nC: P O Box for one seven.", "[address]"),
]
UNASKED = [
    ("A: And the homer dress,\nC: Forty one, 17. large for Lane, apartments six B.", "[address]"),
    ("A: Hello.\nC: they're with me at four forty one Ashbury.", "they're with me at [address]"),
    ("A: Hello.\nC: It's on the corner of Fourth and Delancey.", "the corner of [address]"),
    ("A: Still at one Harbourfront Circle?\nC: No, 88 Chesapeake Landing.", "No, [address]"),
    ("A: Address?\nC: 40 Dumbarton Road.\nA: Glasgow?\nC: Yes.\nA: Right.", "Right."),
]
OTHERS = [
    "A: Your address?\nC: I'd like it sent to my sister, she is at home after nine.",
    "A: is it still in stock?\nC: I'm still on 25 percent, still in the queue.",
    "A: Where are you?\nC: In the corner of my room there's a red light.",
    "A: Your address?\nC: 40 Dumbarton Road.\nA: And when are you in?\nC: after nine thirty",
]


@pytest.fixture(scope="module")
def policy() -> Policy:
    return make_policy(Settings(), build_engine(), key=b"a" * 32)


@pytest.mark.parametrize(("dialogue", "expected"), [*ANSWERS, *UNASKED])
def test_an_address_is_masked_whatever_it_was_heard_as(
    policy: Policy, dialogue: str, expected: str
) -> None:
    assert shown(policy, dialogue)[-1].endswith(expected)


def test_a_town_alone_beside_an_address_is_part_of_it(policy: Policy) -> None:
    dialogue = "A: Address?\nC: 40 Dumbarton Road.\nA: Glasgow?\nC: Yes."

    assert shown(policy, dialogue)[2] == "[address]"


@pytest.mark.parametrize("dialogue", OTHERS)
def test_a_sentence_in_the_answer_stays(policy: Policy, dialogue: str) -> None:
    assert shown(policy, dialogue)[-1] == dialogue.splitlines()[-1][3:]


@pytest.mark.parametrize(("dialogue", "expected"), ANSWERS)
def test_nothing_of_it_is_shown_on_the_way(policy: Policy, dialogue: str, expected: str) -> None:
    revisions = ever_shown(policy, dialogue)

    for word in ("copper", "forty-way", "snoring", "bakery", "fremantle", "73", "seven"):
        assert not any(word in text.lower() for text in revisions), word


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("My dad, he's in room fourteen.", "My dad, he's in [address]"),
        ("It's the noise from number nineteen, they've a band.", "from [address] they've a band."),
        ("I'm in room 214, gate two.", "I'm in room 214, gate two."),
        ("Get off at number nine and walk.", "Get off at number nine and walk."),
    ],
)
def test_where_somebody_else_lives_or_lies_is_a_place(
    policy: Policy, said: str, expected: str
) -> None:
    assert shown(policy, f"C: {said}")[0].endswith(expected)


def test_an_address_of_ordinals_is_one(policy: Policy) -> None:
    dialogue = "A: Tell address, madam.\nC: Number 31, second cross, fourth main, Jayanagar."

    assert shown(policy, dialogue)[1] == "Number [address]"
