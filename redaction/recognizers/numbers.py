"""Numbers and codes: card, CVV, expiry, SSN, phone, account, and what has no name but is long."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from redaction.asked_numbers import QUANTITY, SECRETS
from redaction.evidence import RIGHT_CONTEXT, Asked, trim
from redaction.recognizers.bare import (
    YEAR,
    is_all_of_code,
    is_all_that_is_said,
    is_an_answer,
    is_nothing_else_said,
    is_quantity_asked,
    is_quantity_told,
    is_read_to_us,
    late_slots,
    payment_slots,
)
from redaction.recognizers.card_dates import date_slots, tells_expiry
from redaction.recognizers.counted import ANNOUNCES, is_released_early
from redaction.recognizers.found import SAME_BREATH_MS, Found, Heard
from redaction.recognizers.kept import Judged
from redaction.recognizers.number_kinds import fits, is_complete, kind_by_shape
from redaction.recognizers.secret_talk import is_of_secret_talk, leads_to_secret
from redaction.runs import Run, aside_length, find_runs
from redaction.shape import (
    Shape,
    card_like,
    is_expiry,
    is_read_out,
    kind_by_checksum,
    long_enough,
    shape_of,
)
from redaction.slots import Slot, Strength, cues_in
from redaction.words import Atom, Class

_CONTINUES_MS = 10_000
_CONTINUES_ATOMS = 10
_LETTER_KINDS = frozenset(
    {
        "name",
        "email",
        "policy",
        "order",
        "account",
        "password",
        "address",
        "iban",
        "otp",
        "ssn",
        "number",
        "routing",
        "ticket",
        "security_answer",
    }
)
_SAYS = frozenset({"it's", "is", "its", "that's", "in", "with", "that", "was", "say", "says"})
_AT_ONCE_MS = 500
_LEADS_TO = frozenset({"a", "an", "in", "with", "ending", "ends", "end", "after"})

_FETCHED = frozenset({"cvv", "expiry", "otp", "pin"})
"""What people put the telephone down for, to look it up."""

_MAY_HAVE_BEEN_ASKED = frozenset({"dob", "expiry", "number"})
"""In speech that was lost: so that nothing but a unit makes a number a quantity."""

_IN_DOUBT = "nothing that was said in time shows that it is none"

_SPELLED_ONLY = frozenset({"name", "email"})


class Numbers(NamedTuple):
    """What was found, and what is still undecided."""

    found: list[Found]
    undecided: list[Run]
    """Runs that the next words decide on: nothing of them may be shown yet."""


def find_numbers(heard: Heard, recalls: Callable[[Shape], str | None]) -> Numbers:
    """Judge every run, left to right; `recalls` says what a value was when it was masked before."""
    result = Numbers([], [])
    passed: list[Run] = []
    for run in find_runs(heard.atoms, heard.times):
        is_open = _touches_end(heard, run) or _is_tentative(heard, run)
        if is_open and run.first >= heard.overdue:
            result.undecided.append(run)
        elif is_open and run.last >= heard.overdue:
            _split(heard, run, result=result)
        else:
            known = len(result.found) + len(result.undecided)
            _take_over(heard, run, result=result, recalls=recalls)
            if len(result.found) + len(result.undecided) == known:
                passed.append(run)
    if passed and result.found and not heard.is_open:
        result.found.extend(_leading(heard, passed, found=result.found))
    return result


def _split(heard: Heard, run: Run, *, result: Numbers) -> None:
    """Mask what of an open run must be decided now; the rest of it stays open."""
    old = [i for i in run.numbers if i < heard.overdue]
    new = tuple(i for i in run.numbers if i >= heard.overdue)
    result.found.append(Found(run.first, old[-1], "number", why=_IN_DOUBT))
    result.undecided.append(Run(new[0], run.last, new))


def _leading(heard: Heard, runs: Sequence[Run], *, found: Sequence[Found]) -> list[Found]:
    """Those of the runs that nothing was found in, which a secret number follows."""
    nobody = Asked(frozenset(), frozenset())
    why = "is told right before a secret number"
    leading: list[Found] = []
    for run in runs:
        kept = trim(heard.atoms, run, asked=nobody)
        if kept is None:
            continue
        shape = shape_of(heard.atoms, kept)
        if leads_to_secret(heard, kept, shape=shape, found=found):
            leading.append(Found(kept.first, kept.last, "number", shape.value, why=why))
    return leading


def _take_over(
    heard: Heard, run: Run, *, result: Numbers, recalls: Callable[[Shape], str | None]
) -> None:
    """What was decided about a run at the partial before, if it would be decided again so."""
    before = result.found[-1] if result.found else None
    judged = heard.kept.judged(run, before=before)
    if judged is None:
        heard.kept.note(run, _judged(heard, run, result=result, recalls=recalls))
        return
    result.found.extend(judged.found)
    result.undecided.extend(judged.undecided)
    for one in judged.found:
        if one.complete:
            heard.fill(one)


def _judged(
    heard: Heard, run: Run, *, result: Numbers, recalls: Callable[[Shape], str | None]
) -> Judged:
    """Judge a run, and say what was decided and what that depended on."""
    found, undecided = len(result.found), len(result.undecided)
    before = result.found[-1] if result.found else None
    asked: list[Shape] = []

    def recall(shape: Shape) -> str | None:
        asked.append(shape)
        return recalls(shape)

    _judge(heard, run, result=result, recalls=recall)
    new = tuple(result.found[found:])
    return Judged(before, new, tuple(result.undecided[undecided:]), by_memory=bool(asked))


def _touches_end(heard: Heard, run: Run) -> bool:
    """Whether words to come could still extend or explain the run."""
    if not heard.is_open:
        return False
    after = run.last + 1
    plain = 0
    while after < len(heard.atoms) and plain < RIGHT_CONTEXT:
        step = aside_length(heard.atoms, after)
        if not step and heard.atoms[after].cls is not Class.GLUE:
            plain += 1
        after += max(step, 1)
    return plain < RIGHT_CONTEXT and not is_released_early(heard, run)


def _is_tentative(heard: Heard, run: Run) -> bool:
    """Whether a final ends in what may be a count whose unit comes in the next one."""
    if not heard.may_go_on or not _ends_row(heard.atoms, run.last):
        return False
    if is_read_out(heard.atoms, run.numbers) or _is_lone_one(heard.atoms, run):
        return False
    classes = {heard.atoms[i].cls for i in run.numbers}
    return len(run.numbers) <= 3 and not classes & {Class.MONTH, Class.ORDINAL, Class.DATE}


def _is_near(heard: Heard, slot: Slot, run: Run) -> bool:
    """Whether the run answers the question, or follows the cue in the same breath."""
    waited_ms = heard.times.start_ms[run.first] - slot.at_ms
    return slot.is_answer or slot.is_echo or (slot.turns == 0 and waited_ms <= SAME_BREATH_MS)


def _answered_late(heard: Heard, run: Run, slots: Sequence[Slot]) -> set[str]:
    """Short codes asked for some turns ago, where somebody now says a number and nothing else."""
    late = {
        slot.kind
        for slot in slots
        if slot.kind in _FETCHED
        and slot.strength is Strength.STRONG
        and slot.asked_by != heard.stream
    }
    return late if late and is_nothing_else_said(heard, run) else set()


def _ends_row(atoms: Sequence[Atom], last: int) -> bool:
    """Whether only fillers and the like follow."""
    return all(
        atom.cls in (Class.FILLER, Class.GLUE, Class.CORRECTION) for atom in atoms[last + 1 :]
    )


def _judge(
    heard: Heard,
    run: Run,
    *,
    result: Numbers,
    recalls: Callable[[Shape], str | None],
) -> None:
    """Mask, release, or note as bare."""
    slots = [s for s in heard.slots_at(run.first) if s.kind != "asked_name"]
    slots += _announced_after(heard, run) + payment_slots(heard, run) + date_slots(heard, run)
    slots += late_slots(heard, run)
    blind = heard.is_blind(run.first) or heard.is_blind(run.last)
    near = {slot.kind for slot in slots if _is_near(heard, slot, run)}
    if blind:
        near |= _MAY_HAVE_BEEN_ASKED
    if tells_expiry(heard.atoms, run):
        near.add("expiry")
    asked = Asked(
        frozenset(slot.kind for slot in slots) | frozenset({"number"} if blind else ()),
        frozenset(near | _answered_late(heard, run, slots)),
    )
    kept = trim(heard.atoms, run, asked=asked)
    if kept is None:
        if _may_go_on(heard, run) and not heard.atoms[run.last].stop:
            # What stands before it released it: it may go on yet.
            result.undecided.append(run)
        return
    shape = shape_of(heard.atoms, kept)
    if not blind and is_quantity_told(heard, kept, shape=shape):
        return
    kind, why = _kind(heard, kept, shape=shape, slots=slots) or ("", "")
    if not kind and tells_expiry(heard.atoms, kept):
        kind, why = "expiry", "is said as cards run out"
    if not kind and blind and (shape.digits > 1 or heard.begins_phrase(kept.first)):
        kind, why = "number", "said just after speech that was lost"
    if not kind:
        kind, why = _unasked_kind(heard, kept, shape=shape, before=result.found, recalls=recalls)
    if not kind and _may_go_on(heard, kept) and (slots or _worth_holding(heard, kept)):
        result.undecided.append(kept)
    if not kind and _is_in_doubt(heard, kept, shape=shape, slots=slots):
        kind, why = "number", _IN_DOUBT
    if not kind:
        return
    if not heard.rules.takes_out(kind) and card_like(shape):
        # What may be a card stays out, whatever else it may be.
        kind, why = "card", f"{kind} is left in, but this may be a card number"
    if not heard.rules.takes_out(kind) and _may_go_on(heard, kept):
        # It is left in as it stands, but may become something that is not.
        result.undecided.append(kept)
    complete = is_complete(kind, shape, rules=heard.rules)
    first = kept.first
    if shape.dated and first and heard.atoms[first - 1].text in ("the", "of"):
        first -= 1
    found = Found(first, kept.last, kind, shape.value, pieces=shape.groups, complete=complete)
    found = found._replace(why=why)
    result.found.append(found)
    if complete:
        heard.fill(found)


def _unasked_kind(
    heard: Heard,
    run: Run,
    *,
    shape: Shape,
    before: Sequence[Found],
    recalls: Callable[[Shape], str | None],
) -> tuple[str, str]:
    """What a number is that nothing asks for or names, and why; two empty strings if nobody's."""
    if _continues(heard, run, shape=shape, found=before):
        return before[-1].kind, "goes on with the number before it"
    counted = is_quantity_asked(heard, run, shape=shape)
    if not counted and is_all_that_is_said(heard, run, shape=shape):
        return "number", "is read out, and all that is said"
    if not counted and is_all_of_code(heard, run, shape=shape):
        return "number", "is letters and figures, and all that is said"
    if recalled := recalls(shape):
        return recalled, "was masked before in this call"
    if is_read_to_us(heard, run, shape=shape):
        return "number", "is read out, and nothing says that it is counted"
    if is_an_answer(heard, run, shape=shape):
        return "number", "is all of an answer, and no quantity was asked for"
    if is_of_secret_talk(heard, run, shape=shape):
        return "number", "is said while a secret number is being told"
    return "", ""


