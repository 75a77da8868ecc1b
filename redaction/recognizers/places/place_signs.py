"""Which words make a place of what is said: numbers that count nothing, streets, towns."""

from collections.abc import Sequence

from redaction.evidence.things import NOUNS_BEFORE
from redaction.evidence.units import is_counted
from redaction.language.common_words import COMMON_WORDS, FUNCTION_WORDS
from redaction.language.sentences import sentence_before
from redaction.language.tables import words_in
from redaction.language.words import Atom, Class
from redaction.recognizers.found import Heard
from redaction.recognizers.people.name_shape import is_cased, is_strange
from redaction.recognizers.places.known_places import STATES
from redaction.recognizers.places.no_places import NO_PLACES
from redaction.recognizers.places.numbered_places import FLOORS, NUMERIC
from redaction.recognizers.places.street_words import (
    DWELLING,
    HOUSE_NAMES,
    REGIONS,
    STREET,
    SURE_STREET,
)
from redaction.recognizers.well_known import TOWNS

_ANYBODY = words_in("somebody someone anybody anyone")
_WEEK = words_in("""
monday tuesday wednesday thursday friday saturday sunday today tomorrow yesterday weekday weekend
weekdays weekends morning afternoon evening tonight
""")
_OF_TOWNS = words_in("""
by east el fort great in la lake las le little los lower new north on port saint san south st the
under upon upper west yeah yes yep no
""")
_PEOPLES = words_in("""
african american argentina asian australian british canadian caribbean chinese czech dutch english
european french german greek indian irish italian japanese korean polish portuguese scottish
spanish swedish swiss thai turkish welsh
""")
PLACE_WORDS = STREET | DWELLING | HOUSE_NAMES | STATES | FLOORS | TOWNS
TOWN_NAMES = TOWNS - _PEOPLES
SURE_PLACES = (SURE_STREET - {"row"}) | STATES | TOWN_NAMES | HOUSE_NAMES - {"house", "hall"}

_THEIRS = NOUNS_BEFORE - DWELLING - STREET - words_in("level phase route routes roads")
_WHOSE = words_in("my our your his her their a an this that the any")

_OUR_OWN = words_in("""
our branch store shop office headquarters located depot showroom clinic surgery open opens closes
""")
_STREETS = SURE_PLACES | REGIONS
_NO_PLACES = _WEEK | FUNCTION_WORDS
_ASKS = words_in("can could get give have may me need provide tell what what's want would")
_WORDS_OF_NAME = 2
_COUNTED_WAYS = words_in("main cross street avenue road block stage phase lane floor line")


def is_of_whom(atoms: Sequence[Atom], i: int) -> bool:
    """`can I have the address and phone number for the Larkspur`: whose it is, not where."""
    texts = sentence_before(atoms, i)
    if _ASKS.isdisjoint(texts):
        return False
    named = 0
    while named < min(len(texts), _WORDS_OF_NAME) and atoms[i - 1 - named].capital:
        named += 1
    words = [text for text in texts[named:] if text not in ("the", "that", "this")]
    return words[:1] in (["of"], ["for"])


def is_sign(heard: Heard, i: int) -> bool:
    """Whether this word makes an address of the clause."""
    atoms = heard.atoms
    atom = atoms[i]
    if atom.cls in NUMERIC:
        return _numbers_something(atoms, i)
    if atom.cls is Class.ORDINAL:
        return i + 1 < len(atoms) and not atom.stop and atoms[i + 1].text in _COUNTED_WAYS
    if atom.cls is not Class.OTHER or atom.text in _WEEK or atom.text in NO_PLACES:
        return False
    if atom.text in SURE_PLACES:
        return i == 0 or atoms[i - 1].text not in _WHOSE
    return is_strange(atom)


def is_sure_sign(heard: Heard, i: int) -> bool:
    """Whether it is a numbered or unknown place by itself."""
    atoms = heard.atoms
    if _OUR_OWN.intersection(sentence_before(atoms, i)):
        return False
    atom, after = atoms[i], atoms[i + 1 : i + 4]
    written = next((n for n, a in enumerate(after) if a.stop in (".", "?", "!")), len(after))
    after = after[: written + 1] if not atom.stop else []
    street = any(a.text in _STREETS for a in after)
    if atom.cls in NUMERIC:
        named = any(a.cls is Class.OTHER and is_strange(a) for a in after)
        return (street or named) and _numbers_something(atoms, i)
    if atom.cls is not Class.OTHER or atom.text in _NO_PLACES:
        return False
    cased = is_cased(atoms, i)
    if cased and not atom.capital:
        return False
    return is_strange(atom) or (street and (cased or atom.text not in COMMON_WORDS))


def is_sure_town(heard: Heard, i: int) -> bool:
    """`you're still in Norwich`: or a known town that ends what is said."""
    atoms = heard.atoms
    known = atoms[i].text in TOWN_NAMES and (bool(atoms[i].stop) or i + 1 == len(atoms))
    told = known and not _OUR_OWN.intersection(sentence_before(atoms, i))
    return told or is_sure_sign(heard, i)


def is_town_alone(words: Sequence[Atom]) -> bool:
    """`Little Snoring?`: nothing in it is said of anything else, as `dip code` is."""
    return all(
        word.text not in COMMON_WORDS or word.text in _OF_TOWNS or word.capital for word in words
    )


def is_town(heard: Heard, i: int) -> bool:
    """`Glasgow?`, `Little Snoring?`: hardly more than a town, beside an address."""
    atoms, atom = heard.atoms, heard.atoms[i]
    inside = atom.capital and i > 0 and atoms[i - 1].stop in ("", ",") and atom.text[0] != "i"
    unknown = atom.text not in COMMON_WORDS or atom.text in STATES
    unknown = unknown or (inside and atom.text not in FUNCTION_WORDS)  # `yeah, West End`
    unknown = unknown and atom.cls is Class.OTHER and atom.text.isalpha()
    proper = atom.capital or not is_cased(atoms, i)
    return unknown and proper and len(atom.text) > 2 and atom.text not in _WEEK


def is_corner(heard: Heard, i: int) -> bool:
    """`the corner of Fourth and Delancey`: not of `the screen`, nor of `your street`."""
    atom = heard.atoms[i]
    if atom.text in FUNCTION_WORDS or atom.text.removesuffix("'s") in _ANYBODY:
        return False
    return atom.cls is Class.ORDINAL or atom.capital or atom.text not in COMMON_WORDS


def _numbers_something(atoms: Sequence[Atom], i: int) -> bool:
    """A number that counts nothing, and is not all there is to `the other one`."""
    end = i
    while end + 1 < len(atoms) and atoms[end + 1].cls in NUMERIC and not atoms[end].stop:
        end += 1
    if end == i and atoms[i].text == "one":
        return False
    before = i - 1
    while before > 0 and (atoms[before].cls in NUMERIC or atoms[before].text in ("and", "or")):
        before -= 1
    theirs = before >= 0 and atoms[before].text in _THEIRS
    return not theirs and (bool(atoms[end].stop) or not is_counted(atoms, end + 1))
