"""What of a card's date is still to come: the card was told, and not yet until when it is good.

Whatever the next questions are called, `through ten` and `thirty one` answer them; which of both is
a month and which a year their figures tell.
"""

from redaction.cues.slots import EXPIRY_PART
from redaction.language.tables import words_in
from redaction.numbers.runs import Run
from redaction.recognizers.figures.bare import is_nothing_else_said
from redaction.recognizers.figures.expiry_forms import is_month_alone, is_year_to_come
from redaction.recognizers.found import Heard

_TOLD = frozenset({"card", "cvv", EXPIRY_PART})
_DUE_MS = 60_000
_UNTIL = words_in("at by end ends good in of on runs the through thru til till to until up")
"""Before a month or a year alone these lead to a date."""

_WORDS_OF_DATES = 4


def is_due(heard: Heard, run: Run) -> bool:
    """Whether it is a month or a year and all of an answer, where that of a card is to come."""
    told = heard.given_lately(run.first, within_ms=_DUE_MS)
    if not any(one.kind in _TOLD for one in told) or any(one.kind == "expiry" for one in told):
        return False
    teller = next(one for one in reversed(told) if one.kind in _TOLD)
    if teller.stream != heard.stream:
        return False
    begun = any(one.kind == EXPIRY_PART for one in told)
    is_year = is_year_to_come(heard.atoms, run)
    if not (is_year or is_month_alone(heard.atoms, run)):
        return False
    at_ms = heard.times.start_ms[run.first]
    passed = heard.expected.turns.changes_of_speaker(
        since=teller.stream, after_ms=teller.end_ms, until_ms=at_ms
    )
    if not passed or heard.was_asked_how_much(run.first):
        return False
    answers = begun and is_year and _begins(heard, run.first)
    return answers or is_nothing_else_said(heard, _with_lead(heard, run))


def _with_lead(heard: Heard, run: Run) -> Run:
    """The run with `until the end of` before it."""
    first = run.first
    while first and run.first - first < _WORDS_OF_DATES and not heard.atoms[first - 1].stop:
        if heard.atoms[first - 1].text not in _UNTIL or first in heard.starts:
            break
        first -= 1
    return Run(first, run.last, run.numbers)


def _begins(heard: Heard, first: int) -> bool:
    return not first or first in heard.starts or first in heard.times.breaks
