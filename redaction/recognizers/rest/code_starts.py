"""What a code begins with before the figures that were masked: a country, a bank, a few letters.

`AB, so 6840`, `gb 53 west, hang on, 790`, `licence A nine five`: whatever kind the figures were
taken for.
"""

from redaction.cues.card_cues import CARD_WORDS
from redaction.language.common_words import COMMON_WORDS
from redaction.language.english import is_english
from redaction.language.lexicon import ACRONYMS, SPELLING_ALPHABET
from redaction.language.tables import words_in
from redaction.language.words import Atom, Class
from redaction.recognizers.found import Found, Heard
from redaction.recognizers.rest.spelled_on import PARTS

_LEADS_IN = words_in("""
and are back begins in is it it's its number of ok okay right says so starts sure that's thats the
then well uh um was with yeah yes
""")
_SURE_COUNTRIES = words_in("gb uk de fr ie nl es")
"""In capitals these are no words."""
_COUNTRIES = words_in("gb uk de fr ie nl es it be at us")
_VOWELS = frozenset("aeiouy")
_LONG = 6
_HESITATION = 4
_LONGEST_GROUP = 7
_LONGEST_BANK = 4
_CHECK_DIGITS = 2


def over_country(heard: Heard, one: Found) -> int:
    """`de eighty nine, thirty seven`, `DL, 9148`, whatever kind the figures were taken for."""
    first, before = one.first, one.first - 1
    if before < 0 or first in heard.times.breaks or not one.value.isdigit():
        return first
    if len(one.value) < _LONG:
        return first
    if (group := min(back_to_country(heard, first), over_capitals(heard, first))) < first:
        return group
    letter = heard.atoms[before]
    if letter.stop:
        return first
    country = letter.text in _SURE_COUNTRIES and begins(heard, before)
    return before if country or letter.text == "a" else first


def back_to_country(heard: Heard, first: int) -> int:
    """`gb 53 west, hang on, 790`: where an IBAN begins whose figures were taken for another's."""
    atoms, at = heard.atoms, first - 1
    while at > 0 and first - at <= _HESITATION and _hesitates(atoms[at]):
        at -= 1
    if at < 0:
        return first
    bank = atoms[at]
    if bank.cls is Class.OTHER and bank.text.isalpha() and 1 < len(bank.text) <= _LONGEST_BANK:
        at -= 1
        while at > 0 and first - at <= _HESITATION and _hesitates(atoms[at]):
            at -= 1  # the dash of `ie 63 dash aibk 380`
    checks = at
    while at >= 0 and checks - at < _CHECK_DIGITS and atoms[at].cls in PARTS:
        at -= 1
    told = 0 <= at < checks and atoms[at].text in _SURE_COUNTRIES
    broken = any(n in heard.times.breaks for n in range(at + 1, first + 1))
    return at if told and not broken else first


def over_capitals(heard: Heard, first: int) -> int:
    """`AUMXL, er 866`, `hlm er 12`: over letters that make no word."""
    group = over_prefix(heard, first)
    atom = heard.atoms[group]
    return group if atom.value or _VOWELS.isdisjoint(atom.text) else first


def over_prefix(heard: Heard, first: int, *, is_iban: bool = False, ended: bool = False) -> int:
    """`AB, so 6840`, `de dash 355`: a group of letters before the figures, no word of its own."""
    atoms, at = heard.atoms, first - 1
    while at >= 0 and first - at <= _HESITATION and _hesitates(atoms[at]):
        at -= 1
    if at < 0 or any(n in heard.times.breaks for n in range(at + 1, first + 1)):
        return first
    atom = atoms[at]
    group = atom.cls is Class.OTHER and 2 <= len(atom.text) <= 4 and atom.text.isalpha()
    # `UFNWUV, so four`: capitals that make no word.
    longer = bool(atom.value) and len(atom.text) <= _LONGEST_GROUP and not is_english(atom.text)
    group = group or (longer and heard.atoms[at + 1].cls is not Class.OTHER)
    known = atom.text in COMMON_WORDS or (atom.text in ACRONYMS and atom.text not in _COUNTRIES)
    known = known and not ((atom.value or is_iban) and atom.text in _SURE_COUNTRIES)
    stops = ("", ",", "-", ".") if ended else ("", ",", "-")
    letter = atom.text in ("a", "i") or atom.text in SPELLING_ALPHABET
    if letter and at < first - 1 and atom.stop == "," and begins(heard, at):
        return at  # `A, let me see, two six three`, `Charlie, hang on, 5`
    return at if group and not known and atom.stop in stops else first


def _hesitates(atom: Atom) -> bool:
    return atom.cls in (Class.FILLER, Class.CORRECTION, Class.SYMBOL) or atom.text in (
        "so", "let", "me", "see", "hang", "on", "hold", "then", "and",
    )  # fmt: skip


def begins(heard: Heard, i: int) -> bool:
    """Whether an answer begins with atom `i`."""
    if i == 0 or i in heard.times.breaks:
        return True
    before = heard.atoms[i - 1]
    if before.stop or before.cls is Class.FILLER or before.text in CARD_WORDS:
        return True
    return before.text in _LEADS_IN or before.text.endswith("'s")  # `the other's for double oh`
