from pathlib import Path

import pytest
import soundfile

from tests.known_call import CALLS, TIMED
from trunkline.evaluate.degrade import parse_line
from trunkline.evaluate.prepare import on_lines, read_calls
from trunkline.evaluate.reference import BadReference


def test_a_call_is_read_with_the_word_times_beside_it(tmp_path: Path) -> None:
    (call,) = read_calls(CALLS, ["d01"])
    assert call.reference == TIMED and not call.plain
    assert call.audible.turns[0].times == TIMED.turns[0].times
    assert call.audible.turns[0].end_ms < TIMED.turns[0].end_ms
    (bare,) = read_calls(CALLS, ["d01"], times_in=tmp_path)
    assert bare.reference.word_times == ""


def test_each_way_to_degrade_makes_every_call_once_more(tmp_path: Path) -> None:
    calls = read_calls(CALLS, ["d01"])
    lines = [parse_line(text, seed=1) for text in ("clean", "loss=3%", "snr=10")]
    made = list(on_lines(calls, lines, work=tmp_path))
    assert [one.reference.name for one in made] == [
        "d01_bank_card", "d01_bank_card+loss3", "d01_bank_card+pink10",
    ]  # fmt: skip
    assert [one.line.loss for one in made] == [0.0, 0.03, 0.0]
    assert made[0].wav == made[1].wav == calls[0].wav
    clean, _ = soundfile.read(made[0].wav)
    noisy, _ = soundfile.read(made[2].wav)
    assert clean.shape == noisy.shape and (clean != noisy).mean() > 0.9


def test_a_folder_without_calls_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadReference, match=str(tmp_path)):
        read_calls(tmp_path)
