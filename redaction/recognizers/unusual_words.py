"""What makes a word unusual where words are expected: unknown, written as a name, or a number."""

from collections.abc import Sequence

from redaction.evidence.units import is_counted
from redaction.language.common_words import FUNCTION_WORDS
from redaction.language.lexicon import ACRONYMS
from redaction.language.tables import words_in
from redaction.language.words import Atom, Class

FIGURES = {Class.DIGIT, Class.NUMERAL, Class.TEEN, Class.TEN, Class.CODE, Class.MAGNITUDE,
           Class.ORDINAL, Class.MULTIPLIER}  # fmt: skip
_DAYS = words_in("""
monday tuesday wednesday thursday friday saturday sunday english american british visa mastercard
""")


def is_word(atom: Atom) -> bool:
    """Whether it is written in letters, and neither short nor an acronym."""
    if atom.cls is not Class.OTHER:
        return False
    plain = atom.text
    if not plain.isalpha():
        plain = plain.replace("'", "").replace("-", "")
    return plain.isalpha() and len(plain) > 2 and not (atom.value and atom.text in ACRONYMS)


def is_unusual(atom: Atom, ordinary: frozenset[str]) -> bool:
    """Whether it is a word, and none of these."""
    return is_word(atom) and atom.text.removesuffix("'s") not in ordinary


def may_be_house(atoms: Sequence[Atom], i: int) -> bool:
    """A number that counts nothing."""
    end = i
    while end + 1 < len(atoms) and atoms[end + 1].cls in FIGURES and not atoms[end].stop:
        end += 1
    lone = end == i and atoms[i].text in ("one", "oh")  # `Oh, how lovely`
    return not lone and not is_counted(atoms, end + 1)


def is_proper(atoms: Sequence[Atom], i: int) -> bool:
    """A capital inside a sentence, or at its start with another behind it."""
    atom = atoms[i]
    if not atom.capital or not is_word(atom) or atom.text in _DAYS or atom.text[:2] == "i'":
        return False
    inside = i > 0 and atoms[i - 1].stop not in (".", "?", "!")
    following = atoms[i + 1] if i + 1 < len(atoms) and not atom.stop else None
    leads = following is not None and following.capital and is_word(following)
    if atom.text in FUNCTION_WORDS:
        return inside and leads
    return inside or (leads and following is not None and following.text not in FUNCTION_WORDS)


def has_capitals(atoms: Sequence[Atom], i: int) -> bool:
    """Whether the recogniser writes capitals, by the words just before."""
    return any(a.capital and a.text[0] != "i" for a in atoms[max(0, i - 60) : i + 1])
