"""A stored call judged anew by another policy: what that masks besides (pure).

Nothing is ever shown again: the values are gone, and a token stays what it was. Under the rules a
token stands for itself, so that it answers the question before it, as the value did.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from redaction.call.redact import CallRedactor
from redaction.call.redacted import Redacted
from redaction.call.render import Rendered
from redaction.events import RedactedWord, Transcript
from redaction.policy.prepared_policy import Policy
from triton_models.events import RawTranscript, Word

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class NotJudged(Exception):
    """The rules failed on a segment, at this module and line: the call stays as it is."""


class Stricter(NamedTuple):
    """A final that reads otherwise now."""

    final: Transcript
    """As it was stored."""
    words: tuple[RedactedWord, ...]
    new: tuple[RedactedWord, ...]
    """Of these the tokens that stand in place of words shown before."""


def judge_again(policy: Policy, finals: Sequence[Transcript]) -> list[Stricter]:
    """The finals of one call, all legs of it, that this policy masks more of; NotJudged."""
    by_raw = {_key(final): final for final in finals}
    found: list[Stricter] = []
    for redacted in _last_of_each(policy, finals):
        final = by_raw[_key(redacted.raw)]
        words, new = _laid_over(final.words, redacted.rendered, policy=policy)
        if new:
            found.append(Stricter(final, tuple(words), tuple(new)))
    return found


def _last_of_each(policy: Policy, finals: Sequence[Transcript]) -> Iterable[Redacted]:
    """Every final once more through the rules, in the order in which they were said."""
    redactor = CallRedactor(policy, call_id=finals[0].call_id if finals else "")
    last: dict[tuple[str, int, str], Redacted] = {}
    done: list[Redacted] = []
    for final in sorted(finals, key=lambda f: (f.end_ms, f.start_ms, f.channel)):
        if [word.kind for word in final.words] == ["unavailable"]:
            # What was lost then is lost now: any number after it may be the answer.
            redactor.lose(_raw(final))
            continue
        done += redactor.receive(_raw(final))
    for redacted in (*done, *redactor.end()):
        if redacted.fault:
            raise NotJudged(redacted.fault)
        last[_key(redacted.raw)] = redacted
    return last.values()


def as_said(words: Iterable[RedactedWord]) -> tuple[Word, ...]:
    """Stored words as if they had been said so: what was masked is a token of its kind."""
    return tuple(
        Word(
            text=word.text if word.kind is None else f"[{word.kind}]",
            start_ms=word.start_ms,
            end_ms=word.end_ms,
            confidence=word.confidence,
        )
        for word in words
    )


def _raw(final: Transcript) -> RawTranscript:
    return RawTranscript(
        tenant_id=final.tenant_id,
        call_id=final.call_id,
        leg_id=final.leg_id,
        segment_id=final.segment_id,
        revision=1,
        is_final=True,
        start_ms=final.start_ms,
        end_ms=final.end_ms,
        words=as_said(final.words),
        speaker=final.speaker,
        channel=final.channel,
        language=final.language,
        model=final.model,
        model_sha256=final.model_sha256,
        decoder=final.decoder,
        audio_end_at=_EPOCH,
        recognised_at=_EPOCH,
    )


def _laid_over(
    words: Sequence[RedactedWord], rendered: Rendered, *, policy: Policy
) -> tuple[list[RedactedWord], list[RedactedWord]]:
    """The stored words under the tokens that are new, and these."""
    tokens = [w for w, source in zip(rendered.words, rendered.sources, strict=True) if w.kind]
    seen = {source for source in rendered.sources if source is not None}
    laid: list[RedactedWord] = []
    new: list[RedactedWord] = []
    at = 0
    while at < len(words):
        token = None if at in seen else _over(words[at], tokens)
        end = at + 1
        while token and end < len(words) and end not in seen and _over(words[end], tokens) is token:
            end += 1
        covered = words[at:end]
        at = end
        if token is None or all(word.kind for word in covered):
            laid += covered
            continue
        new.append(_joined(token, covered, policy=policy))
        laid.append(new[-1])
    return laid, new


def _over(word: RedactedWord, tokens: Iterable[RedactedWord]) -> RedactedWord | None:
    """The token in whose time a word lies."""
    inside = (t for t in tokens if t.start_ms <= word.start_ms and word.end_ms <= t.end_ms)
    return next(inside, None)


def _joined(
    token: RedactedWord, covered: Sequence[RedactedWord], *, policy: Policy
) -> RedactedWord:
    """One token for these words. Of a value that is partly gone nobody sees more than its kind."""
    before = [word.kind for word in covered if word.kind]
    if not before:
        return token
    kind = before[0] if token.kind == "number" else token.kind
    return RedactedWord(
        text=policy.engine.token(kind or "", ""),
        start_ms=min(word.start_ms for word in covered),
        end_ms=max(word.end_ms for word in covered),
        confidence=0.0,
        kind=kind,
    )


def _key(said: RawTranscript | Transcript) -> tuple[str, int, str]:
    return (said.leg_id, said.channel, said.segment_id)


def kinds_of(found: Iterable[Stricter]) -> dict[str, int]:
    """How many tokens of each kind are new."""
    counts: dict[str, int] = {}
    for one in found:
        for token in one.new:
            counts[token.kind or ""] = counts.get(token.kind or "", 0) + 1
    return dict(sorted(counts.items()))
