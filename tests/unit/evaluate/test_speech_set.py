from pathlib import Path

import numpy as np
import pytest
import soundfile

from trunkline.evaluate.prepare import read_speech
from trunkline.evaluate.reference import BadReference
from trunkline.evaluate.speech_set import Recording, find_manifest, read_manifest, reference_of

RATE_HZ = 16_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tone = 0.1 * np.sin(2 * np.pi * 300 * np.arange(RATE_HZ) / RATE_HZ)
    soundfile.write(tmp_path / "a.flac", tone, RATE_HZ)
    soundfile.write(tmp_path / "b.wav", np.stack([tone, tone], axis=1), RATE_HZ)
    return tmp_path


def manifest(folder: Path, *lines: str) -> Path:
    path = folder / "manifest.jsonl"
    path.write_text("\n".join(lines))
    return path


def test_a_recording_becomes_a_plain_call_of_one_leg(folder: Path, tmp_path: Path) -> None:
    path = manifest(folder, '{"audio": "a.flac", "text": "hello there", "slices": {"source": "x"}}')
    (call,) = read_speech(path, work=tmp_path)
    assert call.plain and call.reference.name == "a"
    assert call.reference.slices == {"source": "x"}
    assert (call.reference.word_times, len(call.reference.turns[0].times)) == ("aligned", 2)
    played, rate_hz = soundfile.read(call.wav)
    assert rate_hz == RATE_HZ and played.shape == (2 * RATE_HZ, 2)
    assert played[:RATE_HZ, 0].any() and not played[RATE_HZ:].any() and not played[:, 1].any()


def test_speakers_become_turns_cut_to_the_recording() -> None:
    recording = Recording(
        audio="x.wav", speakers=(("a", 0, 800), ("b", 900, 2000), ("a", 5000, 6000))
    )
    turns = reference_of(recording, duration_ms=1000).turns
    assert [(t.speaker, t.start_ms, t.end_ms, t.text) for t in turns] == [
        ("a", 0, 800, ""), ("b", 900, 1000, ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{}", "manifest.jsonl:1"),
        ('{"audio": "a.flac", "txt": "x"}', "txt"),
        ('{"audio": "none.wav"}', "none.wav"),
        ('{"audio": "a.flac", "text": "x", "speakers": [["s", 0, 1]]}', "not who said what"),
        ('{"audio": "a.flac"}\n{"audio": "a.flac"}', "two recordings"),
        ("", "no recording"),
    ],
)
def test_a_manifest_that_cannot_be_used_says_why(
    folder: Path, tmp_path: Path, line: str, said: str
) -> None:
    with pytest.raises(BadReference, match=said):
        read_speech(manifest(folder, line), work=tmp_path)


def test_some_recordings_can_be_picked_by_name(folder: Path, tmp_path: Path) -> None:
    path = manifest(folder, '{"audio": "a.flac"}', '{"audio": "b.wav", "name": "stereo"}')
    assert [c.reference.name for c in read_speech(path, ["ste"], work=tmp_path)] == ["stereo"]
    with pytest.raises(BadReference, match="begins so"):
        read_speech(path, ["z"], work=tmp_path)


def test_a_folder_with_a_manifest_is_speech_and_any_other_is_not(folder: Path) -> None:
    assert find_manifest(folder) is None
    path = manifest(folder, '{"audio": "a.flac"}')
    assert find_manifest(folder) == path == find_manifest(path)
    assert read_manifest(path) == [Recording(audio="a.flac")]
