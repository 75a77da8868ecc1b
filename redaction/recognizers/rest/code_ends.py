"""The rest of a number or code of which a part was masked: what no rule for one word takes for it.

`eighty to ninety eight` between two masked parts, `eight zero too` where three digits are wanted,
`seven, dash, B as in boy` after the figures: it is decided by what stands on both sides, by how
long such a value is, and by words that explain a letter.
"""

import re
from collections.abc import Sequence

from redaction.cues.asked_numbers import SECRETS
from redaction.language.common_words import COMMON_WORDS, FUNCTION_WORDS
from redaction.language.lexicon import ACRONYMS, LETTER_ALIKES, SOUND_ALIKES, SPELLING_ALPHABET
from redaction.language.words import Atom, Class
from redaction.numbers.letter_marks import DIGITS
from redaction.recognizers.figures.read_letters import explained
from redaction.recognizers.found import Found, Heard

_NUMBERS = frozenset(
    ("card", "cvv", "expiry", "ssn", "routing", "iban", "pin", "otp", "phone", "account", "number",
     "ip", "dob", "policy", "order", "ticket", "nino", "nhs", "sin", "itin", "aadhaar", "pan",
     "tfn", "medicare", "passport", "plate", "driver_license", "steuer_id", "id_card", "nir")
)  # fmt: skip
_SPELT = _NUMBERS - {"card", "cvv", "expiry", "phone", "ip", "dob", "pin"}
_LENGTHS = {"card": (15, 16), "cvv": (3,), "routing": (6, 9), "ssn": (4, 9), "sin": (9,),
            "pin": (4,), "otp": (4, 6), "account": (8,), "expiry": (4,),
            "phone": (10,)}  # fmt: skip
"""How many digits whole values have."""

_FIFTEEN = frozenset({"34", "37"})
"""Cards of fifteen digits begin so."""

_TOO_LONG_TO_COUNT = 9
_GAP = 4
_AHEAD = 3
_LONGEST = 12
_TELLING = (*DIGITS, Class.LETTER)
_BETWEEN_PARTS = (*DIGITS, Class.LETTER, Class.FILLER, Class.SYMBOL)
_SOUNDS = frozenset(SOUND_ALIKES) | {"oh", "o", "a", "then"}
_COUNTRIES = frozenset({"cn", "de", "gb", "hk", "sg", "us"})
"""Numbers of parcels end in one."""

_OF_IBANS = frozenset({"ae", "ch", "cy", "cz", "de", "dk", "es", "fi", "fr", "gb", "gr", "ie",
                       "lu", "mt", "nl", "pl", "pt", "sa", "se", "tr"})  # fmt: skip
_NINO_BUT_LAST = re.compile("[a-z]{2}[0-9]{6}")
_BANK = 4
_POSTCODE = 3


def completed(heard: Heard, found: Sequence[Found]) -> list[Found]:
    """What was found, each with what more of it stands around it, in order."""
    whole = [_ended(heard, one) for one in found]
    return _bridged(heard, whole)


def _ended(heard: Heard, one: Found) -> Found:
    if one.kind == "password" and one.value.isdigit():
        one = one._replace(last=_over_sound(heard, one.last))
    if one.kind in _NUMBERS and _is_half_said(heard, one.first - 1):
        # `hundred, six, four`: the one before it was lost.
        one = one._replace(first=one.first - 1)
    if one.kind in _LENGTHS:
        one = _of_full_length(heard, one)
    if one.kind in _SPELT or heard.rules.spells(one.kind):
        first = min(_back_over_alphabet(heard, one.first), _back_over_country(heard, one))
        one = one._replace(first=first, last=_over_letters(heard, one.last))
    behind = heard.atoms[one.last + 1 : one.last + 2]
    if one.kind == "address" and behind and _joins(behind[0]):
        # `apartment fifteen, dash charlie`
        one = one._replace(last=_over_letters(heard, one.last))
    if one.kind == "nino" and _is_last_of_nino(heard, one):
        one = one._replace(last=one.last + 1)
    if one.kind == "address" and _ends_in_letter(heard, one.last + 1):
        one = one._replace(last=one.last + 1)
    return one


