"""When a card runs out, said without figures for month and year, or without a question.

`the end of March twenty nine` and `oh three of thirty` are told of hardly anything else; `next
June` or a month alone is one only where somebody asked until when a card is good.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from redaction.asked_numbers import ANYTHING
from redaction.cue_index import Strength, cues_in
from redaction.lexicon import SOUND_ALIKES
from redaction.recognizers.bare import is_nothing_else_said
from redaction.recognizers.found import Found, Heard
from redaction.runs import Run
from redaction.slots import Slot
from redaction.tables import words_in
from redaction.words import Atom, Class

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
_LINK = "(?:of|slash|stroke|dash)"
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
_WRITTEN = re.compile(r"(?:0?[1-9]|1[0-2])/(?:20)?(?:2[4-9]|3\d)")
_LONGEST = 9
_RELATIVE = frozenset({"next", "this"})
_OF_YEAR = frozenset({"of", "next", "this", "year"})
_VERB_AFTER = words_in("""
be been have i it need not take the they we you your as well
""")
"""What follows `may` or `march` where it is no month."""

_OF_CARDS = frozenset({"card", "cvv", "expiry"})
_FIGURES = (Class.DIGIT, Class.TEEN, Class.NUMERAL)
_HEARD_AS_FIGURES = SOUND_ALIKES.keys() | {"then"}
_TALK_MS = 45_000
_BEHIND = 8
_COUNTED = frozenset({"card", "cvv", "expiry", "otp", "pin", "ssn", "routing"})
_DOUBTED_MS = 60_000
_ECHOED_MS = 10_000


def tells_expiry(atoms: Sequence[Atom], run: Run) -> bool:
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


def may_tell_expiry(atoms: Sequence[Atom], run: Run) -> bool:
    """Whether the run is a month and a year of two digits or four, which may be a day as well."""
    if run.last - run.first >= _LONGEST:
        return False
    said = _said(atoms, run)
    return bool(_BY_MONTH.fullmatch(" ".join(said))) or bool(_WRITTEN.fullmatch(" ".join(said)))


def date_slots(heard: Heard, run: Run) -> list[Slot]:
    """A month and a year where a card is talked of: shortly before, or its code right after."""
    parts = _parts(heard.atoms, run)
    named = any(heard.atoms[i].cls is Class.MONTH for i in run.numbers)
    repeated = named and _is_to_come(heard.atoms, run)
    if not repeated and not any(may_tell_expiry(heard.atoms, part) for part in parts):
        return []
    at_ms = heard.times.start_ms[run.first]
    spoken_of = any(
        cue.kind in _OF_CARDS and 0 <= at_ms - cue.end_ms <= _TALK_MS
        for cue in heard.expected.near(at_ms)
    )
    behind = heard.atoms[run.first + 1 : run.last + _BEHIND]
    wanted = spoken_of or _is_asked(heard, run)
    # `it was May thirty on the old card`; `five thirty on my card` is an amount.
    plain = not named and not any(
        _WRITTEN.fullmatch(atom.text) for atom in heard.atoms[run.first : run.last + 1]
    )
    after = {"cvv"} if plain else _OF_CARDS
    if not wanted and not any(cue.kind in after for cue in cues_in(behind)):
        return []
    return [Slot("expiry", Strength.STRONG, ("", 0, ""), at_ms, 0, False)]


def _is_asked(heard: Heard, run: Run) -> bool:
    """Whether it is all of an answer to a question that is not for a day or a quantity."""
    if not is_nothing_else_said(heard, run):
        return False
    asked = heard.asked_of_numbers(run.first)
    return asked == ANYTHING or (asked is None and _is_to_come(heard.atoms, run))


def _is_to_come(atoms: Sequence[Atom], run: Run) -> bool:
    """Whether a year to come is the last of it: `January, oh one, twenty eight`."""
    said = [atoms[at].text for at in run.numbers[-2:]]
    return bool(_YEAR_TO_COME.search(" ".join(said))) and len(run.numbers) > 1


def _parts(atoms: Sequence[Atom], run: Run) -> list[Run]:
    """The run, and what it begins with, up to a comma or an `and`."""
    numbers = run.numbers[:_LONGEST]
    ends = [
        n + 1
        for n, (at, after) in enumerate(pairwise(numbers))
        if atoms[at].stop or (after > at + 1 and atoms[after - 1].text != "of")
    ]
    fronts = [Run(run.first, numbers[n - 1], numbers[:n]) for n in ends]
    return [run, *fronts, *(Run(numbers[n], run.last, run.numbers[n:]) for n in ends)]


def find_card_dates(heard: Heard) -> tuple[list[Found], list[int]]:
    """Months that answer when a card runs out, and digits somebody cannot make out."""
    return [*_months(heard), *_relative(heard), *_numbered(heard), *_doubted(heard)], _begun(heard)


def words_of(heard: Heard, found: Found) -> list[str]:
    """A month is said of other things too."""
    return []


def _months(heard: Heard) -> list[Found]:
    if Class.MONTH not in heard.classes:
        return []
    why = "a month, where it was asked or said until when a card is good"
    return [
        Found(_month_from(heard.atoms, i), _month_to(heard.atoms, i), "expiry", why=why)
        for i, atom in enumerate(heard.atoms)
        if atom.cls is Class.MONTH
        and _is_month(heard.atoms, i)
        and (heard.awaits(i, "expiry") or _echoes_date(heard, i) or _is_beside_card(heard, i))
    ]


def _relative(heard: Heard) -> list[Found]:
    """`end of next month`, `this year`, where somebody asked until when a card is good."""
    if _RELATIVE.isdisjoint(heard.texts):
        return []
    why = "a month or a year by today's, where it was asked until when a card is good"
    return [
        Found(i, i + 1, "expiry", why=why)
        for i, (atom, after) in enumerate(pairwise(heard.atoms))
        if atom.text in _RELATIVE and after.text in ("month", "year") and heard.answers(i, "expiry")
    ]


def _begun(heard: Heard) -> list[int]:
    """`it expires next` and nothing more yet: the month is to come."""
    newest = range(max(0, len(heard.atoms) - 2), len(heard.atoms))
    begun = [i for i in newest if heard.is_open and heard.atoms[i].text in _RELATIVE]
    return [i for i in begun if heard.awaits(i, "expiry")]


def _numbered(heard: Heard) -> list[Found]:
    """`month ten`, `the ninth month`, `month then`."""
    atoms, found = heard.atoms, []
    why = "the number of a month, where it was asked or said until when a card is good"
    for i, atom in enumerate(atoms if "month" in heard.texts else ()):
        if atom.text != "month" or not heard.awaits(i, "expiry"):
            continue
        if i and atoms[i - 1].cls is Class.ORDINAL:
            found.append(Found(i - 1, i - 1, "expiry", why=why))
        first = i + 2 if [a.text for a in atoms[i + 1 : i + 2]] == ["is"] else i + 1
        last = first + 1 if [a.text for a in atoms[first : first + 1]] == ["oh"] else first
        if last < len(atoms) and _is_figure(atoms[last]) and not atom.stop:
            found.append(Found(first, last, "expiry", why=why))
    return found


def _is_figure(atom: Atom) -> bool:
    return atom.cls in _FIGURES or atom.text in _HEARD_AS_FIGURES


def _echoes_date(heard: Heard, i: int) -> bool:
    """Whether somebody has just said when a card runs out: `was that July?`"""
    at_ms = heard.times.start_ms[i]
    if any(0 <= at_ms - given.end_ms <= _ECHOED_MS for given in heard.given("expiry")):
        return True
    return any(
        0 <= at_ms - given.end_ms <= _ECHOED_MS and given.stream != heard.stream
        for given in heard.given("card")
    )


def _is_beside_card(heard: Heard, i: int) -> bool:
    """`September, yeah, September twenty nine`, with which a card that was just told goes on."""
    at_ms = heard.times.start_ms[i]
    told = any(0 <= at_ms - given.end_ms <= _ECHOED_MS for given in heard.given("card"))
    return told and not (i and heard.atoms[i - 1].text in ("in", "by", "since", "last", "on"))


def _is_month(atoms: Sequence[Atom], i: int) -> bool:
    """Not the verbs `may` and `march`."""
    if atoms[i].text not in ("may", "march"):
        return True
    after = atoms[i + 1 : i + 2]
    return not after or bool(atoms[i].stop) or after[0].text not in _VERB_AFTER


def _month_from(atoms: Sequence[Atom], i: int) -> int:
    return i - 1 if i and atoms[i - 1].text in _RELATIVE else i


def _month_to(atoms: Sequence[Atom], i: int) -> int:
    """`June of next year`: to the end of it."""
    last = i
    while last + 1 < len(atoms) and not atoms[last].stop and atoms[last + 1].text in _OF_YEAR:
        last += 1
    return last if atoms[last].text == "year" else i


def _doubted(heard: Heard) -> list[Found]:
    """`is that a six or an eight`, while a number is being told."""
    atoms = heard.atoms
    found: list[Found] = []
    for i, atom in enumerate(atoms if "or" in heard.texts else ()):
        if atom.text != "or" or not 1 < i < len(atoms) - 1:
            continue
        right = i + 2 if atoms[i + 1].text in ("a", "an") else i + 1
        left = i - 1
        sides = [atoms[at] for at in (left, right) if at < len(atoms)]
        doubts = atoms[left - 1].text in ("a", "an") or right == i + 2
        digits = len(sides) == 2 and all(_is_digit(side) for side in sides)
        if doubts and digits and _tells_number(heard, i):
            why = "one digit or another of a number"
            found += [Found(at, at, "number", why=why) for at in (left, right)]
        elif doubts and len(sides) == 2 and _is_digit(sides[1]) and _tells_number(heard, i):
            found.append(Found(right, right, "number", why="one digit or another of a number"))
    return found


def _is_digit(atom: Atom) -> bool:
    return atom.cls is Class.DIGIT or (atom.cls is Class.NUMERAL and len(atom.value) == 1)


def _tells_number(heard: Heard, at: int) -> bool:
    """Whether some number was given in the last minute."""
    if any(slot.kind in _COUNTED for slot in heard.slots_at(at)):
        return True
    lately = heard.given_lately(at, within_ms=_DOUBTED_MS)
    return any(given.kind not in ("name", "address", "dob") for given in lately)
