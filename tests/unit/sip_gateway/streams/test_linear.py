"""Linear samples at the rates and in the byte orders of the field."""

import numpy as np
import pytest
from numpy.typing import NDArray

from sip_gateway.streams.linear import RATES_HZ, ByteOrder, Linear, ToWide

HIGH = tuple(rate for rate in RATES_HZ if rate > 16_000)


def tone(rate_hz: int, *, hz: float, ms: int = 400) -> NDArray[np.int16]:
    at = np.arange(rate_hz * ms // 1000) / rate_hz
    return np.asarray(np.rint(8000 * np.sin(2 * np.pi * hz * at)), dtype=np.int16)


def stepped(samples: NDArray[np.int16], sizes: list[int], rate_hz: int) -> NDArray[np.int16]:
    wide, start, n = ToWide(rate_hz), 0, 0
    out = []
    while start < len(samples):
        size = sizes[n % len(sizes)]
        out.append(wide.process(samples[start : start + size]))
        start, n = start + size, n + 1
    return np.concatenate(out)


@pytest.mark.parametrize("rate_hz", HIGH)
def test_a_tone_stays_what_it_is_but_for_a_millisecond(rate_hz: int) -> None:
    heard = stepped(tone(rate_hz, hz=1000), [rate_hz // 50], rate_hz)
    expected = tone(16_000, hz=1000)
    assert len(heard) == len(expected) - 16
    # The first millisecond is what the filter settles in.
    error = heard[32:].astype(float) - expected[16:-16][: len(heard) - 32]
    assert np.sqrt((error**2).mean()) < 8000 / 2**0.5 / 300


@pytest.mark.parametrize("rate_hz", HIGH)
def test_what_16_khz_cannot_hold_is_gone(rate_hz: int) -> None:
    heard = stepped(tone(rate_hz, hz=rate_hz / 2 - 1500), [rate_hz // 50], rate_hz)
    assert np.abs(heard[160:]).max() < 80


@pytest.mark.parametrize("rate_hz", HIGH)
def test_there_is_no_seam_however_it_is_cut(rate_hz: int) -> None:
    samples = np.random.default_rng(1).normal(0, 4000, rate_hz // 5).astype(np.int16)
    whole = stepped(samples, [len(samples)], rate_hz)
    assert np.array_equal(stepped(samples, [7, 1, 333, 1024], rate_hz)[: len(whole)], whole)


@pytest.mark.parametrize("order", ["<i2", ">i2"])
@pytest.mark.parametrize("kind", ["tone", "noise", "whisper", "after silence"])
def test_the_byte_order_is_heard(order: str, kind: str) -> None:
    noise = np.random.default_rng(2).normal(0, 3000, 320).astype(np.int16)
    samples = {
        "tone": tone(16_000, hz=440, ms=20),
        "noise": noise,
        "whisper": (noise // 1000).astype(np.int16),
        "after silence": np.concatenate((np.zeros(32_000, dtype=np.int16), noise)),
    }[kind]
    assert np.array_equal(ByteOrder().read(samples.astype(order).tobytes()), samples)


def test_the_byte_order_is_settled_by_what_was_heard_first() -> None:
    said = ByteOrder()
    for _ in range(60):
        said.read(tone(16_000, hz=300, ms=20).astype("<i2").tobytes())
    odd = np.random.default_rng(3).integers(-32768, 32767, 320).astype(np.int16)
    assert np.array_equal(said.read(odd.astype("<i2").tobytes()), odd)


@pytest.mark.parametrize(("rate_hz", "size"), [(8000, 160), (16_000, 640), (48_000, 640)])
def test_a_payload_has_the_length_of_its_codec(rate_hz: int, size: int) -> None:
    linear = Linear(rate_hz)
    linear.receive(tone(rate_hz, hz=500, ms=20))
    assert len(linear.receive(tone(rate_hz, hz=500, ms=20))) == size
