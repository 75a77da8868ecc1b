"""What is said about a recording's quality."""

import numpy as np
from numpy.typing import NDArray

from trunkline.batch.flags import flags
from trunkline.batch.quality import Heard, LegQuality, added, judge, measure

SPOKEN = [(1000, 3000)]


def leg(
    seconds: int = 4, *, speech_db: float = -20, noise_db: float = -60, seed: int = 1
) -> NDArray[np.int16]:
    """White noise at the level of speech from 1 to 3 s, else at that of the room."""
    wave = np.random.default_rng(seed).normal(0, 10 ** (noise_db / 20), seconds * 16000)
    wave[16000:48000] *= 10 ** ((speech_db - noise_db) / 20)
    return np.clip(wave * 32768, -32768, 32767).astype(np.int16)


def judged(
    samples: NDArray[np.int16], *, confidence: float = 0.9, words: int = 30, speech_ms: int = 10_000
) -> LegQuality:
    heard = Heard(0, "agent", speech_ms, [confidence] * words, masked=0)
    return judge(heard, measure(samples, SPOKEN))


def test_levels_are_told_for_speech_and_for_the_room() -> None:
    quality = judged(leg(speech_db=-20, noise_db=-60))
    assert (round(quality.speech_db), round(quality.noise_db)) == (-20, -60)


def test_a_piece_adds_up_with_the_next() -> None:
    one, other = leg(seed=1), leg(seed=2)
    sound = added([measure(one, SPOKEN), measure(other, SPOKEN)])
    assert sound.samples == 128_000
    assert sum(sound.voice) + sum(sound.rest) == 400
    assert round(judge(Heard(0, "agent", 4000, [], 0), sound).speech_db) == -20


def test_confidence_counts_words_that_are_shown() -> None:
    quality = judge(Heard(0, "agent", 2000, [0.9, 0.3], masked=2), measure(leg(), SPOKEN))
    assert (quality.words, quality.mean_confidence, quality.unsure_share) == (4, 0.6, 0.5)
    assert (quality.speech_share, quality.words_per_s) == (0.5, 2.0)


def test_a_good_recording_has_no_flag() -> None:
    assert flags([judged(leg()), judged(leg(seed=2))], are_copies=False) == ()


def test_each_flaw_has_its_flag() -> None:
    silent = judged(np.zeros(64000, np.int16), words=0, speech_ms=0)
    cases = {
        ("no_speech",): [silent, silent],
        ("one_sided",): [judged(leg()), silent],
        ("quiet",): [judged(leg(speech_db=-50, noise_db=-80))],
        ("noisy",): [judged(leg(speech_db=-20, noise_db=-28))],
        ("unsure",): [judged(leg(), confidence=0.4, words=40)],
        ("unsure", "wrong_rate_suspected"): [judged(leg(), confidence=0.4, words=60)],
        ("wrong_rate_suspected",): [judged(leg(), words=80)],
    }
    for expected, legs in cases.items():
        assert flags(legs, are_copies=False) == expected
    assert flags([judged(leg())] * 2, are_copies=True) == ("channels_are_copies",)
    assert "clipped" in flags([judged(leg(speech_db=3))], are_copies=False)


def test_few_words_are_not_judged_by_their_speed() -> None:
    assert flags([judged(leg(), words=8)], are_copies=False) == ()
    assert flags([judged(leg(), words=4, confidence=0.3)], are_copies=False) == ()
