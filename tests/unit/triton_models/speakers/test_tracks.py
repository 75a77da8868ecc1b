"""Speakers followed from window to window, and their talk cut into stretches."""

import numpy as np

from triton_models.speakers.tracks import LONGEST_FRAMES, Active, Stretch, Tracks

WINDOW = 300
HOP = 30


def timeline(frames: int, *spans: tuple[int, int, int]) -> Active:
    """bool [frames, 3] with (speaker, from, to) active."""
    active = np.zeros((frames, 3), np.bool_)
    for speaker, start, end in spans:
        active[start:end, speaker] = True
    return active


def heard(truth: Active, *, shuffled: bool = True) -> list[Stretch]:
    """All stretches, by windows that number the speakers anew each time."""
    rng, tracks, closed = np.random.default_rng(3), Tracks(), []
    for end in range(2 * HOP, len(truth) + 1, HOP):
        start = max(0, end - WINDOW)
        order = rng.permutation(3) if shuffled else np.arange(3)
        closed += tracks.receive(truth[start:end][:, order], start=start, until=end - 24)
    return closed + tracks.finish()


def test_one_speaker_is_one_track_however_windows_number_it() -> None:
    found = heard(timeline(600, (0, 40, 150), (0, 180, 300), (0, 350, 420)))
    assert [(s.start, s.end) for s in found] == [(40, 150), (180, 300), (350, 420)]
    assert len({s.track for s in found}) == 1


def test_two_speakers_stay_apart_and_their_overlap_is_not_alone() -> None:
    found = heard(timeline(600, (0, 40, 160), (1, 150, 300)))
    first, second = sorted(found, key=lambda s: s.start)
    assert first.track != second.track
    assert (first.end, second.start) == (160, 150)
    assert sum(first.alone) == 110 and sum(second.alone) == 140


def test_long_talk_is_cut_and_short_pauses_are_not() -> None:
    found = heard(timeline(900, (0, 40, 100), (0, 105, 640)))
    assert [s.end - s.start for s in found] == [LONGEST_FRAMES] * 3 + [600 - 3 * LONGEST_FRAMES]
    assert all(s.closed for s in found)
    assert len({s.track for s in found}) == 1


def test_every_active_frame_is_in_exactly_one_stretch_of_its_speaker() -> None:
    rng = np.random.default_rng(5)
    spans, at = [], 0
    for _ in range(30):
        at += int(rng.integers(15, 60))
        long = int(rng.integers(12, 250))
        spans.append((int(rng.integers(0, 2)), at, at + long))
        at += long
    truth = timeline(at + 60, *spans)
    covered = np.zeros(len(truth), np.int64)
    for stretch in heard(truth):
        covered[stretch.start : stretch.end] += 1
        assert len(stretch.alone) == stretch.end - stretch.start
    until = (len(truth) // HOP) * HOP - 24
    assert (covered[:until][truth[:until].any(axis=1)] >= 1).all()
    assert covered.max() == 1


def test_skipped_silence_is_decided() -> None:
    tracks = Tracks()
    tracks.skip(90)
    assert tracks.done == 90 and tracks.count == 0
