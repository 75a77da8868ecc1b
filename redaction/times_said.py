"""Hours, years and plans: numbers that a word of time leads to."""

from collections.abc import Sequence

from redaction.canonical import groups
from redaction.tables import words_in
from redaction.words import Atom, Class

PLANNED = words_in("""
appointment appointments arrive arrives arriving available booked booking change changed checking
delivered delivery departing departs due end ends expected flight from leave leaves leaving meeting
move moved moving next opens pay payment payments reopens scheduled since start starts starting
stay tomorrow travel travelling until
""")
"""A date after one of these is a plan, or a start, not a birth."""

_CLOCK_WORDS = words_in("""
about after around at before between by from past since till to until
""")
_YEAR_WORDS = frozenset({"in", "since", "of", "during", "year", "until", "by", "back"})


def planned_before(atoms: Sequence[Atom], first: int) -> bool:
    """`your next appointment is on March fourteenth`: a day ahead, which is no birth date."""
    for at in range(first - 1, max(-1, first - 7), -1):
        if atoms[at].stop in (".", "?", "!"):
            return False
        if atoms[at].text in PLANNED:
            return True
    return False


def clock_before(atoms: Sequence[Atom], piece: Sequence[int]) -> bool:
    """`at two thirty`: an hour, or an hour and minutes, after a word of time."""
    first = piece[0]
    if first == 0 or atoms[first - 1].text not in _CLOCK_WORDS or atoms[first - 1].stop:
        return False
    hour = atoms[piece[0]].value
    if not hour.isdigit() or not 1 <= int(hour) <= 24:
        return False
    minutes = [atoms[i] for i in piece[1:]]
    if len(piece) > 2 and atoms[piece[-1]].text in ("nine", "five"):
        # `at twenty nine ninety nine`: a price
        return atoms[piece[-2]].cls is Class.TEN and atoms[first - 1].text in (
            "at",
            "around",
            "about",
        )
    if not minutes:
        return atoms[first - 1].text not in ("to", "past")
    return minutes[0].cls in (Class.TEN, Class.TEEN) or (
        minutes[0].cls is Class.NUMERAL and len(minutes[0].value) == 2
    )


def year_before(atoms: Sequence[Atom], piece: Sequence[int], *, near: frozenset[str]) -> bool:
    """`since nineteen ninety eight`, where no birth date or code was asked for."""
    if near & {"dob", "expiry", "pin", "number", "routing", "ssn"} or piece[0] == 0:
        return False
    value = "".join(groups(atoms, piece, literal=False))
    if len(value) != 4:
        return False
    before = atoms[piece[0] - 1]
    return before.text in _YEAR_WORDS and not before.stop and value[:2] in ("19", "20")
