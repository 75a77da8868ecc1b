"""Positive evidence that a number is none of ours: an amount, a count, a time, a flight, a version.

Only what is here releases a number. A checksum never does, nor does being short.
"""

from collections.abc import Sequence
from typing import NamedTuple

from redaction.evidence.amounts import amount_before, is_round
from redaction.evidence.things import (
    is_constant,
    is_described,
    is_extension,
    is_line,
    is_service_number,
    is_thing,
    is_told_of,
    noun_before,
    tells_length,
)
from redaction.evidence.times_said import (
    clock_before,
    is_day_ahead,
    is_hour_said,
    is_opening,
    is_timetable,
    planned_before,
    year_before,
)
from redaction.evidence.units import (
    is_alternative,
    is_cardinal,
    is_counted,
    is_decimal,
    is_grade,
    is_measured,
    is_pressure,
)
from redaction.language.words import Atom, Class
from redaction.numbers.canonical import groups
from redaction.numbers.keys import ends_in_pound
from redaction.numbers.runs import Run
from redaction.numbers.shape import is_read_out

RIGHT_CONTEXT = 3
"""Atoms after a number that evidence can need: until they are known, the number is open."""

_SECRETS = frozenset({"cvv", "pin", "otp", "password", "expiry", "dob", "card", "number",
                      "security_answer"})  # fmt: skip
_SAID_IN_THOUSANDS = frozenset({"cvv", "pin", "otp", "password", "expiry", "dob", "ssn", "card",
                                "routing", "sin", "aadhaar"})  # fmt: skip


_POINTED = frozenset({"ip", "email", "expiry"})
"""What has points in it too."""

_THREE_FIGURES = frozenset({"cvv", "expiry", "otp", "pin"})
"""Of these `two four seven` can be one."""

_MEASURED_TOO = frozenset({"card", "phone", "address", "ip", "email", "pin", "otp", "password"})
_LONGEST_DECIMAL = 5
_LONGEST_THING = 4

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
        if _goes_on_code(atoms, pieces, asked=asked):
            break
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
            counted = counted or _is_measure(atoms, numbers[n:])
            counted = counted or is_grade(atoms, pieces[-1])
            counted = counted or is_thing(atoms, before)
            counted = counted or (len(pieces[-1]) == 1 and tells_length(atoms, before))
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
    """`one hundred ninety eight, er, five one one`: the same number goes on; behind `Five hundred.`
    another begins."""
    if atoms[before].cls is Class.MAGNITUDE and atoms[before].stop in (".", "?", "!"):
        return False
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


def _is_count(atoms: Sequence[Atom], rest: Sequence[int]) -> bool:
    """Whether a run ends in one or two atoms that a unit follows: `four seven, two days`."""
    if len(rest) > 2 or rest[-1] != rest[0] + len(rest) - 1 or is_read_out(atoms, rest):
        return False
    if [atom.text for atom in atoms[rest[-1] + 1 : rest[-1] + 2]] == ["pound"]:
        return False  # the key, behind `eight, oh, two, four`
    return is_counted(atoms, rest[-1] + 1)


def _is_measure(atoms: Sequence[Atom], rest: Sequence[int]) -> bool:
    """Whether it ends in a whole number or a decimal of something, behind a comma or an hour."""
    before = atoms[rest[0] - 1]
    if before.stop != "," and before.cls is not Class.CLOCK:
        return False
    whole = is_cardinal(atoms, rest) or is_decimal(atoms, rest)
    return whole and is_counted(atoms, rest[-1] + 1)


def is_released(atoms: Sequence[Atom], piece: Sequence[int], *, asked: Asked, last: bool) -> bool:
    """Whether there is positive evidence on this stretch of a run."""
    said = groups(atoms, piece, literal=False)
    digits = sum(map(len, said))
    classes = {atoms[i].cls for i in piece}
    letters = bool(classes & {Class.LETTER, Class.CODE})
    if noun_before(atoms, piece[0], digits=digits):
        return True
    if is_extension(atoms, piece[0]):
        return False
    constant = is_constant(atoms, piece) and not asked.near & _THREE_FIGURES
    if constant or (not asked.kinds and is_service_number(atoms, piece)):
        return True
    if classes & {Class.MONTH, Class.ORDINAL, Class.DATE}:
        asked_for = asked.near & {"expiry", "dob", "card"}
        planned = planned_before(atoms, piece[0]) or is_day_ahead(atoms, piece)
        return digits <= 6 and not asked_for and planned
    if not asked.near & _MEASURED_TOO and is_measured(atoms, piece):
        return True
    if is_pressure(atoms, piece, value="".join(said)) and not asked.near & {"card", "phone"}:
        return True
    if is_opening(atoms, piece) or (not asked.near and is_timetable(atoms, piece)):
        return True
    if letters:
        return not asked.kinds and is_line(atoms, piece)
    if not asked.kinds and digits <= _LONGEST_THING and is_described(atoms, piece):
        return True
    if len(piece) == 1 and (is_told_of(atoms, piece[0]) or _is_unasked_thing(atoms, piece, asked)):
        return True
    read_out = is_read_out(atoms, piece)
    magnitude = Class.MAGNITUDE in classes
    if last and (digits <= 5 or magnitude) and is_counted(atoms, piece[-1] + 1):
        # `twenty thirty, month seven`
        if atoms[piece[-1] + 1].text == "month" and digits > 1 and "expiry" in asked.near:
            return False
        keyed = ends_in_pound(atoms, piece, secret=bool(asked.near & _SECRETS))
        return not (keyed or (read_out and digits > 4))
    if is_hour_said(atoms, piece, near=asked.near) or is_round(atoms, piece):
        return True
    if read_out:
        decimal = digits <= _LONGEST_DECIMAL and not asked.near & _POINTED
        decimal = decimal and is_decimal(atoms, piece)
        return decimal or year_before(atoms, piece, near=asked.near)
    return _counts(atoms, piece, asked=asked, digits=digits)


def _goes_on_code(atoms: Sequence[Atom], pieces: Sequence[Sequence[int]], *, asked: Asked) -> bool:
    """`H for hotel, one hundred` where a code was asked for: behind a letter it counts nothing; nor
    does `four, zero, pound` behind more figures."""
    after = pieces[-1][-1] + 1
    if [atom.text for atom in atoms[after : after + 1]] == ["pound"]:
        return is_read_out(atoms, pieces[-2])
    spelt = atoms[pieces[-2][-1]].cls in (Class.LETTER, Class.CODE)
    return bool(asked.kinds) and spelt and not is_counted(atoms, after)


def _is_unasked_thing(atoms: Sequence[Atom], piece: Sequence[int], asked: Asked) -> bool:
    return not asked.kinds and is_thing(atoms, piece[0])


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
    if decimal and digits <= 5 and not asked.near & _POINTED:
        return True
    if digits > 4:
        return False
    if is_alternative(atoms, piece):
        return True
    clock = "expiry" not in asked.near and clock_before(atoms, piece)
    return amount_before(atoms, piece, near=asked.near) or (
        clock or year_before(atoms, piece, near=asked.near)
    )
