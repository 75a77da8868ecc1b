"""Addresses of machines by their dots: parts between which somebody hesitated or was misheard.

`ten, period hang on O, period fourteen, period one seventy eight`, `one seven to dot one six dot
four zero dot two`: three dots with figures between them are told of nothing else, nor are two where
an address of a machine was asked for.
"""

from collections.abc import Sequence

from redaction.evidence.weighed import RIGHT_CONTEXT
from redaction.language.lexicon import SOUND_ALIKES
from redaction.language.tables import words_in
from redaction.language.words import Atom, Class
from redaction.numbers.runs import aside_length
from redaction.recognizers.found import Found, Heard
from redaction.recognizers.internet.email_domains import FIGURES

_DOTS = 3
_ASKED_DOTS = 2
_LONGEST_PART = 6
"""Figures of a part, what sounds like one included."""

_LONGEST_ASIDE = 4
_NUMBERED = words_in("version build release firmware section chapter clause paragraph edition")
_WHY = "has the dots of an address of a machine"
_IN_PARTS = words_in("oh o and")
_WORDS_TOO = words_in("to for")
_PARTS = frozenset(FIGURES) - {Class.ORDINAL}


def find_ip_parts(heard: Heard) -> tuple[list[Found], list[int]]:
    """Addresses of machines, and where undecided ones begin."""
    atoms = heard.atoms
    dots = [i for i, atom in enumerate(atoms) if _is_dot(atom) and _is_part_at(atoms, i + 1)]
    if len(dots) < _ASKED_DOTS:
        return [], []
    found: list[Found] = []
    undecided: list[int] = []
    for chain in _chains(atoms, dots):
        first, last = _start(atoms, chain[0]), _part_end(atoms, chain[-1] + 1)
        if not _is_address(heard, chain, first=first):
            continue
        if heard.is_open and last + RIGHT_CONTEXT >= len(atoms):
            undecided.append(first)
        else:
            found.append(Found(first, last, "ip", complete=True, why=_WHY))
    return found, undecided


def words_of(heard: Heard, found: Found) -> list[str]:
    """Nothing of it is a word."""
    return []


def _is_dot(atom: Atom) -> bool:
    return atom.cls is Class.SYMBOL and atom.value == "."


def _is_address(heard: Heard, dots: Sequence[int], *, first: int) -> bool:
    before = heard.atoms[first - 1].text if first else ""
    if before in _NUMBERED or first == dots[0]:
        return False
    asked = heard.may_expect("ip") and any(s.kind == "ip" for s in heard.slots_at(dots[0]))
    return len(dots) >= (_ASKED_DOTS if asked else _DOTS)


def _chains(atoms: Sequence[Atom], dots: Sequence[int]) -> list[list[int]]:
    """Dots between which nothing but a part stands."""
    chains: list[list[int]] = []
    for dot in dots:
        joined = chains and _joins(atoms, chains[-1][-1], dot)
        if joined:
            chains[-1].append(dot)
        else:
            chains.append([dot])
    return chains


def _joins(atoms: Sequence[Atom], dot: int, after: int) -> bool:
    end = _part_end(atoms, dot + 1)
    while end + 1 < after and (_is_dot(atoms[end + 1]) or aside_length(atoms, end + 1)):
        end += max(1, aside_length(atoms, end + 1))
    return end + 1 == after


def _is_part_at(atoms: Sequence[Atom], at: int) -> bool:
    return _part_end(atoms, at) >= at


def _part_end(atoms: Sequence[Atom], at: int) -> int:
    """The last atom of the part that begins at `at`, hesitations before it passed over; before it
    if there is none."""
    last, k = at - 1, at
    while k < len(atoms) and k - at < _LONGEST_ASIDE and (passed := _passed(atoms, k)):
        k += passed
    begun = k
    while k < len(atoms) and k - begun < _LONGEST_PART and _is_figure(atoms, k):
        if atoms[k].text not in _IN_PARTS or atoms[k].stop or k == begun or _goes_on(atoms, k):
            last = k
        if atoms[k].stop in (".", "?", "!"):
            break
        k += 1
    return last


def _passed(atoms: Sequence[Atom], k: int) -> int:
    """How many atoms of hesitation stand there; a figure is none."""
    return 0 if _is_figure(atoms, k) else aside_length(atoms, k)


def _goes_on(atoms: Sequence[Atom], k: int) -> bool:
    return k + 1 < len(atoms) and (atoms[k + 1].cls in _PARTS or _is_dot(atoms[k + 1]))


def _is_figure(atoms: Sequence[Atom], k: int) -> bool:
    """A figure, or what is heard for one beside others."""
    atom = atoms[k]
    if atom.cls in _PARTS or atom.text in _IN_PARTS:
        return True
    if atom.text not in SOUND_ALIKES:
        return False
    before = atoms[k - 1] if k else atom
    behind = before.cls in _PARTS and not before.stop and atom.text not in _WORDS_TOO
    return _is_dot(before) or behind or _goes_on(atoms, k)


def _start(atoms: Sequence[Atom], dot: int) -> int:
    """Where the part before the first dot begins; the dot itself if there is none."""
    k = dot
    while k and dot - k < _LONGEST_ASIDE and not _is_figure(atoms, k - 1):
        if not (_is_dot(atoms[k - 1]) or aside_length(atoms, k - 1)):
            break
        k -= 1
    first = dot
    while k and dot - k < _LONGEST_PART + _LONGEST_ASIDE and _is_figure(atoms, k - 1):
        led = atoms[k - 1].text in _WORDS_TOO and k < dot
        if led or atoms[k - 1].stop in (".", "?", "!"):
            break
        k -= 1
        if atoms[k].cls in _PARTS or atoms[k].text in SOUND_ALIKES:
            first = k
    return first
