"""What links the parts of a place: a landmark between them, a figure heard as a word."""

from collections.abc import Sequence

from redaction.language.common_words import FUNCTION_WORDS
from redaction.language.lexicon import SOUND_ALIKES
from redaction.language.tables import words_in
from redaction.language.words import Atom, Class
from redaction.recognizers.found import Found, Heard
from redaction.recognizers.places.house_numbers import is_broken
from redaction.recognizers.places.numbered_places import NUMERIC

_BESIDE = words_in("above behind below beside by near next off opposite over under")
_INSIDE = (["on", "the"], ["in", "the"], ["by", "the"], ["on"], ["upon"], ["under"], ["le"])
"""Of a town's name: `Stow on the Wold`."""
_OF_LINKS = words_in("and of the to")
_LONGEST = 5
_PLACES = frozenset({"address", "name", "unknown"})
_ENDS = (".", "?", "!")


def linked(heard: Heard, found: Sequence[Found]) -> list[Found]:
    """What was found, two parts of an address and what links them as one."""
    if not any(one.kind == "address" for one in found):
        return list(found)
    joined: list[Found] = []
    for one in sorted(found, key=lambda f: f.first):
        before = joined[-1] if joined else None
        if before is not None and _are_linked(heard, before, one):
            joined[-1] = before._replace(last=max(before.last, one.last), kind="address")
            continue
        joined.append(one)
    return joined


def begun_links(heard: Heard, found: Sequence[Found]) -> list[int]:
    """`flat four, Sai Towers, behind Hanu`: what may link the last words to a place."""
    places = [one.last for one in found if one.kind == "address"]
    if not heard.is_open or not places:
        return []
    atoms, first = heard.atoms, max(places) + 1
    behind = atoms[first:]
    if not 0 < len(behind) <= _LONGEST or behind[0].text not in _BESIDE:
        return []
    if any(atom.stop in _ENDS for atom in atoms[first - 1 :]):
        return []
    return [first] if all(_may_be_landmark(atom) for atom in behind[1:]) else []


def is_landmark(atoms: Sequence[Atom], first: int, end: int) -> bool:
    """`near the water tank`: what a house is found by, all of an answer."""
    behind = atoms[first + 1 : end]
    if first >= end or atoms[first].text not in _BESIDE or not 0 < len(behind) <= _LONGEST:
        return False
    whose = behind[0].text in ("the", "a", "our") and len(behind) > 1
    return all(_may_be_landmark(atom) for atom in (behind[1:] if whose else behind))


def _are_linked(heard: Heard, a: Found, b: Found) -> bool:
    if not 0 < b.first - a.last - 1 <= _LONGEST or not {a.kind, b.kind} <= _PLACES:
        return False
    atoms = heard.atoms
    between = atoms[a.last + 1 : b.first]
    if [atom.text for atom in between] in _INSIDE and not any(a.stop for a in between):
        return not atoms[a.last].stop and "address" in (a.kind, b.kind)
    if a.kind != "address":
        return False
    if any(atom.stop in _ENDS for atom in atoms[a.last : b.first]):
        return False
    if between[0].text in _BESIDE:
        return all(_may_be_landmark(atom) for atom in between[1:])
    figures = atoms[a.last].cls in NUMERIC or atoms[b.first].cls in NUMERIC
    return figures and all(_is_figure(atoms, i) for i in range(a.last + 1, b.first))


def _may_be_landmark(atom: Atom) -> bool:
    if atom.text in _OF_LINKS or atom.text in _BESIDE:
        return True
    return atom.cls in (Class.OTHER, Class.MONTH) and atom.text not in FUNCTION_WORDS


def _is_figure(atoms: Sequence[Atom], i: int) -> bool:
    return atoms[i].text in SOUND_ALIKES or is_broken(atoms, i)
