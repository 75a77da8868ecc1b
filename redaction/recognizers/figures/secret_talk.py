"""Numbers said while a secret one is being told: after a card, a bank number or a code was given.

In such a minute hardly any number is another's business, whatever words ask for it or stand beside
it: the next card, the date and the code on it, what it was before, a read-back, a correction. So
three digits are masked there unless something says that they count, cost or time anything.
"""

import re
from collections.abc import Sequence

from redaction.cues.asked_numbers import QUANTITY
from redaction.language.words import Class
from redaction.numbers.runs import Run
from redaction.numbers.shape import Shape
from redaction.recognizers.figures.expiry_forms import is_month_and_year
from redaction.recognizers.found import Found, Heard

_SECRETS = frozenset(
    ("card", "cvv", "expiry", "ssn", "itin", "nino", "nhs", "sin", "steuer_id", "id_card", "nir",
     "aadhaar", "pan", "tfn", "medicare", "routing", "iban", "pin", "otp", "account", "number")
)  # fmt: skip
_TALK_MS = 60_000
_LEAD_MS = 20_000
_DIGITS = 3
_CODE_DIGITS = 4
_YEAR = re.compile(r"(19[3-9]|20[0-4])\d")
_COUNTS = (Class.MAGNITUDE, Class.CLOCK, Class.DECIMAL)


def is_of_secret_talk(heard: Heard, run: Run, *, shape: Shape) -> bool:
    """Whether a number that nothing else says anything of goes with a secret one told just now."""
    if not _may_be_secret(heard, run, shape=shape):
        return False
    lately = heard.given_lately(run.first, within_ms=_TALK_MS)
    told = any(one.kind in _SECRETS for one in lately) or (
        bool(heard.expected.filled) and _is_code(heard, run, shape=shape)
    )
    return told and heard.asked_of_numbers(run.first) != QUANTITY


def leads_to_secret(heard: Heard, run: Run, *, shape: Shape, found: Sequence[Found]) -> bool:
    """Whether the same speaker tells a secret number right after it: `it was 3680, now ...`."""
    if not _may_be_secret(heard, run, shape=shape):
        return False
    end_ms = heard.times.end_ms[run.last]
    return (
        any(
            one.complete
            and one.kind in _SECRETS
            and one.first > run.last
            and heard.times.start_ms[one.first] - end_ms <= _LEAD_MS
            for one in found
        )
        and heard.asked_of_numbers(run.first) != QUANTITY
    )


def _is_code(heard: Heard, run: Run, *, shape: Shape) -> bool:
    """Four figures in a word, or read out: where somebody has told who they are, theirs."""
    lone = len(run.numbers) == 1 and heard.atoms[run.first].cls is Class.NUMERAL
    round_ = shape.value.endswith("00") and not shape.read_out
    return shape.digits >= _CODE_DIGITS and (lone or shape.read_out) and not round_


def _may_be_secret(heard: Heard, run: Run, *, shape: Shape) -> bool:
    """Three digits at least, or a month and a year; no year alone, no amount."""
    if is_month_and_year(heard.atoms, run):
        return True
    classes = {heard.atoms[i].cls for i in run.numbers}
    if shape.dated or shape.digits < _DIGITS or (not shape.read_out and classes & set(_COUNTS)):
        return False
    return not _YEAR.fullmatch(shape.value)
