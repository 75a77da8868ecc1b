"""Names told in a row: `Maeve and Odette`, `my husband Clive, then Hope and Dawn`."""

from collections.abc import Sequence

from redaction.language.common_words import FUNCTION_WORDS
from redaction.language.words import Atom
from redaction.recognizers.found import Heard
from redaction.recognizers.people.name_shape import (
    can_be_name,
    end_of_name,
    is_cased,
    is_likely,
    is_strange,
)
from redaction.recognizers.people.name_words import ALSO_NAMES

_MOST_CHAINED = 6
_LINKED = frozenset({"and", "or", "then", "plus"})
_LINKS = 2
_OBJECTS = frozenset({"a", "an", "it", "me", "that", "the", "them", "this", "to", "us", "you"})
"""What follows a verb: `mark it`."""
_NEVER_NEXT = FUNCTION_WORDS | {"summer", "bill", "miles"}


def chained(atoms: Sequence[Atom], last: int) -> list[tuple[int, int]]:
    """`Maeve and Odette`: names after a name that ends at `last`."""
    spans: list[tuple[int, int]] = []
    while len(spans) < _MOST_CHAINED:
        at = last + 1
        linked = atoms[last].stop == ","
        while at < len(atoms) and at - last <= _LINKS and atoms[at].text in _LINKED:
            if atoms[last].stop not in ("", ","):
                break
            at, linked = at + 1, True
        if not linked or not (is_likely(atoms, at) or _is_next(atoms, at, after=last)):
            break
        last = end_of_name(atoms, at)
        spans.append((at, last))
    return spans


def catalogued(heard: Heard) -> list[tuple[int, int]]:
    """`Haddad, comma, Grace`: as a list has it."""
    atoms = heard.atoms
    if "comma" not in heard.texts:
        return []
    return [
        (i - 1, i + 1)
        for i in range(1, len(atoms) - 1)
        if atoms[i].text == "comma" and _are_listed(atoms, i - 1, i + 1)
    ]


def _are_listed(atoms: Sequence[Atom], surname: int, first: int) -> bool:
    if not (can_be_name(atoms[surname]) and can_be_name(atoms[first])):
        return False
    if is_cased(atoms, first):
        return atoms[surname].capital and atoms[first].capital
    return is_strange(atoms[surname]) or is_strange(atoms[first])


def _is_next(atoms: Sequence[Atom], at: int, *, after: int) -> bool:
    """`penelope and mark`: an ordinary word that is a name too, where nothing has capitals."""
    if at >= len(atoms) or at == after + 1 or is_cased(atoms, at):
        return False
    name, following = atoms[at], atoms[at + 1].text if at + 1 < len(atoms) else ""
    verb = following in _OBJECTS
    return name.text in ALSO_NAMES and name.text not in _NEVER_NEXT and not verb
