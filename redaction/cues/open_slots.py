"""Which slots are open for one speaker's atoms: opened by cues, closed by turns and by values."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence

from redaction.cues.cue_index import Strength
from redaction.cues.expected import Expectations
from redaction.cues.slots import (
    EXPIRY_PART,
    Filled,
    Slot,
    Stream,
    ended_at,
    still_expected,
    still_open,
)
from redaction.language.words import Atom, Class
from redaction.numbers.runs import Times

_ECHO_MS = 10_000
_WORD_KINDS = frozenset({"name", "email", "address", "password", "security_answer", "asked_name"})


class OpenSlots:
    """Slots by the atom that is asked about; nearly every recogniser asks about the same ones."""

    def __init__(
        self, atoms: Sequence[Atom], times: Times, *, stream: Stream, expected: Expectations
    ) -> None:
        self._atoms, self._times = atoms, times
        self._stream, self._expected = stream, expected
        self.known: dict[int, list[Slot]] = {}
        """What was asked for or announced, given or not, for the atom at a place."""
        self._by_kind: dict[str, list[Filled]] = {}
        for one in expected.filled:
            insort(self._by_kind.setdefault(one.kind, []), one, key=ended_at)
        self._open: dict[tuple[int, int], list[Slot]] = {}
        self._slots: dict[int, tuple[int, list[Slot]]] = {}
        """Answers of `at`, and how many values were given by then."""
        self._given = [
            one
            for one in expected.filled
            if one.stream != stream and (one.kind not in _WORD_KINDS or one.kind == "email")
        ]
        self._given.sort(key=ended_at)

    def at(self, atom: int) -> list[Slot]:
        """Slots open for the atom with this index, the newest first."""
        given = len(self._expected.filled)
        known = self._slots.get(atom)
        if known is None or known[0] != given:
            slots = self._expected_at(atom)
            if self._given:
                slots = slots + self._echoes(atom)
            known = self._slots[atom] = (given, slots)
        return known[1]

    def whether_given(self, atom: int) -> list[Slot]:
        """What was asked for or announced, given or not, the newest first."""
        known = self.known.get(atom)
        if known is None:
            expected = self._expected
            if not expected.has_openers:
                return []
            start_ms = self._times.start_ms[atom]
            known = self.known[atom] = self._open_in(expected.interval(start_ms), start_ms)
        return known

    def given(self, kind: str) -> Sequence[Filled]:
        """The values of a kind that were given, by the time they end."""
        return self._by_kind.get(kind, ())

    def fill(self, given: Filled) -> None:
        """Note that a value was given."""
        self._expected.filled.append(given)
        insort(self._by_kind.setdefault(given.kind, []), given, key=ended_at)

    def _expected_at(self, atom: int) -> list[Slot]:
        """What was asked for or announced and has not been given yet."""
        slots = self.whether_given(atom)
        by_kind = self._by_kind
        if not slots or not by_kind:
            return slots
        start_ms, turns = self._times.start_ms[atom], self._expected.turns
        left: list[Slot] = []
        for slot in slots:
            given = by_kind.get(slot.kind)
            still = slot
            if given is not None:
                expected = still_expected(
                    slot, self._stream, start_ms=start_ms, given=given, turns=turns
                )
                if expected is None:
                    continue
                still = expected
            left.append(still)
        return left

    def _open_in(self, at: tuple[int, int], start_ms: int) -> list[Slot]:
        """The same for a time that lies between these changes."""
        known = self._open.get(at)
        if known is None:
            expected, stream = self._expected, self._stream
            turns, limits = expected.turns, expected.limits
            known = []
            for cue in expected.openers(start_ms):
                slot = still_open(cue, stream, start_ms=start_ms, turns=turns, limits=limits)
                if slot is not None:
                    known.append(slot)
            if len(known) > 1:
                known.sort(key=_newest_first)
            self._open[at] = known
        return known

    def _echoes(self, atom: int) -> list[Slot]:
        """What was just given by the other speaker opens a slot itself: to confirm or correct it.

        A read-back is often the first that is heard of a number: `that's 4929 ...`, `no, 9013`.
        """
        slots: list[Slot] = []
        start_ms = self._times.start_ms[atom]
        first = bisect_left(self._given, start_ms - _ECHO_MS, key=ended_at)
        for given in self._given[first : bisect_right(self._given, start_ms, key=ended_at)]:
            turns = self._expected.turns.changes_of_speaker(
                since=given.stream, after_ms=given.end_ms, until_ms=start_ms
            )
            if turns <= 1:
                before = self._atoms[max(0, atom - 3) : atom]
                corrects = any(one.cls is Class.CORRECTION for one in before)
                # Who hears an address read back spells it again, or says another.
                awaited = given.kind == "email"
                strength = Strength.STRONG if corrects or awaited else Strength.WEAK
                kind = "expiry" if given.kind == EXPIRY_PART else given.kind
                slots.append(Slot(kind, strength, given.stream, given.end_ms, turns, awaited, True))
        return slots


def _newest_first(slot: Slot) -> int:
    return -slot.at_ms
