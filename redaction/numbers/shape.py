"""What a run looks like: how many digits and letters, read out or counted, dated or not."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from redaction.language import lexicon
from redaction.language.words import Atom, Class
from redaction.numbers.canonical import groups, is_card, is_iban
from redaction.numbers.runs import Run

_UK_POSTCODE = re.compile(r"[a-z]{1,2}\d[a-z\d]?\d[a-z]{2}")
_DIGITS_IN_A_ROW = 4
"""So many figures of one digit are no list of counts: `1-4-4-4`."""

_CARD_DIGITS = 16
_TOLD_ANEW = 8
_YEAR = re.compile(r"(19|20)\d\d")
_BIRTH_YEAR = re.compile(r"19[2-9]\d")
_SHORT_BIRTH_DATE = re.compile(
    r"(0[1-9]|1[0-2])([1-9]|[12]\d|3[01])[3-9]\d|([1-9]|[12]\d|3[01])(0[1-9]|1[0-2])[3-9]\d"
)
"""A named month, a day and a year of two digits: `march third eighty eight`."""

_MONTH_TO_COME = re.compile(r"(0[1-9]|1[0-2])(3[2-9]|20(2[7-9]|[34]\d))")
"""A month of a year to come, without a day: few but cards are said to last until then."""


class Shape(NamedTuple):
    """Features of a run that decide whether, and as what, it is masked."""

    groups: tuple[str, ...]
    """Canonical value of each group as spoken."""
    digits: int
    letters: int
    read_out: bool
    """Digit by digit, as nobody says an amount: zeros as `oh`, doubles, single digits in a row."""
    dated: bool
    """Has a month, or two ordinals."""
    day: bool
    """Has one ordinal and no month: `the twenty eighth`."""
    magnitude: bool
    dots: int
    slashes: int
    counted: int
    """Digits that count towards an untyped long number."""

    @property
    def value(self) -> str:
        """All groups joined."""
        return "".join(self.groups)


def shape_of(atoms: Sequence[Atom], run: Run) -> Shape:
    """The features of `run`."""
    classes = [atoms[i].cls for i in run.numbers]
    read_out = is_read_out(atoms, run.numbers)
    found = groups(atoms, run.numbers, literal=read_out)
    value = "".join(found)
    ordinals = classes.count(Class.ORDINAL)
    dots = sum(
        1
        for i in run.numbers
        if atoms[i].cls is Class.DECIMAL
        or (atoms[i].value in (".", ":") and atoms[i].cls is Class.SYMBOL)
    )
    magnitude = Class.MAGNITUDE in classes
    # `S november one two` is a spelling: the month's name stands for a letter.
    spelled = Class.LETTER in classes or Class.CODE in classes or _spells(atoms, run)
    return Shape(
        groups=tuple(found),
        digits=sum(c.isdigit() for c in value),
        letters=sum(c.isalpha() for c in value),
        read_out=read_out,
        dated=not spelled and (Class.MONTH in classes or Class.DATE in classes or ordinals > 1),
        day=ordinals == 1 and Class.MONTH not in classes,
        magnitude=magnitude,
        dots=dots,
        slashes=sum(1 for i in run.numbers if atoms[i].value == "/"),
        counted=_counted(atoms, run, read_out=read_out) if read_out or not magnitude else 0,
    )


def _spells(atoms: Sequence[Atom], run: Run) -> bool:
    """`tango november four`: words of the spelling alphabet that name no month."""
    return any(
        atoms[i].text in lexicon.SPELLING_ALPHABET and atoms[i].cls is not Class.MONTH
        for i in run.numbers
    )


def is_read_out(atoms: Sequence[Atom], numbers: Sequence[int]) -> bool:
    """Whether digits are read one by one somewhere in these atoms."""
    before: Atom | None = None
    lone = 0
    for at in numbers:
        atom = atoms[at]
        one_figure = atom.cls is Class.DIGIT or (atom.cls is Class.NUMERAL and len(atom.value) == 1)
        lone = lone + 1 if one_figure else 0
        if lone == _DIGITS_IN_A_ROW:
            return True
        if atom.cls in (Class.MULTIPLIER, Class.PLURAL, Class.LETTER, Class.CODE):
            return True
        if atom.value == "0" or (atom.cls is Class.NUMERAL and atom.value[0] == "0"):
            return True
        if atom.cls is Class.NUMERAL and len(atom.value) > 4:
            return True
        if before is not None and atoms[at - 1].text != "by" and _never_counted(before, atom):
            return True
        single = atom.cls is Class.DIGIT or (atom.cls is Class.NUMERAL and len(atom.value) > 2)
        if single and before is not None and before.cls in (Class.DIGIT, Class.NUMERAL):
            return True
        before = atom
    return _in_pairs(atoms, numbers)


def _in_pairs(atoms: Sequence[Atom], numbers: Sequence[int]) -> bool:
    """`61, 28, 72`: three or more groups of two digits, as no quantity is said."""
    spoken = (Class.NUMERAL, Class.TEEN, Class.TEN, Class.DIGIT)
    if any(atoms[i].cls not in spoken for i in numbers):
        return False
    in_groups = groups(atoms, [*numbers], literal=False)
    joined = sum(len(group) for group in in_groups)
    tens = sum(atoms[i].cls is not Class.DIGIT for i in numbers)
    return tens > 2 and joined > 4


def _never_counted(before: Atom, atom: Atom) -> bool:
    """`831 5`: two numerals beside each other, one of them longer than an hour or half a year."""
    both = before.cls is Class.NUMERAL and atom.cls is Class.NUMERAL
    return both and max(len(before.value), len(atom.value)) > 2


def _counted(atoms: Sequence[Atom], run: Run, *, read_out: bool) -> int:
    """Digits in stretches without interruption that are more than a lone count or a year."""
    total = 0
    for piece in _stretches(run.numbers):
        found = groups(atoms, piece, literal=read_out)
        digits = sum(c.isdigit() for group in found for c in group)
        lone = len(piece) == 1 and digits < 3 and not read_out
        years = bool(found) and all(_YEAR.fullmatch(group) for group in found) and len(found) < 3
        total += 0 if lone or years else digits
    return total


def _stretches(numbers: Sequence[int]) -> list[list[int]]:
    """The atoms of a run between interruptions."""
    pieces: list[list[int]] = []
    for at in numbers:
        if pieces and at == pieces[-1][-1] + 1:
            pieces[-1].append(at)
        else:
            pieces.append([at])
    return pieces


def long_enough(shape: Shape) -> bool:
    """Whether the run is personal whatever was asked: a long number, a code, a birth date."""
    if shape.dated:
        runs_out = bool(_MONTH_TO_COME.fullmatch(shape.value))
        return shape.digits >= 10 or is_birth_date(shape) or runs_out
    if shape.counted >= (6 if shape.read_out else 7):
        return True
    if shape.letters >= 5 and shape.digits <= 1:
        return True
    if shape.slashes == 1 and is_expiry(shape) and "24" <= shape.value[-2:] <= "45":
        return True
    if shape.letters and shape.digits >= 5 and not shape.magnitude:
        return True
    mixed = shape.letters >= 2 and shape.digits >= 2 and shape.letters + shape.digits >= 5
    return mixed or shape.dots >= 3 or is_postcode(shape)


def is_postcode(shape: Shape) -> bool:
    """A full UK postcode, said as letters and digits."""
    return bool(_UK_POSTCODE.fullmatch(shape.value))


def is_birth_date(shape: Shape) -> bool:
    """A whole date in the last century: few others are said on the telephone."""
    if not shape.dated or shape.letters:
        return False
    whole = shape.digits >= 6 and _BIRTH_YEAR.search(shape.value)
    return bool(whole or _SHORT_BIRTH_DATE.fullmatch(shape.value))


def is_expiry(shape: Shape) -> bool:
    """A month, named or 01 to 12, and a year of two or four digits."""
    value = shape.value
    if shape.letters or not 3 <= len(value) <= 6:
        return False
    month = value[:2] if len(value) in (4, 6) or value[0] == "0" else value[:1]
    return 1 <= int(month) <= 12


def card_like(shape: Shape) -> bool:
    """A valid card number, or one with a digit lost or repeated by the recogniser."""
    if shape.letters:
        return False
    # In one breath with its date and code.
    more = shape.digits > _CARD_DIGITS
    whole = more and (is_card(shape.value[:_CARD_DIGITS]) or is_card(shape.value[-_CARD_DIGITS:]))
    if more and shape.digits <= _CARD_DIGITS + _TOLD_ANEW:
        # Its last digits are told anew: `5431, scratch that, 5435`.
        again = shape.digits - _CARD_DIGITS
        whole = whole or is_card(shape.value[: _CARD_DIGITS - again] + shape.value[-again:])
    return whole or is_card(shape.value) or 14 <= shape.digits <= 17


def kind_by_checksum(shape: Shape) -> str | None:
    """The kind that the value itself proves."""
    if is_iban(shape.value):
        return "iban"
    if shape.letters == 0 and is_card(shape.value):
        return "card"
    if shape.dots >= 3 and shape.letters == 0 and shape.digits <= 12:
        return "ip"
    if shape.slashes == 1 and is_expiry(shape):
        return "expiry"
    return "address" if is_postcode(shape) else None