def _is_last_of_nino(heard: Heard, one: Found) -> bool:
    """The `a` of `q q, four one, eight one, zero nine, a i know it by heart`: a National Insurance
    number ends in one of four letters, and this one is an article too."""
    behind = heard.atoms[one.last + 1 : one.last + 2]
    said = one.last + 1 not in heard.times.breaks and heard.atoms[one.last].stop in ("", ",")
    article = bool(behind) and behind[0].text == "a"
    return said and article and _NINO_BUT_LAST.fullmatch(one.value) is not None


def _ends_in_letter(heard: Heard, at: int) -> bool:
    """The `you` of `seven three, E you.`: the last letter of a British postcode."""
    atoms, breaks = heard.atoms, heard.times.breaks
    if at < _POSTCODE or at >= len(atoms) or atoms[at].text not in LETTER_ALIKES:
        return False
    ends = at + 1 == len(atoms) or atoms[at].stop in (".", "?", "!")
    ends = ends or at + 1 in breaks or at + 1 in heard.starts
    figure, letter = atoms[at - 2], atoms[at - 1]
    coded = figure.cls in DIGITS and letter.cls is Class.LETTER and letter.stop in ("", ",")
    return ends and coded and not {at - 1, at} & breaks


def _of_full_length(heard: Heard, one: Found) -> Found:
    """`eight zero too`, `to six three ...`: what sounds like the digit that is missing."""
    wanted, length = _LENGTHS[one.kind], len(one.value)
    if one.kind == "card" and one.value[:2] not in _FIFTEEN:
        wanted = (16,)
    if one.kind == "phone" and one.value[:1] == "0":
        wanted = (11,)
    if length in wanted or not one.value.isdigit():
        return one
    atoms, breaks = heard.atoms, heard.times.breaks
    after, before = one.last + 1, one.first - 1
    if one.kind != "expiry" and _is_zero(heard, after):
        return one._replace(last=after)
    if length + 1 not in wanted and length + 2 not in wanted:
        return one
    ahead = after < len(atoms) and after not in breaks and atoms[one.last].stop in ("", ",")
    if ahead and atoms[after].text in SOUND_ALIKES:
        return one._replace(last=after)
    lone = length + 1 in wanted and (
        length + 1 >= _TOO_LONG_TO_COUNT
        or (one.kind in SECRETS and length > 1 and heard.awaits(one.first, one.kind))
    )
    behind = before >= 0 and one.first not in breaks and atoms[before].stop in ("", ",")
    if lone and behind and atoms[before].text in SOUND_ALIKES:
        return one._replace(first=before)
    return one


def _is_zero(heard: Heard, at: int) -> bool:
    """The `oh` of `double two one, oh, and the rest`: right behind figures it surprises nobody."""
    atoms = heard.atoms
    beside = at < len(atoms) and at not in heard.times.breaks and atoms[at - 1].stop in ("", ",")
    return beside and atoms[at].text in ("oh", "o")


def _back_over_alphabet(heard: Heard, first: int) -> int:
    """`Quebec Quebec, won two`: over words of the spelling alphabet right before it."""
    atoms, at = heard.atoms, first
    while at and first - at < _GAP and at not in heard.times.breaks:
        if atoms[at - 1].text not in SPELLING_ALPHABET or atoms[at - 1].stop not in ("", ",", "-"):
            break
        at -= 1
    return at


def _is_half_said(heard: Heard, at: int) -> bool:
    """Whether a `hundred` that counts nothing stands there."""
    atoms = heard.atoms
    if at < 0 or atoms[at].cls is not Class.MAGNITUDE or at + 1 in heard.times.breaks:
        return False
    before = atoms[at - 1] if at else None
    return before is None or bool(before.stop) or before.cls is Class.FILLER


def _over_sound(heard: Heard, last: int) -> int:
    """`nine oh three too`, and nothing more."""
    atoms, after = heard.atoms, last + 1
    ends = after + 1 == len(atoms) or after + 1 in heard.times.breaks or after + 1 in heard.starts
    sounds = after < len(atoms) and atoms[after].text in SOUND_ALIKES
    return after if sounds and ends and after not in heard.times.breaks else last


def _over_letters(heard: Heard, last: int) -> int:
    """Forward over `dash`, letters, and `B as in boy`."""
    atoms, breaks = heard.atoms, heard.times.breaks
    end = last
    while end - last < _LONGEST and atoms[end].stop not in ("?", "!"):
        at = end + 1
        while at < len(atoms) and at - end <= _AHEAD and _is_between(atoms[at]):
            at += 1
        broken = any(n in breaks for n in range(end + 1, at + 1))
        if broken or at >= len(atoms) or at - end > _AHEAD:
            break
        length = explained(atoms, at)
        if not length and at > end + 1 and not _is_dash(atoms, end + 1, at):
            break
        length = length or int(_is_code_letter(atoms, at))
        if not length:
            break
        end = at + length - 1
    return end


