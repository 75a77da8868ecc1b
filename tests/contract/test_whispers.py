"""Whispered speech is heard over the real models; sounds that are no speech still say nothing."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from sip_gateway.audio.resample import Upsampler
from tests.services.speech import ROOT, STEP
from triton_models.hypothesis import Hypothesis, Step
from triton_models.loading import load
from triton_models.recogniser import Recogniser
from triton_models.settings import Settings
from trunkline.evaluate.normalise import normalise

CLIP = ROOT / "tests" / "data" / "speech" / "whispered_en.wav"
SAID = "four five three two one one eight seven six zero two four nine nine one three"
RATE_HZ = 8000
SECONDS = 12

Sound = NDArray[np.float64]


@pytest.fixture(scope="module")
def recogniser(models_dir: Path) -> Recogniser:
    return load(Settings(), models_dir, threads=2, clock=lambda: 0.0)


def heard(recogniser: Recogniser, audio: NDArray[np.int16]) -> list[Hypothesis]:
    """The finals of one leg of 8 kHz audio."""
    wide = np.frombuffer(Upsampler().process(audio.tobytes()), np.int16)
    return [h for step in _steps(wide) for h in recogniser.step([step])[0] if h.is_final]


def _steps(wide: NDArray[np.int16]) -> Iterator[Step]:
    for at in range(0, len(wide), STEP):
        yield Step(1, wide[at : at + STEP], at // 16, at == 0, at + STEP >= len(wide))


def test_a_whispered_card_number_over_a_noisy_line_is_heard(recogniser: Recogniser) -> None:
    audio, rate_hz = soundfile.read(CLIP, dtype="int16")
    assert rate_hz == RATE_HZ
    finals = heard(recogniser, audio)
    words = normalise(" ".join(word.text for final in finals for word in final.words))
    digits = "".join(word for word in words if word.isdigit())
    expected = "".join(normalise(SAID))
    assert _errors(expected, digits) <= 4
    assert min(word.start_ms for final in finals for word in final.words) < 3000


def _errors(a: str, b: str) -> int:
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row, last = [i], row
        for j, y in enumerate(b, 1):
            row.append(min(last[j - 1] + (x != y), last[j] + 1, row[-1] + 1))
    return row[-1]


AT = np.arange(RATE_HZ * SECONDS) / RATE_HZ
_WHITE = np.random.default_rng(1).standard_normal(len(AT))


def _tones(*hz: float) -> Sound:
    return np.asarray(np.sum([np.sin(2 * np.pi * f * AT) for f in hz], axis=0))


def _breath() -> Sound:
    """In and out: coloured noise that swells for a second and more."""
    swell = np.clip(np.sin(2 * np.pi * AT / 2.8), 0, None) ** 1.5
    return np.asarray(np.convolve(_WHITE, np.hanning(9), mode="same") * swell)


def _typing() -> Sound:
    keys = np.zeros(len(AT))
    rng = np.random.default_rng(2)
    for at in np.cumsum(rng.choice([700, 1000, 1500, 5000], 60, p=[0.35, 0.35, 0.2, 0.1])):
        if at + 240 < len(AT):
            keys[at : at + 240] += np.exp(-np.arange(240) / 50) * rng.standard_normal(240)
    return keys


def _music() -> Sound:
    """A tune in notes of half a second over a chord that changes, with a beat of noise."""
    step = (AT // 0.5).astype(int)
    semitones = np.array([0, 4, 7, 12, 9, 7, 5, 2])[step % 8]
    phase = np.cumsum(2 * np.pi * 440 * 2 ** (semitones / 12) / RATE_HZ)
    tune = sum(np.sin(k * phase) / k for k in range(1, 6)) * np.exp(-(AT % 0.5) / 0.3)
    beat = _WHITE * np.exp(-(AT % 0.5) / 0.03)
    return np.asarray(tune + 0.3 * _tones(220, 277.2, 329.6) + beat)


SOUNDS = {
    "breath": _breath(),
    "noise that swells like syllables": _WHITE * np.clip(np.sin(2 * np.pi * 4 * AT), 0, None),
    "typing": _typing(),
    "ringing": _tones(440, 480) * (AT % 6 < 2),
    "busy": _tones(480, 620) * (AT % 1 < 0.5),
    "keys": _tones(770, 1336) * (AT % 0.25 < 0.12),
    "music": _music(),
}


@pytest.mark.parametrize("what", SOUNDS)
@pytest.mark.parametrize("room", [0, 60])
def test_what_is_no_speech_says_nothing(recogniser: Recogniser, what: str, room: int) -> None:
    sound = SOUNDS[what]
    loud = sound[np.abs(sound) > 0.05 * np.abs(sound).max()]
    audio = 2000 * sound / np.sqrt(np.square(loud).mean())
    audio += room * np.random.default_rng(3).standard_normal(len(AT))
    assert heard(recogniser, np.clip(audio, -32000, 32000).astype(np.int16)) == []
