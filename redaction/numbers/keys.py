"""Codes as they are typed on keys: `hit the star and then 0713`, `putting four oh four six pound`.

Star, hash and pound beside figures say that these are pressed one by one: a code, and no amount,
though `pound` is a unit too.
"""

from collections.abc import Sequence

from redaction.language.tables import words_in
from redaction.language.words import Atom
from redaction.numbers.letter_marks import DIGITS
from redaction.numbers.runs import Run
from redaction.numbers.shape import Shape, is_read_out

_KEYS = frozenset({"star", "asterisk", "hash", "pound"})
_BETWEEN = words_in("and a button in it it's key now press sign so symbol the then")
_BEHIND = words_in("and finish finished followed by hit press pressing the then with")
_REACH = 4
_DIGITS = 3


def is_keyed(atoms: Sequence[Atom], run: Run, *, shape: Shape) -> bool:
    """Whether a key stands before the figures or behind them."""
    if shape.letters or shape.dated or shape.magnitude or shape.digits < _DIGITS:
        return False
    return follows_key(atoms, run.first) or _leads_to_key(atoms, run, shape=shape)


def follows_key(atoms: Sequence[Atom], first: int) -> bool:
    """`star and then`, right before: no `five star`, no `per pound`."""
    at = first - 1
    while at >= 0 and first - at <= _REACH and atoms[at].text in _BETWEEN:
        at -= 1
    if at < 0 or atoms[at].text not in _KEYS or atoms[at].stop in (".", "?", "!"):
        return False
    before = atoms[at - 1] if at else None
    counted = before is not None and (before.cls in DIGITS or before.text in ("a", "per"))
    return not counted


def ends_in_pound(atoms: Sequence[Atom], piece: Sequence[int], *, secret: bool) -> bool:
    """Whether the `pound` or `star` behind a number is a key, so that it counts nothing."""
    after = piece[-1] + 1
    if after >= len(atoms) or atoms[after].text not in ("pound", "star"):
        return False
    value = "".join(atoms[i].value for i in piece)
    long = len(value) >= _DIGITS
    if atoms[after].text == "star":
        return long  # of stars there are five
    return long and (secret or is_read_out(atoms, piece) or follows_key(atoms, piece[0]))


def _leads_to_key(atoms: Sequence[Atom], run: Run, *, shape: Shape) -> bool:
    at = run.last + 1
    while at < len(atoms) and at - run.last <= _REACH and atoms[at].text in _BEHIND:
        at += 1
    if at >= len(atoms) or at - run.last > _REACH or atoms[at].text not in _KEYS:
        return False
    if atoms[run.last].stop in (".", "?", "!"):
        return False
    return atoms[at].text != "pound" or shape.read_out or at > run.last + 1
