"""What was said after a pause had been asked for is in no transcript; all else is."""

from datetime import UTC, datetime

import msgspec

from sip_gateway.events import AudioFrame
from triton_models.events import RawTranscript, Word
from triton_models.unsaid import MARGIN_MS, Unsaid

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LEG = "call-0"


def frame(start_ms: int, leg_id: str = LEG) -> AudioFrame:
    return AudioFrame(
        tenant_id="default",
        call_id="call",
        leg_id=leg_id,
        start_ms=start_ms,
        rate_hz=16_000,
        pcm=bytes(3200),
        captured_at=NOW,
    )


def said(text: str, *, start_ms: int, frozen: int = 0, leg_id: str = LEG) -> RawTranscript:
    """Words of 200 ms each."""
    words = tuple(
        Word(text=word, start_ms=start_ms + 200 * n, end_ms=start_ms + 200 * (n + 1), confidence=1)
        for n, word in enumerate(text.split())
    )
    return RawTranscript(
        tenant_id="default", call_id="call", leg_id=leg_id, segment_id=f"{leg_id}/{start_ms:09d}",
        revision=1, is_final=False, start_ms=start_ms, end_ms=words[-1].end_ms, words=words,
        speaker="agent", channel=0, language="en", model="m", model_sha256="", decoder="",
        frozen_words=frozen, audio_end_at=NOW, recognised_at=NOW,
    )  # fmt: skip


def text(transcript: RawTranscript) -> str:
    return " ".join(word.text for word in transcript.words)


def test_words_that_end_after_the_request_are_taken_out_and_those_before_stay() -> None:
    unsaid = Unsaid()
    for start_ms in range(0, 1500, 100):
        unsaid.heard(frame(start_ms))
    unsaid.pause(LEG, from_ms=1300)
    cleaned = unsaid.taken_out(said("one two three four five six seven", start_ms=0, frozen=7))
    assert text(cleaned) == "one two three four five six"
    assert cleaned.frozen_words == 6
    unsaid.pause(LEG, from_ms=1000 + MARGIN_MS)
    assert text(unsaid.taken_out(said("four five six seven", start_ms=600))) == "four five"


def test_nothing_is_taken_out_where_nothing_came_late() -> None:
    unsaid = Unsaid()
    unsaid.heard(frame(900))
    unsaid.pause(LEG, from_ms=1000)
    before = said("one two three four five", start_ms=0)
    assert unsaid.taken_out(before) is before


def test_what_is_said_after_the_pause_and_on_other_legs_stays() -> None:
    unsaid = Unsaid()
    unsaid.heard(frame(900))
    unsaid.pause(LEG, from_ms=500)
    assert text(unsaid.taken_out(said("hello again", start_ms=20_000))) == "hello again"
    assert text(unsaid.taken_out(said("hello", start_ms=500, leg_id="call-1"))) == "hello"
    assert text(unsaid.taken_out(said("late words", start_ms=500))) == ""


def test_a_call_that_is_over_is_forgotten() -> None:
    unsaid = Unsaid()
    unsaid.heard(frame(900))
    unsaid.pause(LEG, from_ms=500)
    unsaid.forget("call")
    assert msgspec.structs.asdict(unsaid.taken_out(said("late", start_ms=500)))["words"]
