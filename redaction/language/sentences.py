"""The sentence that a word is in."""

from collections.abc import Sequence

from redaction.language.words import Atom

_BEFORE = 10


def sentence_before(atoms: Sequence[Atom], i: int) -> list[str]:
    """The words of the sentence that lead to atom `i`, the nearest first."""
    texts: list[str] = []
    for atom in reversed(atoms[max(0, i - _BEFORE) : i]):
        if atom.stop in (".", "?", "!"):
            break
        texts.append(atom.text)
    return texts
