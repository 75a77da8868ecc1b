"""ONNX Runtime 1.29 and later reports to its makers, and stores reports; with us it does not."""

import subprocess
import sys
from pathlib import Path

import pytest

LOAD = "import sys, onnxruntime; onnxruntime.InferenceSession(sys.argv[1])"


def left_behind(home: Path, code: str, models_dir: Path) -> list[str]:
    """Files that a process which loads a model writes into its empty home directory."""
    # As an operator's machine: on one that says it is a CI's, nothing is reported anyway.
    subprocess.run(
        [sys.executable, "-c", code, str(models_dir / "silero-vad" / "voice_16k.onnx")],
        env={"HOME": str(home), "PATH": "/usr/bin:/bin"},
        check=True,
    )
    return [str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()]


def test_left_alone_the_runtime_keeps_reports(tmp_path: Path, models_dir: Path) -> None:
    assert any("onnxruntime" in name for name in left_behind(tmp_path, LOAD, models_dir))


@pytest.mark.parametrize("package", ["triton_models.voice", "redaction.tagger.ner"])
def test_ours_keeps_none(tmp_path: Path, models_dir: Path, package: str) -> None:
    assert left_behind(tmp_path, f"import {package}; {LOAD}", models_dir) == []
