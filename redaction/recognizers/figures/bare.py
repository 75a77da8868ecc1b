"""Numbers that are all somebody says: `yes, one four six six two`, whatever was asked for.

Nobody says an amount or a count like that; who reads out digits alone was asked for them, in words
that no table has.
"""

import re

from redaction.cues.asked_numbers import ANYTHING, QUANTITY, SECRETS
from redaction.cues.cue_index import Strength
from redaction.cues.slots import Slot
from redaction.evidence.quantities import is_of_thing
from redaction.evidence.units import begins_sentence
from redaction.language.common_words import FUNCTION_WORDS
from redaction.language.tables import words_in
from redaction.language.words import Class
from redaction.numbers.runs import Run, aside_length
from redaction.numbers.shape import Shape
from redaction.recognizers.found import Heard

_LEADS = words_in("""
about again ah alright an and are be correct could
course did erm goes got great hello here here's how i is it it's its just
number of oh ok okay please ready right said saying says see so sure thank thanks that that'd that's
thats the then think uh um was well yeah yep yes
""")
_CONFIRMS = words_in("so that's thats correct is")
_TAILS = words_in("""
again ah am at correct dear end got hello i is it it's love ma'am madam mate maybe now okay perhaps
please probably right sir so thank thanks that that's thats the then too uh um yeah yep yes
you
""")
_CLAUSES = words_in("""
because but can could did do does don't has have he he's how i i'd i'll i'm i've if it it's let she
she's that's there's they they're this was we we're we've what when where which who why will would
you you'll you're
""")
"""Begin a clause: a number right before one of them counts nothing."""

_MARKS = words_in("alright okay ok ready right yeah yep yes")
"""What is said right before a number has nothing to do with what stands before these."""
_TELLS = words_in("""
are be bit displays goes ends ending begins begin gave in is it it's its reads say says said saying
see showing shows starts that's then to was were with
dialled enter entered entering keyed punch punched punching putting tried try trying type typed
typing using
""")
"""What stands right before a number that is told, not counted."""

_PUTS = words_in("chose picked put putting set use used using")
_SENDS = words_in("emailed gave give messaged quoted read sent told texted")
_TYPES = words_in("enter entered key keyed keying punch punched punching put putting type typed")
_SOMEBODY = words_in("him her me them us you")

YEAR = re.compile(r"19[3-9]\d|20[0-4]\d")
_OF_READ_BACK = words_in("correct it my okay right that the your yours")
_DIGITS = 4
_CONFIRMED_DIGITS = 3
_CODE = 4
_LONGEST_QUANTITY = 5
_NEW_TURN_MS = 2500
_SECRET_MS = 60_000
_SECRETS = frozenset({"cvv", "otp", "pin", "password"})
_REACH = 8


def is_all_that_is_said(heard: Heard, run: Run, *, shape: Shape) -> bool:
    """Whether the turn is a number read out digit by digit, and nothing of substance beside it."""
    if not shape.read_out or shape.dated or shape.digits < _CONFIRMED_DIGITS or not shape.groups:
        return False
    lead = _lead(heard, run.first)
    if lead is None or not _ends(heard, run.last):
        return False
    told = bool(lead & _CONFIRMS) or _is_one_by_one(heard, run) or shape.value[0] == "0"
    return shape.digits >= (_CONFIRMED_DIGITS if told else _DIGITS)


def is_all_of_code(heard: Heard, run: Run, *, shape: Shape) -> bool:
    """`G B two nine`, and nothing of substance beside it."""
    enough = shape.letters > 1 and shape.digits and shape.letters + shape.digits >= _CODE
    # `two, H, B`
    enough = enough or (shape.letters > 1 and shape.digits and _is_listed(heard, run))
    return bool(enough) and not shape.dated and is_nothing_else_said(heard, run)


def _is_listed(heard: Heard, run: Run) -> bool:
    """Whether there is a comma behind each but the last."""
    return all(heard.atoms[i].stop == "," for i in run.numbers[:-1])


