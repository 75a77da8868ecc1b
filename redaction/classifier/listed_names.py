"""Names in our lists that no rule found: claims of nobody but the model (pure)."""

from collections.abc import Iterator, Sequence

from redaction.classifier.evidence import Evidence
from redaction.classifier.features import word_of
from redaction.language.proper_names import FIRST_NAMES, SURNAMES
from redaction.language.words import Atom, Class
from redaction.recognizers.found import Found, Heard

SOURCE = "listed_names"
_PEOPLE = FIRST_NAMES | SURNAMES
_WHY = "a name in our lists, and spoken of as people are"


def listed_names(heard: Heard, evidence: Sequence[Evidence]) -> Iterator[Evidence]:
    """First names and surnames outside what was found, each with a surname behind it."""
    taken = {i for one in evidence for i in range(one.found.first, one.found.last + 1)}
    atoms = heard.atoms
    i = 0
    while i < len(atoms):
        if i not in taken and _is_listed(atoms[i]):
            last = i
            goes_on = i + 1 < len(atoms) and i + 1 not in taken and i + 1 not in heard.starts
            if goes_on and not atoms[i].stop and _may_be_last(atoms[i + 1]):
                last = i + 1
            yield Evidence(SOURCE, Found(i, last, "name", why=_WHY))
            i = last
        i += 1


def _is_listed(atom: Atom) -> bool:
    # Most words are in neither list, which is cheaper to see than what else they are.
    if atom.cls is not Class.OTHER or atom.text.removesuffix("'s") not in _PEOPLE:
        return False
    kinds = word_of(atom)
    return kinds.startswith("<first") or (kinds.startswith("<last") and "word" not in kinds)


def _may_be_last(atom: Atom) -> bool:
    kinds = word_of(atom)
    return atom.cls is Class.OTHER and ("last" in kinds or kinds in ("<first>", "<unknown>"))
