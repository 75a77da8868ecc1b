"""Key tones in the audio: found, silenced to the last sample, and not heard in speech."""

import pickle

import msgspec
import numpy as np
import pytest
import soundfile

from sip_gateway.audio.g711 import decode
from sip_gateway.audio.key import Key
from sip_gateway.audio.resample import resample
from sip_gateway.audio.tones import LOOK_AHEAD, SYMBOLS
from sip_gateway.rtp.keys import KeyRules, LegKeys
from tests.keyed import Samples, as_g711, keyed, tone
from tests.tones_bench import heard

QUIET = {"PCMU": 0xFF, "PCMA": 0xD5}


def symbols(keys: LegKeys) -> str:
    """The keys that were found: tests may know."""
    return "".join(
        symbol
        for press in keys.take()
        for symbol in SYMBOLS
        if press.key is not None and press.key.among(symbol)
    )


@pytest.mark.parametrize("codec", ["PCMU", "PCMA"])
def test_every_key_is_found_in_both_laws_and_nothing_of_its_tone_is_left(codec: str) -> None:
    keys, out = heard(as_g711(keyed(SYMBOLS), codec), codec)
    assert symbols(keys) == SYMBOLS
    assert set(out) == {QUIET[codec]}


@pytest.mark.parametrize(
    "changes",
    [
        {"dbov": -35.0},
        {"twist_db": 4.0},
        {"twist_db": -8.0},
        {"off": 0.015},
        {"off": -0.015},
        {"ms": 70.0, "twist_db": -8.0, "off": -0.015, "dbov": -30.0},
    ],
    ids=str,
)
def test_what_q_24_wants_found_is_found_wherever_it_falls(changes: dict[str, float]) -> None:
    changes = {"ms": 40.0, **changes}
    for n, symbol in enumerate(SYMBOLS):
        sound = tone(symbol, **changes)
        line = np.zeros(4800)
        at = 1600 + 53 * n  # somewhere else in its step of 100 ms each time
        line[at : at + len(sound)] = sound
        keys, out = heard(as_g711(line), "PCMU")
        assert symbols(keys) == symbol
        assert set(out) == {0xFF}


def test_a_tone_over_noise_of_a_bad_line_is_found() -> None:
    rng = np.random.default_rng(2)
    line = keyed("4242424242424242", ms=50)
    line += rng.normal(0, 32768 * 10 ** (-28 / 20), len(line))
    keys, _ = heard(as_g711(line), "PCMU")
    assert symbols(keys) == "4242424242424242"


@pytest.mark.parametrize("changes", [{"off": 0.035}, {"off": -0.035}, {"dbov": -56.0}], ids=str)
def test_what_q_24_wants_passed_over_is_left_alone(changes: dict[str, float]) -> None:
    for symbol in SYMBOLS:
        line = np.concatenate([np.zeros(1600), tone(symbol, ms=80, **changes), np.zeros(1600)])
        keys, _ = heard(as_g711(line), "PCMU")
        assert keys.tones == 0


def test_one_tone_or_dial_tone_or_noise_is_no_key() -> None:
    at = np.arange(16_000) / 8000
    sounds: list[Samples] = [
        3000 * np.sin(2 * np.pi * 697 * at),
        3000 * (np.sin(2 * np.pi * 350 * at) + np.sin(2 * np.pi * 440 * at)),
        3000 * (np.sin(2 * np.pi * 480 * at) + np.sin(2 * np.pi * 620 * at)),
        np.random.default_rng(3).normal(0, 3000, 16_000),
    ]
    for sound in sounds:
        g711 = as_g711(sound)
        keys, out = heard(g711, "PCMU")
        assert keys.tones == 0
        assert out == g711


def test_a_drop_out_does_not_make_two_keys_of_one_and_a_pause_does() -> None:
    whole = tone("5", ms=120)
    torn = whole.copy()
    torn[400:480] = 0
    for sound, count in ((whole, 1), (torn, 1), (keyed("55", ms=50, pause_ms=45), 2)):
        line = np.concatenate([np.zeros(1600), sound, np.zeros(1600)])
        assert symbols(heard(as_g711(line), "PCMU")[0]) == "5" * count


def test_speech_is_not_taken_for_keys() -> None:
    for name in ("conseiller_fr", "contrato_es"):
        sound, rate = soundfile.read(f"tests/data/speech/{name}.wav", dtype="float32")
        for speed in np.arange(0.8, 1.3, 0.05):
            talk = resample(sound, rate, to_hz=8000)
            line = np.interp(np.arange(0, len(talk) - 1, speed), np.arange(len(talk)), talk)
            g711 = as_g711(32767.0 * line)
            keys, out = heard(g711, "PCMU")
            assert keys.tones == 0
            assert out == g711


def test_a_gap_in_the_audio_ends_a_tone_and_begins_nothing() -> None:
    keys = LegKeys(KeyRules(find_tones=True, read=True))
    first, second = as_g711(tone("1", ms=100)), as_g711(tone("2", ms=100))
    keys.receive_audio(decode(first, "PCMU"), rate_hz=8000, start=0)
    keys.receive_audio(decode(second, "PCMU"), rate_hz=8000, start=80_000)
    keys.finish()
    assert symbols(keys) == "12"


def test_the_look_ahead_is_40_ms() -> None:
    assert LOOK_AHEAD == 320
    assert LegKeys().look_ahead == 0, "nothing is held back where nothing is looked for"


def test_a_key_does_not_show_itself() -> None:
    for symbol in SYMBOLS:
        key = Key(symbol)
        assert repr(key) == str(key) == "Key()"
        with pytest.raises(TypeError):
            msgspec.json.encode(key)
        with pytest.raises(TypeError):
            pickle.dumps(key)
        assert not hasattr(key, "__dict__")
