"""A redacted revision as the event that everyone after redaction sees (pure).

It fails closed: what cannot be written down is said to be unavailable, under the same revision.
"""

from datetime import datetime

import msgspec

from redaction.call.redacted import Redacted
from redaction.call.render import frozen, unavailable_words
from redaction.call.written import written
from redaction.events import Transcript

REVISION_STEP = 10_000
"""Published revision = raw revision * this + rank: a correction is higher, a newer raw revision
higher still, and a replay gives the same numbers again."""


def passed_on(redacted: Redacted, *, policy_version: str, redacted_at: datetime) -> Transcript:
    """The event: the raw one's facts, the rendered words; `[unavailable]` if that fails."""
    bare = _bare(redacted, policy_version=policy_version, redacted_at=redacted_at)
    try:
        raw, rendered = redacted.raw, redacted.rendered
        return msgspec.structs.replace(
            bare,
            words=rendered.words,
            written=written(rendered.words, language=raw.language) if raw.is_final else "",
            frozen_words=frozen(rendered, raw.frozen_words),
        )
    except Exception:  # noqa: BLE001 - whatever happens, no loop ends and no raw text leaves
        return bare


def is_unavailable(event: Transcript) -> bool:
    """Whether nothing of its words is shown."""
    return [word.kind for word in event.words] == ["unavailable"]


def withheld(event: Transcript) -> Transcript:
    """The event without what was said."""
    (word,) = unavailable_words(event.start_ms, event.end_ms)
    return msgspec.structs.replace(event, words=(word,), written="", frozen_words=0)


def _bare(redacted: Redacted, *, policy_version: str, redacted_at: datetime) -> Transcript:
    """The event that tells when somebody spoke and no more. Its rank is that of the words: it must
    not fall behind what it corrects."""
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
        words=unavailable_words(raw.start_ms, raw.end_ms),
        written="",
        speaker=raw.speaker,
        channel=raw.channel,
        language=raw.language,
        model=raw.model,
        model_sha256=raw.model_sha256,
        decoder=raw.decoder,
        policy_version=policy_version,
        frozen_words=0,
        speech_final=raw.speech_final,
        utterance_end=raw.utterance_end,
        recovered=raw.recovered,
        audio_end_at=raw.audio_end_at,
        recognised_at=raw.recognised_at,
        redacted_at=redacted_at,
    )
