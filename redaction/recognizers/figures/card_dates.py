"""Months, and years by today's, that tell when a card runs out.

`next June` or a month alone is one only where somebody asked until when a card is good, or where a
card was told just now.
"""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

from redaction.cues.slots import OF_EXPIRY
from redaction.language.lexicon import SOUND_ALIKES
from redaction.language.tables import words_in
from redaction.language.words import Atom, Class
from redaction.recognizers.figures.doubted import find_doubted
from redaction.recognizers.figures.expiry_forms import is_named_month
from redaction.recognizers.found import Found, Heard

_RELATIVE = frozenset({"next", "this"})
_OF_PLANS = frozenset({"in", "by", "since", "last", "on"})
"""Before a month alone these lead to a plan."""

_OF_YEAR = frozenset({"of", "next", "this", "year"})
_OF_CARDS = frozenset({"card", "cvv", "expiry"})
_MONTH = frozenset({"month", "month's"})
_SLASHES = frozenset({"slash", "stroke"})
_TO_SLASH = 3
_LEADS_TO_MONTH = words_in("is was as right should be wrong it's it")
_TO_FIGURE = 3
_FIGURES = (Class.DIGIT, Class.TEEN, Class.TEN, Class.NUMERAL)
_HEARD_AS_FIGURES = SOUND_ALIKES.keys() | {"then"}
_TOLD_MS = 60_000
_AHEAD = 5
_FIRST_WORDS = 6
_THERE_AND_BACK = 2
_ECHOED_MS = 10_000


def find_card_dates(heard: Heard) -> tuple[list[Found], list[int]]:
    """Months that answer when a card runs out, and digits somebody cannot make out."""
    return [*_months(heard), *_relative(heard), *_numbered(heard), *find_doubted(heard)], _begun(
        heard
    )


def words_of(heard: Heard, found: Found) -> list[str]:
    """A month is said of other things too."""
    return []


def _months(heard: Heard) -> list[Found]:
    if Class.MONTH not in heard.classes:
        return []
    why = "a month, where it was asked or said until when a card is good"
    return [
        Found(_month_from(heard.atoms, i), _month_to(heard.atoms, i), "expiry", why=why)
        for i, atom in enumerate(heard.atoms)
        if atom.cls is Class.MONTH
        and is_named_month(heard.atoms, i)
        and (
            heard.awaits(i, "expiry")
            or _slash_behind(heard.atoms, i) is not None
            or _is_beside_told(heard, i)
            or _is_due(heard, i)
        )
    ]


def _slash_behind(atoms: Sequence[Atom], i: int) -> int | None:
    """`November, then a slash`: who says the sign between month and year reads off a card."""
    ahead = range(i + 1, min(i + 1 + _TO_SLASH, len(atoms)))
    if atoms[i].stop == ".":
        return None
    return next((n for n in ahead if atoms[n].text in _SLASHES), None)


def _relative(heard: Heard) -> list[Found]:
    """`end of next month`, `this year`, where somebody asked until when a card is good."""
    if _RELATIVE.isdisjoint(heard.texts):
        return []
    why = "a month or a year by today's, where it was asked until when a card is good"
    return [
        Found(i, i + 1, "expiry", why=why)
        for i, (atom, after) in enumerate(pairwise(heard.atoms))
        if atom.text in _RELATIVE and after.text in ("month", "year") and heard.answers(i, "expiry")
    ]


def _begun(heard: Heard) -> list[int]:
    """`it expires next` and nothing more yet: the month is to come."""
    newest = range(max(0, len(heard.atoms) - 2), len(heard.atoms))
    begun = [i for i in newest if heard.is_open and heard.atoms[i].text in _RELATIVE]
    return [i for i in begun if heard.awaits(i, "expiry")]


def _numbered(heard: Heard) -> list[Found]:
    """`month ten`, `the ninth month`, `month then`, `the month's right, twelve`."""
    atoms, found = heard.atoms, []
    why = "the number of a month, where it was asked or said until when a card is good"
    for i, atom in enumerate(() if _MONTH.isdisjoint(heard.texts) else atoms):
        if atom.text not in _MONTH or not (heard.awaits(i, "expiry") or _is_told(heard, i)):
            continue
        if i and atoms[i - 1].cls is Class.ORDINAL and atom.text == "month":
            found.append(Found(i - 1, i - 1, "expiry", why=why))
        told = i - 2 if i > 1 and atoms[i - 1].text == "the" else i
        if told < i and _is_figure(atoms[told]) and not atoms[told].stop:
            found.append(Found(told, told, "expiry", why=why))  # `twelve the month`
        first, end = i + 1, min(i + 1 + _TO_FIGURE, len(atoms))
        while first < end and atoms[first].text in _LEADS_TO_MONTH:
            first += 1
        last = first + 1 if [a.text for a in atoms[first : first + 1]] == ["oh"] else first
        if last < len(atoms) and _is_figure(atoms[last]) and atoms[first - 1].stop != ".":
            found.append(Found(first, last, "expiry", why=why))
    return found


def _is_told(heard: Heard, i: int) -> bool:
    """Whether a card's number, date or code was told just now."""
    return any(given.kind in _OF_CARDS for given in heard.given_lately(i, within_ms=_TOLD_MS))


def _is_figure(atom: Atom) -> bool:
    return atom.cls in _FIGURES or atom.text in _HEARD_AS_FIGURES


def _is_beside_told(heard: Heard, i: int) -> bool:
    """Whether a card or its date was told just now: `was that July?`, and `September, yeah,
    September twenty nine`, with which a card goes on; not `back in July`."""
    if i and heard.atoms[i - 1].text in _OF_PLANS:
        return False
    at_ms = heard.times.start_ms[i]
    told = (given for kind in ("card", *OF_EXPIRY) for given in heard.given(kind))
    return any(0 <= at_ms - given.end_ms <= _ECHOED_MS for given in told)


def _is_due(heard: Heard, i: int) -> bool:
    """`it's up in August`: among the first words of an answer, while of a card that was told its
    date was not yet; or taken back for another, `August, no, September`."""
    told = [one for one in heard.given_lately(i, within_ms=_TOLD_MS) if one.kind in _OF_CARDS]
    if not told or any(one.kind == "expiry" for one in told):
        return False
    ahead = heard.atoms[i + 1 : i + _AHEAD]
    corrected = any(atom.cls is Class.CORRECTION for atom in ahead)
    if corrected and any(atom.cls is Class.MONTH for atom in ahead):
        return True
    begins = max(heard.starts[: bisect_right(heard.starts, i)], default=0)
    at_ms = heard.times.start_ms[begins]
    passed = heard.expected.turns.changes_of_speaker(
        since=told[-1].stream, after_ms=told[-1].end_ms, until_ms=at_ms
    )
    answers = heard.stream == told[-1].stream and passed == _THERE_AND_BACK
    return answers and i - begins <= _FIRST_WORDS


def _month_from(atoms: Sequence[Atom], i: int) -> int:
    return i - 1 if i and atoms[i - 1].text in _RELATIVE else i


def _month_to(atoms: Sequence[Atom], i: int) -> int:
    """`June of next year`, `June, slash, then thirty`: to the end of it."""
    slash = _slash_behind(atoms, i)
    if slash is not None:
        ahead = range(slash + 1, min(slash + 1 + _TO_SLASH, len(atoms)))
        return max((n for n in ahead if _is_figure(atoms[n])), default=i)
    last = i
    while last + 1 < len(atoms) and not atoms[last].stop and atoms[last + 1].text in _OF_YEAR:
        last += 1
    return last if atoms[last].text == "year" else i
