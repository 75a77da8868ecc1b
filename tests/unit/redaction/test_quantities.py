"""Numbers and words that are nobody's: what shows that, and when it is not enough."""

import pytest

from redaction.prepared_policy import Policy
from tests.unit.redaction.spoken_dialogue import shown

STAYS = [
    "A: The cheaper one has a seven hundred twenty six gig drive, the other has double that.",
    "A: That's only model three two two, made between March 2012 and June 2013.",
    "A: They were built from March twenty twelve to June twenty fourteen.",
    "C: I'm after two tyres, it says 784 fifty five R forty two on the side.",
    "A: They're seventy six dollars each or eight for six hundred twenty one dollars.",
    "A: Then you're fine, it's only six hundred eighteen and 198.",
    "A: Fifty six in the small one, four hundred and eighty one in the big.",
    "A: The teak one? It's one hundred and sixty eight dollars.",
    "A: Three days here, up to twenty four abroad.",
    "A: You're live on air! In which year did the Berlin Wall come down?",
    "C: I want to know what my name has to do with the address on the ad.",
    "A: You want number forty nine, number forty two and 871, sixty three dollars the three.",
    "C: Have you got the Millennium Falcon?",
]


@pytest.mark.parametrize("dialogue", STAYS)
def test_what_is_said_of_things_is_left_alone(policy: Policy, dialogue: str) -> None:
    assert shown(policy, dialogue)[-1] == dialogue[3:]


def test_how_long_a_number_is_stays_where_it_was_asked_for(policy: Policy) -> None:
    asked = "C: What's the CVV? I don't know where to find it.\n"
    told = "It's the last three digits. On American Express it's four on the front."
    assert shown(policy, f"{asked}A: {told}")[-1] == told
    told = "It's the six numbers that say which bank it is."
    assert shown(policy, f"C: What's a sort code?\nA: {told}")[-1] == told


GONE = [
    ("A: When does your card expire?\nC: Made between March 2012 and June 2031.", "2031"),
    ("C: My card is 4242 4242 4242 4242.\nC: Sold from March 2012 to June 2031.", "2031"),
    ("A: Your licence plate?\nC: With tyres, it's 784 55 R 42.", "784"),
    ("A: And the code on the back?\nC: The small one, four, seven.", "four"),
    ("A: And the code on the back?\nC: Seven, three, four on the back.", "four"),
    ("A: And the security code?\nC: Up to twenty four.", "twenty"),
    ("A: You want number 4111, number 1111, number 1111.", "1111"),
    ("A: What's your address?\nC: Twelve gig drive.", "Twelve"),
    ("C: Lottery was thirteen, fifty, three, nine, eleven, fifty five.", "fifty"),
]


@pytest.mark.parametrize(("dialogue", "gone"), GONE)
def test_the_same_is_taken_out_where_a_number_of_somebodys_is_awaited(
    policy: Policy, dialogue: str, gone: str
) -> None:
    assert gone not in shown(policy, dialogue)[-1]
