import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.speech_manifest import main, recordings
from trunkline.evaluate.speech_set import read_manifest


def audio(path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    soundfile.write(path, np.zeros(800), 8000)


def test_every_layout_is_read_and_nothing_without_its_audio(tmp_path: Path) -> None:
    for name in ("libri/1-2.flac", "cards/001.wav", "osr/x.wav", "ami/dev.wav", "jfk/jfk.flac"):
        audio(tmp_path / name)
    (tmp_path / "libri/1.trans.txt").write_text("1-2 HE COULD WAIT\n1-3 NO AUDIO\n")
    (tmp_path / "cards/cards.transcription").write_text("<s> ten of clubs  </s> (001)\n")
    (tmp_path / "osr/list.json").write_text(
        json.dumps([{"filename": "x.wav", "transcription": "A gold ring."}])
    )
    (tmp_path / "ami/dev.rttm").write_text(
        "SPEAKER dev 1 1.440 11.872 <NA> <NA> ANNA <NA> <NA>\nSPEAKER none 1 0 1 . . X . .\n"
    )
    (tmp_path / "jfk/jfk.txt").write_text("And so, my fellow Americans\n")
    (tmp_path / "jfk/SOURCE.txt").write_text("two\nlines")
    found = {one.name or Path(one.audio).stem: one for one in recordings(tmp_path)}
    assert {name: one.text for name, one in found.items()} == {
        "libri_1-2": "HE COULD WAIT",
        "cards_001": "ten of clubs",
        "osr_x": "A gold ring.",
        "ami_dev": "",
        "jfk_jfk": "And so, my fellow Americans",
    }
    assert found["ami_dev"].speakers == (("ANNA", 1440, 13_312),)
    assert found["ami_dev"].slices == {"source": "ami"}


def test_what_it_prints_is_a_manifest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    audio(tmp_path / "a" / "x.wav")
    (tmp_path / "a" / "x.txt").write_text("hello")
    assert main(tmp_path) == 0
    manifest = tmp_path / "m.jsonl"
    manifest.write_text(capsys.readouterr().out)
    (one,) = read_manifest(manifest)
    assert (one.name, one.text, Path(one.audio).is_absolute()) == ("a_x", "hello", True)
    assert main(tmp_path / "none") == 1
