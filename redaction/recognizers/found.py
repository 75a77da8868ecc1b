"""What recognisers find, and what they are given to look at."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from redaction.rules import DEFAULT_RULES, Rules
from redaction.runs import Times
from redaction.slots import (
    DIRECT_ANSWER,
    SLACK_MS,
    Filled,
    Limits,
    Slot,
    Stream,
    TimedCue,
    Turn,
    still_expected,
    still_open,
)
from redaction.tags import Tag
from redaction.words import Atom

_LONGEST_CUE_MS = 10_000
SAME_BREATH_MS = 8_000
"""What is announced comes within this time."""


class Found(NamedTuple):
    """Personal data in atoms `first` to `last`."""

    first: int
    last: int
    kind: str
    value: str = ""
    """Canonical value, if it has one: for recognising it when it is said again."""
    pieces: tuple[str, ...] = ()
    """Its groups as spoken."""
    complete: bool = False
    """The whole value, so that its slot expects no more."""
    why: str = ""
    """The rule that found it, for `trunkline policy test`; nothing of what was said."""


class Heard:
    """One speaker's atoms in a row, over segments, and what the call lets us expect there."""

    def __init__(
        self,
        atoms: Sequence[Atom],
        times: Times,
        *,
        stream: Stream,
        is_open: bool,
        may_go_on: bool = False,
        expectations: "Expectations",
        rules: Rules = DEFAULT_RULES,
    ) -> None:
        self.atoms = atoms
        self.times = times
        self.is_open = is_open
        """More may follow: the last words are no end."""
        self.may_go_on = may_go_on
        """The words are final, but a number at their end may not be finished."""
        self.expected = expectations
        self.rules = rules
        self.tags: Mapping[int, Tag] = {}
        """What the model takes an atom for; finals only."""
        self._stream = stream

    def slots_at(self, atom: int) -> list[Slot]:
        """Slots open for the atom with this index, the newest first."""
        expected, start_ms = self.expected, self.times.start_ms[atom]
        slots: list[Slot] = []
        for cue in expected.near(start_ms):
            slot = still_open(
                cue, self._stream, start_ms=start_ms, turns=expected.turns, limits=expected.limits
            )
            if slot is not None:
                slot = still_expected(
                    slot,
                    self._stream,
                    start_ms=start_ms,
                    filled=expected.filled,
                    turns=expected.turns,
                )
            if slot is not None:
                slots.append(slot)
        slots.sort(key=lambda s: -s.at_ms)
        return slots

    def may_expect(self, kind: str) -> bool:
        """Whether a slot of this kind can be open anywhere here: a cheap first question."""
        return kind in self.expected.kinds

    def answers(self, atom: int, kind: str) -> bool:
        """Whether this atom is in the direct answer to the other speaker's question for `kind`."""
        return self.may_expect(kind) and any(
            slot.kind == kind and slot.is_answer and slot.strength == 2
            for slot in self.slots_at(atom)
        )

    def awaits(self, atom: int, kind: str) -> bool:
        """Whether this atom answers a question for `kind`, or follows its announcement."""
        if not self.may_expect(kind):
            return False
        at_ms = self.times.start_ms[atom]
        return any(
            slot.kind == kind
            and slot.strength == 2
            and (slot.is_answer or (slot.turns == 0 and at_ms - slot.at_ms <= SAME_BREATH_MS))
            for slot in self.slots_at(atom)
        )

    def is_blind(self, atom: int) -> bool:
        """Whether speech just before was lost, so that any question may have been asked."""
        at_ms = self.times.start_ms[atom]
        return any(start <= at_ms <= end for start, end in self.expected.blind)

    def fill(self, found: Found) -> None:
        """Note that a value was given."""
        times = self.times
        self.expected.filled.append(
            Filled(found.kind, self._stream, times.start_ms[found.first], times.end_ms[found.last])
        )


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
        self.cues = sorted(cues, key=lambda cue: cue.start_ms)
        self._starts = [cue.start_ms for cue in self.cues]
        self.turns = turns
        self.filled = filled
        self.blind = blind
        """Intervals after speech that was lost."""
        self.limits = limits
        self.kinds = frozenset(cue.kind for cue in cues)

    def near(self, at_ms: int) -> list[TimedCue]:
        """The cues that can be open at a time: work stays linear in the length of a segment."""
        reach_ms = int(self.limits.seconds * 1000 * DIRECT_ANSWER) + _LONGEST_CUE_MS
        first = bisect_left(self._starts, at_ms - reach_ms)
        return self.cues[first : bisect_right(self._starts, at_ms + SLACK_MS)]
