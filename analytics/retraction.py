"""Masks words of a call that is over, as a revision that takes the stored one's place (pure).

What was shown before cannot be unseen, but it need not stay: the store, open captions, the bus, the
recording and whoever was sent the call get the new revision.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import msgspec

from redaction.events import RedactedWord, Transcript

TOLERANCE_MS = 80
"""A word may reach so far into an interval and not be meant: word times are not exact."""

RETRACTED = 1_500_000_000
"""Revisions of retractions are above this, and redaction's own below: none of its can come back."""

_KIND = re.compile(r"[a-z][a-z_]{0,31}")

Write = Callable[[Iterable[RedactedWord], str], str]
"""From words and their language to the written form."""


class BadMark(Exception):
    """There is nothing in the call that the mark could mean."""


class StillLive(Exception):
    """Redaction is not through with the call: its own revisions are still to come."""


class Changed(Exception):
    """The segment has another revision by now: read it again."""


class Mark(NamedTuple):
    """The words of a segment that lie in an interval are personal data of a kind."""

    segment_id: str
    start_ms: int
    end_ms: int
    kind: str


class Masked(msgspec.Struct, frozen=True, kw_only=True):
    """An interval of a leg that a retraction masks."""

    start_ms: int
    end_ms: int
    kind: str


class Retraction(NamedTuple):
    """A stored segment as it is to read from now on."""

    segment_id: str
    made_of: int
    """The stored revision whose words these were."""
    words: tuple[RedactedWord, ...]
    written: str
    masked: tuple[Masked, ...]
    """What is masked that was not."""


class Origin(NamedTuple):
    """Who masks, and why."""

    by: str
    """A key_id, `operator`, or `redact-again:JOB_ID`."""
    why: str
    """`review` or `policy`."""
    policy_version: str = ""
    """Every segment of the call has been judged by this policy; empty: by none but its own."""


def mark_of(words: Sequence[RedactedWord], first: int, last: int) -> tuple[int, int]:
    """The interval of words `first` to `last` of a segment, for a Mark."""
    return words[first].start_ms, words[last].end_ms


def retraction_of(final: Transcript, marks: Iterable[Mark], *, write: Write) -> Retraction | None:
    """`final` with these marks masked; None where all of it is masked already."""
    words, masked = final.words, []
    for mark in marks:
        words, new = _mask(words, mark)
        masked += new
    if not masked:
        return None
    written = write(words, final.language) if final.written else ""
    return Retraction(final.segment_id, final.revision, words, written, tuple(masked))


def _mask(
    words: tuple[RedactedWord, ...], mark: Mark
) -> tuple[tuple[RedactedWord, ...], list[Masked]]:
    if not _KIND.fullmatch(mark.kind):
        raise BadMark("a kind is lower-case letters and underscores")
    meant = [i for i, word in enumerate(words) if _lies_in(word, mark)]
    if not meant:
        raise BadMark("no word of the segment lies in the interval")
    first, last = meant[0], meant[-1]
    if all(word.kind is not None for word in words[first : last + 1]):
        return words, []
    token = RedactedWord(
        text=f"[{mark.kind}]",
        start_ms=min(word.start_ms for word in words[first : last + 1]),
        end_ms=max(word.end_ms for word in words[first : last + 1]),
        confidence=0.0,
        kind=mark.kind,
    )
    new = Masked(start_ms=token.start_ms, end_ms=token.end_ms, kind=mark.kind)
    return (*words[:first], token, *words[last + 1 :]), [new]


def _lies_in(word: RedactedWord, mark: Mark) -> bool:
    overlap_ms = min(word.end_ms, mark.end_ms) - max(word.start_ms, mark.start_ms)
    if overlap_ms <= 0:
        return mark.start_ms <= word.start_ms == word.end_ms <= mark.end_ms
    return overlap_ms > TOLERANCE_MS or 2 * overlap_ms >= word.end_ms - word.start_ms
