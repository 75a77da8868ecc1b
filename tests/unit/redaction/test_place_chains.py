"""Houses with names, the parts of a place in a row, what links them, and a place said again."""

import pytest

from redaction.cues.places_asked import asks_for_place
from redaction.policy.prepared_policy import Policy, make_policy
from redaction.policy.presidio import build_engine
from redaction.settings import Settings
from tests.unit.redaction.spoken_dialogue import shown

GIVEN = "A: Hello?\nC: It's twelve Beech Road.\n"
GONE = [
    ("C: You're after The Old Granary, Pexford Farm, Mill Hill, mind the dog.", "after [address]"),
    ("C: you're after the old granary pexford farm mill hill mind the dog", "[address] mind the"),
    ("C: I'm Larch Lea, Quarry Lane.", "I'm [address]"),
    ("C: She's leaving Ffordd y Parc tomorrow.", "[address] tomorrow"),
    ("C: Send it to T O box four seven two.", "to [address]"),
    ("C: Send it to post office box eighty one.", "to [address]"),
    (GIVEN + "A: Mm hm.\nC: Oh, and Belfast, I suppose.", "[address] I suppose."),
    (GIVEN + "A: In Halifax, Nova Scotia, right?", "[address] right?"),
    (GIVEN + "C: in newcastle new south weles", "in [address]"),
    ("C: The lady at number nineteen is always in.", "The lady at [address] is always in."),
    ("A: Where to?\nC: House number six slash two, Indiranagar.", "[address]"),
    ("A: Where to?\nC: Flat 4, Sai Towers, behind Hanuman temple, Kothrud.", "[address]"),
    ("C: It's Pexford Farm, Mill Hill.\nA: So, Mill Hill then.", "[address] then."),
]
STAYS = [
    "A: Our branches are at Park Street, Mill Road.",
    "C: The farm shop is closed and the barn is full.",
    "C: We like the old house and the new place.",
    "C: And Belfast is lovely in the spring.",
]


@pytest.fixture(scope="module")
def policy() -> Policy:
    return make_policy(Settings(), build_engine(), key=b"a" * 32)


@pytest.mark.parametrize(("dialogue", "expected"), GONE)
def test_places_of_ordinary_words_go(policy: Policy, dialogue: str, expected: str) -> None:
    assert expected.lower() in shown(policy, dialogue)[-1].lower()


@pytest.mark.parametrize("line", STAYS)
def test_places_that_are_nobodys_stay(policy: Policy, line: str) -> None:
    assert shown(policy, line) == [line[3:]]


@pytest.mark.parametrize("said", ["and this hamper's going to", "so from where to where"])
def test_where_something_is_on_its_way_to_is_asked(said: str) -> None:
    assert asks_for_place(said.split())


def test_what_somebody_is_going_to_do_is_not() -> None:
    assert not asks_for_place(["so", "now", "i'm", "going", "to"])
