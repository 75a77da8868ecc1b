"""Names of whom one speaks of: `my neighbour Olive`, `Li Na Zhou, my wife`."""

from collections.abc import Sequence

from redaction.language.tables import words_in
from redaction.language.words import Atom
from redaction.recognizers.found import Heard
from redaction.recognizers.people.name_shape import (
    MAX_NAME,
    can_be_name,
    end_of_name,
    is_likely,
    is_strange,
)
from redaction.recognizers.people.name_words import ALSO_NAMES, KIN_SAID, NO_NAMES
from redaction.recognizers.well_known import WELL_KNOWN

_WHOSE = words_in("my his her our their your the")
_BESIDE_KIN = words_in("is are was called named um uh here in-law law in and")
_SAID_OF_KIN = 3
_FAMILY = words_in("""
aunt auntie aunty brother carer dad father gran grandad grandma granny guardian husband mam mom
mother mum nan nana parent parents sister son daughter uncle wife
""")
"""`the mum of Gemma`: of whom, not of what."""
_LED = words_in("i'm am and is it's called named probably maybe she's he's or for also")
_OR = words_in("and or")
_OF_TRADE = words_in("candidate claimant client passenger patient policyholder")
"""Whom one deals with: a strange word behind one of these is a name."""
_SAID = KIN_SAID | _OF_TRADE
_OWNED = words_in(
    "address birthday dad daughter email husband mom mother mum number phone son wife"
)
_ALSO_OWN = ALSO_NAMES - words_in("art bill gene guy may miles porter summer will")


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
        of = atom.text in _FAMILY and i + 1 < len(atoms) and atoms[i + 1].text == "of"
        at = i + 2 if of else i + 1
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
    return atoms[i].text not in NO_NAMES


def _before_kin(atoms: Sequence[Atom], i: int) -> list[tuple[int, int]]:
    """`Li Na Zhou, my wife`."""
    last = i - 2
    if last < 0 or atoms[i - 1].text not in _WHOSE:
        return []
    if last and atoms[last].text in _OR and atoms[i - 1].text != "the":
        last -= 1
        return [(last, last)] if _names_too(atoms, last) else []
    if _names_too(atoms, last):
        return [(last, last)]
    if not is_likely(atoms, last):
        return []
    if atoms[last].stop not in ("", ","):
        return []
    first = last
    while first and last - first < MAX_NAME and not atoms[first - 1].stop:
        if not is_likely(atoms, first - 1):
            break
        first -= 1
    return [(first, last)]


def _names_too(atoms: Sequence[Atom], i: int) -> bool:
    """`I'm june, the daughter`, `probably chase or my girlfriend`: a word or a month that is a
    first name too, where one is told."""
    return atoms[i].text in _ALSO_OWN and i > 0 and atoms[i - 1].text in _LED
