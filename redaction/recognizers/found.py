"""What recognisers find, and what they are given to look at."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from redaction.cues.asked_numbers import ANYTHING, COUNT, QUANTITY, SECRETS, WHEN
from redaction.cues.asked_numbers import KINDS as ASKED_NUMBERS
from redaction.cues.cue_index import Strength
from redaction.cues.expected import Expectations
from redaction.cues.open_slots import OpenSlots
from redaction.cues.questions import ASKED_WORD
from redaction.cues.slots import EXPIRY_PART, SLACK_MS, Filled, Slot, Stream
from redaction.language.words import Atom, Class
from redaction.numbers.runs import Times
from redaction.policy.rules import DEFAULT_RULES, Rules
from redaction.recognizers.kept import Kept
from redaction.tagger.tags import Tag

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
        expectations: Expectations,
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
        self._slots = OpenSlots(atoms, times, stream=stream, expected=expectations)

    def take_over(self, kept: Kept) -> None:
        """Go on from what was decided at the partial before."""
        self.kept = kept
        self._slots.known = kept.slots

    @cached_property
    def texts(self) -> frozenset[str]:
        """All words of the row: a cheap first question of whoever looks for one of them."""
        return frozenset([atom.text for atom in self.atoms])

    @cached_property
    def classes(self) -> frozenset[Class]:
        """What the words of the row can be: another such question."""
        return frozenset([atom.cls for atom in self.atoms])

    def slots_at(self, atom: int) -> list[Slot]:
        """Slots open for the atom with this index, the newest first."""
        return self._slots.at(atom)

    def may_expect(self, kind: str) -> bool:
        """Whether a slot of this kind can be open anywhere here: a cheap first question."""
        return kind in self.expected.kinds

    def answers(self, atom: int, kind: str) -> bool:
        """Whether this atom is in the direct answer to the other speaker's question for `kind`."""
        if self.may_expect(kind):
            for slot in self.slots_at(atom):
                if slot.kind == kind and slot.is_answer and slot.strength == 2:
                    return True
        return False

    def was_asked(self, atom: int, kind: str) -> bool:
        """Whether this atom is in the direct answer to a question for `kind`, or was announced in
        the same breath; given already or not."""
        if not self.may_expect(kind):
            return False
        return self._is_near(self._slots.whether_given(atom), atom, kind=kind)

    def awaits(self, atom: int, kind: str) -> bool:
        """Whether this atom answers a question for `kind`, or follows its announcement."""
        return self.may_expect(kind) and self._is_near(self.slots_at(atom), atom, kind=kind)

    def _is_near(self, slots: Sequence[Slot], atom: int, *, kind: str) -> bool:
        for slot in slots:
            asked = slot.kind == kind and slot.strength == 2
            if asked and slot.is_near(self.times.start_ms[atom]):
                return True
        return False

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
            for turn in self.expected.turns.all
            if turn.stream == slot.asked_by and slot.at_ms <= turn.start_ms < until_ms
        )
        return said_ms > _ADDED_MS

    def asked_of_numbers(self, atom: int) -> str | None:
        """What the other speaker's last question about a number was; None if there was none.

        A question for a quantity stays one while what follows asks for no secret: `and with tax?`
        So is `when`, unless it asks until when a card is good.
        """
        asked = self._asked_of_numbers(atom)
        if asked != WHEN:
            return asked
        return ANYTHING if self.answers(atom, "expiry") else QUANTITY

    def was_asked_how_much(self, atom: int) -> bool:
        """Whether that was for a count or an amount, not only when."""
        return self._asked_of_numbers(atom) == QUANTITY

    def _asked_of_numbers(self, atom: int) -> str | None:
        """One of all kinds."""
        start_ms = self.times.start_ms[atom]
        asked: str | None = None
        for cue in reversed(self.expected.near(start_ms)):
            if cue.stream == self._stream or cue.start_ms >= start_ms + SLACK_MS:
                continue
            if start_ms - cue.end_ms > _ASKED_MS:
                break
            if cue.kind in ASKED_NUMBERS:
                if cue.kind in (QUANTITY, COUNT):
                    return QUANTITY
                asked = WHEN if cue.kind == WHEN else asked or cue.kind
            elif cue.kind in SECRETS and cue.strength == Strength.STRONG:
                break
        return asked

    def is_asked_for_word(self, atom: int) -> bool:
        """Whether the other speaker has just asked something that a word may answer."""
        if not self.may_expect(ASKED_WORD):
            return False
        start_ms = self.times.start_ms[atom]
        for cue in reversed(self.expected.near(start_ms)):
            if start_ms - cue.end_ms > _JUST_ASKED_MS:
                return False
            if cue.kind != ASKED_WORD or cue.stream == self._stream or cue.start_ms >= start_ms:
                continue
            passed = self.expected.turns.changes_of_speaker(
                since=cue.stream, after_ms=cue.end_ms, until_ms=start_ms
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
        return self._slots.given(kind)

    def given_lately(self, atom: int, *, within_ms: int) -> list[Filled]:
        """What was given in so much time before; of very much, the latest."""
        at_ms, latest = self.times.start_ms[atom], self.expected.filled[-_LATEST:]
        return [one for one in latest if 0 <= at_ms - one.end_ms <= within_ms]

    def fill(self, found: Found) -> None:
        """Note that a value was given in full, or a part of a card's date."""
        if found.complete:
            kind = found.kind
        elif found.kind == "expiry":
            kind = EXPIRY_PART
        else:
            return
        start_ms, end_ms = self.times.start_ms[found.first], self.times.end_ms[found.last]
        self._slots.fill(Filled(kind, self._stream, start_ms, end_ms))
