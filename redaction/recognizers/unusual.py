"""Unusual words where words are expected: in answers, read-backs and what is added to them.

A sentence may stand around the value ("I'm pretty sure I put geometry cause I was good at it"), so
that neither its length nor its make says what is personal: the word does, and that it was asked
for. What touches it and is written or said like a part of it goes with it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from redaction.cues.questions import FIRSTS, OF_LIFE
from redaction.cues.slots import SAID_IN_WORDS, Slot, ended_at
from redaction.evidence.weighed import RIGHT_CONTEXT
from redaction.language.common_words import COMMON_WORDS, FUNCTION_WORDS
from redaction.language.english import is_english
from redaction.language.household_words import PLAIN_WORDS
from redaction.language.tables import words_in
from redaction.language.words import Atom, Class
from redaction.recognizers.found import Found, Heard
from redaction.recognizers.places.known_places import STATES
from redaction.recognizers.places.no_places import INDOORS, NO_PLACES, asks_of_thing
from redaction.recognizers.places.place_signs import is_of_whom
from redaction.recognizers.places.street_words import STREET
from redaction.recognizers.places.unasked_places import is_place_said
from redaction.recognizers.secrets.bare_words import GOES_ON
from redaction.recognizers.secrets.led_up import led_up_to
from redaction.recognizers.unusual_reach import LINKS, region, row_until_segment_end
from redaction.recognizers.unusual_words import (
    FIGURES,
    has_capitals,
    is_proper,
    is_unusual,
    is_word,
    may_be_house,
)

_NEAR_TURNS = 2
_OF_MANY = STREET | STATES
_LETTERS = 5
_READ_BACK_MS = 4000


class _Looking(NamedTuple):
    """For what, and which words are no part of it."""

    kind: str
    ordinary: frozenset[str]


_OF_SLOT = {
    "password": _Looking("password", COMMON_WORDS),
    "security_answer": _Looking("security_answer", COMMON_WORDS),
    "address": _Looking("address", PLAIN_WORDS | NO_PLACES | INDOORS),
    "asked_name": _Looking("name", PLAIN_WORDS),
    "name": _Looking("name", PLAIN_WORDS),
}
_NO_VALUE_AFTER = words_in("""
can can't cannot could couldn't didn't do doesn't don't i'll must our should shouldn't they'll we'll
will won't would wouldn't you'll your
""")
"""What stands here before a word makes it a verb, or the listener's."""

_OF_QUESTIONS = OF_LIFE | FIRSTS
_SUBJECTS = words_in("he i it she that they we who you")
_HOLDS = words_in("""
be been got have has use used using was were alarm default door gate key login modem network router
wifi wi-fi
""")
_MOST_BEFORE, _MOST_BESIDE = 6, 3
_BUILT = FUNCTION_WORDS - LINKS
_TELL = frozenset({"it's", "that's", "name's", "password's", "word's", "one's"})


def find_unusual(heard: Heard) -> tuple[list[Found], list[int]]:
    """Unusual words and what belongs to them, and where undecided ones begin."""
    found: list[Found] = []
    undecided: list[int] = []
    expected = any(heard.may_expect(kind) for kind in _OF_SLOT)
    spelt = _spelt(heard.atoms)
    for i, atom in enumerate(heard.atoms):
        if found and i <= found[-1].last:
            continue
        # Most words are ordinary ones.
        ordinary = not atom.capital and atom.cls is Class.OTHER and atom.text in COMMON_WORDS
        kind = None if ordinary else _kind_at(heard, i, expected=expected)
        if kind is None and i not in spelt:
            continue
        kind = kind or "name"
        first, last = region(heard, i, kind=kind)
        if heard.is_open and last + RIGHT_CONTEXT >= len(heard.atoms):
            undecided.append(first)
        else:
            found.append(Found(first, last, kind, why=f"is unusual where a {kind} is expected"))
    return found, undecided


def _kind_at(heard: Heard, i: int, *, expected: bool) -> str | None:
    """What the atom is (part of), as it was decided before or now."""
    decided = heard.kept.kinds
    if i not in decided:
        worth = _is_worth_asking(heard.atoms[i])
        decided[i] = (
            _kind(heard, row_until_segment_end(heard, i), i, expected=expected) if worth else None
        )
    return decided[i]


def _spelt(atoms: Sequence[Atom]) -> set[int]:
    """`BRZE ZINS KI`: rows of capitals that are no words, which are letters read out."""
    rows: set[int] = set()
    caps = [i for i, a in enumerate(atoms) if a.value and is_unusual(a, PLAIN_WORDS)]
    for a, b in pairwise(caps):
        if b == a + 1 and len(atoms[a].text) + len(atoms[b].text) > _LETTERS:
            rows |= {a, b}
    return rows


def _is_worth_asking(atom: Atom) -> bool:
    if atom.cls in FIGURES:
        return atom.cls is not Class.ORDINAL
    return is_word(atom) and (atom.text not in COMMON_WORDS or atom.capital)


