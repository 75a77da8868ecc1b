"""Slots: what the talk lets us expect, opened by cues of either speaker, closed by turns and time.

A slot is derived from the words each time, never stored: the same words give the same slots, in
whatever pieces and order they came.
"""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from operator import attrgetter
from typing import NamedTuple

from redaction.cues.cue_index import Strength

Stream = tuple[str, int, str]
"""Who speaks: leg, channel and speaker label."""

_SAME_BREATH_MS = 8_000
"""What is announced comes within this time."""


class Slot(NamedTuple):
    """An expectation that is open at the place asked about."""

    kind: str
    strength: Strength
    asked_by: Stream
    at_ms: int
    turns: int
    """Changes of speaker since."""
    is_answer: bool
    """The other speaker asked, and nobody else has spoken since."""
    is_echo: bool = False
    """It was given just now, and the other speaker may be reading it back."""
    trailing: int = 0
    """Words said after the cue, in the segment it is in."""

    def is_near(self, at_ms: int) -> bool:
        """Whether what is said then answers the question, or follows the cue in the same breath."""
        return self.is_answer or (self.turns == 0 and at_ms - self.at_ms <= _SAME_BREATH_MS)


class TimedCue(NamedTuple):
    """A cue on the call clock."""

    kind: str
    strength: Strength
    stream: Stream
    start_ms: int
    end_ms: int
    trailing: int = 0
    """Words after it in its segment."""


class Turn(NamedTuple):
    """A stretch of one speaker's words with substance: back-channels are not turns."""

    stream: Stream
    start_ms: int
    end_ms: int


class Filled(NamedTuple):
    """A value that was given in full: its slot expects no more than corrections and read-backs."""

    kind: str
    stream: Stream
    start_ms: int
    end_ms: int


class Limits(NamedTuple):
    """When a slot is forgotten."""

    turns: int
    seconds: float


EXPIRY_PART = "expiry_part"
"""Kind of what was given that is the month or the year of a card's date: the other is to come."""

OF_EXPIRY = frozenset({"expiry", EXPIRY_PART})

DIRECT_ANSWER = 4
"""The direct answer to a question may be this many times later than others (to fetch the card)."""

SLACK_MS = 1500
"""An answer may begin before the question has ended."""

_READ_BACK_MS = 6000
"""How soon after a value the other speaker's read-back begins."""


class Turns:
    """The turns of a call in order of time."""

    def __init__(self, turns: Sequence[Turn]) -> None:
        self.all = turns
        self.starts_ms = [turn.start_ms for turn in turns]
        # How often the speaker has changed by each turn: what is asked most often is found by
        # halving and one difference.
        self._changes = [0]
        for before, turn in pairwise(turns):
            self._changes.append(self._changes[-1] + (before.stream != turn.stream))

    def changes_of_speaker(self, *, since: Stream, after_ms: int, until_ms: int) -> int:
        """Turns begun in that time; overlapping speech counts once a change."""
        first = bisect_right(self.starts_ms, after_ms)
        until = bisect_right(self.starts_ms, until_ms)
        if first >= until:
            return 0
        changed = self.all[first].stream != since
        return changed + self._changes[until - 1] - self._changes[first]


def still_open(
    cue: TimedCue, stream: Stream, *, start_ms: int, turns: Turns, limits: Limits
) -> Slot | None:
    """The slot of `cue` for a number that `stream` begins at `start_ms`, if it is open then."""
    waited_ms = start_ms - cue.end_ms
    if cue.start_ms >= start_ms + (0 if cue.stream == stream else SLACK_MS):
        return None
    if waited_ms > limits.seconds * 1000 * DIRECT_ANSWER:
        return None
    count = turns.changes_of_speaker(since=cue.stream, after_ms=cue.end_ms, until_ms=start_ms)
    late = waited_ms > limits.seconds * 1000
    if count > limits.turns or (late and count > 1):
        return None
    is_answer = cue.stream != stream and count <= 1
    return Slot(
        cue.kind, cue.strength, cue.stream, cue.end_ms, count, is_answer, trailing=cue.trailing
    )


SAID_IN_WORDS = frozenset({"password", "security_answer"})
"""Secrets that are words, mostly."""
_SECRET_TURNS = 6
"""One is refused, another tried: more of them come for so long."""


ended_at = attrgetter("end_ms")
"""What values are put in order by."""


def _last_given(given: Sequence[Filled], *, since_ms: int, until_ms: int) -> Filled | None:
    """The value that ends last in that time, of several the one found first; none in all of a long
    segment is looked at but those of that time."""
    last: Filled | None = None
    for i in range(bisect_right(given, until_ms, key=ended_at) - 1, -1, -1):
        if given[i].end_ms < (since_ms if last is None else last.end_ms):
            break
        if given[i].start_ms >= since_ms:
            last = given[i]
    return last


def still_expected(
    slot: Slot, stream: Stream, *, start_ms: int, given: Sequence[Filled], turns: Turns
) -> Slot | None:
    """The slot; None when its value has been given and this can be neither correction nor echo.

    `given` are the values of its kind by the time they end.
    """
    last = _last_given(given, since_ms=slot.at_ms - SLACK_MS, until_ms=start_ms)
    if last is None:
        return slot
    passed = turns.changes_of_speaker(since=last.stream, after_ms=last.end_ms, until_ms=start_ms)
    if stream == last.stream:
        most = _SECRET_TURNS if slot.kind in SAID_IN_WORDS else 2
        if passed > most:
            return None
        return slot._replace(is_answer=False) if slot.is_answer else slot
    if passed <= 1 and start_ms - last.end_ms <= _READ_BACK_MS:
        return slot._replace(is_answer=False, is_echo=True)
    return None
