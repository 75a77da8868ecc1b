"""What a role sees of masked words (pure): the strictest form, unless the policy names the role.

Nothing leaves this package with `shown` on it: a role gets its own form, and never another's.
"""

from collections.abc import Iterable, Sequence
from typing import TypeVar

import msgspec
from msgspec import UNSET

from analytics.events import SegmentDocument, TranscriptDocument
from redaction.events import RedactedWord, Transcript

S = TypeVar("S", bound=SegmentDocument | Transcript)

Roles = Sequence[str]
"""Of one reader, the most particular first; the first that the policy names decides."""


def segment_for(segment: S, roles: Roles) -> S:
    """A segment as a reader with these roles sees it."""
    if not any(word.shown for word in segment.words):
        return segment
    words = tuple(_word(word, roles) for word in segment.words)
    changes: dict[str, object] = {
        "words": words,
        "written": _written(segment.written, _changes(segment.words, words)),
    }
    if hasattr(segment, "text"):
        changes["text"] = " ".join(word.text for word in words)
    return msgspec.structs.replace(segment, **changes)


def transcript_for(document: TranscriptDocument, roles: Roles) -> TranscriptDocument:
    """A transcript as a reader with these roles sees it."""
    segments = tuple(segment_for(segment, roles) for segment in document.segments)
    return msgspec.structs.replace(document, segments=segments)


def _word(word: RedactedWord, roles: Roles) -> RedactedWord:
    if word.shown is UNSET:
        return word
    forms = word.shown
    text = next((forms[role] for role in roles if role in forms), word.text)
    return msgspec.structs.replace(word, text=text, shown=UNSET)


def _changes(
    before: Iterable[RedactedWord], after: Iterable[RedactedWord]
) -> list[tuple[str, str]]:
    """Every token of the written form, in order: how it stands there, and how it should."""
    return [
        (old.text, new.text) for old, new in zip(before, after, strict=True) if old.kind is not None
    ]


def _written(written: str, tokens: Iterable[tuple[str, str]]) -> str:
    """Tokens stand in the written form whole and in their order, whatever is around them."""
    done, rest = "", written
    for old, new in tokens:
        head, found, rest = rest.partition(old)
        if not found:
            return written
        done += head + new
    return done + rest
