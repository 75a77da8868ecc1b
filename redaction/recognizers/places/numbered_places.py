"""Numbered parts of addresses: `plot number seventeen`, `ward 4`, `rural route two, box nine`."""

from collections.abc import Sequence

from redaction.evidence.units import is_counted
from redaction.language.tables import words_in
from redaction.language.words import Atom, Class
from redaction.recognizers.found import Found, Heard
from redaction.recognizers.places.street_words import HOUSE_NAMES, SURE_STREET

_DWELLINGS = words_in("""
apartment apartments apt block box bungalow gate cabin cottage door flat floor house level lot
penthouse phase plot room sector shop studio suite ste tower unit villa ward wing
""")
_HOMES = words_in("apartment apt flat plot ward")
"""With a number behind it, somebody's home or bed, whatever was asked."""
_BEDS = words_in("room bay bed ward cubicle")
_WHO = words_in("he he's she she's they they're him her")
_BESIDE = words_in("from at opposite behind beside")
"""What stands before a neighbour's number."""
_ROUTES = words_in("route road highway concession line")
_HOUSED = words_in("concession highway sideroad")
"""Behind the number of a house: `6421, Concession Nine`."""
_OF_ROUTES = words_in("county rural state township concession range farm fire")
FLOORS = words_in("top ground first second third fourth basement garden upper lower middle")
_OF_FLOORS = FLOORS | {"floor", "flat"}
_PARTS = _DWELLINGS | FLOORS | HOUSE_NAMES
_SAID = _PARTS | _HOUSED | _OF_ROUTES | _HOMES | _BEDS | {"route", "number"}
NUMERIC = {Class.DIGIT, Class.NUMERAL, Class.TEEN, Class.TEN, Class.CODE, Class.MAGNITUDE}


def find_numbered_places(heard: Heard) -> list[Found]:
    """Those that an address was asked for, and routes that are nobody else's."""
    asked = heard.may_expect("address")
    found: list[Found] = []
    if _SAID.isdisjoint(heard.texts):
        return found
    for i in range(len(heard.atoms)):
        if found and i <= found[-1].last:
            continue
        text = heard.atoms[i].text
        route = text == "route" or text in _OF_ROUTES or text in _HOUSED
        span = _route(heard.atoms, i) if route else None
        if span is None and _is_somebodys(heard.atoms, i):
            span = _dwelling(heard.atoms, i)
        if span is None and heard.atoms[i].text in _HOMES and not _is_hospitals(heard.atoms, i):
            span = _dwelling(heard.atoms, i)
        if span is None and asked and _is_asked(heard, i):
            span = _dwelling(heard.atoms, i) or _named_house(heard.atoms, i)
        if span is not None:
            found.append(Found(*span, "address"))
    return found


def _is_asked(heard: Heard, i: int) -> bool:
    parts = heard.atoms[i].text in _PARTS
    return parts and any(s.kind == "address" and s.strength == 2 for s in heard.slots_at(i))


def _is_hospitals(atoms: Sequence[Atom], i: int) -> bool:
    """`visiting times on ward four`, `ward six, sister speaking`: not `ward four, Kothapalli`."""
    if atoms[i].text != "ward":
        return False
    answered = any(a.text in ("speaking", "sister") for a in atoms[i + 2 : i + 6])
    return answered or (i > 0 and atoms[i - 1].text == "on")


def _is_somebodys(atoms: Sequence[Atom], i: int) -> bool:
    """`he's in room fourteen`, `the noise from number nineteen,`: a bed or a house."""
    bed = atoms[i].text in _BEDS
    if not bed and atoms[i].text != "number":
        return False
    before = [atom.text for atom in atoms[max(0, i - 4) : i]]
    if bed:
        return before[-1:] == ["in"] and not _WHO.isdisjoint(before)
    if not before or before[-1] not in _BESIDE:
        return False
    last = _over_number(atoms, i + 1)
    ends = last + 1 >= len(atoms) or bool(atoms[last].stop)
    return last > i and ends


def _dwelling(atoms: Sequence[Atom], i: int) -> tuple[int, int] | None:
    """`ward 4`, `top floor flat`, `door number 7 slash 2`."""
    if atoms[i].text in FLOORS:
        last = i
        while last + 1 < len(atoms) and atoms[last + 1].text in _OF_FLOORS:
            last += 1
        return (i, last) if last > i and not atoms[i].stop else None
    at = i + 1
    named = atoms[i].text != "number"
    if named and at < len(atoms) and atoms[at].text in ("number", "no") and not atoms[i].stop:
        at += 1
    last = _over_number(atoms, at)
    if last < at or atoms[i].stop in (".", "?", "!") or is_counted(atoms, last + 1):
        return None
    return i, last


def _route(atoms: Sequence[Atom], i: int) -> tuple[int, int] | None:
    """`County Road 9`, `rural route four, box two eighteen`, `Route Nine, box 41`."""
    text = atoms[i].text
    named = text in _OF_ROUTES and i + 1 < len(atoms) and atoms[i + 1].text in _ROUTES
    housed = text in _HOUSED and i > 0 and atoms[i - 1].cls in NUMERIC
    if not named and not housed and text != "route":
        return None
    first, at = i, i + 2 if named else i + 1
    named = named or housed
    last = _over_number(atoms, at)
    if last < at:
        return None
    boxed = last + 1 < len(atoms) and atoms[last + 1].text == "box"
    end = _over_number(atoms, last + 2) if boxed else last
    return (first, max(end, last)) if named or end > last + 1 else None


def _over_number(atoms: Sequence[Atom], at: int) -> int:
    """The last atom of the number or letter that begins at `at`; before it if there is none."""
    last = at - 1
    while last + 1 < len(atoms) and last - at < _MOST and (last < at or not atoms[last].stop):
        atom = atoms[last + 1]
        lettered = atom.cls is Class.LETTER and atom.text != "i"
        linked = last >= at and atom.text in ("slash", "dash", "oh")
        if atom.cls not in NUMERIC and not lettered and not linked:
            break
        last += 1
    return last


def _named_house(atoms: Sequence[Atom], i: int) -> tuple[int, int] | None:
    """`the Old Rectory`: written as a name."""
    if not atoms[i].capital or i == 0 or atoms[i - 1].stop:
        return None
    first = i
    while first and i - first < _MOST and atoms[first - 1].capital and not atoms[first - 1].stop:
        first -= 1
    if first < i and atoms[first].text == "the":
        first += 1
    return (first, i) if first < i else None


_MOST = 5


def is_street_alone(words: Sequence[Atom]) -> bool:
    """`Boulevard.`: the kind of street is all that is said."""
    return len(words) == 1 and words[0].text in SURE_STREET
