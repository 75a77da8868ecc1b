"""What a number may be the answer to, or is announced as."""

from collections.abc import Sequence

from redaction.cues.cue_index import Strength, cues_in
from redaction.cues.slots import Slot
from redaction.evidence.counted import ANNOUNCES
from redaction.evidence.weighed import Asked
from redaction.language.words import Class
from redaction.numbers.runs import Run
from redaction.recognizers.figures.bare import (
    YEAR,
    is_nothing_else_said,
    late_slots,
)
from redaction.recognizers.figures.card_due import is_due
from redaction.recognizers.figures.card_talk import card_slots
from redaction.recognizers.figures.expiry_forms import tells_expiry
from redaction.recognizers.found import Heard

_FETCHED = frozenset({"cvv", "expiry", "otp", "pin"})
"""What people put the telephone down for, to look it up."""

_CODE = 4
_CODE_MS = 60_000

_MAY_HAVE_BEEN_ASKED = frozenset({"dob", "expiry", "number"})
"""In speech that was lost: so that nothing but a unit makes a number a quantity."""


def _is_near(heard: Heard, slot: Slot, run: Run) -> bool:
    """Whether the run answers the question, or follows the cue in the same breath."""
    return slot.is_echo or slot.is_near(heard.times.start_ms[run.first])


def _answered_late(heard: Heard, run: Run, slots: Sequence[Slot]) -> set[str]:
    """Short codes asked for some turns ago, where somebody now says a number and nothing else."""
    late = {
        slot.kind
        for slot in slots
        if slot.kind in _FETCHED
        and slot.strength is Strength.STRONG
        and slot.asked_by != heard.stream
    }
    return late if late and is_nothing_else_said(heard, run) else set()


def _announced_after(heard: Heard, run: Run) -> list[Slot]:
    """`seven three one is my security code`: a cue just behind the number."""
    after = heard.atoms[run.last + 1 : run.last + 8]
    if not after or after[0].text not in ANNOUNCES:
        return []
    nearest = [
        cue
        for cue in cues_in(after, heard.rules.cues)
        if cue.strength is Strength.STRONG and cue.first < 5
    ]
    at_ms = heard.times.start_ms[run.first]
    return [Slot(cue.kind, cue.strength, ("", 0, ""), at_ms, 0, False) for cue in nearest]


def _is_like_code(heard: Heard, run: Run) -> bool:
    """Four figures in a word, no round number and no year, where somebody has just told a code."""
    said = heard.atoms[run.first]
    lone = len(run.numbers) == 1 and said.cls is Class.NUMERAL and len(said.value) == _CODE
    if not lone or said.value.endswith("00") or YEAR.fullmatch(said.value):
        return False
    lately = heard.given_lately(run.first, within_ms=_CODE_MS)
    return any(one.kind in _FETCHED for one in lately)


def open_slots(heard: Heard, run: Run) -> list[Slot]:
    """What the number may answer, or is announced as."""
    slots = [s for s in heard.slots_at(run.first) if s.kind != "asked_name"]
    slots += _announced_after(heard, run) + card_slots(heard, run)
    slots += late_slots(heard, run)
    return slots


def asked_for(heard: Heard, run: Run, *, slots: Sequence[Slot], blind: bool) -> Asked:
    """The kinds that the number may be of, and those it is likely of."""
    near = {slot.kind for slot in slots if _is_near(heard, slot, run)}
    if blind:
        near |= _MAY_HAVE_BEEN_ASKED
    if tells_expiry(heard.atoms, run) or is_due(heard, run):
        near.add("expiry")
    if _is_like_code(heard, run):
        near.add("number")
    return Asked(
        frozenset(slot.kind for slot in slots) | frozenset({"number"} if blind else ()),
        frozenset(near | _answered_late(heard, run, slots)),
    )
