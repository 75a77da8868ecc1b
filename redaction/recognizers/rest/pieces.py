"""The rest of what was found: pieces of the same words beside it that no rule saw.

Recognisers cut names and places in two (`Kukatp ally`), and what touches a name or a place and is
in no table is hardly anything else than more of it.
"""

from collections.abc import Sequence

from redaction.cues.slots import SAID_IN_WORDS
from redaction.evidence.units import is_counted
from redaction.language.words import Atom, Class
from redaction.numbers.letter_marks import DIGITS
from redaction.recognizers.found import Found, Heard
from redaction.recognizers.people.name_shape import is_cased, is_strange
from redaction.recognizers.people.name_words import NO_NAMES, PARTICLES
from redaction.recognizers.places.numbered_places import FLOORS

_KINDS = frozenset({"name", "address", "password", "security_answer"})
_MOST = 2
_LONGEST_TOWN = 4


def with_pieces(heard: Heard, one: Found) -> Found:
    """What was found, with the strange words that touch it."""
    if one.kind not in _KINDS:
        return one
    atoms, breaks = heard.atoms, heard.times.breaks
    first, last = one.first, one.last
    while last + 1 < len(atoms) and last - one.last < _MOST and last + 1 not in breaks:
        if atoms[last].stop or not _goes_on(atoms, last + 1, kind=one.kind):
            break
        last += 1
    if one.kind == "address":
        last = _over_towns(heard, last)
        while first and one.first - first < _MOST and atoms[first - 1].text in FLOORS:
            first -= 1
    while first and one.first - first < _MOST and first not in breaks:
        if atoms[first - 1].stop or not _leads(atoms, first - 1, kind=one.kind):
            break
        first -= 1
    same = first == one.first and last == one.last
    return one if same else one._replace(first=first, last=last)


def _over_towns(heard: Heard, last: int) -> int:
    """`Church Lane, Little Snoring`: what goes on with capitals, over commas."""
    atoms, end = heard.atoms, last
    while end + 1 < len(atoms) and end - last < _LONGEST_TOWN and end + 1 not in heard.times.breaks:
        following = atoms[end + 1]
        proper = following.capital and following.cls is Class.OTHER and following.text.isalpha()
        if atoms[end].stop not in ("", ",") or not proper:
            break
        if following.text in NO_NAMES or len(following.text) < 3:
            break
        end += 1
    return end


def _goes_on(atoms: Sequence[Atom], i: int, *, kind: str) -> bool:
    atom = atoms[i]
    if kind == "name" and atom.cls is Class.LETTER and atom.text not in ("a", "i"):
        return True
    spelt = atom.cls is Class.LETTER and bool(atoms[i - 1].value)
    if kind == "name" and spelt and (atom.stop or i + 1 == len(atoms)):
        return True  # `SZYM ANSK I.`
    if kind in SAID_IN_WORDS and atom.cls in DIGITS:
        return not is_counted(atoms, i + 1)
    return is_strange(atom)


def _leads(atoms: Sequence[Atom], i: int, *, kind: str) -> bool:
    atom = atoms[i]
    if kind == "address" and atoms[i + 1].cls in DIGITS and is_strange(atom):
        return True  # `syxty two, Peachtree Drive`
    if not atom.capital and is_cased(atoms, i):
        return False
    return is_strange(atom) or (kind == "name" and atom.capital and atom.text in PARTICLES)
