"""Places are known by the words around them, and by how they go on, in whatever country."""

import pytest

from redaction.policy.prepared_policy import Policy, make_policy
from redaction.policy.presidio import build_engine
from redaction.settings import Settings
from tests.unit.redaction.spoken_dialogue import shown

HELLO = "A: Hello.\nC: "
UNASKED = [
    (
        "Write to village Sonpur, tehsil Rajgarh, district Churu.",
        "Write to [address]",
    ),
    ("They are at 7 ter, rue Lepic.", "They are at [address]"),
    ("The parcel says Kastanienweg 9 on it.", "The parcel says [address] on it."),
    ("The shop on Goethestraße is shut.", "The shop on [address] is shut."),
    ("The office closes, go to MG Road instead.", "The office closes, go to [address] instead."),
    ("Drop it at RR three, box twenty two.", "Drop it at [address]"),
    ("We live over the bakery, seventeen C.", "We live over the bakery, [address]"),
    ("You buzz four oh one and I come down.", "You buzz [address] and I come down."),
    ("They left it at number eighteen again.", "They left it at [address] again."),
    ("It's lot six, Yarramundi Track for now.", "It's [address] for now."),
    ("We're Lower Tidcombe Grange, up the hill.", "We're [address] up the hill."),
    ("I'm at 12 Brackenfell Street, near Merrow, via Clandon.", "I'm at [address]"),
]
OTHERS = [
    "Two cups plus two tablespoons, and check at twenty eight.",
    "The tickets are in block six, row twelve.",
    "You're at number four in the queue.",
    "I heard it on the radio, behind the post office.",
    "It's above the average, forty eight percent.",
    "He was offering me a ring and a spring clean.",
]


@pytest.fixture(scope="module")
def policy() -> Policy:
    return make_policy(Settings(), build_engine(), key=b"a" * 32)


@pytest.mark.parametrize(("said", "expected"), UNASKED)
def test_a_place_is_known_by_its_frame(policy: Policy, said: str, expected: str) -> None:
    assert shown(policy, HELLO + said)[-1] == expected


@pytest.mark.parametrize("said", OTHERS)
def test_what_only_looks_like_a_frame_stays(policy: Policy, said: str) -> None:
    assert shown(policy, HELLO + said)[-1] == said


def test_a_house_said_again_beside_its_address_is_masked(policy: Policy) -> None:
    dialogue = (
        "C: They brought it to 14 Corriedale Avenue, not to mine.\nA: Fourteen, and you are at?\n"
        "C: We're sixteen.\nA: So is she at sixteen or eighteen?"
    )

    lines = shown(policy, dialogue)

    assert lines[1] == "[address] and you are at?"
    assert lines[2] == "We're [address]"
    assert lines[3] == "So is she at [address] or [address]"


@pytest.mark.parametrize(
    ("dialogue", "expected"),
    [
        ("A: The address?\nC: Number sixty one, Third Main, Kormangala.", "[address]"),
        ("A: Which address?\nC: six hun dred twelve, Harp Gardens.", "[address]"),
        ("C: Come to D wing, flat 512.", "Come to [address]"),
        ("A: The address?\nC: 9 Elm Road.\nA: Fine.\nC: Park on Saddler Passage.", "[address]"),
        ("A: The address?\nC: Lot 4, Moggill Track, out past Yarrandoo.", "[address]"),
    ],
)
def test_the_rest_of_a_place_goes_with_it(policy: Policy, dialogue: str, expected: str) -> None:
    assert shown(policy, dialogue)[-1].endswith(expected)


@pytest.mark.parametrize("line", ["C: Park on Saddler Passage.", "C: On Monday, 20 trees fell."])
def test_a_street_where_no_place_was_told_stays(policy: Policy, line: str) -> None:
    assert shown(policy, line) == [line[3:]]


def test_a_town_that_is_all_of_a_clause_beside_an_address_goes(policy: Policy) -> None:
    dialogue = "A: The address?\nC: 9 Elm Road.\nA: Okay.\nC: Leeds, and then it's the postcode."
    assert shown(policy, dialogue)[-1] == "[address] and then it's the postcode."
