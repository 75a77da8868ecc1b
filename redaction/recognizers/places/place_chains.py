"""Places that have a name instead of a number: `The Old Dairy, Nethercombe Farm, Chapel Hill`.

Each part of such an address is made of ordinary words. That several stand in a row shows what they
are: one ends as houses are called, the next as streets are, and a town may follow.
"""

from collections.abc import Sequence
from itertools import pairwise

from redaction.evidence.weighed import RIGHT_CONTEXT
from redaction.language.common_words import FUNCTION_WORDS
from redaction.language.sentences import sentence_before
from redaction.language.tables import words_in
from redaction.language.words import Atom, Class
from redaction.recognizers.people.name_shape import is_cased, is_strange
from redaction.recognizers.places.known_places import STATES
from redaction.recognizers.places.place_signs import TOWN_NAMES
from redaction.recognizers.places.street_parts import names_street
from redaction.recognizers.places.street_words import HOUSE_NAMES, RARE_STREET, STREET, SURE_STREET

_HOUSES = HOUSE_NAMES | words_in("marina moorings caravan flats mansions buildings mews station")
_WAYS = STREET | words_in(
    "hill green common bottom end fold reach brow bank wharf quay hollow track"
)
CHAIN_ENDS = _HOUSES | SURE_STREET | words_in("hill green wharf fold brow bank")
_PLACED = _HOUSES | _WAYS | RARE_STREET
_PARTICLES = words_in("y yr of on upon by the le la de under next in")
_THEIR_OWN = words_in("""
our branch branches bus call calling calls store stores shop shops office offices located depot exit
junction line lines platform route showroom clinic stop stops train trains tram underground venue
""")
_LEADS = words_in("""
at behind beside by called from i'm in is it's live lives near of opposite outside round says to
want we're you want's for that's they're he's she's
""")
_OF_ANY = words_in("""
back big both different first front high last little main new next nice old only other own right
same second small that third this which whole wrong
""")
_HOMES = words_in("house hall flats buildings station bank hill")
_LONGEST = 4
_OVER_NAME = 3
_MOST_PARTS = 5
_ENDS = (".", "?", "!", ";")


def place_chain(atoms: Sequence[Atom], i: int) -> tuple[int, int] | None:
    """The address whose part ends with the word at `i`; None if it is no place's name."""
    if atoms[i].text not in CHAIN_ENDS:
        return None
    cased = is_cased(atoms, i)
    if cased and not atoms[i].capital:
        return None
    first = _part_before(atoms, i, cased=cased)
    if first == i or not _THEIR_OWN.isdisjoint(sentence_before(atoms, first)):
        return None
    return _written(atoms, first, i) if cased else _unwritten(atoms, first, i)


def begun_chain(atoms: Sequence[Atom]) -> list[int]:
    """`you want The Old Dairy,` at the end: the next part may show it to be a place."""
    for i in range(max(0, len(atoms) - RIGHT_CONTEXT), len(atoms)):
        if atoms[i].text not in HOUSE_NAMES:
            continue
        cased = is_cased(atoms, i)
        if cased and not atoms[i].capital:
            continue
        first = _part_before(atoms, i, cased=cased)
        if first < i and (cased or any(is_strange(atom) for atom in atoms[first:i])):
            return [first]
    return []


def pairs_of(atoms: Sequence[Atom]) -> list[str]:
    """`old dairy`, `chapel hill`: how places of ordinary words are known again."""
    return [
        f"{name.text} {end.text}"
        for name, end in pairwise(atoms)
        if end.text in CHAIN_ENDS
        and names_street(name)
        and not name.stop
        # `the new place` is nobody's name.
        and not (name.text in _OF_ANY and (end.text in STREET or end.text in _HOMES))
    ]


def _part_before(atoms: Sequence[Atom], i: int, *, cased: bool) -> int:
    """Where the name that ends at `i` begins, with its `the`; `i` if it has none."""
    first = i
    while first and i - first < _OVER_NAME and not atoms[first - 1].stop:
        before = atoms[first - 1]
        if not names_street(before) or before.text in _LEADS or before.text in _PLACED & {"way"}:
            break
        if cased and not before.capital:
            break
        first -= 1
    if 0 < first < i and atoms[first - 1].text == "the" and not atoms[first - 1].stop:
        first -= 1
    return first


