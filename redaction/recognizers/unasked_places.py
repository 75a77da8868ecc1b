"""Places that nobody asked for: `staying with friends at fourteen Burrawong`."""

from collections.abc import Sequence

from redaction.english import is_english
from redaction.household_words import PLAIN_WORDS
from redaction.lexicon import ACRONYMS
from redaction.recognizers.name_shape import is_strange
from redaction.recognizers.street_words import REGIONS, SURE_STREET
from redaction.recognizers.tagged import JOURNEY, SOMEBODY, WHERE, sentence_before
from redaction.recognizers.unusual_words import FIGURES, has_capitals, is_proper, is_unusual
from redaction.recognizers.well_known import BRANDS, WELL_KNOWN
from redaction.tables import words_in
from redaction.units import is_counted
from redaction.words import Atom, Class

_SAID_OF_PLACES = words_in("""
live lives living lived move moved moving stays staying reside resides residing home house
flat apartment street corner round outside near property neighbour neighbor neighborhood village
town town's city county
address addressed doors avenue lane road drive deliver
delivered delivery deliveries drop collect pick post posted
send sent ship shipped route based born landlord from via
""")
_LIVES = words_in("""
deliver delivered delivery send sent ship shipped post posted address addresses near based
live lives living lived moved moving stays staying reside resides residing home house flat apartment
street property neighbour neighbor neighbours neighbors village town
address addressed landlord
""")
"""Of a town that everybody talks of, only these say that it is somebody's."""
_BEFORE_PLACES = words_in("at on in to from near outside via of round by opposite over")
_OF_COUNTS = words_in("about book for get got had has have just need only take want with")
"""Before a number that counts something: `staying, we have 1 guesthouse`."""
_DIRECTIONS = words_in("north south east west northeast southwest outskirts edge miles kilometers")
_RESIDES = _LIVES - {"near", "based", "property", "street", "town", "village"}
_WAY = 5
_TRAVELS = words_in("""
arrive arrives arriving book booked booking bus cab coach depart departing departs enjoy find flight
flights fly flying going guesthouse hotel journey leave leaves leaving looking museum need recommend
restaurant ride search searching stay taxi ticket tickets train trains travel travelling trip visit
visiting want
""")
"""Of a place that one of these is said of, only what says that somebody lives there makes more."""
_STILL = words_in("still is it's called that's town's city's")
_OF_HOUSES = words_in("door live lives living lived doors reside resides neighbour neighbor")
_OF_NUMBERS = _OF_HOUSES | {"same"}
_BEFORE_OLD = WHERE | {"the"}
_OUR_OWN = words_in("our branch store shop office headquarters located")
_AFTER_NAMES = SURE_STREET | REGIONS


def is_place_said(atoms: Sequence[Atom], i: int) -> bool:
    """`staying with friends at fourteen Burrawong`, `just outside Tetbury`: nobody asked."""
    atom = atoms[i]
    numeric = atom.cls in FIGURES
    if i == 0 or (not numeric and not is_unusual(atom, PLAIN_WORDS)):
        return False
    before = i - 1
    while before > 0 and atoms[before].cls is Class.LETTER and atoms[before].text not in ("a", "i"):
        before -= 1
    if atoms[before].stop in (".", "?", "!"):
        return False
    if atom.text in BRANDS or atom.text in ACRONYMS:
        return False
    if not numeric and not atom.capital and (has_capitals(atoms, i) or is_english(atom.text)):
        return False
    context = sentence_before(atoms, i)
    if _OUR_OWN.intersection(context):
        return False
    led = atoms[before].text in _BEFORE_PLACES or bool(atoms[before].stop)
    if numeric:
        return _is_house_said(atoms, i, before=before, context=context)
    known = atom.text in WELL_KNOWN
    if known and "how" in context:
        return False
    travels = not _TRAVELS.isdisjoint(context) or _is_way(atoms, i)
    telling = _RESIDES if travels else _LIVES if known else _SAID_OF_PLACES
    of_place = bool(telling.intersection(context))
    if atom.capital and _is_before_street(atoms, i):
        return True
    if of_place and (led or atoms[before].text in _STILL):
        return True
    return _is_where_somebody_is(atoms, i, context=context)


def _is_way(atoms: Sequence[Atom], i: int) -> bool:
    """`from Abbotsford to Kelmsworth`: the way from one place to another."""
    around = atoms[max(0, i - _WAY) : i + _WAY]
    words = [atom.text for atom in around]
    return "from" in words and "to" in words[words.index("from") :]


def _is_where_somebody_is(atoms: Sequence[Atom], i: int, *, context: Sequence[str]) -> bool:
    """`so I was on Delancey`, `we're just past Gisburn`."""
    directed = atoms[i - 1].text == "of" and not _DIRECTIONS.isdisjoint(context)
    if directed and atoms[i].capital and is_strange(atoms[i]):
        return True
    led = atoms[i - 1].text in WHERE or (
        i > 1 and atoms[i - 1].text in ("the", "old") and atoms[i - 2].text in _BEFORE_OLD
    )
    if not led or not atoms[i].capital or not is_strange(atoms[i]):
        return False
    return bool(SOMEBODY.intersection(context)) and JOURNEY.isdisjoint(context)


def _is_before_street(atoms: Sequence[Atom], i: int) -> bool:
    """`Larkspur Court`: with a capital."""
    following = atoms[i + 1] if i + 1 < len(atoms) and not atoms[i].stop else None
    return following is not None and following.capital and following.text in _AFTER_NAMES


_LONGEST_HOUSE = 8
"""Words of a house's number, at most."""


def _is_house_said(atoms: Sequence[Atom], i: int, *, before: int, context: Sequence[str]) -> bool:
    """`at forty one Ashbury`; `two doors down at fifty nine`; `the same street but number ten`."""
    end = i
    while end + 1 < len(atoms) and atoms[end + 1].cls in FIGURES and not atoms[end].stop:
        end += 1
        if end - i > _LONGEST_HOUSE:
            return False
    if is_counted(atoms, end + 1) or atoms[end].text == "one":
        return False
    if atoms[end].cls is Class.ORDINAL and end + 1 < len(atoms) and atoms[end + 1].text == "of":
        return False  # `the 22nd of Apr`
    led = atoms[before].text
    if led == "at" and _OF_HOUSES.intersection(context):
        return True
    if led == "number" and _OF_NUMBERS.intersection(context):
        return True
    if end + 1 >= len(atoms) or atoms[end].stop in (".", "?", "!"):
        return False
    named = is_unusual(atoms[end + 1], PLAIN_WORDS) and (
        atoms[end + 1].capital or not has_capitals(atoms, i)
    )
    of_place = led not in _OF_COUNTS and bool(_SAID_OF_PLACES.intersection(context))
    ends = bool(atoms[end + 1].stop) or end + 2 >= len(atoms)
    if named and (led == "at" or of_place or (not ends and is_proper(atoms, end + 2))):
        return True
    proper = is_proper(atoms, end + 1)
    return proper and of_place and (led in _BEFORE_PLACES or bool(atoms[before].stop))
