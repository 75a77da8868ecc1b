"""The journal's records and stretches, without a file."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sip_gateway.journal.gather import RECORD_MS, Gathering, laid_out
from sip_gateway.journal.record import LegSeal, Samples, Stretch, is_of

KEY = bytes(range(32))
CALL = "0190a1b2c3d47e8f9a0b1c2d3e4f5061"


def sound(count: int, seed: int = 0) -> Samples:
    """Samples that nothing else has."""
    return np.random.default_rng(seed).integers(-32768, 32767, count, dtype=np.int16)


def seal(*, key: bytes = KEY, call_id: str = CALL, channel: int = 0) -> LegSeal:
    return LegSeal(key, call_id=call_id, channel=channel)


def same(one: Stretch, other: Stretch) -> bool:
    return one[:2] == other[:2] and np.array_equal(one.samples, other.samples)


@given(
    st.lists(
        st.tuples(st.integers(-10, 2**40), st.integers(0, 400), st.sampled_from([8000, 16000]))
    )
)
def test_what_is_sealed_is_opened_again_in_order(told: list[tuple[int, int, int]]) -> None:
    stretches = [Stretch(at, rate, sound(n, seed=n)) for at, n, rate in told]
    data = b"".join(seal().sealed(stretch) for stretch in stretches)
    opened = list(seal().stretches(data))
    assert len(opened) == len(stretches)
    assert all(map(same, opened, stretches))


@given(st.data())
def test_a_record_cut_off_anywhere_loses_itself_only(data: st.DataObject) -> None:
    before, cut, after = (seal().sealed(Stretch(at, 8000, sound(80, at))) for at in (0, 10, 20))
    kept = data.draw(st.integers(0, len(cut) - 1))
    found = [stretch.start_ms for stretch in seal().stretches(before + cut[:kept] + after)]
    # One time in 256 its last byte is the first of the next: then it is whole.
    assert found in ([0, 20], [0, 10, 20])
    found = [stretch.start_ms for stretch in seal().stretches(before + cut[:kept])]
    assert found == [0]


@given(st.data())
def test_a_changed_byte_costs_its_record_and_never_yields_other_audio(data: st.DataObject) -> None:
    stretches = [Stretch(at, 8000, sound(80, at)) for at in (0, 10, 20)]
    whole = bytearray(b"".join(map(seal().sealed, stretches)))
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= data.draw(st.integers(1, 255))
    opened = list(seal().stretches(bytes(whole)))
    assert len(opened) == 2
    assert all(any(same(one, stretch) for stretch in stretches) for one in opened)


@given(st.binary(max_size=300))
def test_rubbish_is_no_record(data: bytes) -> None:
    assert list(seal().stretches(data)) == []


@pytest.mark.parametrize(
    "other",
    [seal(key=bytes(32)), seal(call_id=CALL[::-1]), seal(channel=1)],
    ids=["key", "call", "channel"],
)
def test_a_record_opens_for_its_key_call_and_channel_only(other: LegSeal) -> None:
    record = seal().sealed(Stretch(0, 8000, sound(80)))
    assert list(other.stretches(record)) == []


def test_another_key_is_told_from_damage() -> None:
    record = seal().sealed(Stretch(0, 8000, sound(80)))
    assert is_of(record, KEY)
    assert not is_of(record, bytes(32))
    assert is_of(b"", KEY)


def test_nothing_of_the_sound_stands_in_a_record() -> None:
    samples = sound(800)
    assert samples.tobytes()[:16] not in seal().sealed(Stretch(0, 8000, samples))


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 12)), max_size=60))
def test_gathered_audio_is_the_audio_that_came_at_its_time(
    steps: list[tuple[int, int]],
) -> None:
    gathering = Gathering()
    fed: list[Stretch] = []
    gathered: list[Stretch] = []
    at_ms = 0
    for jump, hundreds in steps:
        at_ms += 20 * jump
        samples = sound(800 * hundreds, seed=at_ms)
        fed.append(Stretch(at_ms, 8000, samples))
        gathered += gathering.add(fed[-1])
        at_ms += 100 * hundreds
    gathered += gathering.flush()
    assert gathering.flush() == []
    one, other = (laid_out(s, start_ms=0, end_ms=at_ms) for s in (fed, gathered))
    assert np.array_equal(one, other)
    assert all(len(s.samples) < 2 * 8 * RECORD_MS + 8 * 1200 for s in gathered)


def test_no_more_than_a_second_waits() -> None:
    gathering = Gathering()
    frames = [gathering.add(Stretch(100 * n, 8000, sound(800))) for n in range(25)]
    assert [n for n, written in enumerate(frames) if written] == [9, 19]


def test_of_overlapping_stretches_the_later_one_counts_and_holes_are_silent() -> None:
    ones, twos = np.full(160, 1, np.int16), np.full(80, 2, np.int16)
    found = laid_out([Stretch(0, 8000, ones), Stretch(5, 8000, twos)], start_ms=0, end_ms=30)
    assert list(found[::40]) == [1, 2, 2, 1, 0, 0]


@given(
    st.lists(st.tuples(st.integers(0, 90), st.integers(1, 200)), max_size=8),
    st.integers(0, 100),
    st.integers(0, 100),
)
def test_a_part_is_cut_out_of_the_whole(
    told: list[tuple[int, int]], begin: int, length: int
) -> None:
    stretches = [Stretch(at, 8000, sound(n, at)) for at, n in told]
    whole = laid_out(stretches, start_ms=0, end_ms=300)
    part = laid_out(stretches, start_ms=begin, end_ms=begin + length)
    assert np.array_equal(part, whole[8 * begin : 8 * (begin + length)])
