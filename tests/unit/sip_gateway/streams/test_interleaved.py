"""Channels parted, each in a codec of RTP; losses told by arrival."""

import numpy as np
import pytest

from sip_gateway.audio.g711 import decode
from sip_gateway.streams.interleaved import ArrivalClock, Interleaved


def test_l16_at_16_khz_comes_out_as_it_is_in_network_byte_order() -> None:
    at = np.arange(320) / 16000
    high = (9000 * np.sin(2 * np.pi * 6000 * at)).astype("<i2")
    wide = Interleaved("l16", 16000, (1,))
    assert wide.codec == "L16"
    (audio,) = wide.receive(high.tobytes())
    assert (audio.channel, audio.samples) == (1, 160)
    assert np.array_equal(np.frombuffer(audio.payload, ">i2"), high)


@pytest.mark.parametrize("rate_hz", [8000, 16000])
def test_only_whole_ticks_of_all_channels_come_out(rate_hz: int) -> None:
    stereo = Interleaved("l16", rate_hz, (0, 1))
    unit = 4 * rate_hz // 8000
    assert stereo.receive(bytes(unit - 1)) == []
    left, right = stereo.receive(bytes(unit + 1))
    assert left.samples == right.samples == 2


def test_channels_keep_their_audio() -> None:
    stereo = np.column_stack((np.full(80, 8000), np.full(80, -4000))).astype("<i2").tobytes()
    left, right = Interleaved("l16", 8000, (0, 1)).receive(stereo)
    assert np.frombuffer(decode(left.payload, "PCMU"), "<i2") == pytest.approx(8000, rel=0.03)
    assert np.frombuffer(decode(right.payload, "PCMU"), "<i2") == pytest.approx(-4000, rel=0.03)


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
