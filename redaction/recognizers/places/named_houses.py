"""Houses by their names, and where they stand: `we're Upper Hackwood Farm`, `Mulga Flat Station via
Cunnamulla`, `the flats at the top of Castle Bank`."""

from collections.abc import Sequence

from redaction.language.sentences import sentence_before
from redaction.language.tables import words_in
from redaction.language.words import Atom
from redaction.recognizers.people.name_shape import is_cased, is_strange
from redaction.recognizers.places.continued_places import MOST_LEADS, name_behind, names_place
from redaction.recognizers.places.place_chains import CHAIN_ENDS
from redaction.recognizers.places.street_parts import names_street
from redaction.recognizers.places.street_words import HOUSE_NAMES

HOUSES = HOUSE_NAMES - words_in("bakery chapel dairy hall house") | {"downs", "ranch"}
_OF_HOUSES = words_in("""
bank bottom brook east edge end field gate great high higher hill home lane little low lower nether
new north old side south top upper west wood
""")
_WHO = words_in("he's i i'm it's live lives place she's they're we we're")
_OUT = words_in("across back down home i'm live lives out over round up we're")
_VIA = words_in("downs farm homestead outstation park station")
TOPS = words_in("bottom corner end foot head top")
_LIVED_IN = words_in("""
bungalow cottage cottages estate flat flats house houses i'm live lived lives maisonette we're
""")
_LEADS_HOUSE = words_in("we're i'm it's at called from to is near by in past they're")


def named_house(atoms: Sequence[Atom], i: int) -> tuple[int, int] | None:
    """`we're Upper Hackwood Farm`: a house by its name, a word of which is unknown."""
    first = i
    while first and i - first < MOST_LEADS and not atoms[first - 1].stop:
        proper = atoms[first - 1].capital or not is_cased(atoms, i)
        if not (names_place(atoms, first - 1) or (proper and atoms[first - 1].text in _OF_HOUSES)):
            break
        first -= 1
    if first == i:
        return None
    strange = any(is_strange(atom) for atom in atoms[first:i])
    if first > 1 and atoms[first - 1].text == "the" and not atoms[first - 1].stop:
        first -= 1
    led = first > 0 and atoms[first - 1].text in _LEADS_HOUSE
    whose = first > 0 and atoms[first - 1].text in _WHO
    at_home = first > 1 and atoms[first - 1].text == "at" and atoms[first - 2].text in _OUT
    # `It's Gull Cottage.`
    whose = (whose or at_home) and atoms[i].capital and atoms[i].stop in (".", ",", "?")
    return (first, i) if (strange and led) or whose else None


def at_top(atoms: Sequence[Atom], i: int) -> tuple[int, int] | None:
    """`the flats at the top of Castle Bank`: whose home is by that street."""
    if i + 2 >= len(atoms) or atoms[i + 1].text != "of" or atoms[i].stop or atoms[i + 1].stop:
        return None
    before, cased = sentence_before(atoms, i), is_cased(atoms, i)
    at = i + 2 + (atoms[i + 2].text == "the")
    last = at - 1
    while last + 1 < len(atoms) and last - at < MOST_LEADS and names_street(atoms[last + 1]):
        if cased and not atoms[last + 1].capital:
            break
        last += 1
        if atoms[last].stop or atoms[last].text in CHAIN_ENDS:
            break
    placed = last > at and atoms[last].text in CHAIN_ENDS
    placed = placed or (last >= at and names_place(atoms, last))
    if not placed or _LIVED_IN.isdisjoint(before):
        return None
    return i, last


def routed_via(atoms: Sequence[Atom], i: int) -> tuple[int, int] | None:
    """`Mulga Flat Station via Cunnamulla`: a property, and where its post goes."""
    last = name_behind(atoms, i)
    if last is None or not i or atoms[i - 1].text not in _VIA or atoms[i - 1].stop:
        return None
    cased, first = is_cased(atoms, i), i - 1
    while first and i - 1 - first < MOST_LEADS and not atoms[first - 1].stop:
        name = atoms[first - 1]
        if not names_street(name) or (cased and not name.capital) or name.text[-2:] == "'s":
            break
        first -= 1
    return (first, last) if first < i - 1 else None
