"""The rest of a date, an address of a machine and a spelling, of which a part was misheard.

`the twelve of Marge, nineteen eighty one`, `one six eight, dart one dot fort one`, `W-like whiskey,
enlike November`: what was found says what it is, and what stands in its place in it is no more
heard than guessed, so that no table has it.
"""

from collections.abc import Sequence

from redaction.evidence.units import is_counted
from redaction.language.common_words import COMMON_WORDS, FUNCTION_WORDS
from redaction.language.lexicon import LETTER_ALIKES, SPELLING_ALPHABET
from redaction.language.words import Atom, Class
from redaction.recognizers.found import Found, Heard
from redaction.recognizers.people.name_shape import is_strange
from redaction.recognizers.people.name_words import NO_NAMES
from redaction.recognizers.places.house_numbers import (
    house_before,
    over_capitals,
    over_village,
    town_before,
)
from redaction.recognizers.places.known_places import STATES
from redaction.recognizers.rest.spelled_on import EXPLAINS
from redaction.recognizers.well_known import WELL_KNOWN

_DAYS = (Class.DIGIT, Class.NUMERAL, Class.TEEN, Class.TEN, Class.ORDINAL)
_SPELT = frozenset({"name", "address", "plate", "policy", "order", "ticket", "account", "passport"})
_OF_WORDS = frozenset({"address", "name", "unknown"})
_REACH = 3
"""Between two words of the spelling alphabet stand so many, the second one included."""

_LONGEST = 60
"""Nobody spells so many words on: work stays linear."""

_ENDS = (".", "?", "!")


def completed(heard: Heard, found: Sequence[Found]) -> list[Found]:
    """What was found, in order, each with what belongs to it by its place."""
    wider = [_completed(heard, one) for one in sorted(found, key=lambda f: f.first)]
    for n, (one, after) in enumerate(zip(wider, wider[1:], strict=False)):
        if one.kind == after.kind == "dob" and _is_month_between(heard, one.last, after.first):
            wider[n] = one._replace(last=after.first - 1)
    return sorted([*wider, *_asked_spelling(heard)], key=lambda f: f.first)


def _asked_spelling(heard: Heard) -> list[Found]:
    """`one S or two in Rossing`: a name of which somebody asks how it is spelled."""
    atoms, found = heard.atoms, []
    for i in range(3, len(atoms) - 1 if "in" in heard.texts else 0):
        if atoms[i].text != "in":
            continue
        before = atoms[max(0, i - 4) : i]
        if not any(a.cls is Class.LETTER for a in before):
            continue
        named = atoms[i + 1]
        spelled = any(a.text in ("or", "double") for a in before)
        if spelled and named.cls is Class.OTHER and named.text not in COMMON_WORDS:
            why = "a name of which the spelling is asked"
            found.append(Found(i + 1, i + 1, "name", why=why))
    return found if heard.rules.takes_out("name") else []


def _completed(heard: Heard, one: Found) -> Found:
    if one.kind == "dob":
        first, last = _over_day(heard, one.first), _over_year(heard, one)
        return one._replace(first=first, last=last)
    if one.kind == "address":
        first = over_capitals(heard.atoms, one.first)
        first = house_before(heard.atoms, first, breaks=heard.times.breaks)
        one = one._replace(first=first, last=_over_town(heard, one.last))
    if one.kind in ("address", "number"):
        one = one._replace(first=town_before(heard.atoms, one.first, one.last))
    if one.kind in _OF_WORDS:
        one = one._replace(first=over_village(heard.atoms, one.first))
    if one.kind == "number":
        return _with_name(heard, one)
    if one.kind == "ip":
        return one._replace(last=_over_parts(heard, one.last))
    one = one._replace(first=_over_strange(heard, one))
    spelt = one.kind in _SPELT or heard.rules.spells(one.kind)
    if spelt and any(a.text in SPELLING_ALPHABET for a in heard.atoms[one.first : one.last + 1]):
        first = _over_alphabet(heard, one.first, step=-1)
        return one._replace(first=first, last=_over_alphabet(heard, one.last, step=1))
    return one


def _over_town(heard: Heard, last: int) -> int:
    """`Church Road, dot port, Cheshire`: words that no clause begins with, up to a place."""
    atoms = heard.atoms
    for at in range(last + 1, min(last + 1 + _REACH, len(atoms))):
        atom = atoms[at]
        if atoms[at - 1].stop not in ("", ",") or at in heard.times.breaks:
            break
        if atom.text in STATES or (at > last + 1 and atoms[last].stop and is_strange(atom)):
            return at
        if atom.text in FUNCTION_WORDS or atom.cls in (Class.FILLER, Class.GLUE):
            break
    return last


