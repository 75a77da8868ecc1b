import numpy as np
import pytest
from numpy.typing import NDArray

from tests.known_call import REFERENCE
from trunkline.evaluate.degrade import (
    NOISES,
    BadDegradation,
    Line,
    noisy,
    on_line,
    parse_line,
    speech_level,
)

RATE_HZ = 8000


def talk() -> NDArray[np.float64]:
    """Two seconds, the legs speaking in turn."""
    tone = 0.2 * np.sin(2 * np.pi * 440 * np.arange(RATE_HZ) / RATE_HZ)
    silence = np.zeros(RATE_HZ)
    return np.stack([np.concatenate([tone, silence]), np.concatenate([silence, tone])], axis=1)


@pytest.mark.parametrize(
    ("text", "line", "name"),
    [
        ("clean", Line(), ""),
        ("loss=3%", Line(loss=0.03), "+loss3"),
        ("codec=pcma,loss=1%", Line(codec="pcma", loss=0.01), "+pcma+loss1"),
        ("snr=10,noise=babble", Line(snr_db=10.0, noise="babble"), "+babble10"),
    ],
)
def test_a_line_is_told_in_words(text: str, line: Line, name: str) -> None:
    assert parse_line(text, seed=1) == line
    assert line.name == name


@pytest.mark.parametrize("text", ["loss=60%", "codec=opus", "snr=loud", "echo=1", "noise=pop", ""])
def test_what_cannot_be_done_is_refused(text: str) -> None:
    with pytest.raises(BadDegradation, match="--degrade"):
        parse_line(text, seed=1)


def test_a_degraded_call_has_a_name_and_slices_of_its_own() -> None:
    line = Line(codec="pcma", loss=0.03, snr_db=10.0)
    reference = on_line(REFERENCE, line)
    assert reference.name == "d01_bank_card+pcma+loss3+pink10"
    assert reference.slices == {"codec": "pcma", "loss": "3 %", "added": "pink at 10 dB"}
    assert on_line(REFERENCE, Line()).name == REFERENCE.name


@pytest.mark.parametrize("kind", NOISES)
def test_noise_is_as_loud_as_asked_for_on_every_leg(kind: str) -> None:
    clean = talk()
    heard = noisy(clean, RATE_HZ, line=Line(snr_db=12.0, noise=kind), name="x")
    for leg in range(2):
        added = np.sqrt(((heard - clean)[:, leg] ** 2).mean())
        ratio_db = 20 * np.log10(speech_level(clean[:, leg], RATE_HZ) / added)
        assert ratio_db == pytest.approx(12.0, abs=0.1)


def test_the_same_seed_and_call_give_the_same_noise_and_another_of_either_another() -> None:
    line = Line(snr_db=10.0)
    once = noisy(talk(), RATE_HZ, line=line, name="a")
    assert np.array_equal(once, noisy(talk(), RATE_HZ, line=line, name="a"))
    assert not np.array_equal(once, noisy(talk(), RATE_HZ, line=line, name="b"))
    other = Line(snr_db=10.0, seed=2)
    assert not np.array_equal(once, noisy(talk(), RATE_HZ, line=other, name="a"))


def test_pink_noise_falls_by_three_decibels_an_octave() -> None:
    clean = np.zeros((16 * RATE_HZ, 1))
    clean[:RATE_HZ, 0] = talk()[:RATE_HZ, 0]
    noise = noisy(clean, RATE_HZ, line=Line(snr_db=0.0), name="x")[RATE_HZ:, 0]
    power = np.abs(np.fft.rfft(noise)) ** 2
    hz = np.fft.rfftfreq(len(noise), 1 / RATE_HZ)

    def band_db(low: float) -> float:
        inside = (hz >= low) & (hz < 2 * low)
        return float(10 * np.log10(power[inside].mean()))

    assert band_db(500) - band_db(1000) == pytest.approx(3.0, abs=0.5)


def test_a_clean_line_leaves_the_audio_alone_and_silence_gets_no_noise() -> None:
    assert np.array_equal(noisy(talk(), RATE_HZ, line=Line(loss=0.05), name="x"), talk())
    silence = np.zeros((RATE_HZ, 1))
    assert not noisy(silence, RATE_HZ, line=Line(snr_db=10.0), name="x").any()
