"""Towns and streets of which one is chosen: `is that West End or Spring Hill?`, `the Leeds one`.

Ordinary words, many of them. That an address was told says that these are of it.
"""

from collections.abc import Sequence

from redaction.language.common_words import FUNCTION_WORDS
from redaction.language.tables import words_in
from redaction.language.words import Atom, Class
from redaction.recognizers.found import Heard
from redaction.recognizers.people.name_shape import is_cased, is_strange
from redaction.recognizers.people.name_words import TITLES
from redaction.recognizers.places.continued_places import is_told, names_place, over_regions
from redaction.recognizers.places.no_places import NO_PLACES
from redaction.recognizers.places.place_signs import TOWN_NAMES
from redaction.recognizers.well_known import BRANDS

_ONES = words_in("address branch end flat house one place property side")
_LONGEST = 3
_CALLED = TITLES | {"called", "named"}
_DOWN = words_in("back down here out over up")
_TOLD_MS = 25_000
_NEVER = FUNCTION_WORDS | NO_PLACES | BRANDS


def offered(heard: Heard) -> list[tuple[int, int]]:
    """The places of a choice, and `at the Glasgow end`."""
    atoms, spans = heard.atoms, []
    if not heard.given("address"):
        return []
    for i in range(1, len(atoms) - 1):
        if atoms[i].text == "or" and is_told(heard, i, within_ms=_TOLD_MS):
            spans += _either(atoms, i)
        elif atoms[i].text in TOWN_NAMES and _is_one_of_two(atoms, i):
            spans.append((i, i))
    return spans


def _is_one_of_two(atoms: Sequence[Atom], i: int) -> bool:
    the = atoms[i - 1].text == "the" and atoms[i].stop in ("", ",")
    return the and atoms[i + 1].text in _ONES


def homes(heard: Heard) -> list[tuple[int, int]]:
    """`Mrs Pritchard in Glasgow`, `somebody called Banks, down in Tampa, Florida`: whose town."""
    atoms = heard.atoms
    if _CALLED.isdisjoint(heard.texts) or "in" not in heard.texts:
        return []
    spans: list[tuple[int, int]] = []
    for i in range(2, len(atoms) - 1):
        if atoms[i].text != "in" or not _is_called(atoms, i):
            continue
        last = over_regions(atoms, i + 1)
        if last > i + 1 or atoms[i + 1].text in TOWN_NAMES or names_place(atoms, i + 1):
            spans.append((i + 1, last))
    return spans


def _is_called(atoms: Sequence[Atom], until: int) -> bool:
    """Whether somebody's name ends before `in`, or `down in`."""
    end = until - (atoms[until - 1].text in _DOWN)
    for k in range(end - 2, max(end - 2 - _LONGEST, -1), -1):
        if atoms[k].text in _CALLED:
            return not any(a.text in FUNCTION_WORDS for a in atoms[k + 1 : end])
        if atoms[k].stop:
            return False
    return False


def _either(atoms: Sequence[Atom], i: int) -> list[tuple[int, int]]:
    """Both sides of the `or`; none if one of them is no name."""
    first = i
    while first and i - first < _LONGEST and _is_named(atoms, first - 1):
        if atoms[first - 1].stop:
            break
        first -= 1
    last = i
    while last + 1 < len(atoms) and last - i < _LONGEST and _is_named(atoms, last + 1):
        last += 1
        if atoms[last].stop:
            break
    if first == i or last == i:
        return []
    strange = any(is_strange(atom) for atom in atoms[first : last + 1])
    return [(first, i - 1), (i + 1, last)] if strange or is_cased(atoms, i) else []


def _is_named(atoms: Sequence[Atom], i: int) -> bool:
    """With a capital, at the beginning too; a strange word where there are none."""
    atom = atoms[i]
    if atom.cls is not Class.OTHER or atom.text in _NEVER or atom.value:
        return False
    if not is_cased(atoms, i):
        return is_strange(atom) or atom.text in TOWN_NAMES
    begins = i > 0 and atoms[i - 1].stop in (".", "?", "!")
    return atom.capital if begins or i == 0 else names_place(atoms, i)
