"""Addresses without a word for a street: flats, post boxes, and what a street was misheard as."""

from collections.abc import Sequence

from redaction.evidence.units import is_counted
from redaction.language.common_words import COMMON_WORDS, FUNCTION_WORDS
from redaction.language.lexicon import SOUND_ALIKES
from redaction.language.tables import words_in
from redaction.language.words import Atom, Class
from redaction.recognizers.found import Found, Heard
from redaction.recognizers.places.numbered_places import NUMERIC
from redaction.recognizers.places.street_parts import (
    MAX_NAME,
    has_number,
    names_street,
    with_dwelling,
)
from redaction.recognizers.places.street_words import STREET

_FLATS = words_in("apartment apt flat suite unit ste")
_FLATS_SAID = _FLATS | {f"{flat}s" for flat in _FLATS}
_MISHEARD_WITHIN = words_in("for were are or of to the and in bird our by her")
_LONGEST_ANSWER = 20
_ENDS_ANSWER = words_in("""
and but can could do i i'd i'll i'm i've is it it's my no okay please sir so thank thanks that
that's that'd then we what when why would yeah yes you
""")
"""After one of these words comes something else than the rest of an address."""


def flats(heard: Heard) -> list[Found]:
    """`Forty one, seventeen, large berlain, apartments six`: a flat makes an address of what is
    before it, whatever became of the street and of the question."""
    atoms, found = heard.atoms, []
    for i, atom in enumerate(atoms):
        if atom.text not in _FLATS_SAID or not has_number(atoms, i + 1):
            continue
        name = i - 1
        while name >= 0 and i - name <= MAX_NAME and _may_name_street(atoms, name):
            name -= 1
        words = atoms[name + 1 : i]
        unusual = any(a.text not in COMMON_WORDS or a.text in STREET for a in words)
        if not unusual or name < 0 or atoms[name].cls not in NUMERIC:
            continue
        first = name
        while first > 0 and name - first < MAX_NAME and atoms[first - 1].cls in NUMERIC:
            first -= 1
        found.append(Found(first, max(_end_of_answer(atoms, i), i + 1), "address", complete=True))
    return found


def _may_name_street(atoms: Sequence[Atom], i: int) -> bool:
    """Part of a street's name, or what `spur` of `Larkspur` was heard as: `large for Lane`."""
    between = atoms[i].text in _MISHEARD_WITHIN and i and names_street(atoms[i - 1])
    return bool(between) or names_street(atoms[i])


def post_boxes(heard: Heard) -> list[Found]:
    """`P O box three four one`."""
    atoms, found = heard.atoms, []
    for i, atom in enumerate(atoms if "box" in heard.texts else ()):
        if atom.text != "box":
            continue
        sounds = i + 2 < len(atoms) and atoms[i + 1].text in SOUND_ALIKES
        if not has_number(atoms, i + 2 if sounds else i + 1):
            continue
        if not _is_post_office(atoms, i):
            continue
        first = i - 1 if atoms[i - 1].text == "po" else i - 2
        last = i + 1
        while has_number(atoms, last + 1) and atoms[last].stop not in (".", "?", "!"):
            last += 1
        found.append(Found(first, last, "address"))
    return found


def _is_post_office(atoms: Sequence[Atom], i: int) -> bool:
    """`P O`, `po`, `post office`, or the O behind another letter: `T O box four seven two`."""
    before = atoms[max(0, i - 2) : i]
    said = "".join(atom.text for atom in before)
    if said.endswith("po") or said == "postoffice":
        return True
    return len(before) > 1 and before[0].cls is Class.LETTER and before[1].text in ("o", "oh")


def misheard_places(heard: Heard) -> list[Found]:
    """A number and the words after it, in the direct answer to a question for an address.

    Street names are what recognisers get wrong most: `forty one, seventeen, larks were lane,
    apartments six feet, Springfield`. So everything like a place goes, to the end of the answer.
    """
    spans: list[Found] = []
    atoms = heard.atoms
    if not heard.may_expect("address"):
        return spans
    for i in range(len(atoms) - 1):
        if atoms[i].cls not in NUMERIC or atoms[i + 1].cls is not Class.OTHER:
            continue
        if spans and i <= spans[-1].last:
            continue
        if atoms[i].text == "oh" and atoms[i].stop in (".", "?", "!"):
            continue  # `Oh. Usually it's there.`
        if atoms[i].text == "one" or is_counted(atoms, i + 1) or not heard.answers(i, "address"):
            continue
        last = _end_of_answer(atoms, i)
        if last == i and not heard.is_open:
            continue
        spans.append(Found(with_dwelling(atoms, i), last, "address"))
    return spans


def _end_of_answer(atoms: Sequence[Atom], first: int) -> int:
    """The last atom from `first` on that may be part of an address, wherever that leads."""
    last = at = first
    while at + 1 < len(atoms) and at - first < _LONGEST_ANSWER:
        if atoms[at].stop in ("?", "!") or (atoms[at].stop == "." and len(atoms[at].text) > 2):
            return last
        at += 1
        if _is_of_place(atoms[at]):
            last = at
        elif at - last > 1 or atoms[at].text in _ENDS_ANSWER:
            return last
    return last


def _is_of_place(atom: Atom) -> bool:
    """A number, letter, place word, or any word that people do not say between sentences."""
    if atom.cls in NUMERIC or atom.cls is Class.ORDINAL:
        return True
    if atom.cls is Class.LETTER:
        return atom.text not in ("a", "i")
    return atom.cls is Class.OTHER and atom.text not in FUNCTION_WORDS
