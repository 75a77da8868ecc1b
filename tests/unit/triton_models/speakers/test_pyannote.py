"""pyannote.audio's answers as turns; with the package itself where it is installed."""

import os
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from triton_models.speakers.pyannote import NotUsable, PyannotePass, Track, turns_of
from triton_models.speakers.turns import SpeakerTurn


def test_labels_are_ours_and_in_order_of_arrival() -> None:
    tracks = [Track(4.0, 5.5, "SPEAKER_00"), Track(0.5, 3.9996, "SPEAKER_01")]
    assert turns_of(tracks) == [
        SpeakerTurn(500, 4000, "speaker_1"),
        SpeakerTurn(4000, 5500, "speaker_2"),
    ]


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotUsable, match=r"trunkline\[pyannote\]|no config.yaml"):
        PyannotePass(tmp_path)


PIPELINE = os.environ.get("TRUNKLINE_TEST_PYANNOTE", "")
"""Folder of a pipeline, for who has one."""


@pytest.mark.skipif(not PIPELINE, reason="TRUNKLINE_TEST_PYANNOTE names no pipeline")
def test_a_real_pipeline_hears_nobody_in_silence() -> None:
    pytest.importorskip("pyannote.audio")
    assert PyannotePass(Path(PIPELINE)).turns(np.zeros(160_000, np.float32), most=2) == []


@pytest.mark.parametrize("wrapped", [True, False], ids=["4.x", "3.x"])
def test_the_answers_of_both_major_versions_are_read(wrapped: bool) -> None:
    core = pytest.importorskip("pyannote.core")
    annotation = core.Annotation()
    annotation[core.Segment(1.0, 2.0)] = "B"
    annotation[core.Segment(0.0, 1.5)] = "A"
    made = PyannotePass.__new__(PyannotePass)
    pytest.importorskip("torch")
    answer = SimpleNamespace(speaker_diarization=annotation) if wrapped else annotation
    made._pipeline = lambda file, **limit: answer
    assert made.turns(np.zeros(16_000, np.float32)) == [
        SpeakerTurn(0, 1500, "speaker_1"),
        SpeakerTurn(1000, 2000, "speaker_2"),
    ]
