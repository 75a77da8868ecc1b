"""Numbers and codes: card, CVV, expiry, SSN, phone, account, and what has no name but is long."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from redaction.cues.slots import Slot
from redaction.evidence.counted import is_released_early
from redaction.evidence.weighed import RIGHT_CONTEXT, Asked, trim
from redaction.language.words import Atom, Class
from redaction.numbers.keys import is_keyed
from redaction.numbers.runs import Run, aside_length, find_runs
from redaction.numbers.shape import (
    Shape,
    card_like,
    is_read_out,
    shape_of,
)
from redaction.recognizers.figures.asked_kinds import is_lone_one, kind_of
from redaction.recognizers.figures.bare import (
    is_all_of_code,
    is_all_that_is_said,
    is_an_answer,
    is_quantity_asked,
    is_quantity_told,
    is_read_to_us,
)
from redaction.recognizers.figures.card_due import is_due
from redaction.recognizers.figures.dates_again import is_misread, is_read_back
from redaction.recognizers.figures.expiry_forms import tells_expiry
from redaction.recognizers.figures.number_kinds import is_complete
from redaction.recognizers.figures.number_slots import asked_for, open_slots
from redaction.recognizers.figures.read_letters import has_explained_letter, is_spelt_out
from redaction.recognizers.figures.secret_talk import is_of_secret_talk, leads_to_secret
from redaction.recognizers.found import Found, Heard
from redaction.recognizers.kept import Judged

_CONTINUES_MS = 10_000
_CONTINUES_ATOMS = 10

_PART = 2
_CODE = 4
_IN_DOUBT = "nothing that was said in time shows that it is none"


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
    if is_read_out(heard.atoms, run.numbers) or is_lone_one(heard.atoms, run):
        return False
    classes = {heard.atoms[i].cls for i in run.numbers}
    return len(run.numbers) <= 3 and not classes & {Class.MONTH, Class.ORDINAL, Class.DATE}


def _ends_row(atoms: Sequence[Atom], last: int) -> bool:
    """Whether only fillers and the like follow."""
    at = last + 1
    while at < len(atoms):
        aside = aside_length(atoms, at)
        if not aside and atoms[at].cls is not Class.GLUE:
            return False
        at += aside or 1
    return True


def _judge(
    heard: Heard,
    run: Run,
    *,
    result: Numbers,
    recalls: Callable[[Shape], str | None],
) -> None:
    """Mask, release, or note as bare."""
    slots = open_slots(heard, run)
    blind = heard.is_blind(run.first) or heard.is_blind(run.last)
    kept = trim(heard.atoms, run, asked=asked_for(heard, run, slots=slots, blind=blind))
    if kept is None and _is_told_again(heard, run, recalls=recalls):
        kept = run
    if kept is None:
        if _may_go_on(heard, run) and not heard.atoms[run.last].stop:
            # What stands before it released it: it may go on yet.
            result.undecided.append(run)
        return
    shape = shape_of(heard.atoms, kept)
    due = is_due(heard, kept) or is_misread(heard, kept)
    if not (blind or due) and is_quantity_told(heard, kept, shape=shape):
        return
    kind, why = kind_of(heard, kept, shape=shape, slots=slots) or ("", "")
    if not kind and tells_expiry(heard.atoms, kept):
        kind, why = "expiry", "is said as cards run out"
    if not kind and due:
        kind, why = "expiry", "is a month or a year where that of a card was to come, or was told"
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
    # A figure or two count other things too.
    if (len(shape.value) > _PART or is_read_back(heard, run)) and (recalled := recalls(shape)):
        return recalled, "was masked before in this call"
    if is_read_to_us(heard, run, shape=shape):
        return "number", "is read out, and nothing says that it is counted"
    if is_an_answer(heard, run, shape=shape):
        return "number", "is all of an answer, and no quantity was asked for"
    if shape.digits and has_explained_letter(heard.atoms, run.numbers):
        return "number", "has a letter that is explained"
    if is_spelt_out(heard.atoms, run.numbers):
        return "number", "is three words of the spelling alphabet or more"
    if is_keyed(heard.atoms, run, shape=shape):
        return "pin", "is typed, between keys"
    if is_of_secret_talk(heard, run, shape=shape):
        return "number", "is said while a secret number is being told"
    return "", ""


def _is_told_again(heard: Heard, run: Run, *, recalls: Callable[[Shape], str | None]) -> bool:
    """`I read the line above, 1098`: whatever stands beside it, if it was masked before."""
    if len(run.numbers) > 1 or heard.atoms[run.first].cls is not Class.NUMERAL:
        return False
    shape = shape_of(heard.atoms, run)
    return len(shape.value) == _CODE and bool(recalls(shape))


def _may_go_on(heard: Heard, run: Run) -> bool:
    """Whether there is time yet for more of a number at the end of a final."""
    return heard.may_go_on and run.first >= heard.overdue and _ends_row(heard.atoms, run.last)


def _is_in_doubt(heard: Heard, run: Run, *, shape: Shape, slots: Sequence[Slot]) -> bool:
    """Whether a run that must be decided now may be part of more than was said in time."""
    if run.first >= heard.overdue or is_lone_one(heard.atoms, run):
        return False
    if not (shape.digits or slots or _worth_holding(heard, run)):
        return False
    is_end = _ends_row(heard.atoms, run.last)
    return (is_end or _touches_end(heard, run)) and not is_quantity_asked(heard, run, shape=shape)


def _worth_holding(heard: Heard, run: Run) -> bool:
    """More than one small count, so that it may be the start of something longer."""
    values = [heard.atoms[i].value for i in run.numbers]
    return len(values) > 1 or len(values[0]) > 2


def _continues(heard: Heard, run: Run, *, shape: Shape, found: Sequence[Found]) -> bool:
    """More digits shortly after a masked number of the same speaker."""
    if not found or shape.digits < 2 or shape.dated:
        return False
    last = found[-1]
    near = run.first - last.last <= _CONTINUES_ATOMS
    pause_ms = heard.times.start_ms[run.first] - heard.times.end_ms[last.last]
    # Of a card that was not told in full any figures are more.
    goes_on = shape.read_out or (
        last.kind == "card" and not last.complete and len(last.value) > _CODE
    )
    return near and goes_on and last.kind != "name" and pause_ms <= _CONTINUES_MS
