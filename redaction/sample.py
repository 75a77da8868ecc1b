"""What a policy makes of a sample dialogue, and why: for `trunkline policy test`."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from redaction.redact import CallRedactor, Policy
from triton_models.events import RawTranscript, Word

WORD_MS = 350
PAUSE_MS = 700
_SPEAKER = re.compile(r"\s*([A-Za-z]{1,20})\s*:\s+(.*)")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Masked(NamedTuple):
    """One span of a line that was masked."""

    kind: str
    words: str
    why: str


class Shown(NamedTuple):
    """One line of the dialogue, before and after."""

    speaker: str
    before: str
    after: str
    masked: tuple[Masked, ...]


def try_out(policy: Policy, lines: Iterable[str]) -> list[Shown]:
    """Redact `A: ...`, `C: ...` as the finals of one call; a line without speaker goes on."""
    said = list(_dialogue(lines))
    redactor = CallRedactor(policy, call_id="sample")
    after: dict[str, str] = {}
    for raw in said:
        for redacted in redactor.receive(raw):
            after[redacted.raw.segment_id] = " ".join(w.text for w in redacted.rendered.words)
    for redacted in redactor.end():
        after[redacted.raw.segment_id] = " ".join(w.text for w in redacted.rendered.words)
    return [
        Shown(raw.speaker, _text(raw.words), after[raw.segment_id], _masked(redactor, raw))
        for raw in said
    ]


def _masked(redactor: CallRedactor, raw: RawTranscript) -> tuple[Masked, ...]:
    return tuple(
        Masked(span.kind, _text(raw.words[span.first : span.last + 1]), why)
        for span, why in redactor.explain(raw)
    )


def _text(words: Iterable[Word]) -> str:
    return " ".join(word.text for word in words)


def _dialogue(lines: Iterable[str]) -> Iterable[RawTranscript]:
    """The lines as transcripts, one after the other in time."""
    speaker, at_ms = "C", 0
    for n, line in enumerate(lines):
        found = _SPEAKER.fullmatch(line.strip())
        speaker, text = (found[1], found[2]) if found else (speaker, line)
        spoken = text.split()
        if not spoken:
            continue
        words = tuple(
            Word(
                text=word,
                start_ms=at_ms + WORD_MS * i,
                end_ms=at_ms + WORD_MS * (i + 1),
                confidence=1.0,
            )
            for i, word in enumerate(spoken)
        )
        yield _transcript(speaker, words, segment_id=f"line-{n + 1}")
        at_ms = words[-1].end_ms + PAUSE_MS


def _transcript(speaker: str, words: tuple[Word, ...], *, segment_id: str) -> RawTranscript:
    return RawTranscript(
        tenant_id="",
        call_id="sample",
        leg_id=speaker,
        segment_id=segment_id,
        revision=1,
        is_final=True,
        start_ms=words[0].start_ms,
        end_ms=words[-1].end_ms,
        words=words,
        speaker=speaker,
        channel=0,
        language="en",
        model="",
        model_sha256="",
        decoder="",
        audio_end_at=_EPOCH,
        recognised_at=_EPOCH,
    )
