"""What is told beside a card number: until when the card is good, and the code on it.

After a card number hardly any month, year or three figures are of anything else, in whatever words
they are asked for, in whatever order, or in none: so they are known by what was given before, by
what is told right behind, and by their own make.
"""

from collections.abc import Sequence

from redaction.cues.asked_numbers import ANYTHING, QUANTITY
from redaction.cues.cue_index import Strength, cues_in
from redaction.cues.slots import Slot
from redaction.language.lexicon import SOUND_ALIKES
from redaction.language.words import Atom, Class
from redaction.numbers.canonical import groups
from redaction.numbers.date_parts import part_of
from redaction.numbers.runs import Run
from redaction.numbers.shape import is_read_out
from redaction.recognizers.figures.bare import is_nothing_else_said
from redaction.recognizers.figures.expiry_forms import (
    is_month_and_year,
    is_to_come,
    is_written_date,
    is_year_to_come,
    parts_of,
)
from redaction.recognizers.found import Heard

OF_CARDS = frozenset({"card", "cvv", "expiry"})
_TALK_MS = 45_000
_GIVEN_MS = 60_000
_PAYING_MS = 120_000
_BEHIND = 10
_LED = 12
_LED_BY_DATE = 5
_CODE = 4
_TWO = 2
_PREPOSITIONS = frozenset({"to", "for"})
_OF_DATES = frozenset({"month", "year", "month's", "year's"})
_UNTIL = frozenset({"until", "till", "til", "through", "thru", "end"})
_ON_IT = [["on", what] for what in ("it", "there", "that", "this", "mine", "him")]
_SINCE = frozenset({"since", "in", "from", "back"})


def card_slots(heard: Heard, run: Run) -> list[Slot]:
    """What a run may be where a card is talked of."""
    return payment_slots(heard, run) + date_slots(heard, run)


def payment_slots(heard: Heard, run: Run) -> list[Slot]:
    """After a card number come its date and its code, in whatever words they are asked for."""
    lately = heard.given_lately(run.first, within_ms=_PAYING_MS)
    given = [one for one in lately if one.kind in OF_CARDS]
    if not given:
        return []
    dated = any(heard.atoms[i].cls is Class.MONTH for i in run.numbers)
    if not dated and not _is_told(heard, run):
        return []
    card = given[-1]
    kinds = ("expiry",) if dated else ("cvv", "expiry")
    if not dated and len(value := "".join(groups(heard.atoms, run.numbers, literal=False))) <= _TWO:
        kinds = ("expiry", "cvv") if part_of(value) else kinds
    return [Slot(kind, Strength.STRONG, card.stream, card.end_ms, 0, not dated) for kind in kinds]


def _is_told(heard: Heard, run: Run) -> bool:
    """Whether nothing else is said, or three or four digits are read out."""
    few = len(run.numbers) <= _CODE
    written = few and all(
        heard.atoms[i].cls is Class.NUMERAL and len(heard.atoms[i].value) in (_CODE - 1, _CODE)
        for i in run.numbers
    )
    read_out = few and is_read_out(heard.atoms, run.numbers)
    return written or _is_in_two(heard.atoms, run) or read_out or is_nothing_else_said(heard, run)


def _is_in_two(atoms: Sequence[Atom], run: Run) -> bool:
    """`79, 6.`: three figures in two pieces at the end of a sentence."""
    said = [atoms[i] for i in run.numbers]
    if len(said) != 2 or {atom.cls for atom in said} != {Class.NUMERAL}:  # noqa: PLR2004
        return False
    ends = said[0].stop == "," and said[1].stop in (".", "?", "!")
    return ends and len(said[0].value) + len(said[1].value) == _CODE - 1