def _may_go_on(heard: Heard, run: Run) -> bool:
    """Whether there is time yet for more of a number at the end of a final."""
    return heard.may_go_on and run.first >= heard.overdue and _ends_row(heard.atoms, run.last)


def _is_in_doubt(heard: Heard, run: Run, *, shape: Shape, slots: Sequence[Slot]) -> bool:
    """Whether a run that must be decided now may be part of more than was said in time."""
    if run.first >= heard.overdue or _is_lone_one(heard.atoms, run):
        return False
    if not (shape.digits or slots or _worth_holding(heard, run)):
        return False
    is_end = _ends_row(heard.atoms, run.last)
    return (is_end or _touches_end(heard, run)) and not is_quantity_asked(heard, run, shape=shape)


def _worth_holding(heard: Heard, run: Run) -> bool:
    """More than one small count, so that it may be the start of something longer."""
    values = [heard.atoms[i].value for i in run.numbers]
    return len(values) > 1 or len(values[0]) > 2


def _announced_after(heard: Heard, run: Run) -> list[Slot]:
    """`seven three one is my security code`: a cue just behind the number."""
    after = heard.atoms[run.last + 1 : run.last + 8]
    if not after or after[0].text not in ANNOUNCES:
        return []
    nearest = [
        cue
        for cue in cues_in(after, heard.rules.cues)
        if cue.strength is Strength.STRONG and cue.first < 5
    ]
    at_ms = heard.times.start_ms[run.first]
    return [Slot(cue.kind, cue.strength, ("", 0, ""), at_ms, 0, False) for cue in nearest]


