"""Numbers of cards, codes and banks that a pause, a correction or a small letter broke up."""

import pytest

from redaction.policy.prepared_policy import Policy
from tests.unit.redaction.spoken_dialogue import shown


@pytest.mark.parametrize(
    ("dialogue", "last"),
    [
        (
            "A: Whenever you like.\nC: 5105-1058-1038-5431, scratch that 5435. Mine lasts until "
            "October thirty two.",
            "[card] Mine lasts until [expiry]",
        ),
        (
            "A: The card number?\nC: 4242 4242 4242 4242.\nA: Thanks.\nC: the end is 10/3/2, okay",
            "the end is [expiry] okay",
        ),
        ("A: What month does it say on the front?\nC: June of.", "[expiry] of."),
        ("A: Code on the back?\nC: that would be oh, won, eight.", "that would be [cvv]"),
        (
            "A: The card number?\nC: 4242 4242 4242 4242, good till August 2031 and I'll save you "
            "asking 859",
            "[card] good till [expiry] and I'll save you asking [expiry]",
        ),
        (
            "A: The card number?\nC: 4242 4242 4242 4242, and I'll save you wondering, 71, 4.",
            "[card] and I'll save you wondering, [card]",
        ),
        (
            "A: I'll want the N I number.\nC: q q four 1 eight 1 zero 9 a i know that by heart",
            "[nino] i know that by heart",
        ),
        ("A: And the security code?\nC: 812, Am speaking clearly?", "[cvv] Am speaking clearly?"),
        (
            "A: Your number?\nC: four, one, five, five, five, five, oh, one, forty, People mix it "
            "up.",
            "[phone] People mix it up.",
        ),
        (
            "A: Your phone number?\nC: use O i mean six two oh seven four seven nine four six oh "
            "please",
            "use [phone] please",
        ),
        ("A: Routing number?\nC: hang on two, oh, that's at the bottom.",
         "hang on [routing] that's at the bottom."),
        ("A: Your postcode?\nC: It's S K, seven three, E you.", "It's [address]"),
        ("A: Your phone number?\nC: course it's oh one six three two, er, nine six oh one oh nine",
         "course it's [phone]"),
        ("A: Which IBAN is it?\nC: it's ie 63 dash aibk 1841 77 39 2041 62", "it's [iban]"),
        ("A: Which IBAN?\nC: i have gb 18 west dash 7057-415-7910-958", "i have [iban]"),
        ("A: Which is it?\nC: gb 53 west hang on 790 92 54 1418 291 on it", "[card] on it"),
        ("C: Now use ie 63 dash aibk 380 289 9640 4976", "Now use [card]"),
        ("A: Licence?\nC: licence a nine five nine two seven eight six", "licence [phone]"),
        ("A: Passport?\nC: It's a, let me see two, six, three, four, five.", "It's [passport]"),
        ("A: The card?\nC: visa for two four two four two eight nine", "visa [card]"),
        ("A: Passport?\nC: Charlie, let me see six five double two one", "[passport]"),
        ("A: You called us.\nC: If you say so. five 6 2, 6.", "If you say so. [number]"),
        ("A: Card?\nC: A Visa, let me see fifty five, fifty five.", "A Visa, let me see [card]"),
        (
            "A: Sixteen numbers from the card then.\nC: four two four two four two 2 9 7 5 uh 7 2 "
            "and lost uh six 7 sick seven",
            "[card] and lost uh [card]",
        ),
        (
            "A: The card?\nC: The end is one zero nine eight\nA: I read the line above 1098 yes",
            "I read the line above [card] yes",
        ),
        ("A: Tell me.\nC: 4281, One second, the bell.", "[number] One second, the bell."),
        ("C: Does the back say 331?", "Does the back say [cvv]"),
        ("A: The code comes now.\nC: hang on there it goes 685 33", "hang on there it goes [otp]"),
        ("A: It comes now.\nC: Forty one sixty nine, Wow, so fast.", "[number] Wow, so fast."),
    ],
)  # fmt: skip
def test_what_broke_a_number_up_does_not_show_it(policy: Policy, dialogue: str, last: str) -> None:
    assert shown(policy, dialogue)[-1] == last


@pytest.mark.parametrize(
    ("dialogue", "last"),
    [
        (
            "A: The card number?\nC: 4242424242424242. It's a joint one so it's got two names.",
            "[card] It's a joint one so it's got two names.",
        ),
        ("C: That would save you forty pounds.", "That would save you forty pounds."),
        (
            "A: How many?\nC: seven, hundred, sixty, people, I believe.",
            "seven, hundred, sixty, people, I believe.",
        ),
    ],
)  # fmt: skip
def test_what_is_said_of_things_stays(policy: Policy, dialogue: str, last: str) -> None:
    assert shown(policy, dialogue)[-1] == last
