"""Names of whom one speaks of: `my neighbour Olive`, `Li Na Zhou, my wife`."""

from collections.abc import Sequence

from redaction.common_words import FUNCTION_WORDS
from redaction.recognizers.found import Heard
from redaction.recognizers.name_shape import (
    MAX_NAME,
    can_be_name,
    end_of_name,
    is_likely,
    is_strange,
)
from redaction.recognizers.name_words import ALSO_NAMES, DAYS, KIN_SAID
from redaction.recognizers.well_known import WELL_KNOWN
from redaction.tables import words_in
from redaction.words import Atom

_WHOSE = words_in("my his her our their your the")
_BESIDE_KIN = words_in("is are was called named um uh here in-law law in and")
_SAID_OF_KIN = 3
_OF_TRADE = words_in("candidate claimant client passenger patient policyholder")
"""Whom one deals with: a strange word behind one of these is a name."""
_SAID = KIN_SAID | _OF_TRADE
_OWNED = words_in(
    "address birthday dad daughter email husband mom mother mum number phone son wife"
)
_ALSO_OWN = ALSO_NAMES - words_in("art bill gene guy may miles porter summer will")
_NO_NAMES = FUNCTION_WORDS | DAYS


def kin(heard: Heard) -> list[tuple[int, int]]:
    """`my neighbour Olive`, `two girls, Maeve`, `Li Na Zhou, my wife`."""
    atoms = heard.atoms
    spans: list[tuple[int, int]] = []
    for i, atom in enumerate(atoms if not _SAID.isdisjoint(heard.texts) else ()):
        if atom.text not in _SAID:
            continue
        if atom.text in _OF_TRADE:
            if not atom.stop and is_likely(atoms, i + 1):
                spans.append((i + 1, end_of_name(atoms, i + 1)))
            continue
        at = i + 1
        while at < len(atoms) and at - i <= _SAID_OF_KIN and atoms[at].text in _BESIDE_KIN:
            at += 1
        if (
            atoms[at - 1].stop not in (".", "?", "!")
            and (is_likely(atoms, at, cued=True) or _is_proper_name(atoms, at))
            and atoms[at].text not in WELL_KNOWN
        ):
            spans.append((at, end_of_name(atoms, at)))
        spans += _before_kin(atoms, i)
    return spans


def owners(heard: Heard) -> list[tuple[int, int]]:
    """`Quentin's address`, `tony's birthday`: whose it is, where that is somebody's."""
    atoms = heard.atoms
    if _OWNED.isdisjoint(heard.texts):
        return []
    return [
        (i, i)
        for i, atom in enumerate(atoms[:-1])
        if atom.text[-2:] == "'s" and not atom.stop and atoms[i + 1].text in _OWNED
        if is_strange(atom) or atom.text[:-2] in _ALSO_OWN
    ]


def _is_proper_name(atoms: Sequence[Atom], i: int) -> bool:
    """`my son Bishop`: a capital inside a sentence."""
    if i >= len(atoms) or not can_be_name(atoms[i]) or not atoms[i].capital:
        return False
    return atoms[i].text not in _NO_NAMES


def _before_kin(atoms: Sequence[Atom], i: int) -> list[tuple[int, int]]:
    """`Li Na Zhou, my wife`."""
    last = i - 2
    if last < 0 or atoms[i - 1].text not in _WHOSE or not is_likely(atoms, last):
        return []
    if atoms[last].stop not in ("", ","):
        return []
    first = last
    while first and last - first < MAX_NAME and not atoms[first - 1].stop:
        if not is_likely(atoms, first - 1):
            break
        first -= 1
    return [(first, last)]
