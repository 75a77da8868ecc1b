"""Names that nothing announces are known by how people are spoken of."""

import pytest

from redaction.prepared_policy import Policy, make_policy
from redaction.presidio import build_engine
from redaction.settings import Settings
from tests.unit.redaction.spoken_dialogue import shown

NAMES = [
    ("I'll put you through to Heather for that.", "I'll put you through to [name] for that."),
    ("She went back to Stone after the divorce.", "She went back to [name] after the divorce."),
    ("Is Rosemary around today?", "Is [name] around today?"),
    ("And if it's Jean she'll tell you.", "And if it's [name] she'll tell you."),
    ("I think it was Poppy, she fitted it.", "I think it was [name] she fitted it."),
    ("Now what I can do, Farida, one moment.", "Now what I can do, [name] one moment."),
    ("It's Frank and his brother who pay.", "It's [name] and his brother who pay."),
    ("Here's my husband. Drew, it's the bank.", "Here's my husband. [name] it's the bank."),
    ("and if it isn't bev it's nobody", "and if it isn't [name] it's nobody"),
]
OTHERS = [
    "Is the Water Bill in here?",
    "And I wonder, Will you send it again?",
    "I've gone back to the old tariff, is it still available?",
    "Put me through to somebody, he said he'd call.",
    "It's on the Tesco website, she said.",
    "Is Spotify down again?",
]


@pytest.fixture(scope="module")
def policy() -> Policy:
    return make_policy(Settings(), build_engine(), key=b"a" * 32)


@pytest.mark.parametrize(("said", "expected"), NAMES)
def test_who_is_spoken_of_is_masked(policy: Policy, said: str, expected: str) -> None:
    assert shown(policy, f"A: Hello.\nC: {said}")[-1] == expected


@pytest.mark.parametrize("said", OTHERS)
def test_what_is_spoken_of_otherwise_stays(policy: Policy, said: str) -> None:
    assert shown(policy, f"A: Hello.\nC: {said}")[-1] == said
