"""What an address is put together of: numbers, words of streets' names, dwellings."""

from collections.abc import Sequence

from redaction.language.common_words import FUNCTION_WORDS
from redaction.language.lexicon import SOUND_ALIKES, SPELLING_ALPHABET
from redaction.language.words import Atom, Class
from redaction.recognizers.people.name_shape import is_strange
from redaction.recognizers.places.numbered_places import NUMERIC
from redaction.recognizers.places.street_words import DWELLING, RARE_STREET

MAX_NAME = 4
"""Words of a street's name."""
_RARE = 2
"""Atoms before such a suffix, at least: a number and a name."""
_SLASHES = ("slash", "stroke")


def has_number(atoms: Sequence[Atom], i: int) -> bool:
    return i < len(atoms) and (atoms[i].cls in NUMERIC or atoms[i].cls is Class.LETTER)


def names_street(atom: Atom) -> bool:
    plain = atom.cls in (Class.OTHER, Class.ORDINAL, Class.MONTH)
    return plain and (
        atom.text not in FUNCTION_WORDS
        or atom.text in ("saint", "st", "miss", "great", "little")
        or (atom.capital and atom.text == "back")
    )


def is_rare_street(atoms: Sequence[Atom], i: int) -> bool:
    """`5421 Jennifer Inlet`, `303 ramirez ways`: a number, a strange word, and what streets are."""
    if i < _RARE or atoms[i].text not in RARE_STREET or atoms[i - 1].stop:
        return False
    name, proper = atoms[i - 1], atoms[i - 1].capital and atoms[i].capital
    if not names_street(name) or not (proper or (is_strange(name) and not name.capital)):
        return False
    more = names_street(atoms[i - 2]) and not atoms[i - 2].stop and i > _RARE
    return atoms[i - 2].cls in NUMERIC or (more and atoms[i - 3].cls in NUMERIC)


def with_dwelling(atoms: Sequence[Atom], first: int) -> int:
    """Back over `flat two`, `unit three,`, `four slash` and a number read as several."""
    while first > 1 and atoms[first - 1].text in _SLASHES and atoms[first - 2].cls in NUMERIC:
        first -= 2
    at = first - 1
    while at >= 0 and first - at <= 4 and is_figure(atoms[at]):
        at -= 1
    if at >= 0 and atoms[at].text in DWELLING:
        return at
    return first


def is_figure(atom: Atom) -> bool:
    """Or what one is heard as: `flat free eight`; a letter's name: `unit four charlie`."""
    if atom.cls in NUMERIC or atom.cls is Class.LETTER:
        return True
    return atom.text in SOUND_ALIKES or atom.text in SPELLING_ALPHABET
