"""Spans that meet are one: of several recognisers, of a stutter (pure)."""

from collections.abc import Sequence

from redaction.language.words import Atom, Class
from redaction.recognizers.found import Found

_SPECIFIC = (
    "email", "iban", "card", "ip", "password", "security_answer", "address", "dob", "name",
)  # fmt: skip
"""Which kind a span gets where recognisers disagree, before others."""


def merge(found: Sequence[Found], atoms: Sequence[Atom]) -> list[Found]:
    """Overlapping spans joined; also touching ones of one kind, over fillers between them."""
    merged: list[Found] = []
    for item in sorted(found, key=lambda f: (f.first, -f.last)):
        if merged:
            last = merged[-1]
            between = atoms[last.last + 1 : item.first]
            bridged = len(between) <= 2 and all(a.cls is Class.FILLER for a in between)
            if item.first <= last.last or (item.kind == last.kind and bridged):
                merged[-1] = _join(last, item)
                continue
        merged.append(item)
    return merged


def stuttered(found: Found, atoms: Sequence[Atom]) -> Found:
    """`January January tenth`: with what it begins or ends with, said or recognised twice."""
    first, last = found.first, found.last
    while first and found.first - first < 2 and _repeats(atoms[first - 1], atoms[first]):
        first -= 1
    while (
        last + 1 < len(atoms) and last - found.last < 2 and _repeats(atoms[last], atoms[last + 1])
    ):
        last += 1
    same = first == found.first and last == found.last
    return found if same else found._replace(first=first, last=last)


def _repeats(a: Atom, b: Atom) -> bool:
    return a.text == b.text and a.cls is not Class.FILLER


def _join(a: Found, b: Found) -> Found:
    """One span over both, of the kind that says more."""
    best = a if _rank(a) <= _rank(b) else b
    value, pieces = a.value + b.value, a.pieces + b.pieces
    return Found(
        min(a.first, b.first),
        max(a.last, b.last),
        best.kind,
        value,
        pieces=pieces,
        complete=a.complete or b.complete,
        why=best.why,
    )


def _rank(one: Found) -> tuple[bool, int, int]:
    """The lower, the more its kind says."""
    specific = _SPECIFIC.index(one.kind) if one.kind in _SPECIFIC else len(_SPECIFIC)
    return one.kind == "number", one.first - one.last, specific
