"""Samples: G.711 there and back, and filters held against their spectra."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sip_gateway.audio.g711 import SILENCE, decode, encode, transcode
from sip_gateway.audio.resample import Upsampler, resample


def tone(hz: float, *, rate_hz: int, seconds: float = 1.0, level: float = 8000) -> NDArray[Any]:
    at = np.arange(int(rate_hz * seconds)) / rate_hz
    return np.asarray(level * np.sin(2 * np.pi * hz * at))


def snr_db(signal: NDArray[Any], heard: NDArray[Any]) -> float:
    return float(10 * np.log10(np.sum(signal**2) / np.sum((signal - heard) ** 2)))


def upsample(pcm: NDArray[Any], *, step: int = 800) -> NDArray[Any]:
    upsampler = Upsampler()
    data = pcm.astype("<i2").tobytes()
    steps = [data[at : at + 2 * step] for at in range(0, len(data), 2 * step)]
    return np.frombuffer(b"".join(upsampler.process(s) for s in steps), "<i2").astype(float)


@pytest.mark.parametrize("codec", ["PCMU", "PCMA"])
@pytest.mark.parametrize("level", [200, 2000, 20000])
def test_g711_keeps_its_signal_to_noise_ratio_over_forty_decibels_of_level(
    codec: str, level: int
) -> None:
    signal = tone(440, rate_hz=8000, level=level).astype("<i2")
    heard = np.frombuffer(decode(encode(signal.tobytes(), codec), codec), "<i2")
    # ITU-T G.712 asks 33 dB in the middle of the range, less at its ends.
    assert snr_db(signal.astype(float), heard.astype(float)) > (28 if level == 200 else 35)


@pytest.mark.parametrize("codec", ["PCMU", "PCMA"])
def test_silence_decodes_to_silence(codec: str) -> None:
    assert max(abs(np.frombuffer(decode(SILENCE[codec] * 8, codec), "<i2"))) <= 8


def test_one_law_becomes_the_other_with_little_loss() -> None:
    signal = tone(440, rate_hz=8000).astype("<i2")
    a_law = transcode(encode(signal.tobytes(), "PCMU"), "PCMU", to="PCMA")
    heard = np.frombuffer(decode(a_law, "PCMA"), "<i2").astype(float)
    assert snr_db(signal.astype(float), heard) > 30


@pytest.mark.parametrize("hz", [300, 1000, 2500, 3400])
def test_upsampling_keeps_speech_tones_and_suppresses_their_images(hz: int) -> None:
    spectrum = np.abs(np.fft.rfft(upsample(tone(hz, rate_hz=8000, seconds=2))[16000:32000]))
    at_db = 20 * np.log10(spectrum / 8000**2 + 1e-9)
    assert abs(at_db[hz]) < 0.1
    assert at_db[8000 - hz] < -60


def test_upsampling_in_steps_has_no_seams() -> None:
    signal = np.random.default_rng(1).normal(0, 3000, 8000)
    assert np.array_equal(upsample(signal, step=800), upsample(signal, step=8000))


def test_upsampling_is_late_by_three_milliseconds() -> None:
    pulse = np.zeros(800)
    pulse[100] = 10000
    assert int(np.argmax(upsample(pulse))) == 200 + round(Upsampler.DELAY_MS * 16)


@pytest.mark.parametrize(
    ("from_hz", "to_hz"),
    [(16000, 8000), (8000, 16000), (44100, 8000), (22050, 8000), (24000, 8000)],
)
def test_files_of_any_rate_keep_tone_level_and_time(from_hz: int, to_hz: int) -> None:
    out = resample(tone(1000, rate_hz=from_hz).astype(np.float32), from_hz, to_hz=to_hz)
    wanted = tone(1000, rate_hz=to_hz)
    inside = slice(to_hz // 10, -to_hz // 10)
    assert len(out) == len(wanted)
    assert snr_db(wanted[inside], out[inside]) > 50


def test_what_the_lower_rate_cannot_hold_is_taken_out() -> None:
    out = resample(tone(6000, rate_hz=16000).astype(np.float32), 16000, to_hz=8000)
    assert np.max(np.abs(out[800:-800])) < 8000 / 1000
