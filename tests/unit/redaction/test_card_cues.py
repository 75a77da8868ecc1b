"""Phrases that ask for a card's date or code only where a card is talked of."""

import pytest

from redaction.policy.prepared_policy import Policy
from tests.unit.redaction.spoken_dialogue import shown

PLAIN = [
    "C: Why has it gone up when nothing changed?\nA: There are two reasons for it.",
    "A: It is three for the price of two until the end of August.",
    "A: A family is two adults and three little ones.\nC: Then two and two please.",
    "A: The sale finished in June.\nC: Which month is the next one?\nA: March.",
    "A: Bring the date in nine.\nC: When did the last one stop?\nA: It stopped in May.",
    "A: We are finishing sixty four and starting more.",
    "A: By card that's 1561 points.\nC: My card was new in 2019.",
    "C: My pass expired.\nA: Then it was nine people.",
    "C: My debit went through twice, on the second.",
    "C: Have you run out?\nA: We had seven, then nobody sent more.",
]
OF_CARDS = [
    ("C: It packed up in August.", "August"),
    ("C: The old one went bad in twelve.", "twelve"),
    ("A: What's the closing month?\nC: Er seven, I think.", "seven"),
    ("A: The one with a date in oh four?", "oh"),
    ("A: Until the end of?\nC: August.", "August"),
    ("A: And the year is?\nC: thirty one.", "thirty"),
    ("A: The one finishing 1561?", "1561"),
    ("A: Your Visa that was used last, 1561, still okay?", "1561"),
    ("A: And what pen do you want on it?\nC: 6063, that's my old one.", "6063"),
    ("C: Behind it's 12.", "12"),
    ("C: One's on my debit, 1925, the other's by cheque.", "1925"),
    ("A: The tail end is sixty four?", "sixty"),
    ("C: Hers expired then twenty six.", "twenty"),
    ("A: How far ahead is it stamped?\nC: Thirty two.", "Thirty"),
    ("A: The three little ones?\nC: four oh nine.", "four"),
]


@pytest.mark.parametrize("dialogue", PLAIN)
def test_in_ordinary_talk_they_ask_for_nothing(policy: Policy, dialogue: str) -> None:
    assert not any("[" in text for text in shown(policy, dialogue))


@pytest.mark.parametrize(("dialogue", "value"), OF_CARDS)
@pytest.mark.parametrize("before", ["C: I'd pay by debit.\n", "C: 4242 4242 4242 4242\n"])
def test_where_a_card_is_talked_of_or_was_told_they_ask(
    policy: Policy, dialogue: str, value: str, before: str
) -> None:
    assert value not in shown(policy, before + dialogue)[-1]
