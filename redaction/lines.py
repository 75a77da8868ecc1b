"""Transcript events as JSON lines: the redactor as a filter, for any shape close to ours.

What comes out has the fields and types that came in, with other words. Fields not listed here are
dropped, because nobody knows what they hold.
"""

from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec
from msgspec import UNSET, UnsetType

from redaction.call.redact import CallRedactor
from redaction.call.redacted import Redacted, refuse
from redaction.policy.policies import NO_POLICY
from redaction.policy.policy_file import PolicyError
from redaction.policy.prepared_policy import Policy
from triton_models.events import RawTranscript, Word

MAX_CALLS = 10_000
"""Calls remembered at once; the one that was silent longest is let go."""

_ENDED = ("RawTranscriptEnded", "TranscriptEnded")
_LATEST_MS = 10**13
"""Milliseconds since 1970 are below this too, should somebody use them."""

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class BadLine(Exception):
    """The line is no transcript event. The message says why, without anything of the line."""


class LineWord(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One word, on the way in or out."""

    text: str
    start_ms: int | float
    end_ms: int | float
    confidence: int | float | None | UnsetType = UNSET
    kind: str | None | UnsetType = UNSET


class Line(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One event; fields that were not there stay away."""

    type: str | UnsetType = UNSET
    tenant_id: str | None | UnsetType = UNSET
    call_id: str | int
    leg_id: str | int | None | UnsetType = UNSET
    segment_id: str | int | UnsetType = UNSET
    revision: int | UnsetType = UNSET
    is_final: bool | UnsetType = UNSET
    start_ms: int | float | UnsetType = UNSET
    end_ms: int | float | UnsetType = UNSET
    words: list[LineWord] | UnsetType = UNSET
    text: str | None | UnsetType = UNSET
    speaker: str | int | None | UnsetType = UNSET
    channel: int | str | None | UnsetType = UNSET
    language: str | None | UnsetType = UNSET
    model: str | None | UnsetType = UNSET
    model_sha256: str | None | UnsetType = UNSET
    decoder: str | None | UnsetType = UNSET
    policy_version: str | None | UnsetType = UNSET
    audio_end_at: str | float | None | UnsetType = UNSET
    recognised_at: str | float | None | UnsetType = UNSET
    redacted_at: str | float | None | UnsetType = UNSET
    ended_at: str | float | None | UnsetType = UNSET


class _Call:
    """One call: its redactor, and what was written last of each segment."""

    def __init__(self, policy: Policy | None, call_id: str) -> None:
        self.redactor = CallRedactor(policy, call_id=call_id) if policy else None
        self.policy_version = policy.version if policy else NO_POLICY
        self.lines: dict[tuple[str, int, str], Line] = {}
        self.written: dict[tuple[str, int, str], Line] = {}


class LineRedactor:
    """Redacts lines of any number of calls.

    A correction of an earlier final is the same event again with the next revision number.
    `policy_of` gives a tenant's policy, or raises PolicyError: then its words are not shown.
    """

    def __init__(self, policy_of: Callable[[str], Policy], *, now: Callable[[], datetime]) -> None:
        self._policy_of = policy_of
        self._now = now
        self._calls: OrderedDict[str, _Call] = OrderedDict()
        self._decoder = msgspec.json.Decoder(Line)
        self._encoder = msgspec.json.Encoder()

    def receive(self, text: bytes) -> list[bytes]:
        """The lines to write for one line read; BadLine if it is none of ours."""
        line = self._decode(text)
        call_id = str(line.call_id)
        if line.type in _ENDED or (line.words is UNSET and line.ended_at is not UNSET):
            return [*self._end(self._calls.pop(call_id, None)), self._encoder.encode(line)]
        try:
            raw = _raw_of(line)
        except (ValueError, OverflowError):
            raise BadLine("a time or a revision is out of range") from None
        call = self._calls.get(call_id) or self._begin(line, call_id)
        self._calls.move_to_end(call_id)
        call.lines[_key(raw)] = line
        done = call.redactor.receive(raw) if call.redactor else [refuse(raw, why=NO_POLICY)]
        out = [self._write(call, redacted) for redacted in done]
        while len(self._calls) > MAX_CALLS:
            out += self._end(self._calls.popitem(last=False)[1])
        return out

    def _begin(self, line: Line, call_id: str) -> _Call:
        """A call, with its tenant's policy, which it keeps."""
        try:
            policy = self._policy_of(_text(line.tenant_id))
        except PolicyError:
            policy = None
        call = self._calls[call_id] = _Call(policy, call_id)
        return call

    def end(self) -> list[bytes]:
        """The input is over: what was held back in all calls."""
        out = [line for call in self._calls.values() for line in self._end(call)]
        self._calls.clear()
        return out

    def _decode(self, text: bytes) -> Line:
        try:
            line = self._decoder.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise BadLine(_reason(error)) from None
        if line.type not in _ENDED and line.ended_at is UNSET:
            for name in ("segment_id", "is_final", "words"):
                if getattr(line, name) is UNSET:
                    raise BadLine(f"Object missing required field `{name}`")
        return line

    def _end(self, call: _Call | None) -> list[bytes]:
        if call is None or call.redactor is None:
            return []
        return [self._write(call, redacted) for redacted in call.redactor.end()]

    def _write(self, call: _Call, redacted: Redacted) -> bytes:
        """The event that was read, with the words that may be shown."""
        key = _key(redacted.raw)
        source = call.lines[key]
        line = msgspec.structs.replace(source, words=_words(source, redacted))
        if line.revision is not UNSET:
            line.revision = _revision(line, redacted, call.written.get(key))
        if line.text is not UNSET:
            line.text = " ".join(w.text for w in line.words or ())
        if line.policy_version is not UNSET:
            line.policy_version = call.policy_version
        if line.redacted_at is not UNSET:
            line.redacted_at = self._now().isoformat()
        call.written[key] = line
        return self._encoder.encode(line)


def _reason(error: Exception) -> str:
    """What msgspec says is wrong: names of fields and types, never a value."""
    if isinstance(error, msgspec.ValidationError):
        return str(error)
    if isinstance(error, msgspec.DecodeError):
        return "not JSON"
    return "not UTF-8" if isinstance(error, UnicodeDecodeError) else "nested too deeply"


def _revision(line: Line, redacted: Redacted, before: Line | None) -> int:
    """The revision as it came, or the next one where that was used for something else."""
    revision = redacted.raw.revision
    if before is None or not isinstance(before.revision, int):
        return revision
    if before.words == line.words and before.is_final == line.is_final:
        return max(revision, before.revision)
    return max(revision, before.revision + 1)


def _words(source: Line, redacted: Redacted) -> list[LineWord]:
    """Words as they came, and tokens with the times of the words they stand for."""
    given = source.words or []
    times: dict[int, int | float] = {}
    for word in given:
        times[round(word.start_ms)] = word.start_ms
        times[round(word.end_ms)] = word.end_ms
    out: list[LineWord] = []
    for shown, index in zip(redacted.rendered.words, redacted.rendered.sources, strict=True):
        if index is not None:
            out.append(_as_given(given[index]))
            continue
        out.append(
            LineWord(
                text=shown.text,
                start_ms=times.get(shown.start_ms, shown.start_ms),
                end_ms=times.get(shown.end_ms, shown.end_ms),
                confidence=0,
                kind=shown.kind,
            )
        )
    return out


def _as_given(word: LineWord) -> LineWord:
    """The word as it came; a `kind` only stays where it says no more than the token itself."""
    if word.kind is not UNSET and word.text == f"[{word.kind}]":
        return word
    return msgspec.structs.replace(word, kind=UNSET)


def _raw_of(line: Line) -> RawTranscript:
    """The event as the redactor knows it; what is missing has no bearing on redaction."""
    words = tuple(
        Word(text=w.text, start_ms=_ms(w.start_ms), end_ms=_ms(w.end_ms), confidence=0.0)
        for w in line.words or ()
    )
    first = words[0].start_ms if words else 0
    last = words[-1].end_ms if words else first
    return RawTranscript(
        tenant_id="",
        call_id=str(line.call_id),
        leg_id=_text(line.leg_id),
        segment_id=str(line.segment_id),
        revision=0 if line.revision is UNSET else line.revision,
        is_final=line.is_final is True,
        start_ms=first if line.start_ms is UNSET else _ms(line.start_ms),
        end_ms=last if line.end_ms is UNSET else _ms(line.end_ms),
        words=words,
        speaker=f"{_text(line.channel)}/{_text(line.speaker)}",
        channel=0,
        language="",
        model="",
        model_sha256="",
        decoder="",
        audio_end_at=_NEVER,
        recognised_at=_NEVER,
    )


def _ms(value: int | float) -> int:
    """A time as the redactor counts it; ValueError where it is none."""
    if not abs(value) < _LATEST_MS:
        raise ValueError
    return round(value)


def _text(value: str | int | None | UnsetType) -> str:
    return "" if value is UNSET or value is None else str(value)


def _key(raw: RawTranscript) -> tuple[str, int, str]:
    return (raw.leg_id, raw.channel, raw.segment_id)
