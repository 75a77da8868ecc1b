"""Places by what they end with, asked for or not.

`Larkhill, postal code T 7 N`; `Plum Tree Cottage, Mill Lane`; `outside The Black Ox, Abbey Street`;
`nine, Second Bouleverd, Abilene, Texas 79601`: the end says what the words before it are.
"""

from collections.abc import Sequence

from redaction.language.common_words import FUNCTION_WORDS
from redaction.language.sentences import sentence_before
from redaction.language.tables import words_in
from redaction.language.words import Atom, Class
from redaction.recognizers.people.name_shape import is_cased
from redaction.recognizers.places.known_places import STATES
from redaction.recognizers.places.numbered_places import NUMERIC
from redaction.recognizers.places.place_signs import TOWN_NAMES
from redaction.recognizers.places.street_parts import has_number, names_street, with_dwelling
from redaction.recognizers.places.street_words import HOUSE_NAMES, SURE_STREET

_CODES = words_in("zip postcode postal pincode")
_TO_CODE = words_in("code is of it's")
_BEFORE_CODE = words_in("and the my our with")
_LED = words_in("at behind beside by from near of opposite outside round to")
_THEIR_OWN = words_in("our branch store stores shop office located depot showroom clinic venue")
_LINKS = words_in("in off on")
_ENDS = (".", "?", "!", ";")
_LONGEST_NAME = 3
_LONGEST = 12
_FIGURES_OF_ZIP = 5

ENDS = _CODES | HOUSE_NAMES | SURE_STREET | STATES


def ended_place(atoms: Sequence[Atom], i: int) -> tuple[int, int] | None:
    """The place that ends with the word at `i`, or with what follows it."""
    text = atoms[i].text
    if text in _CODES:
        return _before_code(atoms, i)
    if text in STATES and (span := _before_zip(atoms, i)):
        return span
    if text in HOUSE_NAMES and (span := _house_in_street(atoms, i)):
        return span
    return _sign_in_street(atoms, i) if text in SURE_STREET else None


def _before_code(atoms: Sequence[Atom], i: int) -> tuple[int, int] | None:
    """`Larkhill, postal code T 7 N`: the town; the code is a number's."""
    at = i + 1
    while at < len(atoms) and at - i <= 2 and atoms[at].text in _TO_CODE:
        at += 1
    if atoms[i].stop in _ENDS or not has_number(atoms, at):
        return None
    last = i - 1
    while last > 0 and i - last <= 2 and atoms[last].text in _BEFORE_CODE:
        last -= 1
    first = last + 1
    while first and last - first < _LONGEST_NAME and _is_of_town(atoms, first - 1, last=last):
        first -= 1
    return (first, last) if first <= last else None


def _is_of_town(atoms: Sequence[Atom], i: int, *, last: int) -> bool:
    atom = atoms[i]
    if atom.cls is not Class.OTHER or atom.stop in _ENDS:
        return False
    if atom.text in TOWN_NAMES or atom.text in STATES:
        return True
    inside = i > 0 and atoms[i - 1].stop not in _ENDS
    proper = atom.capital and atom.text not in FUNCTION_WORDS
    return proper and (inside or atoms[last].stop == ",")


def _before_zip(atoms: Sequence[Atom], i: int) -> tuple[int, int] | None:
    """`nine, Second Bouleverd, Abilene, Texas 79601`: back to the number of the house."""
    figures, last = 0, i
    while last + 1 < len(atoms) and atoms[last + 1].cls in NUMERIC and figures < _FIGURES_OF_ZIP:
        if atoms[last].stop in _ENDS:
            break
        last += 1
        figures += len(atoms[last].value)
    if figures < _FIGURES_OF_ZIP:
        return None
    first, house = i, None
    while first and i - first < _LONGEST and atoms[first - 1].stop in ("", ","):
        if atoms[first - 1].cls in NUMERIC:
            house = first - 1
        elif house is not None or not names_street(atoms[first - 1]):
            break
        first -= 1
    return None if house is None else (with_dwelling(atoms, house), last)


def _house_in_street(atoms: Sequence[Atom], i: int) -> tuple[int, int] | None:
    """`Plum Tree Cottage, Mill Lane`: ordinary words, but a house and its street."""
    cased = is_cased(atoms, i)
    if atoms[i].stop not in ("", ",") or (cased and not atoms[i].capital):
        return None
    linked = i + 2 < len(atoms) and not atoms[i].stop and atoms[i + 1].text in _LINKS
    last = i + 2 if cased and linked else i + 1
    while last + 1 < len(atoms) and last - i <= 2 and _names(atoms, last, cased=cased):
        if atoms[last].stop:
            return None
        last += 1
        if atoms[last].text in SURE_STREET:
            break
    else:
        return None
    if last <= i + 1 + (cased and linked) or not _names(atoms, last, cased=cased):
        return None
    if atoms[last].text not in SURE_STREET:
        return None
    first = _over_name(atoms, i, cased=cased)
    return None if first == i or _is_their_own(atoms, first) else (first, last)


def _sign_in_street(atoms: Sequence[Atom], i: int) -> tuple[int, int] | None:
    """`outside The Black Ox, Abbey Street`: names with capitals, and where it is."""
    name = i
    while name and i - name < _LONGEST_NAME and not atoms[name - 1].stop:
        if not (atoms[name - 1].capital and names_street(atoms[name - 1])):
            return None
        name -= 1
    if name == i or name < 2 or not atoms[i].capital or atoms[name - 1].stop != ",":
        return None
    first = _over_name(atoms, name, cased=True)
    if first == name or first == 0 or atoms[first - 1].text not in _LED:
        return None
    return None if _is_their_own(atoms, first) else (first, i)


def _over_name(atoms: Sequence[Atom], end: int, *, cased: bool) -> int:
    """Where the name that ends before `end` begins, with `The`; `end` if there is none."""
    first = end
    while first and end - first < _LONGEST_NAME and _names(atoms, first - 1, cased=cased):
        if atoms[first - 1].stop and (first < end or atoms[first - 1].stop != ","):
            break
        first -= 1
    if 0 < first < end and atoms[first - 1].text == "the" and not atoms[first - 1].stop:
        first -= 1
    return first


def _names(atoms: Sequence[Atom], i: int, *, cased: bool) -> bool:
    return names_street(atoms[i]) and (atoms[i].capital or not cased)


def _is_their_own(atoms: Sequence[Atom], first: int) -> bool:
    return not _THEIR_OWN.isdisjoint(sentence_before(atoms, first))
