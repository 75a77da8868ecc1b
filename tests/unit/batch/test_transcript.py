"""What was heard becomes a transcript only through redaction."""

from datetime import UTC, datetime

import msgspec
import numpy as np

from redaction.policy.prepared_policy import Policy, make_policy
from redaction.policy.presidio import build_engine
from redaction.settings import Settings
from triton_models.events import Word
from triton_models.hypothesis import Hypothesis
from triton_models.loading import Lineage
from trunkline.batch.audio import AudioFacts
from trunkline.batch.formats import rendered
from trunkline.batch.hear import HeardGroup, HeardPiece
from trunkline.batch.quality import measure
from trunkline.batch.transcript import FileTranscript, Recipe, Recording, roles_of, transcribed

RECORDING = Recording(
    "=call.wav", "ab" * 32, AudioFacts("WAV", "ULAW", 8000, 2), datetime(2026, 1, 1, tzinfo=UTC)
)
RECIPE = Recipe("t", ("agent", "customer"), "en", Lineage("m", "s", "d"))
SILENCE = measure(np.zeros(16000 * 20, np.int16), [])


def said(start_ms: int, text: str) -> Hypothesis:
    words = tuple(
        Word(text=word, start_ms=at_ms, end_ms=at_ms + 300, confidence=0.9)
        for word, at_ms in zip(text.split(), range(start_ms, 10**9, 300), strict=False)
    )
    return Hypothesis(
        segment_ms=start_ms, revision=1, is_final=True, start_ms=start_ms,
        end_ms=words[-1].end_ms, audio_end_ms=words[-1].end_ms, words=words,
    )  # fmt: skip


GROUP = HeardGroup(
    0,
    20_000,
    (
        HeardPiece(0, (said(0, "and your card number please"), said(9000, "thank you")), SILENCE),
        HeardPiece(1, (said(3000, "it is four two four two four two four two"),), SILENCE),
    ),
    0.1,
)


def made(policy: Policy) -> FileTranscript:
    return transcribed(RECORDING, [GROUP], RECIPE, policy=policy)


def test_the_question_of_one_channel_masks_the_answer_of_the_other() -> None:
    transcript = made(make_policy(Settings(), build_engine(), key=bytes(32)))
    assert [(s.speaker, s.text) for s in transcript.segments] == [
        ("agent", "and your card number please"),
        ("customer", "it is [card]"),
        ("agent", "thank you"),
    ]
    assert transcript.summary.redactions == {"card": 1}
    assert transcript.call.duration_ms == 20_000
    again = made(make_policy(Settings(), build_engine(), key=bytes(range(32))))
    assert msgspec.json.encode(again) == msgspec.json.encode(transcript)
    assert msgspec.json.decode(rendered(transcript, "json"), type=FileTranscript) == transcript
    rows = rendered(transcript, "csv").decode().splitlines()
    assert rows[1].startswith("'=call.wav,")  # a spreadsheet would run it
    assert len(rows) == 4


def test_what_redaction_fails_on_is_unavailable_in_every_format() -> None:
    broken = build_engine()._replace(analyzer=None, has_own=True)  # type: ignore[arg-type]
    transcript = made(make_policy(Settings(), broken, key=bytes(32)))
    assert {s.text for s in transcript.segments} == {"[unavailable]"}
    for name in ("json", "csv", "vtt", "srt", "txt"):
        assert b"four" not in rendered(transcript, name)


def test_a_lone_channel_is_nobodys() -> None:
    assert roles_of(1, ("agent", "customer")) == ["speaker_1"]
    assert roles_of(2, ("agent", "customer")) == ["agent", "customer"]
    assert roles_of(3, ("agent", "customer")) == ["agent", "customer", "speaker_3"]
