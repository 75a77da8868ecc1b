"""Postal addresses: a number, a street name and a street word, with flat, town and state."""

from collections.abc import Sequence

from redaction.evidence.units import is_counted
from redaction.evidence.weighed import RIGHT_CONTEXT
from redaction.language.common_words import COMMON_WORDS, FUNCTION_WORDS
from redaction.language.lexicon import ACRONYMS, SOUND_ALIKES, SPELLING_ALPHABET
from redaction.language.tables import words_in
from redaction.language.words import Atom, Class
from redaction.recognizers.found import Found, Heard
from redaction.recognizers.places.continued_places import COMPASS
from redaction.recognizers.places.known_places import STATES
from redaction.recognizers.places.no_places import NO_PLACES
from redaction.recognizers.places.numbered_places import NUMERIC, find_numbered_places
from redaction.recognizers.places.place_chains import pairs_of
from redaction.recognizers.places.street_parts import (
    MAX_NAME,
    has_number,
    is_rare_street,
    names_street,
    with_dwelling,
)
from redaction.recognizers.places.street_words import (
    ALWAYS_STREET,
    DWELLING,
    RARE_STREET,
    STREET,
    SURE_STREET,
)
from redaction.recognizers.places.unnamed_streets import flats, misheard_places, post_boxes
from redaction.recognizers.places.unnumbered_streets import is_known_street, told_on

_WEEK = words_in("""
monday tuesday wednesday thursday friday saturday sunday phone email
""")
_NO_TOWNS = FUNCTION_WORDS | _WEEK
_OF_MANY = STREET | STATES
_TOWN_TAIL = words_in("""
by city east fort in lake las le los new north on port saint san south st under upon west
""")
_NOT_OF_STREETS = words_in("terminal gate gates platform flight item page row seat channel")
"""A number after one of these is no house's: `terminal five, gates close`."""

_OF_DISKS = words_in("gig gigs gigabyte gigabytes megabyte megabytes terabyte terabytes")
"""Between a number and `drive`: a disk."""


def find_addresses(heard: Heard) -> tuple[list[Found], list[int]]:
    """Addresses, and where undecided ones begin."""
    found: list[Found] = []
    undecided: list[int] = []
    atoms = heard.atoms
    for i, atom in enumerate(atoms):
        if found and i <= found[-1].last:
            continue
        if atom.text not in STREET and atom.text not in RARE_STREET:
            continue
        known = atom.text in STREET or is_rare_street(atoms, i)
        asked = _asked(heard, i)
        first = _start(atoms, i, asked=asked) if known else None
        if first is None and heard.given("address"):
            first = told_on(atoms, i)
        if first is None:
            continue
        last = _end(atoms, i, asked=asked)
        if heard.is_open and last + RIGHT_CONTEXT >= len(atoms):
            undecided.append(first)
        else:
            found.append(Found(first, last, "address", complete=True))
    for span in (
        post_boxes(heard) + flats(heard) + misheard_places(heard) + find_numbered_places(heard)
    ):
        if heard.is_open and span.last + RIGHT_CONTEXT >= len(atoms):
            undecided.append(span.first)
        elif not any(f.first <= span.last and span.first <= f.last for f in found):
            found.append(span)
    found += [
        span for span in _towns(heard) if not any(f.first <= span.first <= f.last for f in found)
    ]
    return found, undecided


def _asked(heard: Heard, i: int) -> bool:
    return heard.may_expect("address") and any(s.kind == "address" for s in heard.slots_at(i))