def _is_joiner(atom: Atom) -> bool:
    return atom.cls in _BETWEEN_PARTS or atom.text in _SOUNDS


def _is_like_bank(atom: Atom) -> bool:
    """Four letters or less that stand for a bank, whatever word they make."""
    short = atom.cls is Class.OTHER and atom.text.isalpha() and len(atom.text) <= _BANK
    return short and atom.stop in ("", ",") and atom.text not in FUNCTION_WORDS


def _back_over_country(heard: Heard, one: Found) -> int:
    """`ie 63 dash aibk`: the two letters that an IBAN begins with, in small ones."""
    at = one.first - 1
    if one.kind != "iban" or at < 0 or one.first in heard.times.breaks or heard.atoms[at].stop:
        return one.first
    return at if heard.atoms[at].text in _OF_IBANS and one.value[:1].isdigit() else one.first


def _is_between(atom: Atom) -> bool:
    return atom.cls in (Class.FILLER, Class.CORRECTION) or _joins(atom)


def _joins(atom: Atom) -> bool:
    return atom.text in ("version", "code") or (atom.cls is Class.SYMBOL and atom.value in "-/")


def _is_dash(atoms: Sequence[Atom], first: int, end: int) -> bool:
    return any(_joins(atoms[i]) for i in range(first, end))


def _is_code_letter(atoms: Sequence[Atom], at: int) -> bool:
    """A letter that is no word, or a few capitals that are none, right behind figures."""
    atom, ended = atoms[at], at + 1 == len(atoms) or bool(atoms[at].stop)
    if atom.cls is Class.LETTER:
        return atom.text not in ("a", "i") or ended
    if atom.text in SPELLING_ALPHABET:
        return ended
    plain = atom.text in COMMON_WORDS or atom.text in ACRONYMS
    if atom.value and ended and atom.text in _COUNTRIES and at and atoms[at - 1].stop == ",":
        plain = False  # `one nine, seven seven, GB.`
    short = atom.cls is Class.OTHER and len(atom.text) <= 4 and atom.text.isalpha()
    unsayable = short and not set(atom.text) & set("aeiouy")
    return short and not plain and (bool(atom.value) or unsayable)


def _bridged(heard: Heard, found: Sequence[Found]) -> list[Found]:
    """Two parts of numbers as one, where hardly more than a sound of a digit stands between."""
    out: list[Found] = []
    for one in sorted(found, key=lambda f: (f.first, -f.last)):
        if out and _is_gap(heard, out[-1], one):
            out[-1] = out[-1]._replace(last=one.first - 1)
        out.append(one)
    return out


def _is_gap(heard: Heard, left: Found, right: Found) -> bool:
    between = heard.atoms[left.last + 1 : right.first]
    if not between or len(between) > _GAP or right.kind not in _NUMBERS:
        return False
    if left.kind not in _NUMBERS and not (left.kind == "name" and right.kind in _SPELT):
        return False
    if any(n in heard.times.breaks for n in range(left.last + 1, right.first + 1)):
        return False
    if heard.atoms[left.last].stop in (".", "?", "!"):
        return False
    lone = between[0]
    other = lone.cls is Class.OTHER and lone.text not in _SOUNDS
    if len(between) == 1 and right.kind in _SPELT and other:
        return lone.text not in FUNCTION_WORDS  # `H D app C zero`
    if left.kind == right.kind == "iban":
        # `gb 18 west dash 7057`: the bank's letters, in small ones.
        return all(_is_joiner(atom) or _is_like_bank(atom) for atom in between)
    at, sounded = left.last + 1, False
    while at < right.first:
        length = explained(heard.atoms, at)
        atom = heard.atoms[at]
        if not length and not (
            atom.text in _SOUNDS
            or atom.cls in _BETWEEN_PARTS
            or (atom.text in LETTER_ALIKES and right.kind in _SPELT)
        ):
            return False
        sounded = sounded or atom.text in _SOUNDS or bool(length) or atom.cls in _TELLING
        at += max(length, 1)
    return sounded
