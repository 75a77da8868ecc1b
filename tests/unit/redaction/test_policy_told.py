"""What is told of policies in force, and when."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from redaction.events import PolicyInForce
from redaction.policy.policies import NO_POLICY
from redaction.policy.policy_file import PolicyFile, read_policy
from redaction.policy.policy_told import SAY_AGAIN, Found, PoliciesTold, announcement
from redaction.settings import Settings

NOW = datetime(2025, 11, 20, 9, 0, tzinfo=UTC)
FOUND = Found("acme", (), "v1", "own", "ab" * 32, PolicyFile())
SECRETS = """
allow = ["0800 333 444", "frau mustermann"]
leave_in = ["order"]
key_file = "hidden.key"
render = { card = "mask", account = "hash" }
[for.supervisor]
card = "last_four"
[[recognizers]]
kind = "badge"
pattern = 'qx\\d{4}'
cues = ["staff plaque"]
words = ["project blue heron"]
"""


@pytest.fixture
def told() -> PoliciesTold:
    return PoliciesTold(Settings())


def drained(told: PoliciesTold) -> Iterator[PolicyInForce]:
    while told.due:
        yield told.due.popleft()


def test_a_policy_is_told_once_and_again_only_when_it_was_long_ago(told: PoliciesTold) -> None:
    told.look([FOUND], now=NOW)
    (first,) = drained(told)
    told.look([FOUND], now=NOW + SAY_AGAIN / 2)
    assert not told.due
    told.look([FOUND], now=NOW + SAY_AGAIN)
    (again,) = drained(told)
    assert again == msgspec.structs.replace(first, seen_at=NOW + SAY_AGAIN)
    assert again.in_force_at == NOW


@pytest.mark.parametrize(
    "changed",
    [
        FOUND._replace(version="v2"),
        FOUND._replace(sha256="cd" * 32),
        FOUND._replace(source="default"),
        FOUND._replace(others=("acme",)),
    ],
)
def test_a_change_is_told_at_once_with_its_time(told: PoliciesTold, changed: Found) -> None:
    told.look([FOUND], now=NOW)
    told.due.clear()
    told.look([changed], now=NOW + timedelta(seconds=10))
    (event,) = drained(told)
    assert event.in_force_at == event.seen_at == NOW + timedelta(seconds=10)


def test_changes_wait_for_the_bus_with_their_times_and_nothing_is_repeated_meanwhile(
    told: PoliciesTold,
) -> None:
    versions = ["v1", "v2", "v1", "v1"]
    for n, version in enumerate(versions):
        told.look([FOUND._replace(version=version)], now=NOW + n * SAY_AGAIN)
    assert [(one.policy_version, one.in_force_at) for one in drained(told)] == [
        ("v1", NOW),
        ("v2", NOW + SAY_AGAIN),
        ("v1", NOW + 2 * SAY_AGAIN),
    ]


def test_a_tenant_that_gets_its_file_back_begins_anew(told: PoliciesTold) -> None:
    told.look([FOUND], now=NOW)
    told.look([], now=NOW + SAY_AGAIN / 3)
    told.look([FOUND], now=NOW + SAY_AGAIN / 2)
    assert [one.in_force_at for one in drained(told)] == [NOW, NOW + SAY_AGAIN / 2]


def test_what_a_policy_does_is_told_and_not_a_word_of_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "acme.toml"
    path.write_text(SECRETS)
    event = announcement(FOUND._replace(policy=read_policy(path)), Settings(), now=NOW)
    assert event.masked["mask"] == ("card",)
    assert event.masked["hash"] == ("account",)
    assert {"badge", "name", "cvv"} <= set(event.masked["token"])
    assert event.left_in == ("order",)
    assert event.for_roles == {"supervisor": {"card": "last_four"}}
    assert (event.own_kinds, event.allowed) == (("badge",), 2)
    assert (event.ner, event.classifier) == (True, True)
    value = msgspec.json.encode(event)
    for held in (b"mustermann", b"0800", b"hidden", b"qx", b"plaque", b"heron", b"acme.toml"):
        assert held not in value


def test_a_policy_that_cannot_be_used_is_told_without_what_it_would_do() -> None:
    found = FOUND._replace(version=NO_POLICY, policy=None)
    event = announcement(found, Settings(), now=NOW)
    assert event.policy_version == "no usable policy"
    assert (event.masked, event.countries, event.ner, event.classifier) == ({}, (), False, False)
