"""What counts a number: the unit behind it, a rate, a part of the day."""

import re
from collections.abc import Sequence

from redaction.language.tables import words_in
from redaction.language.words import Atom, Class
from redaction.numbers.letter_marks import is_half_day

UNITS = words_in("""
a.m adult adults agents am amps attempts bag bags bars bathrooms bedroom bedrooms billion box
boxes branches brothers buck bucks bucks-a business calendar calls cars cats cent cents chairs
channels characters child children copies customers daughters day days days' degrees devices
digit digits dogs dollar dollars dozen emails employees euro euros extra feet figure figures
foot fortnight fortnights further gallons gig gigabit gigabits gigabyte gigabytes gigs grams
guest guests homes hour hours hours' houses hr hrs inch inches installments instalments item
items kid kids kilo kilobytes kilograms kilometers kilometres kilos kilowatt kilowatts kwh lamps
letters lines liters litres lots mbps meg megabit megabits megabyte megabytes megs members
messages meters metres mile miles million min mins minute minutes minutes' monitors month months
months' more mph night nights o'clock oclock of options orders other ounces p p.m packages pages
pair pairs parcels passenger passengers payments pence penny people percent percentage
percentage-point person persons piece pieces pm points pound pounds questions quid reasons rooms
screens seats second seconds shirts shops sisters sons staff star stars steps stone stores
tables terabyte terabytes things tickets time times tons units users vehicles volts watts week
weekend weekends weeks weeks' working yards year years years' years-old
calories centimeters centimetres cm coaches countries decibels doses ghz kg km laps lessons
megapixels milligrams millilitres millimetres mm pixels plants players portions recipes servings
sessions shares sheets slices songs stitches storeys tablespoons tablets teams teaspoons tiles
treatments wickets overs balls goals maidens innings
bolts celsius centimeter centimetre fahrenheit gram kilometer kilometre litre milligram millilitre
millimeter millimetre weekdays weekends
""")

_ADJECTIVES = words_in("""
a additional american and australian big british business calendar canadian checked consecutive
cubic different extra few full large more new odd old or separate small spare square us whole
working
""")
_NEVER_DESCRIBED = frozenset({"of", "time", "p", "other", "am"})
_HAPPENS_TO_MONEY = frozenset(
    {
        ("went", "through"),
        ("has", "cleared"),
        ("is", "due"),
        ("was", "charged"),
        ("was", "refunded"),
    }
)
_NEW_CLAUSE = words_in(
    "weekdays weekends more other time times month year day night morning evening"
)
"""After a comma these begin something else."""

_PER = frozenset({"a", "per", "each", "an", "every"})
_PERIODS = words_in("""
annum day each go head hour kilowatt line mile minute month night person piece pop quarter seat
share ticket time unit user week year
""")
DAYS_EACH = words_in("""
mondays tuesdays wednesdays thursdays fridays saturdays sundays weekdays weekends
""")
_IN_THE = frozenset({"morning", "afternoon", "evening", "night"})


def is_counted(atoms: Sequence[Atom], at: int) -> bool:
    """A unit directly after, or after one adjective; `a night`; `in the afternoon`; `of us`."""
    if at >= len(atoms):
        return False
    if atoms[at - 1].stop in (".", "?", "!"):
        return False
    if begins_sentence(atoms, at):
        return False
    text = atoms[at].text
    following = atoms[at + 1].text if at + 1 < len(atoms) else ""
    third = atoms[at + 2].text if at + 2 < len(atoms) else ""
    if text == "of":
        return following in ("us", "them", "you", "those", "these", "the", "my", "our")
    if text == "or":
        return following in ("so", "thereabouts", "more", "less", "fewer")
    if text == "p":
        return following != "m" or is_half_day(atoms, at)
    if text in ("a", "p") and is_half_day(atoms, at):
        return True
    if text == "am" and (following == "i" or atoms[at - 1].stop == ","):
        return False  # `nine three, am I talking too fast?`
    if atoms[at - 1].stop == "," and text in _NEW_CLAUSE:
        return False
    if text in UNITS or (text, following) in _HAPPENS_TO_MONEY:
        return True
    if text in _PER and following in _PERIODS:
        return True
    if text in ("in", "this", "tomorrow", "that", "every") and (
        following in _IN_THE or third in _IN_THE
    ):
        return True
    if (text == "per" and following) or (text == "on" and following in DAYS_EACH):
        return True
    return text in _ADJECTIVES and following in UNITS and following not in _NEVER_DESCRIBED


def begins_sentence(atoms: Sequence[Atom], at: int) -> bool:
    """`one, two, five, People always`: a capital behind a comma, where no abbreviation stands."""
    atom = atoms[at]
    behind = at > 0 and atoms[at - 1].stop == "," and atom.cls is Class.OTHER
    return behind and atom.capital and not atom.value


