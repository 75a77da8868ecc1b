"""Words right beside figures and letters that the rules found, which may be more of them: claims of
nobody but the model (pure).

`oh won five, three, four`, `fort two, Mill Road`, `X Q are`: what sounds like a part of it, and
what is no word.
"""

from collections.abc import Iterator, Sequence

from redaction.classifier.evidence import Evidence, claims
from redaction.classifier.features import is_proper, word_of
from redaction.language.lexicon import LETTER_ALIKES, SOUND_ALIKES, SPELLING_ALPHABET
from redaction.language.words import Atom, Class
from redaction.recognizers.found import Found, Heard

BEFORE, BEHIND = "edge_before", "edge_behind"
SOURCES = frozenset({BEFORE, BEHIND})

_PARTS = frozenset({
    Class.DIGIT, Class.NUMERAL, Class.TEEN, Class.TEN, Class.LETTER, Class.CODE, Class.MONTH,
})  # fmt: skip
_ALIKE = frozenset({*SOUND_ALIKES, *LETTER_ALIKES, *SPELLING_ALPHABET})
_WHY = "sounds like more of what it stands beside"


def edges(heard: Heard, evidence: Sequence[Evidence]) -> list[Evidence]:
    """One word on each side of what was found, of the kind that it is beside."""
    taken = {i for one in evidence for i in range(one.found.first, one.found.last + 1)}
    return [
        Evidence(source, Found(at, at, kind, why=_WHY))
        for source, at, kind in _beside(heard, evidence)
        if at not in taken and _may_be_part(heard.atoms[at])
    ]


def _beside(heard: Heard, evidence: Sequence[Evidence]) -> Iterator[tuple[str, int, str]]:
    atoms, starts = heard.atoms, frozenset(heard.starts)
    for claim in claims(evidence):
        first, last = claim.evidence[0].found, max(e.found for e in claim.evidence)
        if claim.first and claim.first not in starts and _is_part(atoms[claim.first]):
            yield BEFORE, claim.first - 1, first.kind
        behind = claim.last + 1
        if behind < len(atoms) and behind not in starts and _is_part(atoms[claim.last]):
            yield BEHIND, behind, last.kind


def _is_part(atom: Atom) -> bool:
    return atom.cls in _PARTS or atom.text in SPELLING_ALPHABET


def _may_be_part(atom: Atom) -> bool:
    if atom.cls is Class.OTHER:
        return atom.text in _ALIKE or is_proper(word_of(atom))
    return atom.cls in _PARTS
