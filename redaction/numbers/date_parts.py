"""The month and the year of a card's date, by which each is known where it is said again alone."""

from collections.abc import Sequence
from typing import NamedTuple

from redaction.language.lexicon import MONTHS
from redaction.language.words import Atom, Class

_MONTHS = 12
_FIRST_YEAR = 24
_LAST_YEAR = 45
_LONGEST = 6


class DateParts(NamedTuple):
    """`07` and `31`; empty where it was not told."""

    month: str
    year: str

    @property
    def said(self) -> list[str]:
        """What may have been said of it before: the month's names, its figures, the year's."""
        named = [name for name, value in MONTHS.items() if value == self.month]
        return [*named, *(part for part in self if part)]


def parts_of_date(atoms: Sequence[Atom], value: str) -> DateParts:
    """Of what was masked as a card's date, of this value in figures."""
    named = next((atom.value for atom in atoms if atom.cls is Class.MONTH), "")
    figures = value if value.isdecimal() and len(value) <= _LONGEST else ""
    if not named and (part := part_of(figures)):
        return part
    month, rest = _cut(figures)
    year = (rest or figures)[-2:]
    return DateParts(named or month, year if is_year(year) else "")


def part_of(value: str) -> DateParts | None:
    """A month or a year alone, of one figure, two, or the four of a year."""
    if not value.isdecimal():
        return None
    if len(value) == 4 and value.startswith("20"):  # noqa: PLR2004
        value = value[2:]
        return DateParts("", value) if is_year(value) else None
    if len(value) > 2:  # noqa: PLR2004
        return None
    if is_year(value):
        return DateParts("", value)
    return DateParts(value.zfill(2), "") if 1 <= int(value) <= _MONTHS else None


def is_year(value: str) -> bool:
    """Two figures of a year that a card may last until."""
    return len(value) == 2 and _FIRST_YEAR <= int(value) <= _LAST_YEAR  # noqa: PLR2004


def _cut(figures: str) -> tuple[str, str]:
    """A month of one figure or two, and what is behind it."""
    if not 3 <= len(figures) <= _LONGEST:  # noqa: PLR2004
        return "", ""
    length = 2 if len(figures) % 2 == 0 or figures[0] == "0" else 1
    month = figures[:length].zfill(2)
    return (month, figures[length:]) if 1 <= int(month) <= _MONTHS else ("", "")
