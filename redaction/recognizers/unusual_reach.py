"""How far an unusual word reaches: what touches it, or is linked to it, and belongs to it."""

from bisect import bisect_right
from collections.abc import Callable, Sequence

from redaction.common_words import COMMON_WORDS, FUNCTION_WORDS
from redaction.household_words import PLAIN_WORDS
from redaction.recognizers.found import Heard
from redaction.recognizers.places import STATES
from redaction.recognizers.street_words import DWELLING, STREET
from redaction.recognizers.unusual_words import (
    FIGURES,
    has_capitals,
    is_proper,
    is_unusual,
    is_word,
    may_be_house,
)
from redaction.tables import words_in
from redaction.words import Atom, Class

_LINKS = words_in("""
of the and on in at near upon by number opposite above
under over via an a no half dash slash not
""")
_MOST_LINKS = 3
_OF_PLACES = STREET | DWELLING | STATES
_LONGEST = 16


def row_until_segment_end(heard: Heard, i: int) -> Sequence[Atom]:
    """The words up to the end of the segment: later ones may still change."""
    after = bisect_right(heard.starts, i)
    return heard.atoms[: heard.starts[after]] if after < len(heard.starts) else heard.atoms


def region(heard: Heard, i: int, *, kind: str) -> tuple[int, int]:
    """With what touches it, or is linked to it, and belongs to it."""
    atoms, breaks = row_until_segment_end(heard, i), heard.starts
    belongs = _BELONGS[kind]

    def goes_over(at: int) -> bool:
        """Whether what stands at `at` and `at + 1` is one phrase."""
        ends = atoms[at].stop in (".", "?", "!") and len(atoms[at].text) > 2
        if kind in ("name", "security_answer") and atoms[at].stop == ",":
            return False
        return not ends and at + 1 not in breaks

    last = _reach(
        atoms, i, step=1, goes_over=lambda at, to: goes_over(min(at, to)), belongs=belongs
    )
    first = _reach(
        atoms, i, step=-1, goes_over=lambda at, to: goes_over(min(at, to)), belongs=belongs
    )
    return first, last


def _reach(
    atoms: Sequence[Atom],
    i: int,
    *,
    step: int,
    goes_over: Callable[[int, int], bool],
    belongs: Callable[[Sequence[Atom], int], bool],
) -> int:
    """The last atom in one direction that belongs to the one at `i`."""
    end = at = i
    while abs(at - i) < _LONGEST and 0 <= at + step < len(atoms) and goes_over(at, at + step):
        at += step
        if belongs(atoms, at):
            end = at
        elif atoms[at].text not in _LINKS or abs(at - end) > _MOST_LINKS:
            break
    return end


def _of_place(atoms: Sequence[Atom], i: int) -> bool:
    atom = atoms[i]
    if atom.cls in FIGURES:
        return may_be_house(atoms, i)
    if atom.cls is Class.LETTER:
        return atom.text not in ("a", "i")
    if atom.text in _OF_PLACES and atom.cls is Class.OTHER:
        return True
    if atom.value and len(atom.text) == 2:
        return True
    if has_capitals(atoms, i):
        return is_proper(atoms, i)
    return is_unusual(atom, PLAIN_WORDS)


def _of_secret(atoms: Sequence[Atom], i: int) -> bool:
    atom = atoms[i]
    if atom.cls in FIGURES or atom.cls is Class.LETTER:
        return atom.text not in ("a", "i", "one") and may_be_house(atoms, i)
    return is_word(atom) and atom.text not in FUNCTION_WORDS


def _of_answer(atoms: Sequence[Atom], i: int) -> bool:
    return is_proper(atoms, i) or is_unusual(atoms[i], COMMON_WORDS)


def _of_name(atoms: Sequence[Atom], i: int) -> bool:
    if atoms[i].text in _LINKS:
        return False
    return is_proper(atoms, i) or (not has_capitals(atoms, i) and is_unusual(atoms[i], PLAIN_WORDS))


_BELONGS: dict[str, Callable[[Sequence[Atom], int], bool]] = {
    "address": _of_place,
    "password": _of_secret,
    "security_answer": _of_answer,
    "name": _of_name,
}
