"""Names, found by what is said around them."""

from collections.abc import Sequence

from redaction.evidence.weighed import RIGHT_CONTEXT
from redaction.language.common_words import COMMON_WORDS, FUNCTION_WORDS
from redaction.language.words import Atom, Class
from redaction.recognizers.found import Found, Heard
from redaction.recognizers.people.announced_names import announced, titled, unfinished
from redaction.recognizers.people.answered_names import answered, spelled_out
from redaction.recognizers.people.kin_names import kin, owners
from redaction.recognizers.people.name_shape import is_cased
from redaction.recognizers.people.name_words import ALSO_NAMES, TITLES
from redaction.recognizers.people.names_again import COMMON_NAMES
from redaction.recognizers.people.names_in_row import catalogued, chained
from redaction.recognizers.people.read_out import read_out


def find_names(heard: Heard) -> tuple[list[Found], list[int]]:
    """Names, and where undecided ones begin."""
    spans = announced(heard) + titled(heard) + kin(heard) + answered(heard) + spelled_out(heard)
    spans += read_out(heard) + owners(heard) + catalogued(heard)
    spans += [more for _, last in spans for more in chained(heard.atoms, last)]
    found: list[Found] = []
    undecided: list[int] = []
    for first, last in spans:
        first = _with_ordinary_first_name(heard.atoms, first)
        if heard.is_open and last + RIGHT_CONTEXT >= len(heard.atoms):
            undecided.append(first)
        else:
            found.append(Found(first, last, "name"))
    if heard.is_open:
        undecided += unfinished(heard)
    return found, undecided


def _with_ordinary_first_name(atoms: Sequence[Atom], first: int) -> int:
    """`Will Moreau`, `grace okafor`: a word that is a first name too, right before a name."""
    before = atoms[first - 1] if first else None
    if before is None or before.text not in ALSO_NAMES or before.stop:
        return first
    if before.capital or not is_cased(atoms, first):
        verb = before.text in FUNCTION_WORDS and first > 1 and not atoms[first - 2].stop
        return first if verb and not before.capital else first - 1
    return first


def words_of(heard: Heard, found: Found) -> list[str]:
    """The words of a name that are worth knowing again."""
    return [
        atom.text
        for atom in heard.atoms[found.first : found.last + 1]
        if atom.text in COMMON_NAMES
        or (
            atom.cls is Class.OTHER
            and len(atom.text) > 2
            and atom.text not in COMMON_WORDS
            and atom.text not in TITLES
        )
    ]
