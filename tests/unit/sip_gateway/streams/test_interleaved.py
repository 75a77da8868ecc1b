"""16 kHz brought to 8 kHz without a seam; channels parted; losses told by arrival."""

import numpy as np
import pytest
from numpy.typing import NDArray

from sip_gateway.audio.g711 import decode
from sip_gateway.audio.resample import Downsampler
from sip_gateway.streams.interleaved import ArrivalClock, Interleaved


def tone(hz: float, *, seconds: float = 0.5) -> NDArray[np.int16]:
    """At 16 kHz, half of full scale."""
    at = np.arange(int(16000 * seconds)) / 16000
    return np.asarray(16000 * np.sin(2 * np.pi * hz * at), dtype=np.int16)


def rms(pcm: bytes) -> float:
    """Without the filter's onset."""
    return float(np.sqrt(np.mean(np.frombuffer(pcm, "<i2")[100:].astype(float) ** 2)))


@pytest.mark.parametrize("hz", [100, 1000, 3000])
def test_speech_passes(hz: float) -> None:
    assert rms(Downsampler().process(tone(hz).tobytes())) == pytest.approx(11314, rel=0.01)


@pytest.mark.parametrize("hz", [4800, 6000, 7500])
def test_what_does_not_fit_into_8_khz_does_not_fold_back(hz: float) -> None:
    assert rms(Downsampler().process(tone(hz).tobytes())) < 16  # -57 dB


@pytest.mark.parametrize("step", [2, 14, 320, 1598])
def test_steps_leave_no_seam(step: int) -> None:
    pcm = tone(440).tobytes()
    stepped, whole = Downsampler(), Downsampler()
    pieces = [stepped.process(pcm[at : at + 2 * step]) for at in range(0, len(pcm), 2 * step)]
    assert b"".join(pieces) == whole.process(pcm)


def test_the_delay_is_as_stated() -> None:
    pulse = np.zeros(320, dtype="<i2")
    pulse[0] = 20000
    out = np.frombuffer(Downsampler().process(pulse.tobytes()), "<i2")
    assert int(out.argmax()) == Downsampler.DELAY_MS * 8


def test_channels_keep_their_audio() -> None:
    stereo = np.column_stack((np.full(80, 8000), np.full(80, -4000))).astype("<i2").tobytes()
    left, right = Interleaved("l16", 8000, (0, 1)).receive(stereo)
    assert np.frombuffer(decode(left.g711, "PCMU"), "<i2") == pytest.approx(8000, rel=0.03)
    assert np.frombuffer(decode(right.g711, "PCMU"), "<i2") == pytest.approx(-4000, rel=0.03)


def test_a_live_stream_loses_nothing_whatever_its_jitter() -> None:
    clock = ArrivalClock()
    late = np.random.default_rng(1).uniform(0, 1.5, 3000)
    assert [clock.receive(160, now=0.02 * n + late[n]) for n in range(3000)] == [0] * 3000


def test_a_clock_that_is_slow_by_200_ppm_loses_nothing_in_a_day() -> None:
    clock = ArrivalClock()
    assert not any(clock.receive(8000, now=1.0002 * n) for n in range(86_400))


def test_a_stall_is_no_loss_but_silence_is() -> None:
    clock = ArrivalClock()
    arrivals = [0.0, 0.02, *[2.5] * 120, *[2.5 + 0.02 * n for n in range(50)], 30.0]
    assert sum(clock.receive(160, now=now) for now in arrivals[:-1]) == 0
    assert clock.receive(160, now=arrivals[-1]) > 25 * 8000
