"""Positive evidence that a number is none of ours: an amount, a count, a time, a flight, a version.

Only what is here releases a number. A checksum never does, nor does being short.
"""

from collections.abc import Sequence
from typing import NamedTuple

from redaction.canonical import groups
from redaction.letter_marks import is_half_day
from redaction.runs import Run
from redaction.shape import is_read_out
from redaction.tables import words_in
from redaction.words import Atom, Class

RIGHT_CONTEXT = 3
"""Atoms after a number that evidence can need: until they are known, the number is open."""

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

NOUNS_BEFORE = words_in("""
aisle android article bay booth build bus category channel chapter class coupon discount dock
episode error exit firmware flight flights floor freeway galaxy gate gates grade highway
interstate ios iphone item junction lane level model motorway offer option page part phase
platform press product promo promotion promotional referral release road roads room rooms route
routes row season seat seats section series size step table terminal track train
version versions voucher windows zone
""")
"""A number after one of these is theirs: a flight, a gate, a version."""

PLANNED = words_in("""
appointment appointments arrive arrives arriving available booked booking change changed checking
delivered delivery departing departs due end ends expected flight from leave leaves leaving meeting
move moved moving next opens pay payment payments reopens scheduled since start starts starting
stay tomorrow travel travelling until
""")
"""A date after one of these is a plan, or a start, not a birth."""

_BETWEEN = words_in("""
a and are at called code codes for from in is it's its my no number numbers of on the to uh um
was your
""")
_AMOUNT_NOUNS = words_in("""
amount balance bill bills budget charge charged charges copay cost costs credited deductible
deposit discount fee fees interest limit owe owed owes paid pay paying payment premium price
priced quoted rate refund refunded save saved score speed spend spent temperature total totals
worth
""")
_MONEY = frozenset({"pounds", "pound", "dollars", "dollar", "euros", "euro"})
_ROUGHLY = words_in("""
about almost another approximately around every exactly least maybe nearly only over roughly
than under within
""")
_CLOCK_WORDS = words_in("""
about after around at before between by from past since till to until
""")
_YEAR_WORDS = frozenset({"in", "since", "of", "during", "year", "until", "by", "back"})
_SECRETS = frozenset({"cvv", "pin", "otp", "password", "expiry", "dob", "card", "number",
                      "security_answer"})  # fmt: skip
_SAID_IN_THOUSANDS = frozenset({"cvv", "pin", "otp", "password", "expiry", "dob", "ssn", "card",
                                "routing", "sin", "aadhaar"})  # fmt: skip


_LIKE_ONE = words_in("""
another big bigger black blue brown cheap cheaper dearer green grey large larger medium metal oak
older orange pine pink plain purple red small smaller teak the tiny white wooden yellow
""")
"""Before `one`, these say that it is a thing: `the teak one`."""

_HAS = words_in("are got had has have is it's there's they're")

_LONG_REST = 4
"""So many figures after a hesitation are no count of their own."""


class Asked(NamedTuple):
    """Kinds of the slots that are open where a number is said."""

    kinds: frozenset[str]
    near: frozenset[str]
    """Those that it answers directly, or that were announced in the same breath."""


def trim(atoms: Sequence[Atom], run: Run, *, asked: Asked) -> Run | None:
    """What is left of `run` without the stretches at its ends that have evidence, if anything."""
    pieces = _drop_released(atoms, _pieces(atoms, run.numbers), asked=asked)
    while len(pieces) > 1 and is_released(atoms, pieces[-1], asked=asked, last=True):
        pieces.pop()
    if not pieces:
        return None
    numbers = tuple(at for piece in pieces for at in piece)
    last = run.last if numbers[-1] == run.numbers[-1] else numbers[-1]
    return Run(numbers[0], last, numbers)


def _drop_released(
    atoms: Sequence[Atom], pieces: list[list[int]], *, asked: Asked
) -> list[list[int]]:
    """`pieces` without those at the front that have evidence: `between eight and twelve` is one."""
    rest, between = list(pieces), False
    while rest:
        piece = rest[0]
        second = between and atoms[piece[0] - 1].text in ("and", "or", "to", "then")
        plain = len(piece) <= 2 and not is_read_out(atoms, piece)
        if not (second and plain) and not is_released(
            atoms, piece, asked=asked, last=len(rest) == 1
        ):
            break
        # `only five hundred and six twelve`
        between = piece[0] > 0 and atoms[piece[0] - 1].text in ("between", "from", "only")
        rest.pop(0)
    return rest


def _pieces(atoms: Sequence[Atom], numbers: Sequence[int]) -> list[list[int]]:
    """Stretches of a run: ended by words between, a sentence's end, or a comma before a count."""
    pieces: list[list[int]] = []
    for n, at in enumerate(numbers):
        if pieces:
            before = pieces[-1][-1]
            joined = at == before + 1 and atoms[before].stop not in (".", "?", "!")
            joined = joined or _within_amount(atoms, before, at) or _within_date(atoms, before, at)
            joined = joined or (len(numbers) - n >= _LONG_REST and _hesitates(atoms, before, at))
            counted = atoms[before].stop == "," and _is_count(atoms, numbers[n:])
            counted = counted or _begins_count(atoms, numbers[n:])
            counted = counted or _is_thing(atoms, before)
            if joined and not counted:
                pieces[-1].append(at)
                continue
        pieces.append([at])
    return pieces


