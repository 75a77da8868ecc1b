"""Codes typed on keys, and numbers that no unit and no noun makes a quantity."""

import pytest

from redaction.policy.prepared_policy import Policy
from tests.unit.redaction.spoken_dialogue import ever_shown, shown


@pytest.mark.parametrize(
    ("dialogue", "last"),
    [
        (
            "C: Then press the star key, 8113, and she's in.",
            "Then press the star key, [pin] and she's in.",
        ),
        ("C: You go hash 4090 at the gate.", "You go hash [pin] at the gate."),
        ("A: Code for the locker?\nC: eight, oh, two, four, pound.", "[otp] pound."),
        ("C: My passcode is 6520 pound.", "My passcode is [otp] pound."),
        ("C: He typed in 7331.", "He typed in [number]"),
        ("C: She keyed in eighty one forty six again.", "She keyed in [number] again."),
        ("C: They put in nineteen seventy windows.", None),
        ("C: Your system texted me 8297.", "Your system texted me [number]"),
        ("A: And the shed?\nC: 8618, she's got the spare.", "[number] she's got the spare."),
        ("A: So what came up?\nC: Underneath, okay, 119.", "Underneath, okay, [number]"),
        ("A: Read me the front.\nC: 4000, did you get that?", "[otp] did you get that?"),
        ("A: The last bit?\nC: 731, maybe.", "[number] maybe."),
        # asked for in no words of numbers
        ("A: Go ahead with it when you're ready.\nC: Seventeen eighty four.", "[number]"),
        ("A: When did they lay it?\nC: Seventeen eighty four.", None),
        (
            "A: Which digits can you make out?\nC: A four and a six, something, then a nine.",
            "A [otp]",
        ),
        # money and stars
        ("C: I paid 1200 pound for it.", "I paid 1200 pound for it."),
        ("C: It was a five star stay, 250 pound.", None),
        ("A: How much was it?\nC: 8618, she's got the receipt.", None),
        ("C: They charged me 1250 for it.", None),
    ],
)
def test_what_is_typed_is_a_code_and_what_is_paid_is_none(
    policy: Policy, dialogue: str, last: str | None
) -> None:
    said = dialogue.rpartition(": ")[2]
    assert shown(policy, dialogue)[-1] == (said if last is None else last)


@pytest.mark.parametrize(
    ("dialogue", "secret"),
    [
        ("A: The front, all of it.\nC: 4000, got that?|1234, 5678", "4000"),
        ("A: What about the date?\nC: It says oh six, then a line,|twenty nine", "six"),
        ("A: Which document?\nC: his own Z|H two seven seven one", "Z"),
        ("A: And the IFSC?\nC: It is h D F see,|zero zero two", "see,"),
        ("C: You wanted something, so, delta, echo, five, double zero", "delta,"),
    ],
)
def test_the_beginning_of_a_number_is_never_shown(
    policy: Policy, dialogue: str, secret: str
) -> None:
    assert all(secret not in line.split() for line in ever_shown(policy, dialogue))