def _start(atoms: Sequence[Atom], street: int, *, asked: bool) -> int | None:
    """Back over the street's name to its number, and to a flat or unit before that."""
    name = street - 1
    while name >= 0 and street - name <= MAX_NAME and names_street(atoms[name]):
        if atoms[name].stop and atoms[name].stop != ",":
            return None
        name -= 1
    if name == street - 1 and name > 0 and atoms[name].text == "the":
        # `fourteen, The Grove`: the street has no other name.
        return _the_street(atoms, street)
    words = [a for a in atoms[name + 1 : street]]
    if not words:
        return None
    number = name
    while number >= 0 and _numbers_house(atoms, number, last=name):
        number -= 1
    unusual = any(a.text not in COMMON_WORDS or a.cls is Class.ORDINAL for a in words)
    if not asked and atoms[street].text == "drive" and atoms[name + 1].text in _OF_DISKS:
        return None
    numbered = number < name and not is_counted(atoms, name + 1)
    if numbered and number >= 0 and atoms[number].text in _NOT_OF_STREETS:
        return None
    if numbered and atoms[street].text in ALWAYS_STREET and atoms[name].text != "one":
        return with_dwelling(atoms, number + 1)
    proper = all(a.capital for a in words) and atoms[street].capital
    if number == name:
        sure = atoms[street].text in SURE_STREET and unusual and asked
        if sure and (proper or not any(a.capital for a in atoms)):
            return name + 1
        return name + 1 if is_known_street(atoms, name + 1, street) else None
    if not (unusual or proper or (asked and atoms[street].text in SURE_STREET)):
        return None
    return with_dwelling(atoms, number + 1)


def _the_street(atoms: Sequence[Atom], street: int) -> int | None:
    """Where `nine hundred, The Grove` begins; None if no number stands before it."""
    number = street - 2
    while number >= 0 and _numbers_house(atoms, number, last=street - 2):
        number -= 1
    if number == street - 2 or atoms[number + 1].text == "one":
        return None
    return with_dwelling(atoms, number + 1)


def _numbers_house(atoms: Sequence[Atom], i: int, *, last: int) -> bool:
    """Whether atom `i` is part of the house number that ends at `last`."""
    atom = atoms[i]
    if i < last and atom.stop in (".", "?", "!"):
        return False
    if atom.cls in NUMERIC:
        return True
    if i == last and atom.stop == "," and atom.text in SOUND_ALIKES:  # `twenty for, Abbey Crescent`
        return i > 0 and atoms[i - 1].cls in NUMERIC and not atoms[i - 1].stop
    if atom.cls is Class.LETTER:
        return atom.text not in ("a", "i")
    return atom.text in ("oh", "and") and 0 < i < last and atoms[i - 1].cls in NUMERIC


def _end(atoms: Sequence[Atom], street: int, *, asked: bool) -> int:
    """Forward over the flat, and where an address was asked for, the town and state."""
    last = street
    numbered = atoms[street - 1].cls is not Class.OTHER or asked or _has_house_number(atoms, street)
    while last + 1 < len(atoms):
        following = atoms[last + 1]
        if atoms[last].stop in ("?", "!") or (
            atoms[last].stop == "." and len(atoms[last].text) > 3
        ):
            return last
        if _is_dwelling(atoms, last + 1, numbered=numbered) and has_number(atoms, last + 2):
            last += 2
        elif _is_dwelling(atoms, last + 1, numbered=numbered) and _is_numbered(atoms, last + 2):
            last += 3
        elif numbered and (explained := _explained(atoms, last + 1)):
            last += explained
        elif (
            (last > street and _names_letter(atoms, last + 1))
            or (
                last > street
                and (following.cls in NUMERIC or following.cls is Class.LETTER)
                and following.text not in ("a", "i")
                and (atoms[last].stop != "," or numbered)
            )
            or _is_town(atoms, last + 1, asked=asked or numbered)
            or (last > street and numbered and _is_flat_a(atoms, last + 1))
        ):
            last += 1
        elif following.text in ("number", "dash") and has_number(atoms, last + 2):
            last += 2
        elif numbered and _goes_on_with_town(atoms, last + 1):
            last += 1
        elif last == street and numbered and following.text in COMPASS and not atoms[last].stop:
            last += 1  # `Wellesley Street East`
        elif (
            following.text in ("in", "comma")
            and last + 2 < len(atoms)
            and _is_town(atoms, last + 2, asked=asked)
        ):
            last += 2
        else:
            return last
    return last


def _is_flat_a(atoms: Sequence[Atom], i: int) -> bool:
    """`unit four, A till the lease runs out`: no article."""
    if atoms[i].text != "a" or not atoms[i].capital or atoms[i - 1].cls not in NUMERIC:
        return False
    ends = bool(atoms[i].stop) or i + 1 == len(atoms)
    return ends or atoms[i + 1].text in ("till", "until", "and", "in", "but", "for", "at")