def _written(atoms: Sequence[Atom], first: int, i: int) -> tuple[int, int] | None:
    """With capitals, and commas between the parts."""
    last, parts, house = i, 1, atoms[i].text in _HOUSES
    while parts < _MOST_PARTS and atoms[last].stop == ",":
        end = _part_behind(atoms, last + 1)
        if end is None:
            break
        told = _is_placed(atoms, last + 1, end) or (house and _is_town(atoms[end]))
        if not told and parts == 1:
            break
        last, parts = end, parts + 1
    if parts > 1:
        return first, last
    return _with_house(atoms, first, i)


def _part_behind(atoms: Sequence[Atom], at: int) -> int | None:
    """The last word of the next part: all capitals, to the next comma or the end."""
    end = at
    while end < len(atoms) and end - at < _LONGEST:
        atom = atoms[end]
        inside = end > at and atom.text in _PARTICLES and not atom.stop
        proper = atom.capital and (names_street(atom) or _leads_name(atoms, end))
        if not inside and not proper:
            return end - 1 if end > at and atoms[end - 1].text not in _PARTICLES else None
        if atom.stop:
            return end
        end += 1
    return end - 1 if end == len(atoms) and end > at else None


def _leads_name(atoms: Sequence[Atom], i: int) -> bool:
    """The `Much` of `Much Marcle`."""
    after = atoms[i + 1] if i + 1 < len(atoms) and not atoms[i].stop else None
    return after is not None and after.capital and "'" not in atoms[i].text and len(after.text) > 3


def _is_placed(atoms: Sequence[Atom], first: int, end: int) -> bool:
    """`Chapel Hill`, `Saint Mabyn`, `Heol y Capel`."""
    if atoms[end].text in _PLACED:
        return end > first
    return any(is_strange(atom) for atom in atoms[first : end + 1])


def _is_town(atom: Atom) -> bool:
    return atom.text in TOWN_NAMES or atom.text in STATES


def _with_house(atoms: Sequence[Atom], first: int, i: int) -> tuple[int, int] | None:
    """`I'm Fern Lea, Back Lane`: the house has no word of houses in its name."""
    if atoms[i].text not in SURE_STREET or not first or atoms[first - 1].stop != ",":
        return None
    house = first - 1
    while house and first - house < _OVER_NAME and not atoms[house - 1].stop:
        if not (atoms[house - 1].capital and names_street(atoms[house - 1])):
            break
        house -= 1
    if not (atoms[house].capital and names_street(atoms[house])) or not house:
        return None
    if atoms[house - 1].text == "the" and not atoms[house - 1].stop:
        house -= 1
    led = house and atoms[house - 1].text in _LEADS and not atoms[house - 1].stop
    led = led and _THEIR_OWN.isdisjoint(sentence_before(atoms, house))
    return (house, i) if led else None


def _unwritten(atoms: Sequence[Atom], first: int, i: int) -> tuple[int, int] | None:
    """Without: the next part follows at once, and one of them has a word that nobody knows."""
    if atoms[i].stop in _ENDS:
        return None
    last, parts = i, 1
    while parts < _MOST_PARTS and (end := _end_behind(atoms, last + 1)) is not None:
        last, parts = end, parts + 1
    strange = any(is_strange(atom) for atom in atoms[first : last + 1])
    sure = parts > 1 and (strange or parts > 2)
    if sure and i > first:
        return first, last
    return None


def _end_behind(atoms: Sequence[Atom], at: int) -> int | None:
    """The last word of `trewarne lane`, right behind another part."""
    for end in range(at, min(at + _OVER_NAME, len(atoms))):
        atom = atoms[end]
        if atom.cls is not Class.OTHER or atom.text in FUNCTION_WORDS or atom.stop in _ENDS:
            return None
        if atom.text in _PLACED and end > at:
            return end
    return None
