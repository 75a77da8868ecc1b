"""Figures of a secret that sound like words, and stand alone in the breath they are said in.

`third, too`, `sorry, for`, `two and ate`: where a card, a code or the like was asked for, announced
or told just now, what is said between two pauses and is nothing but figures or what sounds like
them is part of it.
"""

from collections.abc import Sequence

from redaction.cues.asked_numbers import SECRETS
from redaction.cues.cue_index import Strength
from redaction.language.lexicon import SOUND_ALIKES
from redaction.language.words import Atom, Class
from redaction.recognizers.found import Found, Heard

_FIGURES = (Class.DIGIT, Class.TEEN, Class.TEN, Class.NUMERAL, Class.MULTIPLIER)
_PAUSES = (Class.FILLER, Class.CORRECTION)
_SOUNDS = SOUND_ALIKES.keys() | {"a", "then"}
_LONGEST = 8
_TOLD_MS = 10_000
_COUNTRIES = frozenset({"gb", "ie", "de", "fr", "nl", "es", "uk"})
_CHECK_DIGITS = 2


def find_sounds(heard: Heard) -> tuple[list[Found], list[int]]:
    """Stretches of figures and their sounds, and the beginnings of bank numbers."""
    if not heard.expected.has_openers and not heard.expected.filled:
        return [*_bank_beginnings(heard)], []
    found = [*_bank_beginnings(heard)]
    atoms, at = heard.atoms, 0
    while at < len(atoms):
        atom = atoms[at]
        # As `_sounds` says, without a call for each word.
        if not (atom.cls in _FIGURES or atom.text in _SOUNDS) or not _begins(heard, at):
            at += 1
            continue
        end = at
        while end + 1 < len(atoms) and _goes_on(heard, end):
            end += 1
        alike = any(atoms[i].text in SOUND_ALIKES for i in range(at, end + 1))
        if alike and _ends(heard, end) and end - at < _LONGEST and (kind := _told(heard, at)):
            why = "sounds like figures, and is all that is said between two pauses"
            found.append(Found(at, end, kind, why=why))
        at = end + 1
    return found, []


def words_of(heard: Heard, found: Found) -> list[str]:
    """None: they are ordinary words."""
    return []


def _sounds(atom: Atom) -> bool:
    return atom.cls in _FIGURES or atom.text in _SOUNDS


def _begins(heard: Heard, i: int) -> bool:
    if i == 0 or i in heard.times.breaks or i in heard.starts:
        return True
    before = heard.atoms[i - 1]
    if before.text == "and":
        return i < 2 or i - 1 in heard.starts or heard.atoms[i - 2].cls in _FIGURES
    return bool(before.stop) or before.cls in _PAUSES


def _ends(heard: Heard, i: int) -> bool:
    after = i + 1
    if after == len(heard.atoms):
        return not heard.is_open
    pauses = bool(heard.atoms[i].stop) or heard.atoms[after].cls in _PAUSES
    pauses = pauses or [a.text for a in heard.atoms[after + 1 : after + 3]] == ["the", "end"]
    return pauses or after in heard.times.breaks or after in heard.starts


def _goes_on(heard: Heard, i: int) -> bool:
    after = i + 1
    if after in heard.times.breaks or after in heard.starts:
        return False
    return heard.atoms[i].stop in ("", ",") and _sounds(heard.atoms[after])


def _told(heard: Heard, i: int) -> str | None:
    """The secret that is being told there."""
    at_ms = heard.times.start_ms[i]
    for slot in heard.slots_at(i):
        secret = slot.kind in SECRETS or heard.rules.spells(slot.kind)
        if secret and slot.strength is Strength.STRONG and slot.is_near(at_ms):
            return slot.kind
    lately = heard.given_lately(i, within_ms=_TOLD_MS)
    return next((one.kind for one in reversed(lately) if one.kind in SECRETS), None)


def _bank_beginnings(heard: Heard) -> list[Found]:
    """`GB two nine`, and nothing else: a country and its check digits."""
    atoms: Sequence[Atom] = heard.atoms
    found: list[Found] = []
    for i, atom in enumerate(atoms):
        if atom.text not in _COUNTRIES or not _begins(heard, i):
            continue
        end, digits = i, ""
        while end + 1 < len(atoms) and end - i < _CHECK_DIGITS and atoms[end + 1].cls in _FIGURES:
            end += 1
            digits += atoms[end].value
        if len(digits) >= _CHECK_DIGITS and end > i and _ends(heard, end):
            found.append(Found(i, end, "iban", why="is a country and two figures, and all said"))
    return found