def date_slots(heard: Heard, run: Run) -> list[Slot]:
    """A month and a year where a card is talked of: shortly before, or its code right after."""
    parts = parts_of(heard.atoms, run)
    named = any(heard.atoms[i].cls is Class.MONTH for i in run.numbers)
    whole = (named and is_to_come(heard.atoms, run)) or any(
        is_month_and_year(heard.atoms, part) for part in parts
    )
    at_ms = heard.times.start_ms[run.first]
    told = _is_told_of_card(heard, run, named=named) if whole else _is_year_of_card(heard, run)
    # A year that is told of a card counts nothing, though it be one word.
    return [Slot("expiry", Strength.STRONG, ("", 0, ""), at_ms, 0, not whole)] if told else []


def _is_told_of_card(heard: Heard, run: Run, *, named: bool) -> bool:
    if _was_given(heard, run) or _is_spoken_of(heard, run) or _is_asked(heard, run):
        return True
    # `it was May thirty on the old card`; `five thirty on my card` is an amount.
    plain = not named and not is_written_date(heard.atoms, run)
    kinds = {"cvv"} if plain else OF_CARDS
    if any(
        atom.text == "date" for atom in heard.atoms[max(0, run.first - _LED_BY_DATE) : run.first]
    ):
        kinds = {*kinds, "otp"}  # `the date's now 4/27, and the code, 731`
    return any(kind in kinds for kind in _told_behind(heard, run))


def _was_given(heard: Heard, run: Run) -> bool:
    """Whether a card number, its date or its code was told just now."""
    lately = heard.given_lately(run.first, within_ms=_GIVEN_MS)
    return any(one.kind in OF_CARDS for one in lately)


def _is_spoken_of(heard: Heard, run: Run, *, least: Strength = Strength.WEAK) -> bool:
    at_ms = heard.times.start_ms[run.first]
    return any(
        cue.kind in OF_CARDS and cue.strength >= least and 0 <= at_ms - cue.end_ms <= _TALK_MS
        for cue in heard.expected.near(at_ms)
    )


def _told_behind(heard: Heard, run: Run) -> list[str]:
    behind = heard.atoms[run.first + 1 : run.last + _BEHIND]
    return [cue.kind for cue in cues_in(behind)]


def _is_asked(heard: Heard, run: Run) -> bool:
    """Whether it is all of an answer to a question that is not for a day or a quantity."""
    if not is_nothing_else_said(heard, run):
        return False
    asked = heard.asked_of_numbers(run.first)
    return asked == ANYTHING or (asked is None and is_to_come(heard.atoms, run))


def _is_year_of_card(heard: Heard, run: Run) -> bool:
    """`thirty one, month is September`, `twenty twenty eight and the security code`; `free thirty
    one`, of which the month was misheard."""
    if not is_year_to_come(heard.atoms, run):
        return False
    if not _was_given(heard, run) and not _is_spoken_of(heard, run):
        return False
    atoms = heard.atoms
    before = atoms[run.first - 1] if run.first else None
    if before is not None and before.text in _SINCE:
        return False
    if _is_on_card(heard, run):
        return True
    beside = (*atoms[max(0, run.first - _LED) : run.first], *atoms[run.last + 1 : run.last + 4])
    if any(atom.text in _OF_DATES for atom in beside):
        return True
    led = {atom.text for atom in atoms[max(0, run.first - 3) : run.first]}
    if not led.isdisjoint(_UNTIL) or any(
        atom.cls is Class.MONTH for atom in atoms[run.last + 1 : run.last + 2]
    ):
        return True
    if before is not None and not before.stop and before.text in SOUND_ALIKES:
        return before.text not in _PREPOSITIONS or heard.awaits(run.first, "expiry")
    counted = heard.asked_of_numbers(run.first) == QUANTITY
    return not counted and bool(OF_CARDS.intersection(_told_behind(heard, run)))


def _is_on_card(heard: Heard, run: Run) -> bool:
    """`the one with thirty one on it`, `with the 2032 date`."""
    behind = [atom.text for atom in heard.atoms[run.last + 1 : run.last + 3]]
    ends = bool(heard.atoms[run.last].stop) and heard.atoms[run.last].stop != ","
    return not ends and (behind[:1] == ["date"] or behind in _ON_IT)
