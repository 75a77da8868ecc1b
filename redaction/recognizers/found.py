"""What recognisers find, and what they are given to look at."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Mapping, Sequence
from functools import cached_property
from operator import attrgetter
from typing import NamedTuple

from redaction.asked_numbers import COUNT, QUANTITY, SECRETS
from redaction.asked_numbers import KINDS as ASKED_NUMBERS
from redaction.cue_index import Strength
from redaction.questions import ASKED_WORD
from redaction.recognizers.kept import Kept
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
    changes_of_speaker,
    ended_at,
    still_expected,
    still_open,
)
from redaction.tags import Tag
from redaction.words import Atom, Class

_LONGEST_CUE_MS = 10_000
_ECHO_MS = 10_000
_WORD_KINDS = frozenset({"name", "email", "address", "password", "security_answer", "asked_name"})
_ASKED_MS = 40_000
_JUST_ASKED_MS = 15_000
_TRAILING = 8
_ADDED_MS = 1500
"""So much may be said after a question, and it is still the question that is answered."""

_PHRASE_PAUSE_MS = 500
"""Between words of one phrase there is less."""

_LATEST = 12
"""Of what was given, so many are looked at: work stays linear."""


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
        self.overdue = 0
        """Of so many leading atoms nothing may stay undecided."""
        self.starts: Sequence[int] = ()
        """Where later segments of the row begin, in order."""
        self.kept = Kept()
        """What was decided about the row's earlier words at the partial before."""
        self._stream = self.stream = stream
        self._by_kind: dict[str, list[Filled]] = {}
        for one in expectations.filled:
            insort(self._by_kind.setdefault(one.kind, []), one, key=ended_at)
        self._open: dict[tuple[int, int], list[Slot]] = {}
        self._slots: dict[int, tuple[int, list[Slot]]] = {}
        """Answers of `slots_at`, and how many values were given by then: nearly every recogniser
        asks about the same words."""
        self._given = sorted(
            (
                one
                for one in expectations.filled
                if one.stream != stream and (one.kind not in _WORD_KINDS or one.kind == "email")
            ),
            key=ended_at,
        )

    @cached_property
    def texts(self) -> frozenset[str]:
        """All words of the row: a cheap first question of whoever looks for one of them."""
        return frozenset([atom.text for atom in self.atoms])

    def slots_at(self, atom: int) -> list[Slot]:
        """Slots open for the atom with this index, the newest first."""
        given = len(self.expected.filled)
        known = self._slots.get(atom)
        if known is None or known[0] != given:
            known = self._slots[atom] = (given, self._expected_at(atom) + self._echoes(atom))
        return known[1]

    def _expected_at(self, atom: int) -> list[Slot]:
        """What was asked for or announced and has not been given yet."""
        expected, start_ms = self.expected, self.times.start_ms[atom]
        slots = self._open_at(atom)
        if not slots or not expected.filled:
            return slots
        left = (
            slot
            if slot.kind not in self._by_kind
            else still_expected(
                slot,
                self._stream,
                start_ms=start_ms,
                given=self.given(slot.kind),
                turns=expected.turns,
            )
            for slot in slots
        )
        return [slot for slot in left if slot is not None]

    def _open_at(self, atom: int) -> list[Slot]:
        """What was asked for or announced, given or not, the newest first."""
        expected, start_ms = self.expected, self.times.start_ms[atom]
        if not expected.has_openers:
            return []
        known = self.kept.slots.get(atom)
        if known is None:
            known = self.kept.slots[atom] = self._open_in(expected.interval(start_ms), start_ms)
        return known

    def _open_in(self, at: tuple[int, int], start_ms: int) -> list[Slot]:
        """The same for a time that lies between these changes."""
        expected = self.expected
        known = self._open.get(at)
        if known is None:
            slots = (
                still_open(
                    cue,
                    self._stream,
                    start_ms=start_ms,
                    turns=expected.turns,
                    limits=expected.limits,
                )
                for cue in expected.openers(start_ms)
            )
            known = [slot for slot in slots if slot is not None]
            if len(known) > 1:
                known.sort(key=_newest_first)
            self._open[at] = known
        return known

    def _echoes(self, atom: int) -> list[Slot]:
        """What was just given by the other speaker opens a slot itself: to confirm or correct it.

        A read-back is often the first that is heard of a number: `that's 4929 ...`, `no, 9013`.
        """
        slots: list[Slot] = []
        if not self._given:
            return slots
        expected, start_ms = self.expected, self.times.start_ms[atom]
        first = bisect_left(self._given, start_ms - _ECHO_MS, key=ended_at)
        for given in self._given[first : bisect_right(self._given, start_ms, key=ended_at)]:
            turns = changes_of_speaker(
                expected.turns, since=given.stream, after_ms=given.end_ms, until_ms=start_ms
            )
            if turns <= 1:
                before = self.atoms[max(0, atom - 3) : atom]
                corrects = any(one.cls is Class.CORRECTION for one in before)
                # Who hears an address read back spells it again, or says another.
                awaited = given.kind == "email"
                strength = Strength.STRONG if corrects or awaited else Strength.WEAK
                slots.append(
                    Slot(given.kind, strength, given.stream, given.end_ms, turns, awaited, True)
                )
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

    def was_asked(self, atom: int, kind: str) -> bool:
        """Whether this atom is in the direct answer to a question for `kind`, or was announced in
        the same breath; given already or not."""
        if not self.may_expect(kind):
            return False
        at_ms = self.times.start_ms[atom]
        return any(
            slot.kind == kind and slot.strength == 2 and slot.is_near(at_ms)
            for slot in self._open_at(atom)
        )

    def awaits(self, atom: int, kind: str) -> bool:
        """Whether this atom answers a question for `kind`, or follows its announcement."""
        if not self.may_expect(kind):
            return False
        at_ms = self.times.start_ms[atom]
        return any(
            slot.kind == kind and slot.strength == 2 and slot.is_near(at_ms)
            for slot in self.slots_at(atom)
        )

    def asked_last(self, atom: int, kinds: Sequence[str]) -> str | None:
        """The first of `kinds` that the other speaker has just asked for."""
        at_ms = self.times.start_ms[atom]
        asked = {
            slot.kind
            for slot in self.slots_at(atom)
            if slot.kind in kinds
            and slot.is_answer
            and slot.strength == 2
            and slot.trailing <= _TRAILING
            and not self._spoke_on(slot, until_ms=at_ms)
        }
        return next((kind for kind in kinds if kind in asked), None)

    def _spoke_on(self, slot: Slot, *, until_ms: int) -> bool:
        """Whether who asked went on to other things before they were answered."""
        said_ms = sum(
            turn.end_ms - turn.start_ms
            for turn in self.expected.turns
            if turn.stream == slot.asked_by and slot.at_ms <= turn.start_ms < until_ms
        )
        return said_ms > _ADDED_MS

    def asked_of_numbers(self, atom: int) -> str | None:
        """What the other speaker's last question about a number was; None if there was none.

        A question for a quantity stays one while what follows asks for no secret: `and with tax?`
        """
        start_ms = self.times.start_ms[atom]
        asked: str | None = None
        for cue in reversed(self.expected.near(start_ms)):
            if cue.stream == self._stream or cue.start_ms >= start_ms + SLACK_MS:
                continue
            if start_ms - cue.end_ms > _ASKED_MS:
                break
            if cue.kind in ASKED_NUMBERS:
                asked = asked or cue.kind
                if cue.kind in (QUANTITY, COUNT):
                    return QUANTITY
            elif cue.kind in SECRETS and cue.strength == Strength.STRONG:
                break
        return asked

    def is_asked_for_word(self, atom: int) -> bool:
        """Whether the other speaker has just asked something that a word may answer."""
        if not self.may_expect(ASKED_WORD):
            return False
        start_ms, turns = self.times.start_ms[atom], self.expected.turns
        for cue in reversed(self.expected.near(start_ms)):
            if start_ms - cue.end_ms > _JUST_ASKED_MS:
                return False
            if cue.kind != ASKED_WORD or cue.stream == self._stream or cue.start_ms >= start_ms:
                continue
            passed = changes_of_speaker(
                turns, since=cue.stream, after_ms=cue.end_ms, until_ms=start_ms
            )
            return passed <= 1 and cue.trailing <= _TRAILING
        return False

    def is_blind(self, atom: int) -> bool:
        """Whether speech just before was lost, so that any question may have been asked."""
        at_ms = self.times.start_ms[atom]
        return any(start <= at_ms <= end for start, end in self.expected.blind)

    def begins_phrase(self, atom: int) -> bool:
        """Whether all that the same speaker said just before is `the` or `of`: more may be lost."""
        while atom and self._is_close(atom) and self.atoms[atom - 1].text in ("the", "of"):
            atom -= 1
        return not atom or not self._is_close(atom)

    def _is_close(self, atom: int) -> bool:
        return self.times.start_ms[atom] - self.times.end_ms[atom - 1] <= _PHRASE_PAUSE_MS

    def given(self, kind: str) -> Sequence[Filled]:
        """The values of a kind that were given, by the time they end."""
        return self._by_kind.get(kind, ())

    def given_lately(self, atom: int, *, within_ms: int) -> list[Filled]:
        """What was given in so much time before; of very much, the latest."""
        at_ms, latest = self.times.start_ms[atom], self.expected.filled[-_LATEST:]
        return [one for one in latest if 0 <= at_ms - one.end_ms <= within_ms]

    def fill(self, found: Found) -> None:
        """Note that a value was given."""
        times = self.times
        given = Filled(
            found.kind, self._stream, times.start_ms[found.first], times.end_ms[found.last]
        )
        self.expected.filled.append(given)
        insort(self._by_kind.setdefault(given.kind, []), given, key=ended_at)


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
        self._openers = [
            cue for cue in self.cues if cue.kind not in ASKED_NUMBERS and cue.kind != ASKED_WORD
        ]
        self.has_openers = bool(self._openers)
        self.turns = turns
        self.filled = filled
        self.blind = blind
        """Intervals after speech that was lost."""
        self.limits = limits
        self._reach_ms = int(limits.seconds * 1000 * DIRECT_ANSWER) + _LONGEST_CUE_MS
        self.kinds = frozenset(cue.kind for cue in cues)

    def near(self, at_ms: int) -> list[TimedCue]:
        """The cues that can be open at a time: work stays linear in the length of a segment."""
        return self._within_reach(self.cues, at_ms)

    def openers(self, at_ms: int) -> list[TimedCue]:
        """Those of them that open slots."""
        return self._within_reach(self._openers, at_ms)

    def interval(self, at_ms: int) -> tuple[int, int]:
        """Between which changes a time lies: the same slots are open at all times of one."""
        changes = self._changes
        return bisect_left(changes, at_ms), bisect_right(changes, at_ms)

    @cached_property
    def _changes(self) -> list[float]:
        """When a slot can open or close: whatever `still_open` compares a time with."""
        expires_ms = self.limits.seconds * 1000
        changes: list[float] = [turn.start_ms for turn in self.turns]
        for cue in self._openers:
            begins, ends = cue.start_ms, cue.end_ms
            changes += (begins, begins - SLACK_MS, begins + self._reach_ms)
            changes += (ends + expires_ms, ends + expires_ms * DIRECT_ANSWER)
        changes.sort()
        return changes

    def _within_reach(self, cues: list[TimedCue], at_ms: int) -> list[TimedCue]:
        first = bisect_left(cues, at_ms - self._reach_ms, key=_begun_at)
        return cues[first : bisect_right(cues, at_ms + SLACK_MS, key=_begun_at)]


_begun_at = attrgetter("start_ms")


def _newest_first(slot: Slot) -> int:
    return -slot.at_ms