def is_an_answer(heard: Heard, run: Run, *, shape: Shape) -> bool:
    """Whether it is all of an answer, in pairs or in figures, where nobody asked for a quantity.

    `Seventy eight, twenty one`: nobody says an amount of four digits without a word about it
    unless asked how much; three digits may be one where nothing was asked.
    """
    if shape.dated or shape.magnitude or not shape.groups or shape.digits < _CONFIRMED_DIGITS:
        return False
    if _lead(heard, run.first) is None or _is_year(heard, run, shape=shape):
        return False
    ends = _ends(heard, run.last)
    if not ends and not (shape.digits >= _DIGITS and _begins_clause(heard, run.last + 1)):
        return False
    asked = heard.asked_of_numbers(run.first)
    return asked == ANYTHING or (ends and asked is None and shape.digits >= _DIGITS)


def _is_year(heard: Heard, run: Run, *, shape: Shape) -> bool:
    """`nineteen seventy`, unless somebody has just been telling a code: that may be another."""
    if not YEAR.fullmatch(shape.value):
        return False
    lately = heard.given_lately(run.first, within_ms=_SECRET_MS)
    return not any(one.kind in _SECRETS for one in lately)


def _begins_clause(heard: Heard, at: int) -> bool:
    """`8618, she's got thirty seconds`, `8618, hang on`: what comes next is no thing that the
    number counts."""
    if at >= len(heard.atoms):
        return False
    return heard.atoms[at].text in _CLAUSES or aside_length(heard.atoms, at) > 1


def is_quantity_asked(heard: Heard, run: Run, *, shape: Shape) -> bool:
    """Whether a short number answers how many, how much or when."""
    longest = _DIGITS if shape.read_out else _LONGEST_QUANTITY
    short = shape.digits <= longest and not shape.letters
    return short and heard.asked_of_numbers(run.first) == QUANTITY


def is_quantity_told(heard: Heard, run: Run, *, shape: Shape) -> bool:
    """Whether a count is all of the answer to how many, though a code was talked of before; or the
    number is a thing's."""
    if is_of_thing(heard, run):
        return True
    small = shape.digits < _CONFIRMED_DIGITS and not (shape.read_out or shape.dated)
    return small and not shape.letters and heard.asked_of_numbers(run.first) == QUANTITY and (
        is_nothing_else_said(heard, run)
    )  # fmt: skip


def late_slots(heard: Heard, run: Run) -> list[Slot]:
    """Secrets asked for a while ago and not given since, where a number is all somebody says."""
    if not is_nothing_else_said(heard, run) or heard.asked_of_numbers(run.first) == QUANTITY:
        return []
    at_ms = heard.times.start_ms[run.first]
    late = {
        cue.kind: cue
        for cue in heard.expected.near(at_ms)
        if cue.kind in SECRETS
        and cue.strength is Strength.STRONG
        and cue.stream != heard.stream
        and cue.end_ms <= at_ms
    }
    return [
        Slot(cue.kind, Strength.STRONG, cue.stream, cue.end_ms, 2, True)
        for cue in late.values()
        if not any(cue.start_ms <= f.end_ms <= at_ms for f in heard.given(cue.kind))
    ]


def is_nothing_else_said(heard: Heard, run: Run) -> bool:
    """Whether the turn is the number, however it is said."""
    return _lead(heard, run.first) is not None and _ends(heard, run.last)


def _is_one_by_one(heard: Heard, run: Run) -> bool:
    """`seven, four, six`: one digit a word, three at least."""
    said = [heard.atoms[i] for i in run.numbers]
    return len(said) >= _CONFIRMED_DIGITS and all(
        atom.cls in (Class.DIGIT, Class.MULTIPLIER)
        or (atom.cls is Class.NUMERAL and len(atom.value) == 1)
        for atom in said
    )


