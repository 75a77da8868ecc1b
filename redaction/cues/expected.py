"""What the call lets us expect around one segment: cues, turns, and what was given."""

from bisect import bisect_left, bisect_right
from collections.abc import Set
from functools import cached_property
from operator import attrgetter

from redaction.cues.asked_numbers import ANYTHING, QUANTITY, WHEN
from redaction.cues.asked_numbers import KINDS as ASKED_NUMBERS
from redaction.cues.card_cues import CARD_TALK, OF_CARDS, SURE
from redaction.cues.questions import ASKED_WORD
from redaction.cues.secrets_asked import TALK
from redaction.cues.slots import (
    DIRECT_ANSWER,
    SLACK_MS,
    Filled,
    Limits,
    Stream,
    TimedCue,
    Turn,
    Turns,
)
from redaction.evidence.goods import KINDS as OF_GOODS

_LONGEST_CUE_MS = 10_000
_SAME_QUESTION_MS = 2_000


class Expectations:
    """Everything in the call that can open or close a slot around one segment."""

    def __init__(
        self,
        cues: list[TimedCue],
        turns: list[Turn],
        *,
        filled: list[Filled],
        blind: list[tuple[int, int]],
        limits: Limits,
    ) -> None:
        self.cues = sorted(cues, key=_begun_at)
        self._begun_ms = [cue.start_ms for cue in self.cues]
        self._openers = [cue for cue in self.cues if cue.kind not in _OPEN_NOTHING]
        self._openers_begun_ms = [cue.start_ms for cue in self._openers]
        self.has_openers = bool(self._openers)
        self.turns = Turns(turns)
        self.filled = filled
        self.blind = blind
        """Intervals after speech that was lost."""
        self.limits = limits
        self._reach_ms = int(limits.seconds * 1000 * DIRECT_ANSWER) + _LONGEST_CUE_MS
        self.kinds = frozenset([cue.kind for cue in cues])

    def near(self, at_ms: int) -> list[TimedCue]:
        """The cues that can be open at a time: work stays linear in the length of a segment."""
        return self._within_reach(self.cues, self._begun_ms, at_ms=at_ms)

    def openers(self, at_ms: int) -> list[TimedCue]:
        """Those of them that open slots."""
        return self._within_reach(self._openers, self._openers_begun_ms, at_ms=at_ms)

    def interval(self, at_ms: int) -> tuple[int, int]:
        """Between which changes a time lies: the same slots are open at all times of one."""
        changes = self._changes
        return bisect_left(changes, at_ms), bisect_right(changes, at_ms)

    @cached_property
    def _changes(self) -> list[float]:
        """When a slot can open or close: whatever `still_open` compares a time with."""
        expires_ms = self.limits.seconds * 1000
        changes: list[float] = [*self.turns.starts_ms]
        for cue in self._openers:
            begins, ends = cue.start_ms, cue.end_ms
            changes += (begins, begins - SLACK_MS, begins + self._reach_ms)
            changes += (ends + expires_ms, ends + expires_ms * DIRECT_ANSWER)
        changes.sort()
        return changes

    def _within_reach(
        self, cues: list[TimedCue], begun_ms: list[int], *, at_ms: int
    ) -> list[TimedCue]:
        first = bisect_left(begun_ms, at_ms - self._reach_ms)
        return cues[first : bisect_right(begun_ms, at_ms + SLACK_MS)]


def meant(cues: list[TimedCue], *, card_told: bool) -> list[TimedCue]:
    """The cues, and of those that only talk of a card makes ones, what they are in this talk."""
    if not any(cue.kind in SURE for cue in cues):
        return cues
    if not card_told and not any(cue.kind in OF_CARDS for cue in cues):
        return [cue for cue in cues if cue.kind not in SURE]
    asked_ms = {(cue.stream, cue.end_ms) for cue in cues if cue.kind in SURE}
    return [_surely(cue, asked_ms) for cue in cues]


def _surely(cue: TimedCue, asked_ms: Set[tuple[Stream, int]]) -> TimedCue:
    """`how far ahead is it stamped` asks for a quantity of nothing else either."""
    if cue.kind in (QUANTITY, WHEN):
        of_card = any(
            stream == cue.stream and abs(cue.end_ms - end_ms) <= _SAME_QUESTION_MS
            for stream, end_ms in asked_ms
        )
        return cue._replace(kind=ANYTHING) if of_card else cue
    return cue._replace(kind=SURE.get(cue.kind, cue.kind))


_begun_at = attrgetter("start_ms")
_OPEN_NOTHING = frozenset({*ASKED_NUMBERS, *OF_GOODS, ASKED_WORD, CARD_TALK, *TALK})
"""Kinds of cues that are questions of which only the answer's form is known."""
