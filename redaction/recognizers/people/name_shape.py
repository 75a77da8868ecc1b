"""What a name looks like: which words can be one, and where it ends."""

from collections.abc import Sequence
from operator import attrgetter

from redaction.language.common_words import COMMON_WORDS, FUNCTION_WORDS
from redaction.language.english import is_english
from redaction.language.household_words import PLAIN_WORDS
from redaction.language.lexicon import ACRONYMS
from redaction.language.words import Atom, Class
from redaction.recognizers.people.name_words import (
    ALSO_NAMES,
    PARTICLES,
    PLACES_IN_LINE,
    SUFFIXES,
)
from redaction.recognizers.well_known import WELL_KNOWN

MAX_NAME = 5
_CASE_ATOMS = 60
_CAPITAL = attrgetter("capital")
_ALWAYS_CAPITAL = ("i", "i'm", "i'll", "i'd", "i've")
_MAX_PARTICLES = 3
_TABLED = PLAIN_WORDS | WELL_KNOWN
_OF_VERBS = ("s", "ed", "ing", "ly")
_PAST = 6
"""Letters of a word in `ed` that is no surname, as Reed and Speed are."""


def can_be_name(atom: Atom) -> bool:
    if atom.cls is Class.MONTH:
        return atom.capital
    if atom.cls is not Class.OTHER or (atom.value and atom.text in ACRONYMS):
        return False
    plain = atom.text
    if not plain.isalpha():
        plain = plain.replace("'", "").replace("-", "").replace(".", "")
    return plain.isalpha() and len(plain) > 1


def is_cased(atoms: Sequence[Atom], at: int) -> bool:
    """Whether the recogniser writes capitals, judged by the words up to here."""
    near = atoms[max(0, at - _CASE_ATOMS) : at + 1]
    # Mostly there is none at all, which is seen without a step of ours for each atom.
    return any(map(_CAPITAL, near)) and any(
        a.capital and a.text not in _ALWAYS_CAPITAL for a in near
    )


def end_of_name(atoms: Sequence[Atom], first: int) -> int:
    """The last atom of the name that begins at `first`."""
    last = first
    while last + 1 < len(atoms) and last - first < MAX_NAME:
        if atoms[last].stop in (".", "?", "!", ","):
            break
        at = last + 1
        while at < len(atoms) and at - last <= _MAX_PARTICLES and _links(atoms[at]):
            at += 1
        if at > last + 1 and at < len(atoms) and extends(atoms, at):
            last = at
        elif extends(atoms, last + 1):
            last += 1
        else:
            break
    return _with_suffix(atoms, last)


def _links(atom: Atom) -> bool:
    """`de la`, `bin`, an initial: inside a name."""
    initial = atom.cls is Class.LETTER and atom.text not in ("i", "a")
    return (initial or atom.text in PARTICLES) and atom.stop in ("", ".")


def _with_suffix(atoms: Sequence[Atom], last: int) -> int:
    """`Eustace Fontaine the third`, `Applewhite, junior`."""
    if atoms[last].stop in ("", ",") and last + 1 < len(atoms):
        if atoms[last + 1].text in SUFFIXES:
            return last + 1
        third = [a.text for a in atoms[last + 1 : last + 3]]
        if third[:1] == ["the"] and third[-1] in PLACES_IN_LINE:
            return last + 2
    return last


def extends(atoms: Sequence[Atom], i: int) -> bool:
    """Whether atom `i` goes on with the name before it."""
    atom = atoms[i]
    if not can_be_name(atom) or atom.text in FUNCTION_WORDS:
        return False
    if is_cased(atoms, i):
        return atom.capital and not atoms[i - 1].stop
    return atom.text not in COMMON_WORDS and not is_past(atom.text)


def is_past(text: str) -> bool:
    """`paul shouted`: a verb, where nothing is written with capitals."""
    return text.endswith("ed") and len(text) >= _PAST and is_english(text)


def leads(atoms: Sequence[Atom], i: int) -> bool:
    """Whether a first name stands at `i`."""
    return can_be_name(atoms[i]) and atoms[i].text not in COMMON_WORDS and not atoms[i].stop


def is_strange(atom: Atom) -> bool:
    """Whether it is in no table of words, firms or towns."""
    text = atom.text.removesuffix("'s")
    if not can_be_name(atom) or text in _TABLED:
        return False
    return not is_english(text)


def is_likely(atoms: Sequence[Atom], i: int, *, cued: bool = False) -> bool:
    """Whether a strange word, or one that is a first name too, is written as names are here.

    `cued` where a name is likely anyway: then a rare English word is taken for one too.
    """
    if i >= len(atoms):
        return False
    atom = atoms[i]
    rare = cued and can_be_name(atom) and atom.text not in _TABLED
    if is_strange(atom) or (rare and not atom.text.endswith(_OF_VERBS)):
        return atom.capital or not is_cased(atoms, i)
    inside = i > 0 and atoms[i - 1].stop not in (".", "?", "!")
    return atom.capital and inside and atom.text in ALSO_NAMES
