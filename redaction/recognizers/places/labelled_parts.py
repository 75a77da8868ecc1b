"""Parts of an address by what they are called: `site four, box twenty one`, `trailer nineteen,
Shady Pines`, `the penthouse, Cotton Exchange`.

One of them alone is a room of a hotel or a box on a form: a name behind it, another such part, or
somebody who is there makes a place of it.
"""

from collections.abc import Sequence

from redaction.language.common_words import FUNCTION_WORDS
from redaction.language.sentences import sentence_before
from redaction.language.tables import words_in
from redaction.language.words import Atom, Class
from redaction.recognizers.found import Heard
from redaction.recognizers.places.continued_places import (
    house,
    is_told,
    names_place,
    over_number,
)
from redaction.recognizers.places.street_parts import names_street
from redaction.recognizers.places.street_words import HOUSE_NAMES, STREET

_RURAL = words_in("bag box comp lot site")
"""Two of these in a row are nothing but an address."""
_PARKED = words_in("berth caravan chalet houseboat mooring pitch trailer")
"""Where somebody is who says so: `I'm trailer nineteen`."""
_NUMBERED = (
    _RURAL
    | _PARKED
    | words_in("""
apartment apt block building bungalow cabin door flat plot room sector suite tower unit villa wing
""")
)
_FLOORS = frozenset({"floor"})
_BLOCKS = words_in("block building tower")
_HOMES = words_in("apartment apt flat")
_LETTERED = words_in("block building tower wing")
_LETTERS = words_in("be bee dee gee see sea")
_ALONE = words_in("annex annexe maisonette penthouse")
"""Of these a house has one."""
LABELS = _NUMBERED | _FLOORS | _ALONE
_ROUTES = words_in("rr rmb")
_OTHERS = words_in("""
our branch conference depot department dept exhibition gallery hotel menswear museum shop showroom
stall stand store stores ticket tickets office
""")
_WHO = words_in("he's i'm it's she's they're we're live lives")
_AGAIN = words_in("and is it's just no not only or right so still that's to yeah yes")
_AFTER = words_in("and but in is isn't not or right still then what which with")
_MOST_PARTS = 6
_LONGEST_NAME = 4


def labelled_row(atoms: Sequence[Atom], i: int) -> tuple[int, int] | None:
    """The address that begins with the part whose label stands at `i`."""
    part = part_at(atoms, i)
    if part is None:
        return None
    first, last = part
    before = sentence_before(atoms, first)
    if not _OTHERS.isdisjoint(before):
        return None
    rural, named, parts = atoms[i].text in _RURAL, False, 1
    while parts < _MOST_PARTS and last + 1 < len(atoms) and atoms[last].stop in ("", ","):
        more = _routed(atoms, last + 1)
        if more is None and (label := _label_at(atoms, last + 1)) is not None:
            behind = part_at(atoms, label)
            more = None if behind is None else behind[1]
            pairs = (rural and atoms[label].text in _RURAL) or (
                atoms[i].text in _BLOCKS and atoms[label].text in _HOMES
            )
            sure = pairs and more is not None
        else:
            sure = more is not None
        if more is None:
            more = _name(atoms, last + 1)
            sure = more is not None
        if more is None:
            break
        last, named, parts = more, named or sure, parts + 1
    if named:
        first = _named_before(atoms, first)
    there = atoms[i].text in _PARKED and bool(before) and before[0] in _WHO
    return (first, last) if named or there else None


