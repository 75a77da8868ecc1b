"""The month and the year of a card's date in pieces: asked for in turn, read back, said again."""

import pytest

from redaction.language.words import atoms_of
from redaction.numbers.date_parts import DateParts, parts_of_date
from redaction.policy.prepared_policy import Policy
from tests.unit.redaction.spoken_dialogue import shown

CARD = "C: 4242 4242 4242 4242\n"
TOLD = CARD + "A: Expiry?\nC: May of thirty one.\nA: Lovely.\nC: Right.\n"

DUE = [
    (CARD + "A: And up to when do I put?\nC: Up to eleven.", "Up to [expiry]"),
    (CARD + "A: Going when?\nC: To nine.\nA: Of?\nC: Thirty.", "[expiry]"),
    (
        CARD + "A: What is the month?\nC: June.\nA: Next year, is that?\nC: Thirty, I do believe.",
        "[expiry] I do believe.",
    ),
    (CARD + "A: The expiry?\nC: One.", "[expiry]"),
    (CARD + "A: How far ahead is it stamped?\nC: Then thirty two.", "[expiry]"),
    (CARD + "A: Through?\nC: Uh through oh to twenty eight.", "Uh through [expiry]"),
]
AGAIN = [
    (TOLD + "A: Did you say May?", "Did you say [expiry]"),
    (TOLD + "A: Still May, is it?", "Still [expiry] is it?"),
    (TOLD + "A: Was that first half five?", "Was that first half [expiry]"),
    (TOLD + "C: Five, yeah.", "[expiry] yeah."),
    (TOLD + "A: And it's the thirty one, yes?", "And it's the [expiry] yes?"),
    (TOLD + "A: That's 2031.", "That's [expiry]"),
    (
        CARD + "A: Expiry?\nC: 12 of 27.\nA: 12 stroke 27, and am I right?",
        "[expiry] and am I right?",
    ),
]
ASKED = [
    ("A: How far?\nC: End of January 3/1, it's nine, five, four.", "[dob]"),
    ("A: Whatever date is pressed into it?\nC: May something.", "[expiry] something."),
    (
        "C: It's only the date, that's now 4/26, and the code, 873.",
        "It's only the date, that's now [expiry] and the code, [otp]",
    ),
    ("A: That's the long one done. The month?\nC: April.", "[expiry]"),
    ("A: The card is valid how long?\nC: Up to June it is.", "Up to [expiry] it is."),
]
PLASTIC = "C: They have sent me new plastic.\n"
ON_CARD = [
    (PLASTIC + "A: So what's the year on that?\nC: Thirty.", "[expiry]"),
    (PLASTIC + "A: What's the year now?\nC: Thirty.\nA: And still 07?", "And still [expiry]"),
    (PLASTIC + "A: The year?\nC: Thirty.\nA: And still July?", "And still [expiry]"),
    ("C: Use the card with the twenty nine date.", "Use the card with the [expiry] date."),
    ("A: The card is fine.\nC: The one with 29 on it?", "The one with [expiry] on it?"),
    ("C: My card? It's up free thirty one.", "My card? It's up [expiry]"),
]
NONE = [
    (TOLD + "A: And the three on the back?", "And the three on the back?"),
    (TOLD + "A: Yes, that one.", "Yes, that one."),
    (TOLD + "A: Now, ten on weekdays.", "Now, ten on weekdays."),
    ("C: I have twenty nine on me.", "I have twenty nine on me."),
    (CARD + "A: And how many of you?\nC: Three.", "Three."),
    (CARD + "A: What size is it?\nC: A ten.", "A ten."),
    (TOLD + "A: It comes with five spoons.", "It comes with five spoons."),
    (TOLD + "A: You may have four more.", "You may have four more."),
    (TOLD + "C: See you in June.", "See you in June."),
]


@pytest.mark.parametrize(("dialogue", "last"), DUE)
def test_a_month_or_a_year_is_the_answer_where_that_of_a_card_is_to_come(
    policy: Policy, dialogue: str, last: str
) -> None:
    assert shown(policy, dialogue)[-1] == last


@pytest.mark.parametrize(("dialogue", "last"), AGAIN + ON_CARD + ASKED)
def test_the_parts_of_a_card_s_date_are_known_when_they_are_said_again(
    policy: Policy, dialogue: str, last: str
) -> None:
    assert shown(policy, dialogue)[-1] == last


@pytest.mark.parametrize(("dialogue", "last"), NONE)
def test_counts_days_and_other_months_stay(policy: Policy, dialogue: str, last: str) -> None:
    assert shown(policy, dialogue)[-1] == last


def test_a_month_that_was_shown_is_taken_back_once_a_card_s_date_has_it(policy: Policy) -> None:
    dialogue = "C: It was in February.\nA: The card?\nC: Yes, it expires February thirty."
    assert shown(policy, dialogue)[0] == "It was in [expiry]"


@pytest.mark.parametrize(
    ("words", "value", "parts"),
    [
        ("four thirty", "430", ("04", "30")),
        ("oh four thirty", "0430", ("04", "30")),
        ("june of twenty thirty one", "062031", ("06", "31")),
        ("June", "", ("06", "")),
        ("twenty nine", "29", ("", "29")),
        ("2031", "2031", ("", "31")),
        ("eleven", "11", ("11", "")),
        ("sixty six", "66", ("", "")),
        ("four A", "4a", ("", "")),
        ("4242 4242", "42424242", ("", "")),
    ],
)
def test_a_value_tells_its_month_and_its_year(
    words: str, value: str, parts: tuple[str, str]
) -> None:
    assert parts_of_date(atoms_of(words.split()), value) == DateParts(*parts)
