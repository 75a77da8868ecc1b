"""How `trunkline calls` and `trunkline deliveries` print."""

import argparse
from datetime import UTC, datetime

import msgspec
import pytest

from crm_connectors.outbox import Listed
from tests.finished_call import finished_call
from trunkline.cli import calls, deliveries, eval, transcript

CALL_ID = "0190" + "0" * 28
COMMANDS = {"calls": calls, "transcript": transcript, "deliveries": deliveries, "eval": eval}


def test_a_call_is_one_line_with_its_id_length_and_parties() -> None:
    ended = finished_call(CALL_ID).call
    live = msgspec.structs.replace(ended, state="live", ended_at=None, duration_ms=None)
    _, first, second = calls.table([ended, live])
    assert first.startswith(f"{CALL_ID}  2026-03-02")
    assert first.endswith("    0:12  siprec  agent, customer")
    assert "    live  siprec" in second


def test_a_delivery_is_one_line_with_its_number_state_and_reason() -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    one = Listed(41, "webhook", "default", CALL_ID, 2, "parked", 20, at, at, "HTTP 503")
    _, line = deliveries.table([one])
    expected = ["41", "webhook", "parked", "20", CALL_ID, "2", "HTTP", "503"]
    assert line.split() == expected


@pytest.mark.parametrize(
    "words",
    [
        ["calls", "--limit", "0"],
        ["transcript"],
        ["transcript", CALL_ID, "--format", "docx"],
        ["deliveries", "--parked", "--retry", "1"],
        ["deliveries", "--retry", "all"],
        ["eval"],
    ],
    ids=" ".join,
)
def test_wrong_usage_exits_with_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    subparsers = parser.add_subparsers()
    for command in COMMANDS.values():
        command.add_parser(subparsers)
    with pytest.raises(SystemExit) as exited:
        parser.parse_args(words)
    assert exited.value.code == 2
    assert "usage:" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [["calls"], ["transcript", CALL_ID], ["deliveries"], ["eval", "tests/data/calls/dev"]],
    ids=" ".join,
)
def test_without_an_appliance_each_says_so_in_one_line_and_exits_with_1(
    words: list[str],
    tmp_path: object,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("TRUNKLINE_SETTINGS", raising=False)
    monkeypatch.setenv("TRUNKLINE_STATE", str(tmp_path))
    parser = argparse.ArgumentParser()
    subparsers = parser.add_subparsers()
    for command in COMMANDS.values():
        command.add_parser(subparsers)
    assert COMMANDS[words[0]].run(parser.parse_args(words)) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1 and "no appliance runs here" in err


def test_follow_prints_text_only(capsys: pytest.CaptureFixture[str]) -> None:
    args = argparse.Namespace(call_id=CALL_ID, format="vtt", follow=True)
    assert transcript.run(args) == 2
    assert "--follow" in capsys.readouterr().err
