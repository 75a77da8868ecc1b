"""Names that are common words or months, said again: `Okay Autumn, it's ready`, `june was it`.

Such a word is known again only where somebody is spoken to or about with it: it is common.
"""

from collections.abc import Sequence

from redaction.language.common_words import COMMON_WORDS, FUNCTION_WORDS
from redaction.language.tables import words_in
from redaction.language.words import Atom, Class
from redaction.recognizers.people.name_shape import is_cased
from redaction.recognizers.people.name_words import ALSO_NAMES

COMMON_NAMES = (
    (ALSO_NAMES & COMMON_WORDS) | words_in("april august autumn june may summer")
) - FUNCTION_WORDS
_GREETED = words_in("""
alright and bye cheers hello hey hi lovely ok okay perfect right sorry sure thank thanks you great
""")
_SPEAKS = words_in("""
can could did does how i i'll i'm i've is it it'll it's let she she's he he's that's was we we'll
what who would yeah yes yep you you're your
""")
_AGREES = words_in("yeah yes yep okay right was is")


def is_called(atoms: Sequence[Atom], i: int) -> bool:
    """Whether a common word may be the name of somebody here."""
    atom = atoms[i]
    if atom.text not in COMMON_NAMES or (not atom.capital and is_cased(atoms, i)):
        return False
    after = atoms[i + 1].text if i + 1 < len(atoms) else ""
    if not i or atoms[i - 1].stop in (".", "?", "!"):
        return atom.capital and atom.stop == "," and after in _AGREES
    if atoms[i - 1].text not in _GREETED:
        return False
    if atom.cls is Class.MONTH and atoms[i - 1].text == "and":
        return False
    return after in _SPEAKS or (atom.capital and bool(atom.stop) and atom.stop != "?")