def _kind(heard: Heard, atoms: Sequence[Atom], i: int, *, expected: bool) -> str | None:
    """What the atom is (part of), if it is unusual for what is expected here."""
    atom = atoms[i]
    if is_place_said(atoms, i):
        return "address"
    slot = _slot(heard, i) if expected else None
    if slot is None:
        corrects = atom.cls in FIGURES and _follows_address(heard, i)
        return "address" if corrects and may_be_house(atoms, i) else None
    looking = _OF_SLOT[slot.kind]
    if atom.cls in FIGURES:
        house = looking.kind == "address" and slot.is_answer and may_be_house(atoms, i)
        return "address" if house else None
    late = looking.kind in SAID_IN_WORDS and slot.turns > _NEAR_TURNS
    if is_unusual(atom, PLAIN_WORDS if late else looking.ordinary):
        proper = atom.capital or not has_capitals(atoms, i)
        asked = slot.is_answer or slot.is_echo or atom.capital
        if looking.kind in SAID_IN_WORDS and (
            _is_said_in_passing(atoms, i) or _is_used(heard, i, slot=slot)
        ):
            return None
        if looking.kind in SAID_IN_WORDS or (proper and asked):
            other = looking.kind == "address" and (
                asks_of_thing(atoms, i) or (not slot.is_answer and is_of_whom(atoms, i))
            )
            return None if other else looking.kind
    proper = looking.kind == "address" and slot.is_answer and is_proper(atoms, i)
    if proper and atom.text not in NO_PLACES and not asks_of_thing(atoms, i):
        return "address"
    return None


def _is_said_in_passing(atoms: Sequence[Atom], i: int) -> bool:
    """`you can swap it`, `it's got your logo`: a verb, or a thing of the other's."""
    before = atoms[i - 1] if i else None
    if before is None or before.stop or atoms[i].capital:
        return False
    of_other = before.text.endswith("'s") and before.text not in _TELL
    done = (of_other or before.text in _SUBJECTS) and atoms[i].text.endswith("ed")
    return (done or before.text in _NO_VALUE_AFTER) and is_english(atoms[i].text)


def _is_used(heard: Heard, i: int, *, slot: Slot) -> bool:
    """`did you spend it at a jeweller's?`: a word of the dictionary in a sentence that answers
    nothing, and so is about something else; `brave little toaster` stands for itself."""
    atoms = heard.atoms
    if slot.is_answer or not is_english(atoms[i].text):
        return False
    if atoms[i].capital and i and not atoms[i - 1].stop:
        return False
    if atoms[i].text.removesuffix("'s") in _OF_QUESTIONS or not _is_led(heard, i):
        return True
    last = i
    while last - i < _MOST_BESIDE and last + 1 < len(atoms) and _is_row(heard, last):
        last += 1
    after = atoms[i + 1 : last + 1]
    return any(a.text in GOES_ON or a.text.endswith("'s") for a in after)


def _is_led(heard: Heard, i: int) -> bool:
    """Whether what it is a part of begins as what is mentioned does: `I've got maple kestrel`,
    `it'd be kestrel`, `the router's kestrel`."""
    atoms = heard.atoms
    for first in range(i, max(i - _MOST_BEFORE, -1), -1):
        if led_up_to(heard, first) or (first and _holds(atoms[first - 1])):
            return True
        if not first or not _is_row(heard, first - 1, over_links=True):
            return False
    return False


def _holds(atom: Atom) -> bool:
    return not atom.stop and atom.text.removesuffix("'s") in _HOLDS


def _is_row(heard: Heard, i: int, *, over_links: bool = False) -> bool:
    """Whether the next word goes on with this one, and no sentence is built with it."""
    atom = heard.atoms[i]
    if atom.stop or i + 1 in heard.times.breaks or i + 1 in heard.starts:
        return False
    built = atom.text in (_BUILT if over_links else FUNCTION_WORDS)
    built = built or atom.text.endswith("'s")
    return not built and atom.cls is not Class.FILLER


def _slot(heard: Heard, i: int) -> Slot | None:
    """The newest expectation of words here, unless too much was said since.

    Secrets come in rows, one question after the other: theirs lasts as long as any.
    """
    secret: Slot | None = None
    for slot in heard.slots_at(i):
        if slot.kind not in _OF_SLOT or slot.strength != 2:
            continue
        if slot.is_answer or (slot.turns <= _NEAR_TURNS and slot.kind not in SAID_IN_WORDS):
            return slot
        secret = secret or (slot if slot.kind in SAID_IN_WORDS else None)
    return secret


def _follows_address(heard: Heard, i: int) -> bool:
    """Whether the other speaker has just read an address: `sixteen, not sixty`."""
    at_ms = heard.times.start_ms[i]
    given = heard.given("address")
    first = bisect_left(given, at_ms - _READ_BACK_MS, key=ended_at)
    until = bisect_right(given, at_ms, key=ended_at)
    return any(one.stream != heard.stream for one in given[first:until])


def words_of(heard: Heard, found: Found) -> list[str]:
    """The unusual words of it, to be known again."""
    return [
        atom.text
        for atom in heard.atoms[found.first : found.last + 1]
        if is_unusual(atom, PLAIN_WORDS) and len(atom.text) > 3 and atom.text not in _OF_MANY
    ]
