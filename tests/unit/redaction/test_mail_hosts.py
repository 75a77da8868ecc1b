"""Hosts of mailboxes said alone, and questions that want an e-mail address without naming it."""

import pytest

from redaction.cues.mail_asked import asks_for_mail
from redaction.policy.prepared_policy import Policy, make_policy
from redaction.policy.presidio import build_engine
from redaction.settings import Settings
from tests.unit.redaction.spoken_dialogue import shown

GONE = [
    ("A: I have this down as a zoho dot com account, yes?", "as a [email] account, yes?"),
    ("C: Mine would be tessa, then at hotmail.", "would be [email]"),
    ("C: I got it from night desk at fixit now dot net.", "I got it from [email]"),
    ("A: I'd be mailing larssen dot K as in kite, is it?", "I'd be mailing [email] is it?"),
    ("A: How does yours begin?\nC: It's thora full stop letter G.", "It's [email]"),
    ("A: Which inbox?\nC: Let me look. ptolhurst.", "Let me look. [email]"),
    ("A: Your e-mail ends in gmail dot com\nC: starts with dbrzez yes", "starts with [email] yes"),
    ("A: Email?\nC: Rainy day fund, all together, at b t internet dot com.", "[email]"),
]
STAYS = [
    "C: I just go to yahoo dot com and log in there.",
    "A: Version nine dot two is out.",
]


@pytest.fixture(scope="module")
def policy() -> Policy:
    return make_policy(Settings(), build_engine(), key=b"a" * 32)


@pytest.mark.parametrize(("dialogue", "expected"), GONE)
def test_parts_of_addresses_go_wherever_they_are_said(
    policy: Policy, dialogue: str, expected: str
) -> None:
    line = shown(policy, dialogue)[-1]
    assert expected.split("[email]")[0] in line and "[email]" in line
    assert expected.split("[email]")[1] in line


@pytest.mark.parametrize("line", STAYS)
def test_sites_and_versions_stay(policy: Policy, line: str) -> None:
    assert shown(policy, line) == [line[3:]]


@pytest.mark.parametrize("said", ["how does yours start", "and who am i firing it off to"])
def test_a_question_may_want_an_address_without_naming_one(said: str) -> None:
    assert asks_for_mail(said.split())


@pytest.mark.parametrize("said", ["how does the film start", "who am i speaking to"])
def test_other_questions_want_none(said: str) -> None:
    assert not asks_for_mail(said.split())
