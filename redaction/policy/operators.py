"""How a masked span is shown, as Presidio operators: last four, keyed hash, synthetic value.

Token and mask are Presidio's own `replace`. All give one word for a span, of a length that says
nothing about what it stands for.
"""

import hashlib
from collections.abc import Mapping
from typing import Literal

from presidio_anonymizer.entities import InvalidParamError, OperatorConfig
from presidio_anonymizer.operators import Operator, OperatorsFactory, OperatorType

from redaction.language.words import Class, atoms_of
from redaction.numbers.canonical import groups, is_card
from redaction.numbers.number_marks import mark_numbers

Rendering = Literal["token", "mask", "last_four", "hash", "synthetic"]

MASK = "****"
_SHORTEST_CARD = 16
_SHORTER_CARDS = {"34": 15, "37": 15, "30": 14, "36": 14, "38": 14, "39": 14}
"""By their first digits (American Express, Diners Club). Thirteen digits are the start of a number
far more often than a card of the 1980s."""

_HASH_LETTERS = "abcdefghijklmnop"
_FIRST = (
    "Alex", "Blair", "Casey", "Drew", "Ellis", "Frankie", "Gray", "Harper", "Jamie", "Jordan",
    "Kit", "Lee", "Morgan", "Noel", "Pat",
)  # fmt: skip
_LAST = (
    "Abbot", "Baker", "Carter", "Dyer", "Fletcher", "Glover", "Hooper", "Mason", "Porter", "Sawyer",
    "Taylor", "Weaver",
)  # fmt: skip
_PASSING_OVER = (Class.FILLER, Class.CORRECTION, Class.SYMBOL)


def value_of(spoken: str) -> str:
    """One spelling of a value, however it was said: its digits and letters, then its words."""
    atoms = atoms_of(spoken.split())
    marks = mark_numbers(atoms)
    numbers = [i for i, is_number in enumerate(marks) if is_number]
    words = [
        atom.text.removesuffix("'s")
        for atom, is_number in zip(atoms, marks, strict=True)
        if not is_number and atom.cls not in _PASSING_OVER
    ]
    return "".join(groups(atoms, numbers, literal=True)) + "".join(words)


def _digest(text: str, params: Mapping[str, object]) -> bytes:
    key = params["key"]
    assert isinstance(key, bytes)
    said = f"{params['entity_type']}\0{value_of(text)}".encode()
    return hashlib.blake2b(said, key=key, digest_size=16).digest()


class LastFour(Operator):  # type: ignore[misc, unused-ignore]
    """`[card:4242]` where the whole number was heard and its check digit holds, else `[card]`."""

    def operate(self, text: str = "", params: Mapping[str, object] | None = None) -> str:
        """The token; PCI DSS 3.4.1 lets the last four digits be shown."""
        kind = (params or {})["entity_type"]
        value = value_of(text)
        whole = is_card(value) and len(value) >= _SHORTER_CARDS.get(value[:2], _SHORTEST_CARD)
        return f"[{kind}:{value[-4:]}]" if whole else f"[{kind}]"

    def validate(self, params: Mapping[str, object] | None = None) -> None:
        """Nothing to check."""

    def operator_name(self) -> str:
        """Its name in Presidio."""
        return "last_four"

    def operator_type(self) -> OperatorType:
        """An anonymiser."""
        return OperatorType.Anonymize


class KeyedHash(Operator):  # type: ignore[misc, unused-ignore]
    """`[name:kbpmfaodlcej]`: the same for the same value and key, and nothing without the key."""

    def operate(self, text: str = "", params: Mapping[str, object] | None = None) -> str:
        """The token."""
        if not value_of(text):
            return f"[{(params or {})['entity_type']}]"
        digest = _digest(text, params or {})[:6]
        letters = (_HASH_LETTERS[n] for byte in digest for n in divmod(byte, 16))
        return f"[{(params or {})['entity_type']}:{''.join(letters)}]"

    def validate(self, params: Mapping[str, object] | None = None) -> None:
        """It needs a key."""
        if not isinstance((params or {}).get("key"), bytes):
            raise InvalidParamError("no key")

    def operator_name(self) -> str:
        """Its name in Presidio, which has a `hash` without key."""
        return "keyed_hash"

    def operator_type(self) -> OperatorType:
        """An anonymiser."""
        return OperatorType.Anonymize


class Synthetic(Operator):  # type: ignore[misc, unused-ignore]
    """A made-up value instead, the same for the same value and key."""

    def operate(self, text: str = "", params: Mapping[str, object] | None = None) -> str:
        """A value that belongs to nobody: names of two words, numbers that are not given out."""
        if not value_of(text):
            return f"[{(params or {})['entity_type']}]"
        digest = _digest(text, params or {})
        return _made_up(str((params or {})["entity_type"]), digest)

    def validate(self, params: Mapping[str, object] | None = None) -> None:
        """It needs a key."""
        if not isinstance((params or {}).get("key"), bytes):
            raise InvalidParamError("no key")

    def operator_name(self) -> str:
        """Its name in Presidio."""
        return "synthetic"

    def operator_type(self) -> OperatorType:
        """An anonymiser."""
        return OperatorType.Anonymize


SYNTHETIC_KINDS = ("name", "phone", "email", "address", "account", "policy", "order")
"""Kinds that a value can be made up for."""


def _made_up(kind: str, digest: bytes) -> str:
    first, last = _FIRST[digest[0] % len(_FIRST)], _LAST[digest[1] % len(_LAST)]
    number = int.from_bytes(digest[2:6], "big")
    if kind == "name":
        return f"{first} {last}"
    if kind == "phone":
        # 555-0100 to 555-0199 are kept for fiction in North America.
        return f"555-01{number % 100:02}"
    if kind == "email":
        return f"{first}.{last}@example.com".lower()
    if kind == "address":
        return f"{number % 900 + 100} Example Street"
    return f"X{number % 1_000_000:06}"


def operators_factory() -> OperatorsFactory:
    """Presidio's operators and ours."""
    factory = OperatorsFactory()  # type: ignore[no-untyped-call]
    for operator in (LastFour, KeyedHash, Synthetic):
        factory.add_anonymize_operator(operator)
    return factory


def operator_for(rendering: Rendering, *, kind: str, key: bytes) -> OperatorConfig:
    """The operator that shows a kind in one of our ways."""
    if rendering == "token":
        return OperatorConfig("replace", {"new_value": f"[{kind}]"})
    if rendering == "mask":
        return OperatorConfig("replace", {"new_value": MASK})
    if rendering == "last_four":
        return OperatorConfig("last_four", {})
    return OperatorConfig("keyed_hash" if rendering == "hash" else "synthetic", {"key": key})
