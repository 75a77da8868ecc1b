"""Names read out, of whose letters the recogniser made words: `A and D are EA Jo n e ES`."""

from collections.abc import Sequence

from redaction.language.common_words import FUNCTION_WORDS
from redaction.language.lexicon import LETTER_ALIKES
from redaction.language.words import Atom, Class
from redaction.recognizers.found import Heard
from redaction.recognizers.people.name_words import SPELLS

_LETTERS = 3
_GAP = 4
"""Atoms from one letter to the next, at most."""
_SHORT = 3
_TWO = 2
_WORDS_TOO = frozenset({"a", "i"})


def read_out(heard: Heard) -> list[tuple[int, int]]:
    """Rows of letters and of what they were taken for, where a name was asked for."""
    if not heard.may_expect("name"):
        return []
    rows: list[list[int]] = []
    for i, atom in enumerate(heard.atoms):
        if atom.cls is not Class.LETTER and len(atom.text) > _TWO or not _is_letter(atom):
            continue
        if rows and i - rows[-1][-1] <= _GAP and not _is_cut(heard, rows[-1][-1], i):
            rows[-1].append(i)
        else:
            rows.append([i])
    return [
        (_first(heard, row[0]), _last(heard, row[-1]))
        for row in rows
        if len(row) >= _LETTERS and heard.awaits(row[0], "name")
    ]


def _is_cut(heard: Heard, first: int, last: int) -> bool:
    """Whether a sentence ends between two atoms, or the speaker pauses there."""
    ends = any(a.stop in ("?", "!", ";") for a in heard.atoms[first:last])
    return ends or any(at in heard.times.breaks for at in range(first + 1, last + 1))


def _is_letter(atom: Atom) -> bool:
    """A letter, two in capitals, or the `o` that is a figure too."""
    if atom.cls is Class.LETTER:
        return atom.text not in _WORDS_TOO
    return atom.text == "o" or (bool(atom.value) and atom.text.isalpha() and len(atom.text) == _TWO)


def _may_be_letters(atom: Atom) -> bool:
    return atom.cls is Class.LETTER or atom.text in LETTER_ALIKES or len(atom.text) <= _SHORT


def _first(heard: Heard, i: int) -> int:
    atoms: Sequence[Atom] = heard.atoms
    while i and not _is_cut(heard, i - 1, i) and _may_be_letters(atoms[i - 1]):
        lettered = i > 1 and atoms[i - 2].cls is Class.LETTER
        if atoms[i - 1].text in SPELLS and not lettered:
            break
        i -= 1
    return i


def _last(heard: Heard, i: int) -> int:
    atoms: Sequence[Atom] = heard.atoms
    while i + 1 < len(atoms) and not atoms[i].stop and not _is_cut(heard, i, i + 1):
        ends = i + 2 == len(atoms) or i + 2 in heard.times.breaks
        after = atoms[i + 1]
        if not _may_be_letters(after) or (after.text in FUNCTION_WORDS and not ends):
            break
        i += 1
    return i
