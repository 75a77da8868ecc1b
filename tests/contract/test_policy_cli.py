"""`trunkline policy test` and `trunkline policy check`."""

import contextlib
import io
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple
from unittest import mock

import msgspec

from redaction.events import RedactedWord
from tests.finished_call import finished_call
from trunkline.cli import main


class Done(NamedTuple):
    """What a command left."""

    returncode: int
    stdout: str
    stderr: str


def policy(*words: object, given: str = "") -> Done:
    """The command in this process: imports take longer than all of the work."""
    out, err = io.StringIO(), io.StringIO()
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        mock.patch("sys.stdin", io.StringIO(given)),
    ):
        status = main(["policy", *map(str, words)])
    return Done(status, out.getvalue(), err.getvalue())


def test_it_starts_as_a_process(tmp_path: Path) -> None:
    file = tmp_path / "acme.toml"
    file.write_text('[for.supervisor]\ncard = "raw"\n')
    command = [sys.executable, "-m", "trunkline", "policy", "check", str(file)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert "for.supervisor.card: 'raw' is none of token, mask" in done.stderr
    assert "the value itself is in no event" in done.stderr


RULES_ALONE = '[redaction]\nner = "off"\n'


def test_a_sample_is_shown_before_and_after_with_who_sees_what_and_why(tmp_path: Path) -> None:
    file, sample = tmp_path / "acme.toml", tmp_path / "sample.txt"
    file.write_text('[for.supervisor]\ncard = "last_four"\n')
    sample.write_text("A: And the card number?\nC: It's 4242 4242, four two four two 4242.\n")
    (tmp_path / "settings.toml").write_text(RULES_ALONE)
    done = policy("test", "--policy", file, "--settings", tmp_path / "settings.toml", sample)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[1:] == [
        "",
        "  before  A: And the card number?",
        "  after   A: And the card number?",
        "",
        "  before  C: It's 4242 4242, four two four two 4242.",
        "  after   C: It's [card]",
        "",
        "LINE  KIND  WORDS                                 SHOWN AS  TO SOME ROLES           "
        "DECIDED BY",
        '2     card  "4242 4242, four two four two 4242."  [card]    supervisor [card:4242]  '
        "has the form and check digits of card",
        "",
        "taken out: card 1",
    ]


def test_two_policies_are_compared_on_a_sample(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text(RULES_ALONE)
    (tmp_path / "lax.toml").write_text('leave_in = ["order"]\n[render]\ncard = "last_four"\n')
    (tmp_path / "strict.toml").write_text("")
    said = "C: My order number is 7 3 1 1 9 2.\nC: My card number is 4242 4242 4242 4242 thanks"
    options = ("--settings", tmp_path / "settings.toml", "--policy", tmp_path / "lax.toml")
    done = policy("test", *options, "--compare", tmp_path / "strict.toml", said)
    assert done.returncode == 0, done.stderr
    head, order, card, _, total = done.stdout.splitlines()[-5:]
    assert head.split("  ")[0] == "LINE" and "lax" in head and "strict" in head
    assert "7 3 1 1 9 2" in order and order.index("as it was said") < order.index("[order]")
    assert card.index("[card:4242]") < card.index("[card]") and total == "differences: 2"
    same = policy("test", *options, "--compare", tmp_path / "lax.toml", said)
    assert same.stdout.splitlines()[-1] == "no difference in this sample"


def test_a_call_as_the_api_gives_it_is_a_sample_too(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text(RULES_ALONE)
    call = finished_call("0" * 32)
    said = msgspec.structs.replace(
        call.segments[1],
        words=(*call.segments[1].words, word("write", 1), word("me@example.com", 2)),
    )
    document = msgspec.structs.replace(call, segments=(call.segments[0], said))
    settings = ("--settings", tmp_path / "settings.toml")
    given = msgspec.json.encode(document).decode()
    done = policy("test", *settings, given=given)
    assert done.returncode == 0, done.stderr
    assert "before  agent: your card number" in done.stdout
    assert "after   customer: [card] write [email]" in done.stdout
    bad = policy("test", *settings, given='{"segments": [{"secret": "Margaret"}]}')
    assert bad.returncode == 1 and "leg_id" in bad.stderr and "Margaret" not in bad.stderr


def word(text: str, number: int) -> RedactedWord:
    """Said at the end of the call."""
    at_ms = 4000 + 300 * number
    return RedactedWord(text=text, start_ms=at_ms, end_ms=at_ms + 300, confidence=0.9)


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
