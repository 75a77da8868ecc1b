"""Short answers where somebody is being identified: the place tells more than the words."""

import pytest

from redaction.policy.prepared_policy import Policy, make_policy
from redaction.policy.presidio import build_engine
from redaction.settings import Settings
from tests.unit.redaction.spoken_dialogue import ever_shown, shown

NAMES = [
    ("A: Could I get your last name?\nC: Hunter.\nA: Thanks. And first?\nC: Will.", "[name]"),
    ("A: And name?\nC: Grant Wood, like the painter.", "[name] like the painter."),
    ("A: Your name?\nC: Ines.\nA: And the other person?\nC: Joy Banks.", "[name]"),
    ("A: Your date of birth?\nC: 1/2/1980\nA: What's on the badge?\nC: Poppy Quill.", "[name]"),
]
SECRETS = [
    ("A: What's your verbal passcode?\nC: No idea.\nA: I can't say.\nC: Cinnamon?", "[password]"),
    ("A: Then I need a word from you, the one on the account.\nC: Falcon tango.", "[password]"),
    ("A: A new password?\nC: I'd rather have Barnacle Bill.", "I'd rather have [password]"),
]
CLEAN = [
    "A: Your date of birth?\nC: 1/2/1980\nA: Which branch?\nC: Leeds.",
    "A: Your date of birth?\nC: 1/2/1980\nA: And how would you like it?\nC: Monthly.",
    "A: Your name?\nC: Ines.\nA: Is it the blue or the red?\nC: Blue.",
    "C: Excel keeps crashing when I paste the table.\nA: Is it Windows or a Mac?",
    "A: Is it a Worcester or a Vaillant?\nC: Worcester.",
    "A: Where would you like to fly to?\nC: Marrakesh.",
    "C: When do the gates close?\nA: Terminal 5, gates close twenty five minutes before.",
    "C: How much is it to send a parcel to Canada?",
    "C: So which one do I give my daughter in Spain?",
    "A: what's it doing\nC: the drum's wobbling it's leaking suds",
    "A: Home address?\nC: 40 Larch Lane.\nA: Dip code.",
]


@pytest.fixture(scope="module")
def policy() -> Policy:
    return make_policy(Settings(), build_engine(), key=b"a" * 32)


@pytest.mark.parametrize(("dialogue", "expected"), [*NAMES, *SECRETS])
def test_a_short_answer_beside_personal_data_is_masked(
    policy: Policy, dialogue: str, expected: str
) -> None:
    assert shown(policy, dialogue)[-1] == expected


@pytest.mark.parametrize(("dialogue", "expected"), NAMES)
def test_it_is_not_shown_on_the_way(policy: Policy, dialogue: str, expected: str) -> None:
    name = dialogue.splitlines()[-1][3:].split(",")[0].strip(".").split()[0]

    assert not any(name in text for text in ever_shown(policy, dialogue))


@pytest.mark.parametrize("dialogue", CLEAN)
def test_what_is_plainly_something_else_stays(policy: Policy, dialogue: str) -> None:
    assert shown(policy, dialogue)[-1] == dialogue.splitlines()[-1][3:]