def _with_name(heard: Heard, one: Found) -> Found:
    """`seven double nine one King's Terrorist`: a name right behind a number is a street's."""
    atoms, last = heard.atoms, one.last
    while last + 1 < len(atoms) and last - one.last < _REACH and not atoms[last].stop:
        name = atoms[last + 1]
        known = name.text in NO_NAMES or name.text.removesuffix("'s") in WELL_KNOWN
        proper = name.capital and name.cls is Class.OTHER and not (name.value or known)
        if not proper or last + 1 in heard.times.breaks:
            break
        last += 1
    return one._replace(last=last, kind="address" if last > one.last else one.kind)


def _over_strange(heard: Heard, one: Found) -> int:
    """`Enfinancy, R932`: no word, before the letters and figures of a code that was asked for."""
    atoms, before = heard.atoms, one.first - 1
    if before < 0 or one.first in heard.times.breaks or one.value.isdigit() or not one.value:
        return one.first
    joined = atoms[before].stop in ("", ",") and is_strange(atoms[before])
    asked = joined and any(slot.is_answer for slot in heard.slots_at(one.first))
    return before if asked else one.first


def _is_month_between(heard: Heard, last: int, first: int) -> bool:
    """`twenty third of Arch 1981`: one word that is no month, behind `of`."""
    between = heard.atoms[last + 1 : first]
    return len(between) == 2 and between[0].text == "of" and between[1].stop not in _ENDS


def _over_year(heard: Heard, one: Found) -> int:
    """`the 28th of july 138`: what is left of a year, in figures, right behind a month."""
    atoms, last = heard.atoms, one.last
    dated = atoms[last].cls is Class.MONTH and not atoms[last].stop and last > one.first
    if not dated or last + 1 >= len(atoms) or last + 1 in heard.times.breaks:
        return last
    year = atoms[last + 1]
    figures = year.text.isdigit() and 1 < len(year.text) < 5
    return last + 1 if figures and not is_counted(atoms, last + 2) else last


def _over_day(heard: Heard, first: int) -> int:
    """Back over `fort` of `fort of June`, and over `the twelve of Marge` before a year."""
    atoms, breaks = heard.atoms, heard.times.breaks
    if first and atoms[first].text == "of" and first not in breaks and not atoms[first - 1].stop:
        return first - 1
    if first > 1 and atoms[first - 1].text == "of":
        joined = breaks.isdisjoint((first, first - 1)) and not atoms[first - 2].stop
        return first - 2 if joined and atoms[first - 2].cls in _DAYS else first
    day = first - 3
    if day < 0 or not breaks.isdisjoint(range(day + 1, first + 1)):
        return first
    placed = atoms[day].cls in _DAYS and atoms[day + 1].text == "of"
    month = atoms[day + 2]
    if not placed or atoms[day].stop or month.stop in _ENDS or month.text in COMMON_WORDS:
        return first
    return day


def _over_parts(heard: Heard, last: int) -> int:
    """`dot fort one`: what follows a dot is a part of it."""
    atoms = heard.atoms
    while last + 2 < len(atoms) and atoms[last + 1].value == "." and not atoms[last].stop:
        last += 2
        while last + 1 < len(atoms) and not atoms[last].stop and atoms[last + 1].cls in _DAYS:
            last += 1
    return last


def _over_alphabet(heard: Heard, at: int, *, step: int) -> int:
    """On over more words of the spelling alphabet, and what stands between them."""
    atoms, breaks, begun = heard.atoms, heard.times.breaks, at
    while abs(at - begun) < _LONGEST:
        for reach in range(1, _REACH + 1):
            there = at + step * reach
            if not 0 <= there < len(atoms):
                return at
            ends = atoms[max(there, there - step)].stop if step < 0 else atoms[there - 1].stop
            if ends in _ENDS or max(there, there - step) in breaks:
                return at
            if atoms[there].text in SPELLING_ALPHABET:
                at = there
                break
            if not _may_stand_between(atoms[there]):
                return at
        else:
            return at
    return at


def _may_stand_between(atom: Atom) -> bool:
    """A letter, a word for one, what explains it, or a word that nobody says."""
    spelt = atom.cls is Class.LETTER or atom.text in LETTER_ALIKES or atom.text in EXPLAINS
    return spelt or atom.cls in (*_DAYS, Class.FILLER) or atom.text not in COMMON_WORDS
