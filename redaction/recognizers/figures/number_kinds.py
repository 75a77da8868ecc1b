"""Of which kind a number can be, by its length and make."""

from redaction.numbers.date_parts import part_of
from redaction.numbers.shape import Shape, card_like, is_expiry
from redaction.policy.rules import Rules

_LONGEST_DATE = 10
"""Digits of a date said in any way; with more a card was read before it."""

_WHOLE = {"card": 13, "cvv": 3, "expiry": 3, "ssn": 9, "phone": 7, "dob": 4, "account": 6,
          "policy": 5, "order": 5, "routing": 6, "iban": 15, "ip": 4, "pin": 4, "otp": 4,
          "number": 6, "address": 5, "ticket": 5}  # fmt: skip


def kind_by_shape(shape: Shape, *, rules: Rules) -> str:
    """The kind of what is masked, but fits no slot."""
    if shape.dated and shape.digits >= 4:
        return "dob" if shape.digits <= _LONGEST_DATE else "card"
    if card_like(shape):
        return "card"
    if shape.letters == 0 and shape.digits in (7, 10, 11):
        return "phone"
    if shape.digits == 0:
        return "name"
    if shape.dots > 2:
        return "ip"
    return rules.likely(shape) or "number"


def fits(kind: str, shape: Shape, *, rules: Rules) -> bool:
    """Whether a value of this shape can be of this kind, whole or as a part."""
    if (of_pack := rules.fits(kind, shape)) is not None:
        return of_pack
    digits, letters = shape.digits, shape.letters
    if kind == "cvv":
        return letters == 0 and (2 <= digits <= 5 or shape.magnitude) and not shape.dated
    if kind == "expiry":
        dated = is_expiry(shape) or (shape.dated and digits <= 8)
        return dated or (not letters and part_of(shape.value) is not None)
    if kind == "pin":
        return digits <= 10 and letters <= 1 and not shape.dated
    if kind == "otp":
        return digits <= 10 and not shape.dated
    if kind == "dob":
        return letters == 0 and (shape.dated or digits <= 8)
    if kind == "card":
        return letters == 0 and 1 <= digits <= 22
    if kind == "ssn":
        return digits <= 10 and letters <= 3
    if kind == "phone":
        return letters == 0 and digits <= 15
    if kind == "routing":
        return letters == 0 and digits <= 10
    if kind == "iban":
        return letters + digits >= 2
    if kind == "ip":
        return shape.dots > 0
    if kind == "name":
        return digits == 0
    if kind == "address":
        return letters > 0 or digits <= 6
    return True


def is_complete(kind: str, shape: Shape, *, rules: Rules) -> bool:
    """Whether the value is as long as values of this kind are."""
    if (whole := rules.is_whole(kind, shape)) is not None:
        return whole
    needed = _WHOLE.get(kind, 4)
    enough = shape.digits + shape.letters >= needed
    if kind == "expiry":
        return enough and part_of(shape.value) is None
    return enough and not (kind == "cvv" and shape.digits > 4)
