"""A redacted revision as the event that everyone after redaction sees (pure)."""

from datetime import datetime

from redaction.events import Transcript
from redaction.redact import Redacted
from redaction.render import frozen
from redaction.written import written

REVISION_STEP = 10_000
"""Published revision = raw revision * this + rank: a correction is higher, a newer raw revision
higher still, and a replay gives the same numbers again."""


def passed_on(redacted: Redacted, *, policy_version: str, redacted_at: datetime) -> Transcript:
    """The event: the raw one's facts, the rendered words."""
    raw, rendered = redacted.raw, redacted.rendered
    return Transcript(
        tenant_id=raw.tenant_id,
        call_id=raw.call_id,
        leg_id=raw.leg_id,
        segment_id=raw.segment_id,
        revision=raw.revision * REVISION_STEP + rendered.rank,
        is_final=raw.is_final,
        start_ms=raw.start_ms,
        end_ms=raw.end_ms,
        words=rendered.words,
        written=written(rendered.words, language=raw.language) if raw.is_final else "",
        speaker=raw.speaker,
        channel=raw.channel,
        language=raw.language,
        model=raw.model,
        model_sha256=raw.model_sha256,
        decoder=raw.decoder,
        policy_version=policy_version,
        frozen_words=frozen(rendered, raw.frozen_words),
        speech_final=raw.speech_final,
        utterance_end=raw.utterance_end,
        recovered=raw.recovered,
        audio_end_at=raw.audio_end_at,
        recognised_at=raw.recognised_at,
        redacted_at=redacted_at,
    )
