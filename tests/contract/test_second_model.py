"""The model of other languages, over its real weights."""

import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from sip_gateway.audio.resample import Upsampler
from tests.services.speech import STEP, leg_audio
from triton_models import weights
from triton_models.hypothesis import Hypothesis, Step
from triton_models.loading import load
from triton_models.options import LegOptions
from triton_models.settings import Settings
from triton_models.whisper import Lazily, read_by

SPEECH = Path(__file__).parents[1] / "data" / "speech"


@pytest.fixture(scope="module")
def second(models_dir: Path) -> Lazily:
    return Lazily(models_dir)


def utterance(name: str) -> NDArray[np.int16]:
    narrow, _ = soundfile.read(SPEECH / f"{name}.wav", dtype="int16")
    return np.frombuffer(Upsampler().process(narrow.tobytes()), np.int16)


def as_floats(pcm: NDArray[np.int16]) -> NDArray[np.float32]:
    return pcm.astype(np.float32) / 32768.0


@pytest.mark.parametrize(
    ("name", "language", "said"),
    [
        ("conseiller_fr", "fr-FR", "Bonjour, je voudrais parler à un conseiller."),
        ("contrato_es", "es", "Hola, quiero cancelar mi contrato, por favor."),
    ],
)
def test_other_languages_are_read(second: Lazily, name: str, language: str, said: str) -> None:
    assert second.reads(language)
    words = second.read(as_floats(utterance(name)), language)
    assert " ".join(word.text for word in words) == said
    assert all(0.0 < word.confidence <= 1.0 for word in words)


def test_a_short_utterance_is_not_repeated(second: Lazily) -> None:
    words = second.read(as_floats(leg_audio("customer", start_s=18.9, end_s=20.6)), "en")
    assert 1 <= len(words) <= 3 and words[0].text.startswith("Marcus")


def test_silence_and_noise_end_soon(second: Lazily) -> None:
    for level in (0, 30):
        noise = np.random.default_rng(1).normal(0, level, 4 * 16000).astype(np.int16)
        assert len(second.read(as_floats(noise), "fr")) < 40


def test_a_language_it_does_not_know_is_not_its_own(second: Lazily) -> None:
    assert not second.reads("tlh")


def test_without_its_weights_it_reads_nothing(tmp_path: Path) -> None:
    assert not Lazily(tmp_path).reads("fr")


def test_a_leg_in_another_language_is_read_by_it_and_says_so(models_dir: Path) -> None:
    recogniser = load(Settings(), models_dir, threads=2, clock=time.monotonic)
    legs = {
        1: (utterance("conseiller_fr"), LegOptions(language="fr")),
        2: (leg_audio("customer", start_s=18.9, end_s=22.0), LegOptions()),
    }
    finals: dict[int, list[Hypothesis]] = {1: [], 2: []}
    for number, (audio, options) in legs.items():
        for at in range(0, len(audio), STEP):
            piece, ends = audio[at : at + STEP], at + STEP >= len(audio)
            piece = piece[: len(piece) // 16 * 16]
            (found,) = recogniser.step([Step(number, piece, at // 16, at == 0, ends, options)])
            finals[number] += [each for each in found if each.is_final]
    french = [word for final in finals[1] for word in final.words]
    assert " ".join(word.text for word in french).endswith("je voudrais parler à un conseiller.")
    times = [t for word in french for t in (word.start_ms, word.end_ms)]
    assert times == sorted(times)
    assert {final.read_by for final in finals[1]} == {read_by()}
    assert {final.read_by for final in finals[2]} == {None}


def test_who_read_is_told_by_all_of_its_weights() -> None:
    by = read_by()
    assert by.model == weights.SECOND
    assert by.model_sha256 not in {model.sha256 for model in weights.manifest()}
