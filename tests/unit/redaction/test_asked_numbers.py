"""Questions about numbers: for a quantity, for anything else, for digits by their place."""

import pytest

from redaction.cues.asked_numbers import ANYTHING, COUNT, QUANTITY, numbers_asked
from redaction.language.words import atoms_of
from redaction.policy.prepared_policy import Policy
from tests.unit.redaction.spoken_dialogue import shown

ASKED = [
    ("How many bags do you have?", [COUNT]),
    ("What's the price of that?", [QUANTITY]),
    ("And which day would suit you?", [QUANTITY]),
    ("What time do you close?", [QUANTITY]),
    ("What does it say on the screen?", [ANYTHING]),
    ("And the rest?", [ANYTHING]),
    ("Take your time.", [ANYTHING]),
    ("How many? And what else?", [COUNT]),
    ("How many digits do you see?", [QUANTITY]),
    ("I was in the garden with my brother all afternoon.", []),
    ("The second and fourth digits, please?", ["pin", ANYTHING]),
    ("What's the first number of your passcode?", ["pin", ANYTHING]),
    ("And digit three?", ["pin", ANYTHING]),
    ("I need a couple of digits out of it.", ["pin", ANYTHING]),
    ("Which digits of your pass is it?", ["pin", ANYTHING]),
    ("The last two digits of the model.", []),
]


@pytest.mark.parametrize(("said", "kinds"), ASKED)
def test_a_question_about_a_number_is_known_by_its_make(said: str, kinds: list[str]) -> None:
    found = [question.kind for question in numbers_asked(atoms_of(said.split()))]
    assert sorted(found) == sorted(kinds)


ANSWERS = [
    ("A: And the rest?\nC: Seventy eight, twenty one.", "[number]"),
    ("A: I missed the end of it.\nC: 5938.", "[number]"),
    ("A: How much is it with tax?\nC: Seventy eight, twenty one.", "Seventy eight, twenty one."),
    ("A: How many tries do I get with a wrong pin?\nC: Three.", "Three."),
    ("A: How many of them?\nC: Forty.\nA: And of the others?\nC: 350.", "350."),
    ("A: The second digit of your pin?\nC: Eight.", "[pin]"),
]


@pytest.mark.parametrize(("dialogue", "last"), ANSWERS)
def test_a_number_that_is_all_of_an_answer_goes_unless_a_quantity_was_asked_for(
    policy: Policy, dialogue: str, last: str
) -> None:
    assert shown(policy, dialogue)[-1] == last


def test_a_code_asked_for_is_awaited_through_small_talk(policy: Policy) -> None:
    dialogue = """
    A: And then I just need the security code.
    C: Hang on, the dog has something. Drop it! Sorry.
    A: No worries, what kind of dog is he?
    C: He's a beagle. Okay where were we?
    A: The code on the card.
    C: It used to be on a sticker, let me turn it round.
    A: Of course.
    C: Five hundred.
    """
    assert shown(policy, dialogue)[-1] == "[cvv]"
