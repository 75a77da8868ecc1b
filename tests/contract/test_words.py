"""What the recogniser decodes with, over the real weights and telephone speech."""

import json
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from sip_gateway.audio.resample import Upsampler
from tests.services.speech import CALL
from triton_models import digits, tokens, weights
from triton_models.hypothesis import Hypothesis, Step
from triton_models.loading import load
from triton_models.moonshine import Moonshine
from triton_models.options import LegOptions, Phrase
from triton_models.settings import Settings
from triton_models.trusted import Given, Trusted

Samples = NDArray[np.float32]


@pytest.fixture(scope="module")
def vocabulary(models_dir: Path) -> tokens.Vocabulary:
    return tokens.load(models_dir / weights.RECOGNISER / "tokenizer.bin")


@pytest.fixture(scope="module")
def trusted(models_dir: Path, vocabulary: tokens.Vocabulary) -> Trusted:
    folder = models_dir / weights.RECOGNISER
    return Trusted(Moonshine(folder / "encoder.ort", folder / "decoder.ort"), vocabulary)


def turn(call: str, beginning: str) -> NDArray[np.int16]:
    """The turn of a synthetic call that begins so, cut by its reference times, at 16 kHz."""
    path = CALL.with_name(call)
    turns = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))["turns"]
    (found,) = [each for each in turns if each["text"].startswith(beginning)]
    narrow, rate_hz = soundfile.read(path.with_suffix(".wav"), dtype="int16")
    first, last = found["start_ms"] - 200, found["end_ms"] + 200
    part = narrow[first * rate_hz // 1000 : last * rate_hz // 1000, found["channel"]]
    return np.frombuffer(Upsampler().process(np.ascontiguousarray(part).tobytes()), np.int16)


def as_floats(pcm: NDArray[np.int16]) -> Samples:
    return pcm.astype(np.float32) / 32768.0


def test_a_beam_reads_what_greedy_reading_gets_wrong(
    trusted: Trusted, vocabulary: tokens.Vocabulary
) -> None:
    samples = as_floats(turn("d06_clinic_ssn", "Forty one seventeen"))
    assert "berlain" in vocabulary.text(trusted.partial(samples, Given()).tokens)
    assert "lane" in vocabulary.text(trusted.final(samples, Given()).tokens)


def test_an_expected_phrase_is_read_and_an_unexpected_one_is_not_put_in(
    trusted: Trusted, vocabulary: tokens.Vocabulary
) -> None:
    phrases = (Phrase(text="Larkspur Lane"), Phrase(text="Harbor Point"), Phrase(text="Zyntrel"))
    samples = as_floats(turn("d06_clinic_ssn", "Forty one seventeen"))
    text = vocabulary.text(trusted.final(samples, Given(phrases=phrases)).tokens)
    assert "Larkspur Lane" in text
    assert "Harbor" not in text and "Zyntrel" not in text
    assert "Larkspur" in vocabulary.text(trusted.partial(samples, Given(phrases=phrases)).tokens)


def test_frozen_words_stand_in_every_decode(
    trusted: Trusted, vocabulary: tokens.Vocabulary
) -> None:
    samples = as_floats(turn("d06_clinic_ssn", "Forty one seventeen"))
    prefix = vocabulary.encode("Thirty one")
    for phrases in ((), (Phrase(text="Larkspur Lane"),)):
        for decode in (trusted.partial, trusted.final):
            assert decode(samples, Given(prefix, phrases=phrases)).tokens[: len(prefix)] == prefix


@pytest.mark.parametrize(
    ("call", "beginning", "said"),
    [
        ("d01_bank_card", "Okay, it's four two", "4242424242424242"),
        ("d01_bank_card", "seven three one", "731"),
        ("d06_clinic_ssn", "six two seven", "62704"),
    ],
)
def test_digit_strings_are_read_whole(
    trusted: Trusted, vocabulary: tokens.Vocabulary, call: str, beginning: str, said: str
) -> None:
    decoded = trusted.final(as_floats(turn(call, beginning)), Given())
    assert "".join(digits.strings(vocabulary.text(decoded.tokens).split())) == said


def test_the_phrases_of_a_leg_are_its_own(models_dir: Path) -> None:
    recogniser = load(Settings(), models_dir, threads=2, clock=time.monotonic)
    audio = turn("d06_clinic_ssn", "Forty one seventeen")
    asked = LegOptions(phrases=(Phrase(text="Larkspur Lane"),))
    found: list[list[Hypothesis]] = [[], []]
    for at in range(0, len(audio), 1600):
        ends = at + 1600 >= len(audio)
        both = [
            Step(number, audio[at : at + 1600], at // 16, at == 0, ends, options)
            for number, options in ((1, asked), (2, LegOptions()))
        ]
        for index, hypotheses in enumerate(recogniser.step(both)):
            found[index] += hypotheses
    with_phrase, without = (
        " ".join(word.text for h in each if h.is_final for word in h.words) for each in found
    )
    assert "Larkspur" in with_phrase and "Larkspur" not in without
