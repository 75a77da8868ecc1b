"""Where utterances start and end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triton_models.foreground import Level
from triton_models.options import Endpointing as Asked
from triton_models.utterance import PRE_ROLL, TAIL, WINDOW, Endpointing, Run

ASKED = Asked(start_history_ms=96, stop_history_ms=480)
NEAR = Level(below_party_db=2.0, above_room_db=30.0)
FAR = Level(below_party_db=20.0, above_room_db=4.0)


def heard(pattern: str, level: Level = NEAR) -> tuple[list[Run], Endpointing]:
    """Runs of a pattern of windows: `#` voice, `+` weak voice, `.` silence, digits repeat."""
    endpointing = Endpointing(ASKED)
    probability = {"#": 0.93, "+": 0.4, ".": 0.02}
    runs = [endpointing.receive_window(probability[mark], level) for mark in pattern]
    return [run for run in runs if run is not None], endpointing


def windows(run: Run) -> tuple[int, int, int, int]:
    start, voice_start, voice_end, end = run[:4]
    return start // WINDOW, voice_start // WINDOW, voice_end // WINDOW, end // WINDOW


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("." * 50, []),
        ("." * 20 + "##" + "." * 30, []),  # too short to be speech
        ("." * 20 + "#" * 10 + "." * 15, [(11, 20, 30, 36)]),
        ("#" * 10 + "." * 15, [(0, 0, 10, 16)]),  # no audio before the first to reach back to
        ("." * 20 + "#.##" + "." * 15, [(11, 20, 24, 30)]),  # a hole in the onset
        ("." * 20 + "#..." + "#" * 5 + "." * 15, [(15, 24, 29, 35)]),  # too big a hole
        ("." * 20 + "#" * 5 + "." * 14 + "#" * 5 + "." * 15, [(11, 20, 44, 50)]),  # one pause
        ("." * 20 + "#" * 5 + "+" * 9 + "." * 15, [(11, 20, 34, 40)]),  # weak voice goes on
        ("." * 20 + "+" * 9 + "." * 15, []),  # but does not start
        (
            "." * 20 + "#" * 5 + "." * 15 + "#" * 5 + "." * 15,
            [(11, 20, 25, 31), (31, 40, 45, 51)],  # reaches back no further than the run before
        ),
    ],
)
def test_runs_are_found(pattern: str, expected: list[tuple[int, int, int, int]]) -> None:
    assert [windows(run) for run in heard(pattern)[0]] == expected


def test_voices_in_the_room_open_no_run() -> None:
    endpointing = Endpointing(ASKED)
    assert not any(endpointing.receive_window(0.8, FAR) for _ in range(100))
    assert endpointing.open is None


def test_voices_in_the_room_do_not_keep_a_run_open() -> None:
    endpointing = Endpointing(ASKED)
    for _ in range(10):
        endpointing.receive_window(0.97, NEAR)
    runs = [endpointing.receive_window(0.7, FAR) for _ in range(20)]
    assert [run for run in runs if run][0].voice_end == 10 * WINDOW


def test_a_quiet_party_of_whom_the_detector_is_very_sure_is_heard() -> None:
    endpointing = Endpointing(ASKED)
    for _ in range(5):
        endpointing.receive_window(0.99, FAR)
    assert endpointing.open is not None


def test_the_end_of_audio_finishes_the_open_run() -> None:
    _, endpointing = heard("#" * 10 + ".." + "#")
    assert endpointing.finish() == Run(0, 0, 13 * WINDOW, 13 * WINDOW)
    assert endpointing.finish() is None


def test_a_cut_gives_both_sides_all_samples_once() -> None:
    _, endpointing = heard("#" * 40)
    first = endpointing.cut(10_000)
    rest = endpointing.finish()
    assert rest is not None
    assert (first.start, first.end) == (0, 10_000)
    assert (rest.start, rest.end) == (10_000, 40 * WINDOW)


def test_cutting_without_an_open_run_is_an_error() -> None:
    with pytest.raises(ValueError, match="no run is open"):
        Endpointing(ASKED).cut(5)


@given(st.text(alphabet="#+.", max_size=400), st.sets(st.integers(0, 399)))
def test_runs_never_share_a_sample_and_hold_their_voice(pattern: str, finishes: set[int]) -> None:
    endpointing = Endpointing(ASKED)
    runs = []
    for at, mark in enumerate(pattern):
        needed_from = endpointing.needed_from()
        if run := endpointing.receive_window({"#": 0.93, "+": 0.4, ".": 0.0}[mark], NEAR):
            runs.append(run)
            assert run.start >= needed_from
        if at in finishes and (run := endpointing.finish()):
            runs.append(run)
    for run in runs:
        assert run.start <= run.voice_start < run.voice_end <= run.end
        assert run.voice_start - run.start <= PRE_ROLL
        assert run.end - run.voice_end <= TAIL
    for before, after in zip(runs, runs[1:], strict=False):
        assert before.end <= after.start
