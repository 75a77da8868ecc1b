"""Hours, years and plans: numbers that a word of time leads to."""

from collections.abc import Sequence

from redaction.evidence.units import DAYS_EACH
from redaction.language.tables import words_in
from redaction.language.words import Atom, Class
from redaction.numbers.canonical import groups

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
_AT = words_in("around at before since till until")
_WITH_AT = frozenset({"address", "phone"})
_TO_DAYS = words_in("after before by from on since till to until")
_HOURS = 12
_UNTIL = words_in("to till until")
_HOURS_REACH = 6
_SHOWN = words_in("""
afternoon afternoons departs departures evening evenings leaves morning mornings performances runs
sailings screenings showings shows times tonight
""") | DAYS_EACH  # fmt: skip
"""What a list of times is of."""
_WITH_OH = 3
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


def is_hour_said(atoms: Sequence[Atom], piece: Sequence[int], *, near: frozenset[str]) -> bool:
    """`at five oh five`, `at 4:15`: whatever was asked for, nobody tells a code like that."""
    before = atoms[piece[0] - 1] if piece[0] else None
    if before is None or before.stop or before.text not in _AT or near & _WITH_AT:
        return False
    if "expiry" in near and before.text != "at":
        return False
    said = [atoms[i] for i in piece]
    if len(said) == 1:
        return said[0].cls is Class.CLOCK
    hour = said[0].value.isdigit() and 1 <= int(said[0].value) <= _HOURS
    minutes = len(said) == _WITH_OH and said[1].text in ("oh", "o") and said[2].cls is Class.DIGIT
    return hour and minutes and said[2].value != "0"


def is_day_ahead(atoms: Sequence[Atom], piece: Sequence[int]) -> bool:
    """`up to the twenty fourth`, `after the twenty first`: a day of a month that needs no name."""
    led = [atom.text for atom in atoms[max(0, piece[0] - 2) : piece[0]]]
    classes = [atoms[i].cls for i in piece]
    day = classes in ([Class.ORDINAL], [Class.TEN, Class.ORDINAL])
    return day and len(led) == 2 and led[1] == "the" and led[0] in _TO_DAYS  # noqa: PLR2004


def is_opening(atoms: Sequence[Atom], piece: Sequence[int]) -> bool:
    """The `eight` of `eight to seven on weekdays`."""
    at = piece[-1] + 1
    if len(piece) > 1 or at + 1 >= len(atoms) or atoms[at].text not in _UNTIL:
        return False
    hours = (atoms[piece[0]].value, atoms[at + 1].value)
    if not all(hour.isdigit() and 1 <= int(hour) <= _HOURS for hour in hours):
        return False
    return any(atom.text in DAYS_EACH for atom in atoms[at + 2 : at + _HOURS_REACH])


def is_timetable(atoms: Sequence[Atom], piece: Sequence[int]) -> bool:
    """`in the evening, five forty, seven fifteen, nine fifty five`: hours with their minutes, of
    something that takes place at each."""
    before = atoms[max(0, piece[0] - _HOURS_REACH) : piece[0]]
    if len(piece) < 4 or _SHOWN.isdisjoint(atom.text for atom in before):  # noqa: PLR2004
        return False
    rest = list(piece)
    while rest:
        said, rest = [atoms[i] for i in rest[:2]], rest[2:]
        hour = said[0].cls is Class.DIGIT or said[0].value in ("10", "11", "12")
        if len(said) == 1 or not hour or said[1].cls not in (Class.TEN, Class.TEEN):
            return False
        if rest and _is_five(atoms, rest, after=said[1]):
            rest = rest[1:]
    return True


def _is_five(atoms: Sequence[Atom], rest: Sequence[int], *, after: Atom) -> bool:
    """The `five` of `nine fifty five`, not of `nine fifty, five forty`."""
    tens = after.cls is Class.TEN and not after.stop and atoms[rest[0]].text == "five"
    return tens and (len(rest) == 1 or atoms[rest[1]].cls not in (Class.TEN, Class.TEEN))
