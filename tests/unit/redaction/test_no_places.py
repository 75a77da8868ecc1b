"""Days, countries, journeys and what a question is about are nobody's address."""

import pytest

from redaction.policy.prepared_policy import Policy, make_policy
from redaction.policy.presidio import build_engine
from redaction.settings import Settings
from tests.unit.redaction.spoken_dialogue import ever_shown, shown

OTHERS = [
    "A: Is that for delivery?\nC: What comes on the Orchard Melt?",
    "A: Where are you?\nC: On the way, are you open on Thanksgiving?",
    "C: Where is the shop?\nA: By the station, we are closed on Sundays and bank holidays.",
    "A: What did you want to know?\nC: How much is it to send a small box over to Canada?",
    "C: I live next door to it.\nA: The doors open at seven thirty, bring a coat.",
    "C: Hello.\nA: Ward six, sister speaking.",
    "A: Where are you off to on your holidays?\nC: A caravan in Skegness, if the car makes it.",
    "C: We are three people working at one time.\nA: Then I'd take the two hundred plan.",
    "C: We're coming up from Wetherley with a box on the roof.",
    "C: We got it in Geelby.\nA: Is it okay to drive up to Ballamore?",
    "A: Which terminal are you in?\nC: Three. We came off the night flight.",
    "A: The form is called Wexcote.",
    "C: We're bringing a coach from Wexering, fifty two seater.",
    "C: And where are we all meant to go?\nA: The nearest branch will be Hereford.",
    "A: Is the modem making a noise?\nC: It's harmless, I hope.",
]
PLACES = [
    ("A: Where do you live?\nC: What I've got is Kelmsworth.", "Kelmsworth"),
    ("A: And where are we delivering?\nC: 12 Oakham Lane, Toronto, Canada.", "Oakham"),
    ("C: He lives in Wetherley.", "Wetherley"),
    ("C: So I was on Delancey when he came out.", "Delancey"),
    ("A: Where are you?\nC: We're at ward four, Kothapalli.", "Kothapalli"),
]


@pytest.fixture(scope="module")
def policy() -> Policy:
    return make_policy(Settings(), build_engine(), key=b"a" * 32)


@pytest.mark.parametrize("dialogue", OTHERS)
def test_what_is_nobodys_place_stays(policy: Policy, dialogue: str) -> None:
    said = dialogue.splitlines()[-1][3:]
    assert shown(policy, dialogue)[-1] == said


@pytest.mark.parametrize(("dialogue", "place"), PLACES)
def test_places_beside_them_are_masked(policy: Policy, dialogue: str, place: str) -> None:
    assert not any(place in said for said in ever_shown(policy, dialogue))


def test_a_sigh_before_a_sentence_numbers_no_house(policy: Policy) -> None:
    dialogue = "A: What's your address?\nC: Oh. Usually it's there first thing."
    assert shown(policy, dialogue)[-1].endswith("Usually it's there first thing.")
