"""The digits and letters a run stands for, as a side value; and the checksums that name its type.

The value is used to name, to remember and to recognise again. It never replaces a word.
"""

from collections.abc import Sequence

from redaction.language import lexicon
from redaction.language.words import Atom, Class
from redaction.numbers.letter_marks import SPELT


def groups(atoms: Sequence[Atom], numbers: Sequence[int], *, literal: bool) -> list[str]:
    """Canonical value of each group as spoken: groups end at punctuation, asides and joiners.

    `literal` reads `hundred` as two zeros; without it, `nine hundred` counts as its digit alone.
    """
    found: list[str] = [""]
    before: int | None = None
    for n, at in enumerate(numbers):
        if before is not None and (at != before + 1 or atoms[before].stop):
            found.append("")
        previous = atoms[before] if before == at - 1 and before is not None else None
        following = atoms[numbers[n + 1]] if n + 1 < len(numbers) else None
        found[-1] = _append(found[-1], atoms[at], previous, following, literal=literal)
        if atoms[at].cls is Class.SYMBOL:
            found.append("")
        before = at
    return [group for group in found if group]


def _append(
    value: str, atom: Atom, previous: Atom | None, following: Atom | None, *, literal: bool
) -> str:
    """`value` with one more atom."""
    if atom.cls is Class.SYMBOL or atom.cls is Class.MULTIPLIER:
        return value
    if atom.cls is Class.MAGNITUDE:
        return value + atom.value if literal and len(atom.value) < 6 else value
    if atom.cls is Class.PLURAL:
        return _repeat_plural(value, atom)
    digit = _spoken_value(atom)
    if previous is not None and not previous.stop:
        if previous.cls is Class.MULTIPLIER and len(digit) == 1:
            return value + digit * int(previous.value)
        if previous.cls is Class.TEN and atom.cls is Class.DIGIT and digit != "0" and value:
            return value[:-1] + digit
        if previous.cls is Class.TEN and atom.cls is Class.ORDINAL and len(digit) == 1 and value:
            return value[:-1] + digit
    return value + digit


def _letter_alike(text: str) -> str:
    return lexicon.LETTER_ALIKES.get(text, "")


def _spoken_value(atom: Atom) -> str:
    if atom.cls is Class.OTHER:
        return lexicon.SOUND_ALIKES.get(atom.text) or (
            SPELT.get(atom.text, "") or _letter_alike(atom.text) or atom.value
        )
    if atom.text in SPELT and not atom.value.isdigit():
        return SPELT[atom.text]
    if atom.text in lexicon.SOUND_ALIKES:
        return lexicon.SOUND_ALIKES[atom.text]
    return atom.value


def _repeat_plural(value: str, atom: Atom) -> str:
    """`four nines`: the count before it is replaced by the digits it counts."""
    if value and value[-1].isdigit() and value[-1] in "23456":
        return value[:-1] + atom.value * int(value[-1])
    return value + atom.value


def luhn(digits: str) -> bool:
    """ISO/IEC 7812-1 annex B."""
    total = 0
    for i, digit in enumerate(reversed(digits)):
        n = int(digit) * (1 + i % 2)
        total += n - 9 if n > 9 else n
    return total % 10 == 0


def is_card(digits: str) -> bool:
    """12 to 19 digits with a valid check digit (ISO/IEC 7812-1)."""
    return 12 <= len(digits) <= 19 and digits.isdigit() and luhn(digits)


def is_routing(digits: str) -> bool:
    """Nine digits with the ABA checksum."""
    if len(digits) != 9 or not digits.isdigit():
        return False
    weights = (3, 7, 1) * 3
    return sum(w * int(d) for w, d in zip(weights, digits, strict=True)) % 10 == 0


def is_iban(value: str) -> bool:
    """ISO 13616: country, check digits, and modulo 97 of the rearranged value is 1."""
    value = value.upper()
    if not (15 <= len(value) <= 34 and value[:2].isalpha() and value[2:4].isdigit()):
        return False
    if not (value.isascii() and value.isalnum()):
        return False
    return int("".join(str(int(c, 36)) for c in value[4:] + value[:4])) % 97 == 1
