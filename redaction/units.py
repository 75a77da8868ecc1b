"""What counts a number: the unit behind it, a rate, a part of the day."""

from collections.abc import Sequence

from redaction.letter_marks import is_half_day
from redaction.tables import words_in
from redaction.words import Atom

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
treatments
""")

_ADJECTIVES = words_in("""
a additional american and australian big british business calendar canadian checked consecutive
cubic different extra few full large more new odd old or separate small spare square us whole
working
""")
_HAPPENS_TO_MONEY = frozenset(
    {
        ("went", "through"),
        ("has", "cleared"),
        ("is", "due"),
        ("was", "charged"),
        ("was", "refunded"),
    }
)
_NEW_CLAUSE = frozenset({"more", "other", "time", "times", "month", "year"})
"""After a comma these begin something else."""

_PER = frozenset({"a", "per", "each", "an", "every"})
_PERIODS = words_in("""
annum day each go head hour kilowatt line mile minute month night person piece pop quarter seat
share ticket time unit user week year
""")
_IN_THE = frozenset({"morning", "afternoon", "evening", "night"})


def is_counted(atoms: Sequence[Atom], at: int) -> bool:
    """A unit directly after, or after one adjective; `a night`; `in the afternoon`; `of us`."""
    if at >= len(atoms):
        return False
    if atoms[at - 1].stop in (".", "?", "!"):
        return False
    text = atoms[at].text
    following = atoms[at + 1].text if at + 1 < len(atoms) else ""
    third = atoms[at + 2].text if at + 2 < len(atoms) else ""
    if text == "of":
        return following in ("us", "them", "you", "those", "these", "the", "my", "our")
    if text == "p":
        return following != "m" or is_half_day(atoms, at)
    if text in ("a", "p") and is_half_day(atoms, at):
        return True
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
    if text in ("per", "a") and following in ("cent",):
        return True
    return (
        text in _ADJECTIVES and following in UNITS and following not in ("of", "time", "p", "other")
    )