def _is_dwelling(atoms: Sequence[Atom], i: int, *, numbered: bool) -> bool:
    """`apartment`; or what it was misheard as, between a street and a number."""
    atom = atoms[i]
    unusual = atom.cls is Class.OTHER and atom.text not in COMMON_WORDS and not atom.capital
    return atom.text in DWELLING or (numbered and unusual and len(atom.text) > 3)


def _is_numbered(atoms: Sequence[Atom], i: int) -> bool:
    """`number six`, or `numbe six`: recognisers lose its end."""
    named = i < len(atoms) and atoms[i].text[:4] in ("numb", "nump", "nomb", "no")
    return named and has_number(atoms, i + 1)


def _names_letter(atoms: Sequence[Atom], i: int) -> bool:
    """`apartment six bravo`: a letter's name right behind a number."""
    named = atoms[i].text in SPELLING_ALPHABET and not atoms[i].capital
    return named and atoms[i - 1].cls in NUMERIC


def _explained(atoms: Sequence[Atom], i: int) -> int:
    """How many atoms `C like cat` takes from `i` on; 0 if it is none."""
    if atoms[i].cls is not Class.LETTER:
        return 0
    for said in (["as", "in"], ["like"], ["for"]):
        end = i + 1 + len(said)
        if end < len(atoms) and [a.text for a in atoms[i + 1 : end]] == said:
            return len(said) + 2
    return 0


def _has_house_number(atoms: Sequence[Atom], street: int) -> bool:
    """Whether a number stands before the street's name: what follows is its town then."""
    before = atoms[max(0, street - MAX_NAME - 2) : street - 1]
    return any(a.cls in NUMERIC for a in before)


def _goes_on_with_town(atoms: Sequence[Atom], i: int) -> bool:
    """`El Paso, Texas`: a capital, ordinary word or not; what begins a sentence has none here."""
    atom = atoms[i]
    if atom.cls is not Class.OTHER or not atom.capital or atom.text in _NO_TOWNS:
        return False
    return atoms[i - 1].stop in ("", ",") and atom.text.isalpha()


def _is_town(atoms: Sequence[Atom], i: int, *, asked: bool) -> bool:
    atom = atoms[i]
    following = atoms[i + 1].text if i + 1 < len(atoms) else ""
    if (
        atom.text in STATES
        or (atom.text in _TOWN_TAIL and following in STATES)
        or (
            asked
            and atom.text in _TOWN_TAIL
            and i + 1 < len(atoms)
            and (atoms[i + 1].text not in COMMON_WORDS and atoms[i + 1].cls is Class.OTHER)
        )
    ):
        return True
    plain = atom.cls is Class.OTHER and atom.text not in COMMON_WORDS and atom.text.isalpha()
    cased = any(a.capital and a.text != "i" for a in atoms[max(0, i - 60) : i + 1])
    return plain and (atom.capital or (asked and not cased)) and (asked or bool(atoms[i - 1].stop))


def _towns(heard: Heard) -> list[Found]:
    """Unusual words in the direct answer to a question for an address."""
    spans: list[Found] = []
    atoms = heard.atoms
    if not heard.may_expect("address"):
        return spans
    for i, atom in enumerate(atoms):
        if spans and i <= spans[-1].last:
            continue
        if not atom.capital or atom.text in COMMON_WORDS or atom.cls is not Class.OTHER:
            continue
        if not atom.text.isalpha() or atom.value or atom.text in ACRONYMS or atom.text in NO_PLACES:
            continue
        if not heard.answers(i, "address"):
            continue
        if heard.is_open and i + RIGHT_CONTEXT >= len(atoms):
            continue
        last = i
        while (
            last + 1 < len(atoms) and not atoms[last].stop and _is_town(atoms, last + 1, asked=True)
        ):
            last += 1
        spans.append(Found(i, last, "address"))
    return spans


def words_of(heard: Heard, found: Found) -> list[str]:
    """The unusual words of an address, to be known again."""
    atoms = heard.atoms[found.first : found.last + 1]
    return pairs_of(atoms) + [
        atom.text
        for atom in atoms
        if atom.cls is Class.OTHER
        and len(atom.text) > 4
        and atom.text not in COMMON_WORDS
        and atom.text not in _OF_MANY
    ]
