"""The month or the year of a card's date, said again: read back, asked about, told once more.

What it was is known (`memory.py`), so that `still June`, `was the first half ten?` and `the one
with thirty one on it` are told by their values. A month's name is that of few other things; a small
figure counts anything, unless it is all that is said or stands where one is read back.
"""

from collections.abc import Sequence

from redaction.call.memory import Memory
from redaction.cues.slots import OF_EXPIRY
from redaction.language.tables import words_in
from redaction.language.words import Atom, Class
from redaction.numbers.date_parts import DateParts
from redaction.numbers.runs import Run
from redaction.recognizers.figures.bare import is_nothing_else_said
from redaction.recognizers.figures.expiry_forms import (
    is_month_alone,
    is_named_month,
    is_year_to_come,
)
from redaction.recognizers.found import Found, Heard

_AGAIN_MS = 90_000
_ECHOED_MS = 12_000
_READ_BACK = words_in("""
did half get got had have heard is it it's meant month put said say says still that's till through
to until was with year yeah yes okay ok right then the
""")
"""Right before a figure these lead to one that was told."""

_OF_DATES = words_in("date month month's on year year's yeah yes yep yup right correct of")
_POINTS = words_in("the this that which other another right wrong")
"""`one` behind these is no figure."""
_LONGEST = 2


def months_again(heard: Heard, memory: Memory) -> list[Found]:
    """Names of the month that a card runs out in, without a day beside them."""
    if not memory.has_dates or Class.MONTH not in heard.classes:
        return []
    why = "the month of a card's date, said again"
    atoms = heard.atoms
    return [
        Found(i, i, "expiry", why=why)
        for i, atom in enumerate(atoms)
        if atom.cls is Class.MONTH
        and memory.date_part(DateParts(atom.value, ""))
        and is_named_month(atoms, i)
        and not _has_day(atoms, i)
    ]


def is_misread(heard: Heard, run: Run) -> bool:
    """Whether a month or a year, other than was told maybe, is what the other speaker of the two
    makes of it right then."""
    lately = heard.given_lately(run.first, within_ms=_ECHOED_MS)
    if not any(one.kind in OF_EXPIRY and one.stream != heard.stream for one in lately):
        return False
    part = is_month_alone(heard.atoms, run) or is_year_to_come(heard.atoms, run)
    after = heard.atoms[run.last + 1 : run.last + 2]
    # `the three on the back` asks for the code.
    goes_on = bool(after) and not heard.atoms[run.last].stop and after[0].text == "on"
    if not part or goes_on or heard.was_asked_how_much(run.first):
        return False
    return _is_framed(heard, run)


def is_read_back(heard: Heard, run: Run) -> bool:
    """Whether one figure or two, said shortly after a card's date, stand where a part of one is
    read back."""
    if len(run.numbers) > _LONGEST:
        return False
    lately = heard.given_lately(run.first, within_ms=_AGAIN_MS)
    return any(one.kind in OF_EXPIRY for one in lately) and _is_framed(heard, run)


def _is_framed(heard: Heard, run: Run) -> bool:
    said = [atom.text for atom in heard.atoms[max(0, run.first - 1) : run.last + 1]]
    if said[-1] == "one" and said[0] in _POINTS:
        return False
    if is_nothing_else_said(heard, run):
        return True
    atoms, after = heard.atoms, run.last + 1
    begins = not run.first or bool(atoms[run.first - 1].stop) or run.first in heard.starts
    begins = begins or atoms[run.first - 1].text in _READ_BACK
    ends = after == len(atoms) or bool(atoms[run.last].stop) or atoms[after].text in _OF_DATES
    return begins and ends


def _has_day(atoms: Sequence[Atom], i: int) -> bool:
    """`the fourteenth of June`, `June the fourteenth`."""
    return any(atom.cls is Class.ORDINAL for atom in atoms[max(0, i - 2) : i + 3])
