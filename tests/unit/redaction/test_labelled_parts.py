"""Parts of addresses by what they are called, choices of towns, and houses that have names."""

import pytest

from redaction.policy.prepared_policy import Policy, make_policy
from redaction.policy.presidio import build_engine
from redaction.settings import Settings
from tests.unit.redaction.spoken_dialogue import shown

HELLO = "A: Hello.\nC: "
TOLD = "C: Drop it off at 14 Abbey Road.\nA: Let me just put that in here then for you.\nC: "
PARTS = [
    ("It was mailed to box ninety two, Wynyard.", "It was mailed to [address]"),
    ("my yard is site six box eleven rr three", "my yard is [address]"),
    ("Look for pitch nine, Tolverne Marina.", "Look for [address]"),
    ("Try me at the Cutty Wren, berth four, Heyford Wharf.", "Try me at the [address]"),
    ("Third floor, Vista Park, Tower C, Gurgaon.", "[address]"),
    ("I'm trailer sixteen by the gate.", "I'm [address] by the gate."),
    ("Now it's the Penthouse, Silk Exchange.", "Now it's [address]"),
    ("It's tower be, Lakshmi Heights.", "It's [address]"),
    ("it's building d apartment 31", "it's [address]"),
]
HOUSES = [
    ("He's out at Yandarra Downs.", "He's out at [address]"),
    ("we're skelgill end barn", "we're [address]"),
    ("No, I live across at The Old Forge.", "No, I live across at [address]"),
    ("It's Heron Cottage.", "It's [address]"),
    ("It's Bullock Park Station via Quilpie.", "It's [address]"),
    ("He's in the flats at the top of Spring Bank.", "He's in the flats at the [address]"),
    ("It's burning right past Willow House on Station Road.", "It's burning right past [address]"),
    ("I live over the chippy, Bridge Parade.", "I live over the chippy, [address]"),
    ("just come off tannahill street then", "just come off [address] then"),
    ("Is it Mrs Oduya in Leeds?", "Is it [name] in [address]"),
    ("You turn off at the Plough, Back Lane.", "You turn off at [address]"),
    ("That's Via Solterra, right?", "That's [address] right?"),
    ("It's 64121, Concession Four.", "It's [address]"),
    ("You're still in Norwich.", "You're still in [address]"),
]
BESIDE = [
    ("Is that North End or Castle Hill?", "Is that [address] or [address]"),
    ("The stairs are at the Leeds end then.", "The stairs are at the [address] end then."),
    ("Box sixteen, and then?", "[address] and then?"),
    ("Mooring six or nine?", "[address]"),
    ("Fifth floor, Tower C.", "[address]"),
    ("It says eleven B on the screen.", "It says [address] on the screen."),
    ("I have her down for thirty three.", "I have her down for [address]"),
    ("So next door's thirty three and it's red.", "So next door's [address] and it's red."),
]
OTHERS = [
    "The tickets are in block six, then row twelve.",
    "Tick box four, then sign the form.",
    "Our showroom is on the second floor, Tower B.",
    "Is it the red one or the blue one?",
    "It's at the top of the page.",
    "Shall I go via Leeds or York?",
    "We have a room, two nights.",
]


@pytest.fixture(scope="module")
def policy() -> Policy:
    return make_policy(Settings(), build_engine(), key=b"a" * 32)


@pytest.mark.parametrize(("said", "expected"), [*PARTS, *HOUSES])
def test_a_part_of_an_address_is_known_by_its_name(
    policy: Policy, said: str, expected: str
) -> None:
    assert shown(policy, HELLO + said)[-1] == expected


@pytest.mark.parametrize(("said", "expected"), BESIDE)
def test_beside_an_address_a_part_alone_is_one(policy: Policy, said: str, expected: str) -> None:
    assert shown(policy, TOLD + said)[-1] == expected


@pytest.mark.parametrize("said", OTHERS)
def test_what_only_has_such_a_label_stays(policy: Policy, said: str) -> None:
    assert shown(policy, HELLO + said)[-1] == said


@pytest.mark.parametrize("said", ["Tower C.", "It says eleven on the screen."])
def test_and_so_does_a_part_where_no_address_was_told(policy: Policy, said: str) -> None:
    assert shown(policy, HELLO + said)[-1] == said


@pytest.mark.parametrize(
    ("dialogue", "expected"),
    [
        ("C: Landmark put opposite Meena Sweets, near the water tank.", "opposite [address]"),
        ("C: It's Gull Cottage.\nA: Gull Cottage, and then?\nC: Port Quin.", "[address]"),
        ("C: Keeper's Lodge, 4 Hill Road.\nA: And is that near Stow?", "near [address]"),
        ("A: What's it now?\nC: It's Leeds, L S four nine G R.", "It's [address]"),
        ("C: I rent 12 Ferry Road, unit 4, A till May.", "I rent [address] till May."),
        ("C: It's out by Stow on the Wold, G L five four one L F.", "out by [address]"),
        ("A: Which are you?\nC: Thirty one Mafeking Stree.", "[address]"),
        ("C: drop it at twelve wellesley street east now", "drop it at [address] now"),
        ("C: It's four seventy won rue des Lilas.", "It's [address]"),
    ],
)
def test_the_rest_of_an_address_goes_with_it(policy: Policy, dialogue: str, expected: str) -> None:
    assert expected in shown(policy, dialogue)[-1]
