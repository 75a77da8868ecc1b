"""Places that nobody asked for: `staying with friends at fourteen Burrawong`."""

from collections.abc import Sequence

from redaction.evidence.units import is_counted
from redaction.language.common_words import FUNCTION_WORDS
from redaction.language.english import is_english
from redaction.language.household_words import PLAIN_WORDS
from redaction.language.lexicon import ACRONYMS
from redaction.language.sentences import sentence_before
from redaction.language.tables import words_in
from redaction.language.words import Atom, Class
from redaction.recognizers.people.name_shape import is_strange
from redaction.recognizers.places.no_places import NO_PLACES
from redaction.recognizers.places.street_words import REGIONS, SURE_STREET
from redaction.recognizers.tagged import JOURNEY, SOMEBODY, WHERE
from redaction.recognizers.unusual_words import FIGURES, has_capitals, is_proper, is_unusual
from redaction.recognizers.well_known import BRANDS

_SAID_OF_PLACES = words_in("""
live lives living lived move moved moving stays staying reside resides residing home house
flat apartment street corner round outside near property neighbour neighbor neighborhood village
town town's city county
address addressed doors avenue lane road drive deliver
delivered delivery deliveries drop collect pick post posted
send sent ship shipped route based born landlord from via
""")
_RESIDES = words_in("""
live lives living lived moved moving stays staying reside resides residing home house flat apartment
neighbour neighbor neighbours neighbors address addresses addressed landlord
""")
"""Of a town only these say that it is somebody's: one is also come from, shipped to and near."""
_BEFORE_PLACES = words_in("at on in to from near outside via of round by opposite over")
_OF_COUNTS = words_in("about book for get got had has have just need only take want with")
"""Before a number that counts something: `staying, we have 1 guesthouse`."""
_DIRECTIONS = words_in("north south east west northeast southwest outskirts edge miles kilometers")
_STILL = words_in("still is it's called that's town's city's")
_OF_HOUSES = words_in("door live lives living lived doors reside resides neighbour neighbor")
_COACHES = words_in("bus buses coach coaches ferry train trains tram")
_CORNERS = words_in("and at by near off")
_OPENS = words_in("open opens opening close closes closing shut shuts lock locks")
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
    if atom.text in BRANDS or atom.text in ACRONYMS or atom.text in NO_PLACES:
        return False
    if not numeric and not atom.capital and (has_capitals(atoms, i) or is_english(atom.text)):
        return False
    context = sentence_before(atoms, i)
    if _OUR_OWN.intersection(context):
        return False
    led = atoms[before].text in _BEFORE_PLACES or bool(atoms[before].stop)
    if numeric:
        return _is_house_said(atoms, i, before=before, context=context)
    if atom.capital and _is_before_street(atoms, i):
        return i < 2 or atoms[i - 2].text not in _COACHES  # `a coach from Chester Street`
    resides = not _RESIDES.isdisjoint(context)
    if resides and (led or atoms[before].text in _STILL):
        return True
    return _is_where_somebody_is(atoms, i, context=context)


def _is_where_somebody_is(atoms: Sequence[Atom], i: int, *, context: Sequence[str]) -> bool:
    """`so I was on Delancey`, `we're just past Gisburn`, `on Tuscarawas near Fulton`."""
    directed = atoms[i - 1].text == "of" and not _DIRECTIONS.isdisjoint(context)
    if directed and atoms[i].capital and is_strange(atoms[i]):
        return True
    if atoms[i - 1].text in _CORNERS and i > 2 and not atoms[i - 1].stop and is_strange(atoms[i]):
        crossed = atoms[i - 3].text in WHERE and is_strange(atoms[i - 2])
        if crossed and (atoms[i].capital or not has_capitals(atoms, i)):
            return True
    led = atoms[i - 1].text in WHERE or (
        i > 1 and atoms[i - 1].text in ("the", "old") and atoms[i - 2].text in _BEFORE_OLD
    )
    if not led or not atoms[i].capital or not is_strange(atoms[i]):
        return False
    after = atoms[i + 1] if i + 1 < len(atoms) and not atoms[i].stop else None
    if after is not None and not after.capital and after.text not in FUNCTION_WORDS:
        return False  # `on the Stornoway boat`
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
    if led == "at" and _OPENS.intersection(context):
        return False  # `doors open at seven thirty`
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
