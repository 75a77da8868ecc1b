"""How the date of a card is said: a month and a year to come, in words or in figures.

`the end of March twenty nine` and `oh three of thirty` are told of hardly anything else; a month
and a year, or a year, may be anything's.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from redaction.language.lexicon import SOUND_ALIKES
from redaction.language.tables import words_in
from redaction.language.words import Atom, Class
from redaction.numbers.runs import Run

_NAMED = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_ONES = "(?:one|two|three|four|five|six|seven|eight|nine|[1-9])"
_PADDED = rf"(?:(?:oh|o|zero|nought|0) ?{_ONES})"
_NUMBERED = rf"(?:{_PADDED}|{_ONES}|ten|eleven|twelve|1[0-2])"
_SHORT = (
    rf"(?:2[4-9]|3\d|twenty (?:four|five|six|seven|eight|nine|[4-9])|(?:thirty|30)(?: {_ONES})?"
    rf"|two (?:four|five|six|seven|eight|nine|[4-9])|2 ?/? ?[4-9]"
    rf"|(?:three|3) ?/? ?(?:oh|zero|0|{_ONES}))"
)
_LONG = rf"(?:200?(?:2[4-9]|3\d)|(?:twenty|(?:two|2) thousand(?: and)?|20) {_SHORT})"
_LINK = "(?:of|slash|stroke|dash|/)"
_RANKED = "(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth)"
_TOLD = re.compile(
    rf"(?:end (?:of )?(?:the )?(?:{_NAMED}|{_NUMBERED}) (?:{_LINK} )?(?:{_LONG}|{_SHORT})"
    rf"|(?:{_NAMED}|{_PADDED}) {_LINK} (?:{_LONG}|{_SHORT})"
    rf"|{_PADDED} (?:two [4-9]|two {_ONES}|three {_ONES}|2 [4-9]|3 \d)"
    rf"|0[1-9](?:2[4-9]|3\d)"
    rf"|{_NUMBERED} {_LINK} {_LONG}"
    rf"|{_NUMBERED} (?:slash|stroke) {_SHORT}"
    rf"|{_RANKED} of (?:{_LONG}|{_SHORT})"
    r"|(?:0?[1-9]|1[0-2])/(?:20(?:2[4-9]|3\d)|3[2-9]|4[0-5]))"
)
_BY_MONTH = re.compile(rf"(?:{_NAMED}|{_NUMBERED}|{_RANKED}) (?:{_LINK} )?(?:{_LONG}|{_SHORT})")
"""As little as is enough where a card is talked of."""

_YEAR_TO_COME = re.compile(rf"(?:^| )(?:{_LONG}|{_SHORT})$")
_MONTH_ALONE = re.compile(rf"(?:{_NAMED}|{_NUMBERED})")
_YEAR_ALONE = re.compile(rf"(?:{_LONG}|{_SHORT})")
_WRITTEN = re.compile(r"(?:0?[1-9]|1[0-2])/(?:20)?(?:2[4-9]|3\d)")
_LONGEST = 9
_VERB_AFTER = words_in("""
be been have i it need not take the they we you your as well
""")
"""What follows `may` or `march` where it is no month."""


def is_named_month(atoms: Sequence[Atom], i: int) -> bool:
    """Whether the name of a month is none of the verbs `may` and `march`."""
    if atoms[i].text not in ("may", "march"):
        return True
    after = atoms[i + 1 : i + 2]
    return not after or bool(atoms[i].stop) or after[0].text not in _VERB_AFTER


def tells_expiry(atoms: Sequence[Atom], run: Run) -> bool:
    """Whether the run, or a part of it with a named month, says a month of a year to come: `May of
    thirty two, and it's two eight two`."""
    if _is_told_whole(atoms, run):
        return True
    named = any(atoms[i].cls is Class.MONTH for i in run.numbers)
    return named and any(_is_told_whole(atoms, part) for part in parts_of(atoms, run)[1:])


def _is_told_whole(atoms: Sequence[Atom], run: Run) -> bool:
    """Whether the run, and the words right before it, say a month of a year to come."""
    if run.last - run.first >= _LONGEST:
        return False
    said = _said(atoms, run)
    before = [a.text for a in atoms[max(0, run.first - 3) : run.first]]
    ends = "end" in before and set(before[before.index("end") + 1 :]) <= {"of", "the"}
    return bool(_TOLD.fullmatch(" ".join(["end", *said] if ends else said)))


def _said(atoms: Sequence[Atom], run: Run) -> list[str]:
    """The words of a run, those that only sound like figures as these."""
    return [
        SOUND_ALIKES.get(atom.text, atom.text)
        for atom in atoms[run.first : run.last + 1]
        if atom.cls is not Class.FILLER
    ]


def is_month_and_year(atoms: Sequence[Atom], run: Run) -> bool:
    """Whether the run is a month and a year of two digits or four, which may be a day as well."""
    if run.last - run.first >= _LONGEST:
        return False
    said = _said(atoms, run)
    return bool(_BY_MONTH.fullmatch(" ".join(said))) or bool(_WRITTEN.fullmatch(" ".join(said)))


def is_month_alone(atoms: Sequence[Atom], run: Run) -> bool:
    """Whether the run is one to twelve and nothing else, or the name of a month."""
    if run.last - run.first >= _LONGEST:
        return False
    return bool(_MONTH_ALONE.fullmatch(" ".join(_said(atoms, run))))


def is_year_to_come(atoms: Sequence[Atom], run: Run) -> bool:
    """Whether the run is a year to come and nothing else."""
    if run.last - run.first >= _LONGEST:
        return False
    return bool(_YEAR_ALONE.fullmatch(" ".join(_said(atoms, run))))


def is_to_come(atoms: Sequence[Atom], run: Run) -> bool:
    """Whether a year to come is the last of it: `January, oh one, twenty eight`."""
    said = [atoms[at].text for at in run.numbers[-2:]]
    return bool(_YEAR_TO_COME.search(" ".join(said))) and len(run.numbers) > 1


def is_written_date(atoms: Sequence[Atom], run: Run) -> bool:
    """Whether some of it is a month and a year written with a slash."""
    return any(_WRITTEN.fullmatch(atom.text) for atom in atoms[run.first : run.last + 1])


def parts_of(atoms: Sequence[Atom], run: Run) -> list[Run]:
    """The run, and what it begins with, up to a comma or an `and`."""
    numbers = run.numbers[:_LONGEST]
    ends = [
        n + 1
        for n, (at, after) in enumerate(pairwise(numbers))
        if atoms[at].stop or (after > at + 1 and atoms[after - 1].text != "of")
    ]
    fronts = [Run(run.first, numbers[n - 1], numbers[:n]) for n in ends]
    return [run, *fronts, *(Run(numbers[n], run.last, run.numbers[n:]) for n in ends)]