def _kind(heard: Heard, run: Run, *, shape: Shape, slots: Sequence[Slot]) -> tuple[str, str] | None:
    """The kind to mask the run as, by its slots and its own shape, and why."""
    if _is_lone_one(heard.atoms, run) and not shape.read_out:
        return None
    rules = heard.rules
    fitting = [slot for slot in slots if _masks(heard, run, shape=shape, slot=slot)]
    asked = frozenset(slot.kind for slot in fitting)
    own = rules.own_kind(shape, asked=asked)
    if own is None and not fitting and not long_enough(shape):
        return None
    if proved := kind_by_checksum(shape):
        return proved, f"has the form and check digits of {proved}"
    if own:
        return own, f"has the pattern of {own}"
    if proved := rules.proved(shape, asked=asked):
        return proved, f"has the form and check digits of {proved}"
    typed = [slot for slot in fitting if slot.kind != "number"]
    for slot in typed:
        if fits(slot.kind, shape, rules=rules):
            if not rules.takes_out(slot.kind):
                # What was asked for last may be what this is, unlike its kind as it looks.
                slot = next(s for s in typed if s == slot or rules.takes_out(s.kind))
            return slot.kind, _asked_for(slot)
    kind = kind_by_shape(shape, rules=rules)
    if not rules.takes_out(kind):
        kind = next((slot.kind for slot in typed if rules.takes_out(slot.kind)), kind)
    return kind, _asked_for(fitting[0]) if fitting else "is long, or looks like no plain number"