_SMALL = "(?:YD?|[DTN])"
_HUNDREDS = f"{_SMALL}H(?:{_SMALL})?"
_CARDINAL = re.compile(f"(?:(?:{_HUNDREDS}|{_SMALL})K)+(?:{_HUNDREDS}|{_SMALL})?|{_HUNDREDS}")
_DECIMAL = re.compile(f"{_SMALL}\\.[DN]{{1,3}}")
_MARKS = {Class.DIGIT: "D", Class.TEEN: "T", Class.TEN: "Y", Class.NUMERAL: "N"}
_PARTS_FOLLOW = words_in("foot feet metre metres meter meters stone")
_GRADES = frozenset({"0", "5", "10", "15", "20", "25"})
_SHORT = 3
_TENS = 2
_LONGEST_DECIMAL = 6
_LOWEST_PRESSURE, _LOWEST_LOWER = 70, 40


def _make(atoms: Sequence[Atom], piece: Sequence[int]) -> str:
    """A letter for each atom: how the number is put together."""
    return "".join(_mark(atoms[i]) for i in piece)


def _mark(atom: Atom) -> str:
    if atom.cls is Class.MAGNITUDE:
        return "H" if atom.text == "hundred" else "K"
    return "." if atom.text == "point" else _MARKS.get(atom.cls, "?")


def is_cardinal(atoms: Sequence[Atom], piece: Sequence[int]) -> bool:
    """`seven hundred seventy three`: a hundred or more, as it is counted."""
    for i in piece:  # most numbers have no such word at all
        if atoms[i].cls is Class.MAGNITUDE:
            return _CARDINAL.fullmatch(_make(atoms, piece)) is not None
    return False


def is_decimal(atoms: Sequence[Atom], piece: Sequence[int]) -> bool:
    """`six point eight seven five`: figures behind one point that was spoken."""
    if len(piece) > _LONGEST_DECIMAL or _DECIMAL.fullmatch(_make(atoms, piece)) is None:
        return False
    if len(atoms[piece[0]].value) > _TENS:
        return False
    return not (atoms[piece[-2]].text == "point" and atoms[piece[-1]].value == "0")


def is_measured(atoms: Sequence[Atom], piece: Sequence[int]) -> bool:
    """A part of a measure: `twelve foot four`, `eight by four`, `five W thirty`."""
    if is_grade(atoms, piece):
        return True
    first, last = piece[0], piece[-1]
    if len(piece) > _SHORT or any(atoms[i].cls in (Class.LETTER, Class.CODE) for i in piece):
        return False
    before = atoms[first - 1] if first else None
    if before is None or before.stop in (".", "?", "!"):
        return _is_by(atoms, last + 1)
    behind_unit = before.text in _PARTS_FOLLOW and not before.stop and _is_figure(atoms, first - 2)
    crossed = before.text == "by" and (
        _is_figure(atoms, first - 2) or (first > 1 and atoms[first - 2].text in UNITS)
    )
    return behind_unit or crossed or _is_by(atoms, last + 1)


def is_pressure(atoms: Sequence[Atom], piece: Sequence[int], *, value: str) -> bool:
    """`one thirty four over eighty two`, of blood."""
    first, after = piece[0], piece[-1] + 1
    if not value.isdigit() or len(value) > _SHORT:
        return False
    if after + 1 < len(atoms) and atoms[after].text == "over":
        lower = atoms[after + 1].value
        low = lower.isdigit() and len(lower) <= _SHORT and int(lower) >= _LOWEST_LOWER
        return low and int(value) >= _LOWEST_PRESSURE
    led = first > 1 and atoms[first - 1].text == "over" and _is_figure(atoms, first - 2)
    return led and int(value) >= _LOWEST_LOWER


def _is_by(atoms: Sequence[Atom], at: int) -> bool:
    """Whether `by` and another figure follow."""
    crosses = at + 1 < len(atoms) and atoms[at].text == "by" and not atoms[at - 1].stop
    return crosses and _is_figure(atoms, at + 1)


def _is_figure(atoms: Sequence[Atom], at: int) -> bool:
    return at >= 0 and (atoms[at].cls in _MARKS or atoms[at].cls is Class.MAGNITUDE)


def is_grade(atoms: Sequence[Atom], piece: Sequence[int]) -> bool:
    """`ten W forty`, of oil."""
    if [atoms[i].text for i in piece[1:2]] != ["w"] or len(piece) != _SHORT:
        return False
    return atoms[piece[0]].value in _GRADES and atoms[piece[2]].cls in (Class.TEN, Class.NUMERAL)


def is_alternative(atoms: Sequence[Atom], piece: Sequence[int]) -> bool:
    """The `eight` of `eight or sixteen minutes`: one of two counts, the other of two figures."""
    at = piece[-1] + 1
    if len(piece) != 1 or len(atoms[piece[0]].value) > 2 or atoms[piece[0]].stop:
        return False
    if at + 1 >= len(atoms) or atoms[at].text != "or":
        return False
    other = atoms[at + 1]
    return other.cls in (Class.TEEN, Class.TEN) or (
        other.cls is Class.NUMERAL and len(other.value) == 2
    )


_MEASURES = words_in("big deep heavy high high's large long many many's much much's tall wide")


def asks_measure(texts: Sequence[str]) -> bool:
    """`how many's in a box`, `by a lot`."""
    return texts[-2:] == ["a", "lot"] or ("how" in texts and not _MEASURES.isdisjoint(texts))
