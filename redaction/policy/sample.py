"""What a policy makes of a sample dialogue, and why: for `trunkline policy test`."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from redaction.call.redact import CallRedactor
from redaction.call.redacted import Redacted
from redaction.call.segments import Span
from redaction.events import RedactedWord
from redaction.policy.again import as_said
from redaction.policy.prepared_policy import Policy
from triton_models.events import RawTranscript, Word

WORD_MS = 350
PAUSE_MS = 700
_SPEAKER = re.compile(r"\s*([A-Za-z]{1,20})\s*:\s+(.*)")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class BadSample(Exception):
    """The sample is no call as the API gives it. The message says why, and nothing of the call."""


class Masked(NamedTuple):
    """One span of a line that was masked."""

    kind: str
    words: str
    why: str
    """The rule or recogniser that decided."""

    first: int
    """Index of its first word in the line."""

    text: str
    """What everybody sees instead."""

    shown: dict[str, str]
    """Role -> what it sees instead of that."""


class Shown(NamedTuple):
    """One line of the dialogue, before and after."""

    speaker: str
    before: str
    after: str
    masked: tuple[Masked, ...]


class _Segment(msgspec.Struct, frozen=True):
    leg_id: str
    segment_id: str
    speaker: str
    channel: int
    start_ms: int
    end_ms: int
    words: tuple[RedactedWord, ...]


class _Call(msgspec.Struct, frozen=True):
    """What matters here of a call as the API and the webhook give it."""

    segments: tuple[_Segment, ...]


def try_out(policy: Policy, lines: Iterable[str]) -> list[Shown]:
    """Redact `A: ...`, `C: ...` as the finals of one call; a line without speaker goes on."""
    return _try_out(policy, list(_dialogue(lines)))


def try_out_call(policy: Policy, document: bytes) -> list[Shown]:
    """Redact the segments of a call, JSON as the API gives it; what is masked there stays so."""
    try:
        call = msgspec.json.decode(document, type=_Call)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        why = str(error) if isinstance(error, msgspec.ValidationError) else "not JSON"
        raise BadSample(why) from None
    said = sorted(call.segments, key=lambda s: (s.end_ms, s.start_ms, s.channel))
    return _try_out(policy, [_of_call(segment) for segment in said if segment.words])


def _try_out(policy: Policy, said: Sequence[RawTranscript]) -> list[Shown]:
    redactor = CallRedactor(policy, call_id="sample")
    done: list[Redacted] = []
    for raw in said:
        done += redactor.receive(raw)
    last = {redacted.raw.segment_id: redacted for redacted in (*done, *redactor.end())}
    return [_shown(redactor, raw, last[raw.segment_id]) for raw in said]


def _shown(redactor: CallRedactor, raw: RawTranscript, redacted: Redacted) -> Shown:
    words = redacted.rendered.words
    tokens = [word for word in words if word.kind is not None]
    masked = tuple(
        _masked(raw, span, why=why, tokens=tokens) for span, why in redactor.explain(raw)
    )
    return Shown(raw.speaker, _text(raw.words), _text(words), masked)


def _masked(raw: RawTranscript, span: Span, *, why: str, tokens: Iterable[RedactedWord]) -> Masked:
    said = raw.words[span.first : span.last + 1]
    over = (t for t in tokens if t.start_ms <= said[0].start_ms and said[-1].end_ms <= t.end_ms)
    token = next(over, None)
    return Masked(
        span.kind,
        _text(said),
        why,
        span.first,
        token.text if token else f"[{span.kind}]",
        (token.shown or {}) if token else {},
    )


def _text(words: Iterable[Word | RedactedWord]) -> str:
    return " ".join(word.text for word in words)


def _of_call(segment: _Segment) -> RawTranscript:
    raw = _transcript(segment.speaker, as_said(segment.words), segment_id=segment.segment_id)
    return msgspec.structs.replace(raw, leg_id=segment.leg_id, channel=segment.channel)


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
