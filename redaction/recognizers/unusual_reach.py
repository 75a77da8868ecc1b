"""How far an unusual word reaches: what touches it, or is linked to it, and belongs to it."""

from bisect import bisect_right
from collections.abc import Callable, Sequence

from redaction.language.common_words import COMMON_WORDS, FUNCTION_WORDS
from redaction.language.household_words import PLAIN_WORDS
from redaction.language.tables import words_in
from redaction.language.words import Atom, Class
from redaction.recognizers.found import Heard
from redaction.recognizers.places.known_places import STATES
from redaction.recognizers.places.street_words import DWELLING, STREET
from redaction.recognizers.unusual_words import (
    FIGURES,
    has_capitals,
    is_proper,
    is_unusual,
    is_word,
    may_be_house,
)

LINKS = words_in("""
of the and on in at near upon by number opposite above
under over via an a no half dash slash not
""")
_MOSTLINKS = 3
_NO_PART = FUNCTION_WORDS | words_in("""
guess repeat obviously password passwords password's passphrase passphrase's word words word's
phrase phrase's secret answer answer's login username key code account
""")
"""What announces a secret, or what it is for."""
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

    linked = _linked_to_secret if kind == "password" else belongs

    def reach(step: int) -> int:
        return _reach(
            atoms,
            i,
            step=step,
            goes_over=lambda at, to: goes_over(min(at, to)),
            belongs=belongs,
            linked=_nothing if kind == "password" and step < 0 else linked,
        )

    return reach(-1), reach(1)


def _reach(
    atoms: Sequence[Atom],
    i: int,
    *,
    step: int,
    goes_over: Callable[[int, int], bool],
    belongs: Callable[[Sequence[Atom], int], bool],
    linked: Callable[[Sequence[Atom], int], bool],
) -> int:
    """The last atom in one direction that belongs to the one at `i`."""
    end = at = i
    while abs(at - i) < _LONGEST and 0 <= at + step < len(atoms) and goes_over(at, at + step):
        at += step
        touches = abs(at - end) == 1 or at - end == 2  # `dance at midnight`
        touches = touches and not any(a.stop for a in atoms[min(at, end) : max(at, end)])
        if (belongs if touches else linked)(atoms, at):
            end = at
        elif atoms[at].text not in LINKS or abs(at - end) > _MOSTLINKS:
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
    return is_word(atom) and atom.text not in _NO_PART


def _nothing(atoms: Sequence[Atom], i: int) -> bool:
    """What stands before a secret and `of the` is the sentence."""
    return False


def _linked_to_secret(atoms: Sequence[Atom], i: int) -> bool:
    """On over a comma or `and the`: no ordinary word."""
    other = atoms[i].cls is Class.OTHER
    return _of_answer(atoms, i) if other else _of_secret(atoms, i)


def _of_answer(atoms: Sequence[Atom], i: int) -> bool:
    return is_proper(atoms, i) or is_unusual(atoms[i], COMMON_WORDS)


def _of_name(atoms: Sequence[Atom], i: int) -> bool:
    if atoms[i].text in LINKS:
        return False
    return is_proper(atoms, i) or (not has_capitals(atoms, i) and is_unusual(atoms[i], PLAIN_WORDS))


_BELONGS: dict[str, Callable[[Sequence[Atom], int], bool]] = {
    "address": _of_place,
    "password": _of_secret,
    "security_answer": _of_answer,
    "name": _of_name,
}
