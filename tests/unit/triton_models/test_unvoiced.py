"""Whispers: what is heard a second time, and where a whisper is a run."""

import numpy as np

from triton_models.foreground import Level
from triton_models.options import Endpointing as Asked
from triton_models.unvoiced import WINDOW, Doubtful, Whispers
from triton_models.utterance import Endpointing, Run

NEAR = Level(below_party_db=3.0, above_room_db=25.0)
ROOM = Level(below_party_db=28.0, above_room_db=1.0)
FAR = Level(below_party_db=25.0, above_room_db=15.0)
ASKED = Asked(start_history_ms=96, stop_history_ms=480)

QUIET, LOUD = 1e-5, 2e-3


def again(*told: tuple[int, float, float]) -> list[int]:
    """How many windows are heard again at each of (windows, probability, power)."""
    doubtful = Doubtful()
    window = np.zeros(WINDOW, np.float32)
    return [len(doubtful.receive(window, p, power)) for n, p, power in told for _ in range(n)]


def runs(pattern: str) -> list[Run]:
    """Of windows: `w` whispered, `n` as loud but not, `.` the room, `f` a far whisper, `#` voice,
    `t` a voice's last sound that may be whispered."""
    endpointing = Endpointing(ASKED)
    found = []
    for mark in pattern:
        level = {".": ROOM, "f": FAR}.get(mark, NEAR)
        whispered = 0.6 if mark in "wft" else 0.0
        voice = 0.95 if mark == "#" else 0.02
        if run := endpointing.receive_window(voice, level, whispered=whispered):
            found.append(run)
    return found


def test_silence_and_voice_are_heard_once() -> None:
    assert not any(again((60, 0.0, QUIET), (60, 0.9, LOUD), (5, 0.4, LOUD / 50), (60, 0.0, QUIET)))


def test_the_edges_of_voice_are_heard_once() -> None:
    assert not any(again((60, 0.0, QUIET), (2, 0.1, LOUD), (40, 0.9, LOUD), (1, 0.1, LOUD)))


def test_loud_sound_without_voice_is_heard_again_with_what_came_before_until_it_ends() -> None:
    counts = again((60, 0.0, QUIET), (20, 0.0, LOUD), (60, 0.0, QUIET))
    assert counts[:63] == [0] * 63
    assert counts[63] > 20
    assert set(counts[64:90]) == {1}
    assert not any(counts[120:])


def test_what_is_heard_again_is_brightened_across_windows() -> None:
    doubtful = Doubtful()
    hum = np.full(WINDOW, 0.5, np.float32)
    heard = [doubtful.receive(hum, 0.0, QUIET) for _ in range(60)]
    heard += [doubtful.receive(hum, 0.0, LOUD) for _ in range(20)]
    windows = [window for some in heard for window in some]
    assert max(float(np.abs(window).max()) for window in windows) < 0.02


def test_a_whisper_is_a_run_from_where_its_sound_begins() -> None:
    (run,) = runs("." * 30 + "nnnn" + "nwnwwnnww" + "nnnnn" + "." * 20)
    assert run.voice_start // WINDOW == 30
    assert run.start // WINDOW == 21
    assert run.voice_end // WINDOW == 30 + 4 + 9 + 5


def test_sound_that_is_not_whispered_is_no_run() -> None:
    assert runs("." * 30 + "n" * 60 + "." * 30) == []
    assert runs("." * 30 + "nnwwnnn" + "." * 30) == []  # too little of it


def test_a_whisper_far_away_is_no_run() -> None:
    assert runs("." * 30 + "f" * 60 + "." * 30) == []


def test_the_end_of_a_voice_does_not_move_for_a_whispered_sound() -> None:
    plain, sounding = runs("." * 30 + "#" * 20 + "." * 30), runs("." * 30 + "#" * 20 + "ttn.")
    assert sounding == []
    assert runs("." * 30 + "#" * 20 + "ttn" + "." * 27) == plain


def test_a_voice_that_falls_to_a_whisper_is_one_run() -> None:
    (run,) = runs("." * 30 + "#" * 20 + "w" * 20 + "." * 30)
    assert run.voice_end // WINDOW == 70


def test_no_sample_of_a_whisper_is_in_two_runs_and_none_is_dropped_too_early() -> None:
    endpointing = Endpointing(ASKED)
    before = 0
    for mark in ("." * 30 + "n" * 9 + "w" * 9 + "." * 16) * 6:
        needed = endpointing.needed_from()
        run = endpointing.receive_window(
            0.0, ROOM if mark == "." else NEAR, whispered=0.6 * (mark == "w")
        )
        if run:
            assert run.start >= max(needed, before)
            before = run.end
    assert before


def test_sound_that_lasts_reaches_back_only_so_far() -> None:
    whispers = Whispers()
    begins = [whispers.receive(at * WINDOW, 0.6 * (at >= 200), NEAR) for at in range(210)]
    assert begins[:203] == [None] * 203
    assert begins[203] is not None and (203 * WINDOW - begins[203]) // WINDOW == 40
    assert whispers.first is not None
    whispers.forget()
    assert whispers.first is None
