"""Places are known by what they end with: a code, a street behind a house, a state with its zip."""

import pytest

from redaction.policy.prepared_policy import Policy, make_policy
from redaction.policy.presidio import build_engine
from redaction.settings import Settings
from tests.unit.redaction.spoken_dialogue import shown

HELLO = "A: Hello.\nC: "
ENDED = [
    ("One goes to me, Oak Hill Cottage, Mill Lane.", "One goes to me, [address]"),
    ("Water is coming in outside The Black Ox, Abbey Street.", "Water is coming in outside"),
    ("So it was left at thirty for, Abbey Crescent.", "So it was left at [address]"),
    ("Try nine, Second Bouleverd, Abilene, Texas seven nine six oh one.", "Try [address]"),
]
OTHERS = [
    "Our shop is at The Meadows, King Street.",
    "The cottage by the lane has no heating.",
    "The postcode is missing, and the street is wet.",
]
TOWNS = [
    ("Melbourne, postcode 3 0 4 1.", "melbourne"),
    ("toronto postal code m four c", "toronto"),
]


@pytest.fixture(scope="module")
def policy() -> Policy:
    return make_policy(Settings(), build_engine(), key=b"a" * 32)


@pytest.mark.parametrize(("said", "expected"), ENDED)
def test_a_place_is_known_by_its_end(policy: Policy, said: str, expected: str) -> None:
    line = shown(policy, HELLO + said)[-1]
    assert line.startswith(expected) and "[address]" in line
    assert not {"Lane", "Street", "Crescent", "Bouleverd"} & set(line.replace(".", "").split())


@pytest.mark.parametrize(("said", "town"), TOWNS)
def test_a_town_before_its_code_is_masked(policy: Policy, said: str, town: str) -> None:
    assert town not in shown(policy, HELLO + said)[-1].lower()


@pytest.mark.parametrize("said", OTHERS)
def test_what_only_ends_like_a_place_stays(policy: Policy, said: str) -> None:
    assert shown(policy, HELLO + said)[-1] == said
