"""E-mail addresses of ordinary words, said again by either speaker."""

import pytest

from redaction.policy.prepared_policy import Policy, make_policy
from redaction.policy.presidio import build_engine
from redaction.settings import Settings
from tests.unit.redaction.spoken_dialogue import ever_shown, shown

GIVEN = "A: What's your email?\nC: It's {}.\n"
AGAIN = [
    (
        "happy days at moss house dot org",
        "A: Happy days, is that right?",
        "[email] is that right?",
    ),
    ("happy dogs at moss house dot org", "A: So it's happy dog.", "So it's [email]"),
    (
        "brass kettle at moss house dot org",
        "A: And moss house is one word?",
        "And [email] is one word?",
    ),
    ("dad of six at mail box dot co dot uk", "A: Dad of six as a word?", "[email] as a word?"),
    ("dadofsix at moss dot org", "A: So dad of six.", "So [email]"),
    ("brass kettle at moss house dot org", "C: Nothing. brasskettle.", "Nothing. [email]"),
    ("mister zorvik and me at gmail dot com", "C: Zorvik and me.", "[email]"),
    ("brass kettle sixteen at gmail dot com", "A: Sixteen as figures?", "[email] as figures?"),
    ("jo dot and dot the dot bus at gmail dot com", "A: And the bus?", "[email]"),
]
STAYS = [
    ("A: Is the house big?", "Is the house big?"),
    ("A: One of six, is it?", "One of six, is it?"),
    ("A: Sixteen in the morning.", "Sixteen in the morning."),
]


@pytest.fixture(scope="module")
def policy() -> Policy:
    return make_policy(Settings(), build_engine(), key=b"a" * 32)


@pytest.mark.parametrize(("address", "line", "expected"), AGAIN)
def test_words_of_an_address_go_again(
    policy: Policy, address: str, line: str, expected: str
) -> None:
    assert shown(policy, GIVEN.format(address) + line)[-1] == expected


@pytest.mark.parametrize(("line", "expected"), STAYS)
def test_one_of_its_words_alone_stays(policy: Policy, line: str, expected: str) -> None:
    given = GIVEN.format("brass kettle house dad of six sixteen at moss dot org")
    assert shown(policy, given + line)[-1] == expected


def test_an_address_that_is_begun_twice_goes_twice(policy: Policy) -> None:
    dialogue = "A: Email?\nC: Not my kettle, hang on, he set it, not my kettle 20 at zoho dot com."
    assert shown(policy, dialogue)[-1].startswith("[email] hang on")


def test_its_first_word_waits_for_the_second(policy: Policy) -> None:
    dialogue = GIVEN.format("happy days at moss dot org") + "A: So it was happy days then?"
    lines = ever_shown(policy, dialogue)
    assert not any("happy" in line for line in lines)
