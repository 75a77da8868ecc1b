"""Numbers around a secret one, what is left of a code beside its masked part, and their sounds."""

import pytest

from redaction.policy.prepared_policy import Policy, make_policy
from redaction.policy.presidio import build_engine
from redaction.settings import Settings
from tests.unit.redaction.spoken_dialogue import shown

_CARD = "C: five one oh five one oh five one oh five one oh five one double oh"
AROUND = [
    (f"{_CARD}\nA: Sorry, hers is eight, seven three one, and what's yours?", "yours"),
    (
        f"A: Card?\nC: It used to be twenty three thirty six at the end, now it's {_CARD[3:]}",
        "[card]",
    ),
    ("C: My order number's 4471920\nC: Buzzer's 7995, it's right there.", "there"),
]
PARTS = [
    ("A: The card number?\nC: 37 82 eighty to ninety eight 31 53097", "[card]"),
    ("A: cvv\nC: eight zero too can you send him now", "[cvv] can you send him now"),
    ("A: And your health card number?\nC: 9876 543 210, version code XK.", "[ssn]"),
    ("A: What code did you get?\nC: Four hundred thousand and twelve.", "[otp]"),
    ("A: Could I have the first, fourth and sixth numbers?\nC: First is nine", "First is [pin]"),
    ("A: What are the third and last digits of your PIN?\nC: Third, too.", "Third, [pin]"),
    ("A: Whenever you've got it in front of you.\nC: GB two nine.", "[iban]"),
    (
        "A: Your S I N?\nC: 8419 6434 6\nA: eighty four nineteen six for three for three six seven "
        "right",
        "[sin] right",
    ),
    ("A: Exp?\nC: Twelve over twenty seven.", "[expiry]"),
]  # fmt: skip
OTHERS = [
    "C: How many did you get?\nA: It can take up to fifty one minutes.",
    "C: He paid six for fifty.",
    "A: What's it for?\nC: B is as good as A.",
]


@pytest.fixture(scope="module")
def policy() -> Policy:
    settings = Settings(countries=("US", "UK", "CA"))
    return make_policy(settings, build_engine(), key=b"k" * 32)


@pytest.mark.parametrize(("dialogue", "token"), AROUND)
def test_numbers_beside_a_secret_one_are_masked(policy: Policy, dialogue: str, token: str) -> None:
    last = shown(policy, dialogue)[-1]
    assert token in last
    assert not any(word in last for word in ("seven", "twenty", "7995"))


@pytest.mark.parametrize(("dialogue", "last"), PARTS)
def test_what_stands_around_the_masked_part_of_a_code_goes_with_it(
    policy: Policy, dialogue: str, last: str
) -> None:
    assert shown(policy, dialogue)[-1] == last


@pytest.mark.parametrize("dialogue", OTHERS)
def test_counts_and_prices_stay(policy: Policy, dialogue: str) -> None:
    assert shown(policy, dialogue)[-1] == dialogue.splitlines()[-1][3:]
