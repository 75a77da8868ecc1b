from pathlib import Path

import pytest

from trunkline.cli import main


def test_audio_without_its_truth_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "canary", "--audio", "call.wav"]) == 2
    assert "go together" in capsys.readouterr().err


def test_without_an_appliance_it_could_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TRUNKLINE_STATE", str(tmp_path))
    monkeypatch.delenv("TRUNKLINE_SETTINGS", raising=False)
    assert main(["audit", "canary"]) == 2
    assert "no appliance runs here" in capsys.readouterr().err