def parts_again(heard: Heard) -> list[tuple[int, int]]:
    """`Lot seven, and then?`, `tower C, not B`: such a part alone, beside an address just given."""
    atoms = heard.atoms
    if not heard.given("address") or LABELS.isdisjoint(heard.texts):
        return []
    spans: list[tuple[int, int]] = []
    for i, atom in enumerate(atoms):
        part = part_at(atoms, i) if atom.text in LABELS else None
        if part is None or not is_told(heard, i):
            continue
        first, last = part
        led = first == 0 or first in heard.starts or bool(atoms[first - 1].stop)
        led = led or atoms[first - 1].text in _AGAIN
        ends = last + 1 == len(atoms) or bool(atoms[last].stop) or atoms[last + 1].text in _AFTER
        if led and ends:
            other = house(atoms, last + 2) if atoms[last + 1 : last + 2] else None
            either = other is not None and atoms[last + 1].text == "or"
            spans.append((first, other) if either and other is not None else part)
    return spans


def part_at(atoms: Sequence[Atom], i: int) -> tuple[int, int] | None:
    """`tower B`, `unit number four`, `fifth floor`, `the penthouse`: with its number."""
    text = atoms[i].text
    if text in _ALONE:
        the = i > 0 and atoms[i - 1].text == "the" and not atoms[i - 1].stop
        return (i - the, i) if atoms[i].stop == "," else None
    if text in _FLOORS:
        counted = i > 0 and atoms[i - 1].cls is Class.ORDINAL and not atoms[i - 1].stop
        return (i - 1, i) if counted and atoms[i].stop else None
    if text not in _NUMBERED or atoms[i].stop:
        return None
    at = i + 1
    if at < len(atoms) and atoms[at].text in ("number", "numbe") and not atoms[at].stop:
        at += 1
    last = _over_house(atoms, at)
    return None if last is None else (i, last)


def _over_house(atoms: Sequence[Atom], at: int) -> int | None:
    """The end of the number or letter at `at`, which another label may follow: `four box nine`."""
    if at >= len(atoms):
        return None
    if atoms[at].cls is Class.LETTER:
        lettered = atoms[at].text not in ("a", "i") or (atoms[at].capital and atoms[at].stop)
        return max(at, over_number(atoms, at + 1)) if lettered else None
    if atoms[at].text in _LETTERS and atoms[at].stop and atoms[at - 1].text in _LETTERED:
        return at
    last = over_number(atoms, at)
    labelled = at <= last < len(atoms) - 2 and atoms[last + 1].text in _NUMBERED
    if labelled and over_number(atoms, last + 2) > last + 1:
        return last
    return house(atoms, at)


def _named_before(atoms: Sequence[Atom], first: int) -> int:
    """`Dawn Treader, mooring twelve`: back over the name that a house or boat has."""
    at = first
    while at and first - at < _LONGEST_NAME and atoms[at - 1].capital:
        if not names_street(atoms[at - 1]) or (atoms[at - 1].stop and (at < first)):
            break
        at -= 1
    named = at < first and atoms[first - 1].stop == "," and first - at > 1
    return at if named else first


def _label_at(atoms: Sequence[Atom], at: int) -> int | None:
    """Where the label of the part is that begins here."""
    if atoms[at].cls is Class.ORDINAL and at + 1 < len(atoms):
        at += 1
    return at if atoms[at].text in LABELS else None


def _routed(atoms: Sequence[Atom], at: int) -> int | None:
    """`RR one`, `R R two`: its last word."""
    spelt = atoms[at].text == "r" and at + 1 < len(atoms) and atoms[at + 1].text == "r"
    if atoms[at].text not in _ROUTES and not spelt:
        return None
    number = at + 2 if spelt else at + 1
    last = over_number(atoms, number)
    return last if last >= number else None


def _name(atoms: Sequence[Atom], at: int) -> int | None:
    """The last word of a name that begins here: strange, with capitals, or with an end that houses
    and streets have."""
    last = None
    for i in range(at, min(at + _LONGEST_NAME, len(atoms))):
        placed = i > at and atoms[i].text in HOUSE_NAMES | STREET
        if names_place(atoms, i) or (placed and last is not None):
            last = i
        elif atoms[i].cls is not Class.OTHER or atoms[i].text in FUNCTION_WORDS:
            break
        if atoms[i].stop:
            break
    return last
