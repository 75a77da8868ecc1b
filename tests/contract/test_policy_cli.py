"""`trunkline policy test` and `trunkline policy check` as processes."""

import subprocess
import sys
from pathlib import Path


def policy(*words: object, given: str = "") -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "trunkline", "policy", *map(str, words)]
    return subprocess.run(command, input=given, capture_output=True, text=True)


def test_a_sample_is_shown_before_and_after_with_the_reason(tmp_path: Path) -> None:
    file, sample = tmp_path / "acme.toml", tmp_path / "sample.txt"
    file.write_text('[render]\ncard = "last_four"\n')
    sample.write_text("A: And the card number?\nC: It's 4242 4242, four two four two 4242.\n")
    done = policy("test", "--policy", file, sample)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[1:] == [
        "",
        "  before  A: And the card number?",
        "  after   A: And the card number?",
        "",
        "  before  C: It's 4242 4242, four two four two 4242.",
        "  after   C: It's [card:4242]",
        "          "
        'card: "4242 4242, four two four two 4242." has the form and check digits of card',
        "",
        "taken out: card 1",
    ]


def test_a_tenants_policy_is_found_by_the_settings(tmp_path: Path) -> None:
    (tmp_path / "acme.toml").write_text('leave_in = ["order"]')
    settings = tmp_path / "settings.toml"
    settings.write_text(f'[redaction]\npolicies_dir = "{tmp_path}"\n')
    said = "My order number is 7 3 1 1 9 2."
    done = policy("test", "--tenant", "acme", "--settings", settings, given=said)
    assert f"after   C: {said}" in done.stdout and "taken out: nothing" in done.stdout
    refused = policy("test", "--tenant", "other", "--settings", settings, said)
    assert refused.returncode == 1 and "default.toml" in refused.stderr


def test_check_names_file_and_key_and_notes_what_may_not_be_meant(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    good.write_text('leave_in = ["card"]')
    bad.write_text("leave = 1")
    done = policy("check", good, bad)
    assert done.returncode == 1
    assert f"{good}: good, version " in done.stdout and f"{good}: note: card" in done.stdout
    assert str(bad) in done.stderr and "leave" in done.stderr
