"""From a stored call to what a reviewer sees, and from the marks to a case (pure)."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from analytics.compliance.documents import FALSE_ALARM, MISSED, Case, GivenMark, ShownWord, Turn
from analytics.retraction import BadMark
from redaction.events import Transcript

BEFORE = 3
AFTER = 2
"""Turns around the one to judge: enough to know what was asked for."""

MOST_MARKS = 50
LONGEST_SAID = 200
UNAVAILABLE = "unavailable"
"""A token that stands for a segment withheld whole, which is no judgement of its words."""

_KIND = re.compile(r"[a-z][a-z_]{0,31}")


class Seen(NamedTuple):
    """A segment and its neighbours."""

    final: Transcript
    at: int
    turns: tuple[Turn, ...]


def seen(finals: Sequence[Transcript], segment_id: str) -> Seen | None:
    """The segment among those of its call; None if it is not stored any more."""
    order = sorted(finals, key=lambda f: (f.start_ms, f.channel, f.segment_id))
    place = next((i for i, f in enumerate(order) if f.segment_id == segment_id), None)
    if place is None or not order[place].words:
        return None
    first = max(0, place - BEFORE)
    turns = tuple(_turn(final) for final in order[first : place + AFTER + 1])
    return Seen(order[place], place - first, turns)


def _turn(final: Transcript) -> Turn:
    return Turn(
        segment_id=final.segment_id,
        speaker=final.speaker,
        channel=final.channel,
        start_ms=final.start_ms,
        end_ms=final.end_ms,
        language=final.language,
        # Without what other roles would see in place of a token.
        words=tuple(
            ShownWord(
                text=word.text,
                start_ms=word.start_ms,
                end_ms=word.end_ms,
                confidence=word.confidence,
                kind=word.kind,
            )
            for word in final.words
        ),
    )


def checked(words: Sequence[ShownWord], marks: Sequence[GivenMark]) -> tuple[GivenMark, ...]:
    """The marks in order, each with its kind; BadMark if they do not fit the words."""
    if len(marks) > MOST_MARKS:
        raise BadMark(f"at most {MOST_MARKS} marks")
    ordered = sorted(marks, key=lambda mark: mark.first)
    if any(a.last >= b.first for a, b in zip(ordered, ordered[1:], strict=False)):
        raise BadMark("two marks share a word")
    return tuple(_fitting(words, mark) for mark in ordered)


def _fitting(words: Sequence[ShownWord], mark: GivenMark) -> GivenMark:
    if not 0 <= mark.first <= mark.last < len(words):
        raise BadMark("a mark lies outside the segment")
    marked = words[mark.first : mark.last + 1]
    if len(mark.said) > LONGEST_SAID:
        raise BadMark(f"said: at most {LONGEST_SAID} characters")
    if mark.mark == MISSED:
        if any(word.kind is not None for word in marked):
            raise BadMark("a masked word cannot be missed")
        if not _KIND.fullmatch(mark.kind):
            raise BadMark("kind: lower-case letters and underscores")
        return mark
    if len(marked) != 1 or marked[0].kind in (None, UNAVAILABLE):
        raise BadMark("a false alarm is one masked span")
    return msgspec.structs.replace(mark, kind=marked[0].kind or "")


class Tally(NamedTuple):
    """A verdict in numbers."""

    spans: int
    false_alarms: int
    missed: int


def tally(words: Sequence[ShownWord], marks: Sequence[GivenMark]) -> Tally:
    """What the estimates are made of; a segment withheld whole has no spans."""
    return Tally(
        spans=sum(word.kind not in (None, UNAVAILABLE) for word in words),
        false_alarms=sum(mark.mark == FALSE_ALARM for mark in marks),
        missed=sum(mark.mark == MISSED for mark in marks),
    )


class Label(NamedTuple):
    """A mark as it is kept: no text."""

    mark: str
    kind: str
    start_ms: int
    end_ms: int


def labels(words: Sequence[ShownWord], marks: Sequence[GivenMark]) -> Iterator[Label]:
    """The marks by their times on the call clock."""
    for mark in marks:
        start_ms, end_ms = words[mark.first].start_ms, words[mark.last].end_ms
        yield Label(mark.mark, mark.kind, start_ms, end_ms)


class Reviewer(NamedTuple):
    """Who reviews, and when."""

    key_id: str
    now: datetime


def case(review_id: int, looked_at: Seen, marks: tuple[GivenMark, ...], *, by: Reviewer) -> Case:
    """The case that the review makes."""
    return Case(
        review_id=review_id,
        call_id=looked_at.final.call_id,
        policy_version=looked_at.final.policy_version,
        reviewed_by=by.key_id,
        reviewed_at=by.now,
        at=looked_at.at,
        turns=looked_at.turns,
        marks=marks,
    )


def purpose(review_id: int) -> str:
    """What the seal of a case is bound to, beside its tenant."""
    return f"review case {review_id}"
