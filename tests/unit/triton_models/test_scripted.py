"""Speech from a script."""

from datetime import UTC, datetime

from sip_gateway.events import AudioFrame
from triton_models.events import RawTranscript
from triton_models.scripted import Line, ScriptedSpeech
from triton_models.speech import LegStream, Speech

AT = datetime(2026, 1, 1, tzinfo=UTC)


def frame(start_ms: int) -> AudioFrame:
    return AudioFrame(
        tenant_id="t",
        call_id="c",
        leg_id="c-0",
        start_ms=start_ms,
        rate_hz=16000,
        pcm=b"\0" * 3200,
        captured_at=AT,
    )


async def heard(speech: Speech, count: int) -> list[tuple[bool, str]]:
    results = [await speech.receive() for _ in range(count)]
    return [
        (r.is_final, " ".join(w.text for w in r.words))
        for r in results
        if isinstance(r, RawTranscript)
    ]


async def test_lines_are_said_as_the_audio_passes_them() -> None:
    speech = ScriptedSpeech({0: [Line(100, 500, "good morning to you"), Line(700, 900, "bye")]})
    speech.start_leg(LegStream("t", "c", "c-0", 0, "agent", "en"))
    for start_ms in range(0, 400, 100):
        speech.feed(frame(start_ms))
    assert await heard(speech, 1) == [(False, "good morning")]
    speech.feed(frame(400))
    assert await heard(speech, 1) == [(True, "good morning to you")]
    speech.feed(frame(700))
    await speech.end_leg("c-0")
    assert await heard(speech, 1) == [(True, "bye")]