def _within_amount(atoms: Sequence[Atom], before: int, at: int) -> bool:
    """The `and` of `a hundred and thirty`."""
    magnitude = atoms[before].cls is Class.MAGNITUDE and not atoms[before].stop
    return magnitude and at == before + 2 and atoms[before + 1].text == "and"


def _hesitates(atoms: Sequence[Atom], before: int, at: int) -> bool:
    """`one hundred ninety eight, er, five one one`: the same number goes on."""
    return all(atom.cls is Class.FILLER for atom in atoms[before + 1 : at])


def _within_date(atoms: Sequence[Atom], before: int, at: int) -> bool:
    """The `of` of `September of two thousand thirty three`."""
    linked = at == before + 2 and atoms[before + 1].text == "of"
    return linked and atoms[before].cls is Class.MONTH and not atoms[before].stop


def _begins_count(atoms: Sequence[Atom], rest: Sequence[int]) -> bool:
    """The `one day` of `four seven one day`; not that of `twenty one dollars`."""
    before = atoms[rest[0] - 1]
    of_tens = before.cls in (Class.TEN, Class.MAGNITUDE) and not before.stop
    return atoms[rest[0]].text == "one" and not of_tens and _is_count(atoms, rest)


def _is_thing(atoms: Sequence[Atom], at: int) -> bool:
    """The `one` of `fifty in the small one, ninety in the big`."""
    if atoms[at].text != "one" or not atoms[at].stop or at < 2:
        return False
    described = atoms[at - 1].text in _LIKE_ONE and not atoms[at - 1].stop
    return described and atoms[at - 2].text in ("the", "a", "that", "this")


def _is_count(atoms: Sequence[Atom], rest: Sequence[int]) -> bool:
    """Whether a run ends in one or two atoms that a unit follows: `four seven, two days`."""
    if len(rest) > 2 or rest[-1] != rest[0] + len(rest) - 1 or is_read_out(atoms, rest):
        return False
    return is_counted(atoms, rest[-1] + 1)


def is_released(atoms: Sequence[Atom], piece: Sequence[int], *, asked: Asked, last: bool) -> bool:
    """Whether there is positive evidence on this stretch of a run."""
    digits = sum(map(len, groups(atoms, piece, literal=False)))
    classes = {atoms[i].cls for i in piece}
    letters = bool(classes & {Class.LETTER, Class.CODE})
    if digits <= 12 and _noun_before(atoms, piece[0]):
        return True
    if _is_extension(atoms, piece[0]):
        return False
    if _is_constant(atoms, piece) or is_service_number(atoms, piece, asked=asked):
        return True
    if classes & {Class.MONTH, Class.ORDINAL, Class.DATE}:
        asked_for = asked.near & {"expiry", "dob", "card"}
        return digits <= 6 and not asked_for and _planned_before(atoms, piece[0])
    if letters:
        return False
    if len(piece) == 1 and (_is_told_of(atoms, piece[0]) or _is_unasked_thing(atoms, piece, asked)):
        return True
    read_out = is_read_out(atoms, piece)
    magnitude = Class.MAGNITUDE in classes
    if last and (digits <= 5 or magnitude) and is_counted(atoms, piece[-1] + 1):
        # `twenty thirty, month seven`
        if atoms[piece[-1] + 1].text == "month" and digits > 1 and "expiry" in asked.near:
            return False
        return not (read_out and digits > 4)
    if read_out:
        return False
    return _counts(atoms, piece, asked=asked, digits=digits)


def _is_unasked_thing(atoms: Sequence[Atom], piece: Sequence[int], asked: Asked) -> bool:
    return not asked.kinds and _is_thing(atoms, piece[0])


def _is_told_of(atoms: Sequence[Atom], at: int) -> bool:
    """How long a number is, and where: `it's the six numbers that`, `it's four on the front`."""
    if atoms[at].cls is not Class.DIGIT or atoms[at].stop:
        return False
    after = [atom.text for atom in atoms[at + 1 : at + 4]]
    before = atoms[at - 1].text if at else ""
    if after[:1] == ["numbers"]:
        return before == "the" and after[1:2] in (["that"], ["which"])
    printed = after in (["on", "the", "front"], ["on", "the", "back"])
    return printed and before in _HAS and not _is_number(atoms, at - 2)


def _is_number(atoms: Sequence[Atom], at: int) -> bool:
    """Whether a figure stands there: a number that goes on after `it's` is none that is told of."""
    return at >= 0 and atoms[at].cls in (Class.DIGIT, Class.NUMERAL, Class.TEN, Class.TEEN)