def _asked_for(slot: Slot) -> str:
    """The question or announcement that opened a slot."""
    if slot.is_answer:
        return f"answers a question for {slot.kind}"
    if slot.is_echo:
        return f"may read back {slot.kind}"
    return f"{slot.kind} was mentioned {'before' if slot.turns else 'beside it'}"


def _masks(heard: Heard, run: Run, *, shape: Shape, slot: Slot) -> bool:
    """Whether an open slot is enough to mask a run of this shape."""
    if shape.dated:
        wanted = slot.kind in ("dob", "expiry", "security_answer") or (
            slot.kind == "card" and is_expiry(shape)
        )
        return wanted
    if shape.day and shape.digits < 5:
        return slot.kind == "dob" and slot.is_answer
    if shape.digits == 0:
        spelt = slot.kind in _LETTER_KINDS or heard.rules.spells(slot.kind)
        strong = slot.strength is Strength.STRONG and spelt
        lone = shape.letters == 1 and slot.is_answer and slot.kind not in _SPELLED_ONLY
        echoed = slot.is_echo and spelt and shape.letters >= 2
        return echoed or (strong and (shape.letters >= 2 or (lone and _isolated(heard.atoms, run))))
    if slot.kind in _SPELLED_ONLY:
        return shape.letters >= 2 or (slot.kind == "email" and shape.digits >= 5)
    if slot.strength is Strength.WEAK:
        waited_ms = heard.times.start_ms[run.first] - slot.at_ms
        if slot.kind == "card" and shape.digits == 4 and not slot.turns and waited_ms < _AT_ONCE_MS:
            return not YEAR.fullmatch(shape.value)  # `your MasterCard, 3680`
        mixed = shape.letters >= 1 and shape.digits >= 2 and shape.letters + shape.digits >= 4
        return mixed or (shape.read_out and shape.digits >= 3) or shape.digits >= 5
    if len(run.numbers) == 1 and shape.digits <= 2:
        return _isolated(heard.atoms, run) or _is_wanted(heard, run, slot=slot)
    hundreds = shape.magnitude and slot.is_answer and slot.kind in SECRETS
    return hundreds or shape.digits + shape.letters >= 2


def _is_lone_one(atoms: Sequence[Atom], run: Run) -> bool:
    return len(run.numbers) == 1 and atoms[run.first].text == "one"


def _isolated(atoms: Sequence[Atom], run: Run) -> bool:
    """Whether a single digit stands as an answer of its own, not inside a sentence."""
    before = atoms[run.first - 1] if run.first else None
    after = atoms[run.last + 1] if run.last + 1 < len(atoms) else None
    begins = before is None or bool(before.stop) or before.cls in (Class.FILLER, Class.CORRECTION)
    begins = begins or (before is not None and before.text in _SAYS)
    ends = after is None or bool(atoms[run.last].stop) or after.cls is Class.FILLER
    return begins and ends


def _is_wanted(heard: Heard, run: Run, *, slot: Slot) -> bool:
    """Whether a lone figure can be hardly anything else: `I can make out five`, `begins with a
    six`."""
    if slot.strength is not Strength.STRONG:
        return False
    if slot.is_answer and slot.kind in SECRETS:
        return heard.asked_of_numbers(run.first) != QUANTITY
    waited_ms = heard.times.start_ms[run.first] - slot.at_ms
    led = run.first > 0 and heard.atoms[run.first - 1].text in _LEADS_TO
    return slot.kind == "number" and slot.turns == 0 and led and waited_ms <= _AT_ONCE_MS


def _continues(heard: Heard, run: Run, *, shape: Shape, found: Sequence[Found]) -> bool:
    """More digits shortly after a masked number of the same speaker."""
    if not found or shape.digits < 2 or shape.dated:
        return False
    last = found[-1]
    near = run.first - last.last <= _CONTINUES_ATOMS
    pause_ms = heard.times.start_ms[run.first] - heard.times.end_ms[last.last]
    return near and shape.read_out and last.kind != "name" and pause_ms <= _CONTINUES_MS
