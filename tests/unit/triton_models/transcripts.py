"""Transcripts made for tests."""

from datetime import UTC, datetime

from triton_models.events import RawTranscript

AT = datetime(2026, 1, 1, tzinfo=UTC)


def transcript(segment_id: str, *, revision: int) -> RawTranscript:
    """A partial of one segment."""
    return RawTranscript(
        tenant_id="t",
        call_id="c",
        leg_id=segment_id.split("/")[0],
        segment_id=segment_id,
        revision=revision,
        is_final=False,
        start_ms=100,
        end_ms=200,
        words=(),
        speaker="agent",
        channel=0,
        language="en",
        model="m",
        model_sha256="",
        decoder="",
        audio_end_at=AT,
        recognised_at=AT,
    )
