"""As what a number is masked: by what was asked for or announced, and by its own shape."""

from collections.abc import Sequence

from redaction.cues.asked_numbers import QUANTITY, SECRETS
from redaction.cues.cue_index import Strength
from redaction.cues.slots import Slot
from redaction.language.words import Atom, Class
from redaction.numbers.runs import Run, aside_before
from redaction.numbers.shape import (
    Shape,
    is_expiry,
    kind_by_checksum,
    long_enough,
)
from redaction.recognizers.figures.bare import (
    YEAR,
)
from redaction.recognizers.figures.expiry_forms import is_month_and_year
from redaction.recognizers.figures.number_kinds import fits, kind_by_shape
from redaction.recognizers.found import Heard

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
_BEGIN_CLAUSES = frozenset({"but", "he", "he's", "i", "i'm", "it's", "she", "she's", "that's"})
"""Behind a figure these show that it counts nothing."""

_AT_ONCE_MS = 500
_LAST = 4
_SAME_BREATH_MS = 3000
_FIGURES_ONLY = frozenset({"cvv", "pin", "otp"})
_LEADS_TO = frozenset({"a", "an", "in", "with", "ending", "ends", "end", "after"})

_SPELLED_ONLY = frozenset({"name", "email"})


def kind_of(
    heard: Heard, run: Run, *, shape: Shape, slots: Sequence[Slot]
) -> tuple[str, str] | None:
    """The kind to mask the run as, by its slots and its own shape, and why."""
    if is_lone_one(heard.atoms, run) and not shape.read_out:
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
    if shape.dated or is_month_and_year(heard.atoms, run):
        # A month and a year beside a card number are no part of it.
        typed.sort(key=lambda slot: slot.kind == "card")
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
        told = run.first and heard.atoms[run.first - 1].text in ("a", "an")
        if shape.letters == 1 and told and _is_wanted(heard, run, slot=slot):
            return True  # `starts with an H`
        echoed = slot.is_echo and spelt and shape.letters >= 2
        return echoed or (strong and (shape.letters >= 2 or (lone and _isolated(heard.atoms, run))))
    if slot.kind in _SPELLED_ONLY:
        return shape.letters >= 2 or (slot.kind == "email" and shape.digits >= 5)
    if slot.strength is Strength.WEAK:
        aside = aside_before(heard.atoms, run.first)
        waited_ms = heard.times.start_ms[run.first - aside] - slot.at_ms
        if slot.kind == "card" and shape.digits == _LAST and not slot.turns:
            # `your MasterCard, 3680`, `the Visa that you used last, 3680`
            lone = len(run.numbers) == 1 and not shape.value.endswith("00")
            soon = waited_ms < (_SAME_BREATH_MS if lone else _AT_ONCE_MS)
            if soon:
                return not YEAR.fullmatch(shape.value)
        mixed = shape.letters >= 1 and shape.digits >= 2 and shape.letters + shape.digits >= 4
        return mixed or (shape.read_out and shape.digits >= 3) or shape.digits >= 5
    if len(run.numbers) == 1 and shape.digits <= 2:
        return _isolated(heard.atoms, run) or _is_wanted(heard, run, slot=slot)
    hundreds = shape.magnitude and slot.is_answer and slot.kind in SECRETS
    return hundreds or shape.digits + shape.letters >= 2


def is_lone_one(atoms: Sequence[Atom], run: Run) -> bool:
    """`one` alone, which is more often a word than a number."""
    return len(run.numbers) == 1 and atoms[run.first].text == "one"


def _isolated(atoms: Sequence[Atom], run: Run) -> bool:
    """Whether a single digit stands as an answer of its own, not inside a sentence."""
    before = atoms[run.first - 1] if run.first else None
    after = atoms[run.last + 1] if run.last + 1 < len(atoms) else None
    begins = before is None or bool(before.stop) or before.cls in (Class.FILLER, Class.CORRECTION)
    begins = begins or (before is not None and (before.text in _SAYS or before.text.endswith("'s")))
    begins = begins or bool(aside_before(atoms, run.first))
    ends = after is None or bool(atoms[run.last].stop) or after.cls is Class.FILLER
    ends = ends or (after is not None and after.cls is Class.SYMBOL and after.value == "-")
    return begins and (ends or (after is not None and after.text in _BEGIN_CLAUSES))


def _is_wanted(heard: Heard, run: Run, *, slot: Slot) -> bool:
    """Whether a lone figure can be hardly anything else: `I can make out five`, `begins with a
    six`."""
    if slot.strength is not Strength.STRONG:
        return False
    if slot.is_answer and slot.kind in SECRETS:
        return heard.asked_of_numbers(run.first) != QUANTITY
    waited_ms = heard.times.start_ms[run.first] - slot.at_ms
    if slot.kind in _FIGURES_ONLY and slot.turns == 0 and 0 <= waited_ms <= _SAME_BREATH_MS:
        # `it asks for the C V V and I'm giving thirty seven.`
        after = run.last + 1
        return after == len(heard.atoms) or heard.atoms[run.last].stop in (".", "?", "!")
    led = run.first > 0 and heard.atoms[run.first - 1].text in _LEADS_TO
    return slot.kind == "number" and slot.turns == 0 and led and waited_ms <= _AT_ONCE_MS
