"""Audio in, voices out, with networks that hear loudness instead of speech."""

import numpy as np
from numpy.typing import NDArray

from triton_models.hypothesis import Step
from triton_models.speakers.listener import Listener, Voice
from triton_models.speakers.networks import CENTRE_SAMPLES, FRAME_SAMPLES
from triton_models.speakers.serving import Diarisation

LOUD, SOFT = 8000, 2000


class ByLoudness:
    """Speaker 0 is loud, speaker 1 soft; also says how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def active(self, samples: NDArray[np.float32]) -> NDArray[np.bool_]:
        self.asked += 1
        count = (len(samples) - 991) // FRAME_SAMPLES + 1
        levels = np.abs(samples[CENTRE_SAMPLES + FRAME_SAMPLES * np.arange(count)])
        loud, soft = levels > 0.15, (levels > 0.03) & (levels <= 0.15)
        return np.stack((loud, soft, np.zeros(count, np.bool_)), axis=1)


class ByLength:
    """A print that says how many features it was taken from."""

    def of(
        self, samples: NDArray[np.float32], alone: NDArray[np.bool_]
    ) -> NDArray[np.float32] | None:
        return np.full(192, alone.sum(), np.float32) if alone.sum() >= 30 else None


def line(*parts: tuple[int, int]) -> NDArray[np.int16]:
    """int16 [samples] of (level, ms) one after the other."""
    return np.concatenate([np.full(ms * 16, level, np.int16) for level, ms in parts])


def model(segmentation: ByLoudness | None = None) -> Diarisation:
    hears = segmentation or ByLoudness()
    return Diarisation(hears, ByLength(), clock=lambda: 0.0)  # type: ignore[arg-type]


def listened(samples: NDArray[np.int16], *, start_ms: int = 0) -> tuple[list[Voice], list[int]]:
    """Closed voices, and how far behind the live edge each step's decision was."""
    listener = Listener(ByLoudness(), ByLength(), start_ms=start_ms)  # type: ignore[arg-type]
    voices, behind = [], []
    for at in range(0, len(samples), 1600):
        heard = listener.receive(samples[at : at + 1600])
        voices += heard.voices
        behind.append(listener.next_ms - heard.done_ms)
    voices += listener.finish().voices
    return voices, behind


def test_voices_lie_where_they_were_said() -> None:
    voices, _ = listened(
        line((0, 900), (LOUD, 2000), (0, 700), (SOFT, 1200), (0, 900)), start_ms=5000
    )
    closed = [v for v in voices if v.closed]
    for voice, span in zip(closed, ((5900, 7900), (8600, 9800)), strict=True):
        assert np.abs(np.subtract((voice.start_ms, voice.end_ms), span)).max() < 30
    assert closed[0].track != closed[1].track


def test_a_voice_is_decided_within_a_second() -> None:
    _, behind = listened(line((0, 900), (LOUD, 9000)))
    assert max(behind[12:]) <= 1000


def test_an_open_voice_is_told_early_under_the_name_of_its_closed_self() -> None:
    voices, _ = listened(line((0, 900), (LOUD, 2000), (0, 900)))
    early = [v for v in voices if not v.closed]
    (closed,) = [v for v in voices if v.closed]
    assert (
        early
        and early[0].print
        and {(v.track, v.start_ms) for v in early} == {(closed.track, closed.start_ms)}
    )
    assert early[0].end_ms < closed.end_ms


def test_digital_silence_is_not_looked_at() -> None:
    hears = ByLoudness()
    served = model(hears)
    served.answer([Step(1, np.zeros(16_000 * 10, np.int16), 0, starts=True)])
    assert hears.asked == 0


def test_long_talk_keeps_no_more_audio_than_it_needs() -> None:
    listener = Listener(ByLoudness(), ByLength(), start_ms=0)  # type: ignore[arg-type]
    for _ in range(600):
        listener.receive(line((LOUD, 100)))
    assert len(listener._audio) <= 16_000 * 6


def voices_of(answer: bytes | str) -> list[Voice]:
    from msgspec import json

    from triton_models.speakers.serving import VoicesHeard

    assert isinstance(answer, bytes), answer
    return list(json.decode(answer, type=VoicesHeard).voices)


def test_a_jump_of_the_clock_closes_what_was_open_and_starts_anew() -> None:
    served = model()
    served.answer([Step(1, line((LOUD, 2000)), 0, starts=True)])
    (answer,) = served.answer([Step(1, line((LOUD, 2000)), 60_000)])
    (end,) = served.answer([Step(1, np.zeros(0, np.int16), 0, ends=True)])
    closed = [v for v in voices_of(answer) + voices_of(end) if v.closed]
    assert [v.start_ms // 1000 for v in closed] == [0, 60]
    assert closed[0].track != closed[1].track


def test_sequences_of_one_leg_share_no_track() -> None:
    tracks = set()
    for sequence in (7, 8):
        (answer,) = model().answer([Step(sequence, line((LOUD, 2000)), 0, starts=True, ends=True)])
        tracks |= {v.track for v in voices_of(answer)}
    assert len(tracks) == 2


def test_a_sequence_that_is_not_known_must_be_started_again() -> None:
    served = model()
    (answer,) = served.answer([Step(3, line((0, 100)), 0)])
    assert isinstance(answer, str) and "must specify the START flag" in answer
    (odd,) = served.answer([Step(3, np.zeros(1601, np.int16), 0, starts=True)])
    assert isinstance(odd, str) and "whole milliseconds" in odd
