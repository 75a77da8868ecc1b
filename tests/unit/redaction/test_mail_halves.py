"""Halves of e-mail addresses that are named, and addresses of machines in pieces."""

import pytest

from redaction.policy.prepared_policy import Policy, make_policy
from redaction.policy.presidio import build_engine
from redaction.settings import Settings
from tests.unit.redaction.spoken_dialogue import ever_shown, shown

GONE = [
    ("A: The one we have begins with lantern full stop M, is it?", "begins with [email] is it?"),
    ("C: The bit before the at is willow bank, two words.", "The bit before the at is [email]"),
    ("C: After the at it's now kestrel dot org.", "After the at it's now [email]"),
    ("A: Your email?\nC: Same but at i cloud.", "Same but at [email]"),
    ("A: Email?\nC: It's gmail. The front half's ivy.stone.", "The front half's [email]"),
    ("A: Your email?\nC: Stone dot ivy, and then proton dot me.", "[email] and then [email]"),
    ("A: Email?\nC: hazel six free at gmail dot com", "[email]"),
    ("A: Email?\nC: ida dot stone thing at gmail dot com", "[email]"),
    ("C: Drop a line to eats cold soup at outlook dot com.", "Drop a line to [email]"),
    ("C: The camera is ten, dot hang on, one, dot four, dot to, nine.", "The camera is [ip]"),
    ("C: It's one 9 to point 16 point forty point one.", "It's [ip]"),
]
STAYS = [
    "A: The version starts with two dot five.",
    "C: The part before the at is the same.",
    "C: The first half was great but the second half was boring.",
    "C: We're on firmware two dot three dot one dot four.",
    "A: Can you open your email program? I'm in outlook, what now?",
]


@pytest.fixture(scope="module")
def policy() -> Policy:
    return make_policy(Settings(), build_engine(), key=b"a" * 32)


@pytest.mark.parametrize(("dialogue", "expected"), GONE)
def test_halves_and_pieces_of_addresses_go(policy: Policy, dialogue: str, expected: str) -> None:
    assert expected in shown(policy, dialogue)[-1]


@pytest.mark.parametrize("line", STAYS)
def test_what_is_said_of_halves_stays(policy: Policy, line: str) -> None:
    assert shown(policy, line) == [line[3:]]


def test_ordinary_words_that_answer_wait_for_the_at(policy: Policy) -> None:
    dialogue = "A: What's your email?\nC: It's copper kettle lane at gmail dot com."
    assert not any("copper" in text for text in ever_shown(policy, dialogue))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("It's ida stone, then a little a with a circle, and yahoo.com.", "It's [email]"),
        ("ida stone letter E at gmail dot com", "[email]"),
        ("hazel, squiggly a, example dot org", "[email]"),
    ],
)
def test_the_sign_as_it_looks_and_letters_by_name(policy: Policy, line: str, expected: str) -> None:
    assert shown(policy, f"A: Your email?\nC: {line}")[-1] == expected


def test_a_word_before_its_numbers_waits(policy: Policy) -> None:
    dialogue = "A: Send it to orvik the numbers four two at example dot org."
    assert not any("orvik" in text for text in ever_shown(policy, dialogue))


def test_a_circle_round_a_letter_is_no_address(policy: Policy) -> None:
    dialogue = "A: Your email?\nC: There's a circle around the a, what is it?"
    assert shown(policy, dialogue)[-1] == "There's a circle around the a, what is it?"
