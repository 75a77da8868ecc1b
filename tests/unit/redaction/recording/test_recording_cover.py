"""What is laid over muted samples, and that nothing else is touched."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from redaction.recording.cover import TONE_PEAK, Cover, covered, frames_of, mixed
from redaction.recording.intervals import Interval, Intervals, union
from redaction.recording.mutes import Mutes
from tests.unit.redaction.recording.recorded import RATE_HZ, noise

FRAMES = 4000
SOUND = noise(FRAMES)
sets = st.lists(
    st.builds(lambda a, n: Interval(a, a + n), st.integers(0, 500), st.integers(1, 200)), max_size=3
).map(union)
all_mutes = st.builds(
    lambda a, b, c, d: Mutes(masked=(a, b), unheard=(c, d), mix=union([*a, *b])),
    sets, sets, sets, sets,
)  # fmt: skip
covers = st.sampled_from(["silence", "beep"])


def inside(stretches: Intervals) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    flags = np.zeros(FRAMES, bool)
    for stretch in stretches:
        first, end = frames_of(stretch, RATE_HZ)
        flags[first:end] = True
    return flags


@given(all_mutes, covers)
def test_samples_outside_are_untouched_and_inside_are_zero_or_tone(
    mutes: Mutes, cover: Cover
) -> None:
    out = covered(SOUND, start_frame=0, rate_hz=RATE_HZ, mutes=mutes, cover=cover)
    for leg in (0, 1):
        muted = inside(mutes.of(leg))
        assert np.array_equal(out[~muted, leg], SOUND[~muted, leg])
        silent = muted & ~inside(mutes.masked[leg]) if cover == "beep" else muted
        assert not out[silent, leg].any()
        assert np.abs(out[muted, leg]).max(initial=0) <= TONE_PEAK


@given(all_mutes, covers, st.lists(st.integers(1, FRAMES - 1), max_size=4))
def test_it_comes_out_the_same_however_it_is_cut_up(
    mutes: Mutes, cover: Cover, cuts: list[int]
) -> None:
    whole = covered(SOUND, start_frame=0, rate_hz=RATE_HZ, mutes=mutes, cover=cover)
    edges = [0, *sorted(set(cuts)), FRAMES]
    parts = [
        covered(SOUND[a:b], start_frame=a, rate_hz=RATE_HZ, mutes=mutes, cover=cover)
        for a, b in zip(edges, edges[1:], strict=False)
    ]
    assert np.array_equal(np.concatenate(parts), whole)


@given(all_mutes, covers)
def test_the_sound_that_was_masked_makes_no_difference(mutes: Mutes, cover: Cover) -> None:
    """So nothing of it is left: not under the tone, not in the mix."""
    other = SOUND.copy()
    for leg in (0, 1):
        other[inside(mutes.of(leg)), leg] = 77
    first, second = (
        covered(sound, start_frame=0, rate_hz=RATE_HZ, mutes=mutes, cover=cover)
        for sound in (SOUND, other)
    )
    assert np.array_equal(first, second)
    assert np.array_equal(
        mixed(first, start_frame=0, rate_hz=RATE_HZ, mutes=mutes, cover=cover),
        mixed(second, start_frame=0, rate_hz=RATE_HZ, mutes=mutes, cover=cover),
    )


@given(all_mutes)
def test_the_mix_is_silent_wherever_any_leg_is_masked(mutes: Mutes) -> None:
    out = covered(SOUND, start_frame=0, rate_hz=RATE_HZ, mutes=mutes, cover="silence")
    mix = mixed(out, start_frame=0, rate_hz=RATE_HZ, mutes=mutes, cover="silence")
    assert not mix[inside(mutes.mix)].any()


def test_the_tone_is_soft_of_one_kilohertz_and_faded() -> None:
    mutes = Mutes(masked=((Interval(100, 400),),), unheard=((),), mix=())
    out = covered(SOUND[:, :1], start_frame=0, rate_hz=RATE_HZ, mutes=mutes, cover="beep")
    tone = out[800:3200, 0].astype(float)
    spectrum = np.abs(np.fft.rfft(tone))
    assert abs(np.argmax(spectrum) * RATE_HZ / len(tone) - 1000) < 5
    assert tone[0] == 0 and np.abs(tone[:8]).max() < 100 and np.abs(tone[-8:]).max() < 100
    assert TONE_PEAK * 0.98 < np.abs(tone).max() <= TONE_PEAK


def test_a_mix_of_loud_legs_does_not_wrap_around() -> None:
    loud = np.full((10, 2), 30_000, np.int16)
    nothing = Mutes(masked=((), ()), unheard=((), ()), mix=())
    mix = mixed(loud, start_frame=0, rate_hz=RATE_HZ, mutes=nothing, cover="silence")
    assert (mix == 32_767).all()