def _counts(atoms: Sequence[Atom], piece: Sequence[int], *, asked: Asked, digits: int) -> bool:
    """Evidence on a stretch that is said as a quantity, not digit by digit."""
    classes = {atoms[i].cls for i in piece}
    if sum(atoms[i].value == "." for i in piece) > 1:
        return False
    article = piece[0] > 0 and atoms[piece[0] - 1].text == "a"
    if Class.MAGNITUDE in classes and (article or not asked.near & _SAID_IN_THOUSANDS):
        return True
    if classes <= {Class.CLOCK} and not asked.near & _SECRETS:
        return True
    # A point that was spoken makes a measure; one that the recogniser wrote may be a pause.
    points = sum(atoms[i].value == "." for i in piece)
    decimal = points == 1 or (classes == {Class.DECIMAL} and not asked.near & _SECRETS)
    if decimal and digits <= 5 and not asked.near & {"ip", "email", "expiry"}:
        return True
    if digits > 4:
        return False
    clock = "expiry" not in asked.near and _clock_before(atoms, piece)
    return _amount_before(atoms, piece, asked=asked) or (
        clock or _year_before(atoms, piece, asked=asked)
    )


def _noun_before(atoms: Sequence[Atom], first: int) -> bool:
    """`flight number is ...`: a noun within three words before, in the same sentence."""
    for at in range(first - 1, max(-1, first - 5), -1):
        atom = atoms[at]
        if atom.stop in (".", "?", "!") or (atom.stop == "," and at < first - 1):
            return False
        if atom.text in NOUNS_BEFORE:
            # That of a health card is a part of its number.
            return not (atom.text == "version" and atoms[at + 1].text == "code")
        if atom.text not in _BETWEEN and atom.cls is not Class.FILLER:
            return False
    return False


def _is_extension(atoms: Sequence[Atom], first: int) -> bool:
    return first > 0 and atoms[first - 1].text in ("extension", "ext")


def _planned_before(atoms: Sequence[Atom], first: int) -> bool:
    """`your next appointment is on March fourteenth`: a day ahead, which is no birth date."""
    for at in range(first - 1, max(-1, first - 7), -1):
        if atoms[at].stop in (".", "?", "!"):
            return False
        if atoms[at].text in PLANNED:
            return True
    return False


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


def _amount_before(atoms: Sequence[Atom], piece: Sequence[int], *, asked: Asked) -> bool:
    """`a payment of forty two`, `about two hundred`, `website says`: said as a quantity."""
    first = piece[0]
    before = [a.text for a in atoms[max(0, first - 3) : first]]
    ended = [a.stop in (".", "?", "!") for a in atoms[max(0, first - 3) : first]]
    if any(ended):
        before = before[len(ended) - ended[::-1].index(True) :]
    if before[-2:] in (["how", "about"], ["what", "about"]):
        return False  # `how about 7050?`
    if before[-1:] == ["over"] and "expiry" in asked.near and atoms[first - 2].value.isdigit():
        return False  # `twelve over twenty seven`
    if before and before[-1] in _ROUGHLY | _MONEY:
        return True
    if before[-2:] == ["up", "to"] and not asked.near:
        return True  # `three days here, up to twenty four abroad`
    return bool(set(before) & _AMOUNT_NOUNS) or before[-2:] in (
        ["pounds", "and"],
        ["dollars", "and"],
    )


def _clock_before(atoms: Sequence[Atom], piece: Sequence[int]) -> bool:
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


def _year_before(atoms: Sequence[Atom], piece: Sequence[int], *, asked: Asked) -> bool:
    """`since nineteen ninety eight`, where no birth date or code was asked for."""
    if asked.near & {"dob", "expiry", "pin", "number", "routing", "ssn"} or piece[0] == 0:
        return False
    value = "".join(groups(atoms, piece, literal=False))
    if len(value) != 4:
        return False
    before = atoms[piece[0] - 1]
    return before.text in _YEAR_WORDS and not before.stop and value[:2] in ("19", "20")


_CONSTANTS = frozenset({"911", "999", "112", "411", "311", "247", "101", "111"})
_TOLL_FREE = ("0800", "0808", "0844", "0845", "0870", "0871", "0300", "0330", "0333", "0345",
              "1800", "1888", "1877", "1866", "1855", "1844", "1833")  # fmt: skip


def _is_constant(atoms: Sequence[Atom], piece: Sequence[int]) -> bool:
    """`twenty four seven`, `nine one one`, `four oh four error`."""
    value = "".join(atoms[i].value for i in piece)
    return value in ("247", "2047") or (
        value == "911" and (piece[0] == 0 or atoms[piece[0] - 1].text in ("call", "dial", "called"))
    )


def is_service_number(atoms: Sequence[Atom], piece: Sequence[int], *, asked: Asked) -> bool:
    """A toll-free or national-rate number, when nobody was asked for theirs: a firm's own."""
    if asked.kinds:
        return False
    value = "".join(groups(atoms, piece, literal=True))
    return 9 <= len(value) <= 11 and value.startswith(_TOLL_FREE)
