"""Speakers of a lone channel, over the pieces of its file."""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np

from triton_models.events import RawTranscript, Word
from triton_models.speakers.listener import Voice
from trunkline.batch.voices import told_apart

ANNA, BERT = np.eye(192, dtype="<f4")[:2]
AT = datetime(2026, 1, 1, tzinfo=UTC)


def voice(start_ms: int, end_ms: int, who: np.ndarray, track: int) -> Voice:  # type: ignore[type-arg]
    return Voice(
        start_ms=start_ms, end_ms=end_ms, track=track, alone_ms=end_ms - start_ms,
        print=who.tobytes(),
    )  # fmt: skip


def enumerate_ms(texts: Sequence[str], start_ms: int) -> list[tuple[int, str]]:
    return [(start_ms + 1000 * n, text) for n, text in enumerate(texts)]


def final(start_ms: int, *texts: str) -> RawTranscript:
    """A word a second."""
    words = tuple(
        Word(
            text=text, start_ms=start_ms + 1000 * n, end_ms=start_ms + 1000 * n + 900, confidence=1
        )
        for n, text in enumerate(texts)
    )
    return RawTranscript(
        tenant_id="t", call_id="c", leg_id="c-0", segment_id=f"c-0/{start_ms:09d}", revision=1,
        is_final=True, start_ms=start_ms, end_ms=words[-1].end_ms, words=words, speaker="speaker_1",
        channel=0, language="en", model="m", model_sha256="s", decoder="d", audio_end_at=AT,
        recognised_at=AT,
    )  # fmt: skip


def test_a_speaker_keeps_the_label_and_a_final_is_cut_where_they_change() -> None:
    first = [voice(0, 4000, BERT, 0), voice(4000, 8000, ANNA, 1)]
    # In the next piece the tracks are numbered the other way round.
    second = [voice(40_000, 44_000, ANNA, 0), voice(44_000, 48_000, BERT, 1)]
    raws = [
        final(0, *["good", "morning", "how", "goes", "it", "going", "then", "friend"]),
        final(40_000, *["yes", "well", "I"]),
        final(44_000, *["thank", "you", "so"]),
    ]
    parts = told_apart(raws, [first, second], most=2)
    assert [(part.speaker, part.start_ms, part.words[0].text) for part in parts] == [
        ("speaker_1", 0, "good"),
        ("speaker_2", 4000, "it"),
        ("speaker_2", 40_000, "yes"),
        ("speaker_1", 44_000, "thank"),
    ]
    assert len({part.segment_id for part in parts}) == 4


def test_without_a_voice_everything_is_one_speakers() -> None:
    parts = told_apart([final(0, "hello", "there")], [[]], most=2)
    assert [part.speaker for part in parts] == ["speaker_1"]
