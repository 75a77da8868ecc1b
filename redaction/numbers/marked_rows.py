"""Rows of words that only together are read out: letters by their names, figures misheard."""

from collections.abc import Sequence

from redaction.language import lexicon
from redaction.language.words import Atom, Class

_TELLS = frozenset({"it's", "is", "its", "that's"})
PAIRS = (Class.TEN, Class.TEEN)
_LEAST_PAIRS = 5


def mark_spelling(atoms: Sequence[Atom], marks: list[bool]) -> None:
    """`mike bravo oscar`: three or more words of the spelling alphabet, hesitations between."""
    row: list[int] = []
    for i in range(len(atoms) + 1):
        if i < len(atoms) and atoms[i].text in lexicon.SPELLING_ALPHABET:
            row.append(i)
            continue
        if not row:
            continue
        if i < len(atoms) and (hesitates(atoms[i]) or atoms[i].cls is Class.LETTER):
            continue
        if len(row) >= 3 and len({atoms[n].text for n in row}) >= 3:
            for n in row:
                marks[n] = True
        row = []


def mark_misheard(atoms: Sequence[Atom], marks: list[bool]) -> None:
    """`to oh ate`: three or more in a row that are digits or sound like them, and nothing else."""
    if not any(atom.cls is Class.DIGIT for atom in atoms):
        return
    first = 0
    for i in range(len(atoms) + 1):
        alike = i < len(atoms) and (
            atoms[i].cls is Class.DIGIT
            or atoms[i].cls in PAIRS
            or atoms[i].text in lexicon.SOUND_ALIKES
            # No article has a comma behind it.
            or (atoms[i].text == "a" and atoms[i].stop == ",")
        )
        if alike:
            continue
        if i - first >= 3 and _stands_alone(atoms, first, i):
            row = atoms[first:i]
            pairs = any(a.cls in PAIRS for a in row)
            # `six for fifty` is a price, `nine thirty to five thirty` are hours.
            counted = pairs and (len(row) < _LEAST_PAIRS or any(a.text == "to" for a in row))
            if not counted and any(a.cls is Class.DIGIT for a in row):
                marks[first:i] = [True] * len(row)
        first = i + 1


def _stands_alone(atoms: Sequence[Atom], first: int, end: int) -> bool:
    """Whether nothing said in the same breath stands before atom `first` or from `end` on."""
    begins = first == 0 or bool(atoms[first - 1].stop) or hesitates(atoms[first - 1])
    # `it's one too nine`; `it's nine to five` is said of hours.
    told = first > 0 and atoms[first - 1].text in _TELLS and end == len(atoms)
    begins = begins or (told and all(a.text != "to" for a in atoms[first:end]))
    return begins and (end == len(atoms) or bool(atoms[end - 1].stop) or hesitates(atoms[end]))


def hesitates(atom: Atom) -> bool:
    """Whether it interrupts what is read out, and says nothing."""
    return atom.cls in (Class.FILLER, Class.CORRECTION, Class.SYMBOL) or atom.text in (
        "so", "okay", "then", "and", "hang", "on", "let", "me", "see", "oh", "hold",
    )  # fmt: skip
