from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from trunkline.evaluate.audible import USUAL_MS, audible, read_audible
from trunkline.evaluate.reference import BadReference, Reference, Turn, read_references

CALLS = Path(__file__).parents[2] / "data" / "calls" / "dev"
RATE_HZ = 8000


def turn(start_ms: int, end_ms: int, *, channel: int = 0) -> Turn:
    return Turn(speaker="agent", channel=channel, start_ms=start_ms, end_ms=end_ms, text="hello")


def reference(*turns: Turn) -> Reference:
    return Reference(name="x", duration_ms=10_000, turns=turns)


def recording(*, noise: float) -> NDArray[np.float32]:
    """10 s, two channels of noise; sound on the first at 2.0-2.7 s and 5.05-5.6 s."""
    random = np.random.default_rng(3)
    audio = random.normal(0, noise, (10 * RATE_HZ, 2)).astype(np.float32)
    for start, end in ((2.0, 2.7), (5.05, 5.6)):
        at = np.arange(int(start * RATE_HZ), int(end * RATE_HZ))
        audio[at, 0] += (0.2 * np.sin(at * 0.4)).astype(np.float32)
    return audio


def test_turns_are_cut_to_what_can_be_heard() -> None:
    cut = audible(
        reference(turn(1900, 3000), turn(5000, 6000)), recording(noise=1e-4), rate_hz=RATE_HZ
    )
    assert [(t.start_ms, t.end_ms) for t in cut.turns] == [(2000, 2700), (5050, 5600)]


def test_a_turn_in_noise_is_cut_as_usual() -> None:
    cut = audible(reference(turn(1900, 3000)), recording(noise=0.1), rate_hz=RATE_HZ)
    assert [(t.start_ms, t.end_ms) for t in cut.turns] == [(1900 + USUAL_MS[0], 3000 - USUAL_MS[1])]


def test_a_crackle_after_the_speech_is_not_speech() -> None:
    audio = recording(noise=1e-4)
    audio[int(2.9 * RATE_HZ) : int(2.92 * RATE_HZ), 0] += 0.2
    cut = audible(reference(turn(1900, 3000)), audio, rate_hz=RATE_HZ)
    assert cut.turns[0].end_ms == 2700


def test_the_test_calls_end_some_300_ms_before_their_turns_do() -> None:
    for wav, truth in read_references(CALLS):
        cut = read_audible(truth, wav)
        silences = [t.end_ms - c.end_ms for t, c in zip(truth.turns, cut.turns, strict=True)]
        assert 250 <= float(np.median(silences)) <= 420, truth.name


def test_a_mono_file_for_two_legs_is_an_error(tmp_path: Path) -> None:
    wav = CALLS / "d01_bank_card" / "agent.wav"
    with pytest.raises(BadReference, match="channel"):
        read_audible(reference(turn(0, 1), turn(0, 1, channel=1)), wav)
    broken = tmp_path / "x.wav"
    broken.write_bytes(b"RIFF")
    with pytest.raises(BadReference, match=r"x\.wav"):
        read_audible(reference(turn(0, 1)), broken)