def is_read_to_us(heard: Heard, run: Run, *, shape: Shape) -> bool:
    """Told after `is` or `to`: four digits read out, or three that end a sentence.

    What says that it is an amount, a flight or a time was taken off the run before.
    """
    if shape.dated or shape.magnitude or not shape.groups:
        return False
    atoms = heard.atoms
    if [a.text for a in atoms[max(0, run.first - 3) : run.first]] == ["did", "you", "say"]:
        return shape.digits >= _CONFIRMED_DIGITS
    if _is_asked_of(heard, run):
        return False
    if not _is_told_after(heard, run.first):
        return _is_one_by_one(heard, run) and shape.digits >= _DIGITS
    if not shape.read_out:
        typed = _is_typed(heard, run.first)
        lone = all(atoms[i].cls is Class.NUMERAL for i in run.numbers)  # `96 96` too
        if atoms[run.first - 1].text in _PUTS and shape.value.endswith("00"):
            return False  # `I put 2500 down`
        return (lone or typed) and len(shape.value) == _DIGITS and not YEAR.fullmatch(shape.value)
    if shape.digits >= _DIGITS:
        return True
    ends = run.last + 1 == len(atoms) or bool(atoms[run.last].stop)
    return shape.digits == _CONFIRMED_DIGITS and (ends or _is_one_by_one(heard, run))


def _is_asked_of(heard: Heard, run: Run) -> bool:
    """`is eleven oh two any cheaper?`: a question about a thing, which is not asked for."""
    atoms, at = heard.atoms, run.first - 1
    if at < 0 or atoms[at].text not in ("is", "are", "does", "do") or run.last + 1 >= len(atoms):
        return False
    begins = not at or atoms[at - 1].stop in (".", "?", "!", ",") or at in heard.starts
    goes_on = not atoms[run.last].stop and atoms[run.last + 1].text not in _OF_READ_BACK
    return begins and goes_on


def _is_told_after(heard: Heard, first: int) -> bool:
    """`it is so`, `my buzzer's`: what tells a number stands before it, hesitations between."""
    atoms, at = heard.atoms, first - 1
    while at >= 0 and (atoms[at].cls is Class.FILLER or atoms[at].text == "so"):
        at -= 1
    if at < 0 or (atoms[at].stop in (".", "?", "!")):
        return False
    before = atoms[at - 1].text if at else ""
    sent = atoms[at].text in _SOMEBODY and before in _SENDS
    typed = _is_typed(heard, at + 1)
    told = atoms[at].text in _TELLS or atoms[at].text in _PUTS
    return sent or typed or told or atoms[at].text.endswith("'s")


def _is_typed(heard: Heard, first: int) -> bool:
    """`I put in`, `she keyed it`, right before."""
    before = [atom.text for atom in heard.atoms[max(0, first - 2) : first]]
    return len(before) == 2 and before[0] in _TYPES and before[1] in ("in", "it")


def _lead(heard: Heard, first: int) -> frozenset[str] | None:
    """The words before the number in its turn; None if one of them says something."""
    atoms, times = heard.atoms, heard.times
    said: set[str] = set()
    at = first
    while at > 0 and at not in times.breaks:
        before = atoms[at - 1]
        new_turn = times.start_ms[at] - times.end_ms[at - 1] > _NEW_TURN_MS
        if before.stop in (".", "?", "!") or new_turn or _begins_anew(heard, at):
            break
        if at == first and before.text in _MARKS:
            said.add(before.text)
            break
        spoken = before.text in _LEADS or before.cls in (Class.FILLER, Class.CORRECTION)
        if not spoken or first - at >= _REACH:
            return None
        said.add(before.text)
        at -= 1
    return frozenset(said)


def _begins_anew(heard: Heard, at: int) -> bool:
    """Whether a segment begins there, and the one before did not end in the middle of a phrase."""
    before = heard.atoms[at - 1]
    ended = before.text not in FUNCTION_WORDS and before.cls is Class.OTHER
    return ended and at in heard.starts


def _ends(heard: Heard, last: int) -> bool:
    """Whether hardly anything follows."""
    atoms, at = heard.atoms, last + 1
    while at < min(last + 1 + _REACH, len(atoms)):
        if atoms[at - 1].stop in (".", "?", "!") or at in heard.times.breaks:
            return True
        aside = aside_length(atoms, at)
        if not aside and atoms[at].text not in _TAILS:
            return begins_sentence(atoms, at)
        at += aside or 1
    return True
