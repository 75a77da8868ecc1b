"""Voiced test calls: what is said in them, and where, is told rightly."""

import numpy as np

from tests.voiced.layout import RATE_HZ, SPOKEN_HZ, Script, SpokenTurn, lay_out
from tests.voiced.scripts import scripts
from trunkline.evaluate.degrade import Samples
from trunkline.evaluate.reference import Reference
from trunkline.evaluate.reference import words as reference_words

WORD_MS = 200


def _tone(words: int) -> SpokenTurn:
    """So many words of 200 ms."""
    samples = np.arange(words * WORD_MS * SPOKEN_HZ // 1000)
    audio = (8000 * np.sin(2 * np.pi * 500 * samples / SPOKEN_HZ)).astype(np.int16)
    starts = np.arange(words) * WORD_MS
    return SpokenTurn(audio, np.stack([starts, starts + WORD_MS], axis=1))


def _laid_out(script: Script) -> tuple[Samples, Reference]:
    return lay_out(script, [_tone(len(turn.words)) for turn in script.turns])


def test_the_same_arguments_make_the_same_calls() -> None:
    assert list(scripts("dev", count=6)) == list(scripts("dev", count=6))


def test_every_fifth_call_has_nothing_personal_and_the_others_do() -> None:
    personal = [any(turn.personal for turn in script.turns) for script in scripts("dev", count=10)]
    assert personal == [True, True, True, True, False] * 2


def test_personal_words_are_said_on_their_leg_at_the_time_told() -> None:
    for script in scripts("dev", count=10):
        legs, reference = _laid_out(script)
        for span in reference.pii:
            audio = legs[:, span.channel]
            said = audio[span.start_ms * RATE_HZ // 1000 : span.end_ms * RATE_HZ // 1000]
            assert np.sqrt((said**2).mean()) > 0.02, span
            assert span.spoken in reference.turns[span.turn].text


def test_every_word_has_a_time_of_its_own_in_order() -> None:
    for script in scripts("dev", count=5):
        _, reference = _laid_out(script)
        for channel in (0, 1):
            words = list(reference_words(reference, channel))
            assert len(words) == sum(
                len(turn.words) for turn in script.turns if (turn.speaker == "customer") == channel
            )
            assert all(a.end_ms <= b.start_ms for a, b in zip(words, words[1:], strict=False))
