"""Figures that no rule found, where a call may be about anything personal: claims of nobody but
the model (pure)."""

from collections.abc import Iterator, Sequence

from redaction.classifier.evidence import Evidence
from redaction.cues.slots import EXPIRY_PART
from redaction.language.words import Atom, Class
from redaction.recognizers.found import Found, Heard

SOURCE = "figures"

_FIGURES = frozenset({
    Class.DIGIT, Class.NUMERAL, Class.TEEN, Class.TEN, Class.CODE, Class.PLURAL, Class.MULTIPLIER,
})  # fmt: skip
_OF_CARDS = frozenset({"card", "cvv", "expiry", EXPIRY_PART})
_GIVEN_MS = 45_000
_LEAST = 2
"""Fewer digits are a number of something, but beside a card."""

_WHY = "figures that were spoken of as personal ones are"


def left_figures(heard: Heard, evidence: Sequence[Evidence], *, before: int) -> list[Evidence]:
    """Those outside what was found, that end before the atom from which on nothing is decided."""
    taken = {i for one in evidence for i in range(one.found.first, one.found.last + 1)}
    return [
        one
        for one in figures(heard)
        if one.found.last < before and taken.isdisjoint(range(one.found.first, one.found.last + 1))
    ]


def figures(heard: Heard) -> Iterator[Evidence]:
    """All figures in a row, found or not, in order; beside a card single digits and months too."""
    if heard.classes.isdisjoint(_FIGURES) and Class.MONTH not in heard.classes:
        return
    first = 0
    for last, atom in enumerate(heard.atoms):
        behind = last + 1
        goes_on = behind < len(heard.atoms) and behind not in heard.starts
        if goes_on and atom.cls in _FIGURES and heard.atoms[behind].cls in _FIGURES:
            continue
        if _may_be_personal(heard, first, heard.atoms[first:behind]):
            yield Evidence(SOURCE, Found(first, last, "number", why=_WHY))
        first = behind


def _may_be_personal(heard: Heard, first: int, said: Sequence[Atom]) -> bool:
    if not tells_date(said[0]):
        return False
    if said[0].cls in _FIGURES and sum(len(atom.value) for atom in said) >= _LEAST:
        given = heard.given_lately(first, within_ms=_GIVEN_MS)
        return bool(given or heard.slots_at(first))
    return is_beside_card(heard, first)


def tells_date(atom: Atom) -> bool:
    """Whether it may be a part of a card's date or code."""
    return atom.cls in _FIGURES or atom.cls is Class.MONTH


def is_beside_card(heard: Heard, at: int) -> bool:
    """Whether a card, its date or its code is awaited, or was given lately."""
    given = (one.kind for one in heard.given_lately(at, within_ms=_GIVEN_MS))
    awaited = (slot.kind for slot in heard.slots_at(at))
    return not _OF_CARDS.isdisjoint((*awaited, *given))
