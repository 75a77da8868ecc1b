"""Numbers told in parts, in front of a key, or with the name of their code spelled out."""

import pytest

from redaction.policy.prepared_policy import Policy
from tests.unit.redaction.spoken_dialogue import shown


@pytest.mark.parametrize(
    ("dialogue", "last"),
    [
        # a share of a number is no numbered part of a thing
        (
            "C: My card is 4111 1111 1111, and last part four four seven one.",
            "My card is [card] and last part [card]",
        ),
        ("C: It's broken, I need part 4471.", None),
        # the instrument, not the amount
        ("C: Bill my card, 5551, scratch that 5555, 5655 7302 7743.", "Bill my card, [card]"),
        ("A: The code?\nC: It's 8213, star.", "It's [otp] star."),
        # initials are no part of the code
        ("C: C V C is 631, thanks.", "C V C is [cvv] thanks."),
        ("A: And the plan number?\nC: K I T T Y, A T M, eight four.", "[policy]"),
        ("A: Policy number?\nC: C, V, C, 8, 3, 4.", "[policy]"),
        ("A: Spell the surname.\nC: S I N G H", "[name]"),
    ],
)
def test_what_is_told_of_a_code_is_masked_and_what_it_is_called_is_not(
    policy: Policy, dialogue: str, last: str | None
) -> None:
    told = dialogue.splitlines()[-1].partition(": ")[2]
    assert shown(policy, dialogue)[-1] == (last or told)
