"""Numbers and words that are nobody's: what shows that, and when it is not enough."""

import pytest

from redaction.policy.prepared_policy import Policy
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
    "C: I want a seal for the mixer, the one in my hand says five three oh nine Z Z.",
    "A: In satin the dark shade is seven oh three five.",
    "C: Did you watch the lottery? Two, nine, seventeen, thirty four, forty one, bonus six.",
    "A: You'd want ten W forty, six hundred and eighty two millilitres of it.",
    "C: The wall's eleven foot six by eight foot two.",
    "A: Fixed for two years is five point two seven five.",
    "A: Boarding's at seven oh five, the bar shuts till eight oh four.",
    "A: It came off on the twenty sixth, you've got up to the thirty first.",
    "A: Give it nine or fifteen minutes.",
    "A: It makes three seventy or so.",
    "A: They built it in nineteen oh seven.",
    "C: Does the four three oh nine fit?",
    "A: That one's a forty two inside.",
    "C: Is twelve oh four any bigger?",
    "A: The part number stamped on it is three one five, dash, two two.",
    "C: I'm at nine thousand feet. Then two eighty five in the oven?",
    "A: For tyres like yours it's one nine five, sixty five, R fifteen, eighty eight H.",
    "A: Sterling is 4389 per ounce.",
    "C: How much is a pair of fronts, two two five forty five seventeen?",
    "A: Text stop to six oh seven seven seven and that's the end of it.",
    "A: Forward it to 7726, the phone company blocks them.",
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
    ("A: The long number?\nC: Three seven eight two, nine two, runs out in May.", "nine"),
    ("A: Where do you live?\nC: Not Ashby, Fernbrook.", "Fernbrook"),
    ("A: You want number 4111, number 1111, number 1111.", "1111"),
    ("A: What's your address?\nC: Twelve gig drive.", "Twelve"),
    ("C: It was thirteen, fifty, three, nine, eleven, fifty five.", "fifty"),
    ("C: I'm after a belt.\nA: And your ref with us?\nC: Six two oh five R S.", "five"),
    ("A: What's the code we texted?\nC: For the lottery one, four, eleven, nineteen.", "nineteen"),
    ("A: And the PIN?\nC: Five W thirty.", "thirty"),
    ("A: And the security code?\nC: Eight by four.", "eight"),
    ("A: Where do you live?\nC: I'm at five oh five.", "five"),
    ("C: I'm at seventy two Fernbrook Avenue.", "Fernbrook"),
    ("A: When's it valid to?\nC: Stamped oh four twenty nine.", "four"),
    ("A: And your extension?\nC: Is four four one seven right?", "seven"),
    ("A: What's the best number?\nC: Till three oh five, five one two, oh one one two.", "three"),
    ("C: The server is at 192 point 0 point 2 point 7.", "192"),
    ("C: It's on the grey sticker, 9 H C 4 4 1.", "9"),
    ("A: Your PIN, please.\nC: The four eight two one works.", "eight"),
    ("A: What's your password?\nC: Swap it.", "Swap"),
    ("A: What's your password?\nC: I put trombone.", "trombone"),
    ("A: Can you tell me where you are?\nC: Fernbrook.", "Fernbrook"),
    ("A: Which street did you grow up on?\nC: Fernbrook.", "Fernbrook"),
]


@pytest.mark.parametrize(("dialogue", "gone"), GONE)
def test_the_same_is_taken_out_where_a_number_of_somebodys_is_awaited(
    policy: Policy, dialogue: str, gone: str
) -> None:
    assert gone not in shown(policy, dialogue)[-1]


SPOKEN_OF = [
    ("C: What's the code for?", "A: Above ninety thousand you'll need one."),
    ("C: Do you need my password?", "A: Not at all."),
    ("C: It wants my password.", "A: You can skip it, it's got your badge."),
    ("C: She'll want a password.", "A: She's always on the phone."),
    ("A: It's on the strip, near where you sign.", "C: Mine's worn off."),
    ("C: And the blossom, when?", "A: After the frost, round May where you are. Then you're fine."),
    ("A: I grow roses, do you?", "C: Nothing eats a rose."),
    ("A: What've you measured it at?", "C: Nine foot ten by seven foot three."),
    ("C: Which plug?", "A: Ha. Any of them."),
    ("C: Can you send it to a post box?", "A: Not with liquids, only to a porch or a counter."),
]


@pytest.mark.parametrize(("before", "said"), SPOKEN_OF)
def test_what_only_talks_of_personal_data_is_left_alone(
    policy: Policy, before: str, said: str
) -> None:
    assert shown(policy, f"{before}\n{said}")[-1] == said[3:]
