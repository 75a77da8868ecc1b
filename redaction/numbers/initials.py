"""Names of codes that are said letter by letter: the `C V C` of `C V C is 631` is no part of it."""

from collections.abc import Sequence

from redaction.language.tables import words_in
from redaction.language.words import Atom, Class
from redaction.numbers.letter_marks import SPELT

_INITIALS = words_in("""
aba atm bsb cvc cvn cvv dob ein eta ifsc imei kyc mot nhs otp pin sin ssn tfn upi utr vin
""")
_SHORTEST = 3
_LONGEST = max(map(len, _INITIALS))


def unmark_initials(atoms: Sequence[Atom], marks: list[bool]) -> None:
    """Such letters as no number, where none is said right before them and no letter behind."""
    at = 0
    while at < len(atoms) - _SHORTEST:
        if not _is_single(atoms[at]) or not marks[at + 1]:
            at += 1
            continue
        end = _row_end(atoms, at)
        if _is_name(atoms, marks, first=at, end=end):
            marks[at:end] = [False] * (end - at)
        at = end


def _row_end(atoms: Sequence[Atom], first: int) -> int:
    """Behind the letters from `first` on that are said in one go."""
    end = first + 1
    while end < len(atoms) and _is_single(atoms[end]) and not atoms[end - 1].stop:
        end += 1
    return end


def _is_single(atom: Atom) -> bool:
    """A letter; the one that is a zero elsewhere, too."""
    return atom.cls is Class.LETTER or atom.text in ("a", "i", "o")


def _is_name(atoms: Sequence[Atom], marks: Sequence[bool], *, first: int, end: int) -> bool:
    if not _SHORTEST <= end - first <= _LONGEST or end >= len(atoms):
        return False  # `S I N` may go on: `G H`
    if "".join(atom.text for atom in atoms[first:end]) not in _INITIALS:
        return False
    behind = atoms[end]
    if behind.cls in (Class.LETTER, Class.CODE) or behind.text in SPELT:
        return False
    before = first - 1
    if before < 0 or not marks[before] or atoms[before].stop in (".", "?", "!"):
        return True
    # `K I T T Y, V A T`
    return atoms[before].stop == "," and atoms[before].cls is not Class.LETTER
