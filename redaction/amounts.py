"""Amounts: what one pays, owes and reckons with, by the words before a number."""

from collections.abc import Sequence

from redaction.tables import words_in
from redaction.words import Atom

_AMOUNT_NOUNS = words_in("""
amount balance bill bills budget charge charged charges copay cost costs credited deductible
deposit discount fee fees interest limit owe owed owes paid pay paying payment premium price
priced quoted rate refund refunded save saved score speed spend spent temperature total totals
worth
""")
_MONEY = frozenset({"pounds", "pound", "dollars", "dollar", "euros", "euro"})
_ROUGHLY = words_in("""
about almost another approximately around every exactly least maybe nearly only over roughly
than under within
""")
_PENCE = 2


def amount_before(atoms: Sequence[Atom], piece: Sequence[int], *, near: frozenset[str]) -> bool:
    """`a payment of forty two`, `about two hundred`, `website says`: said as a quantity."""
    first = piece[0]
    before = [a.text for a in atoms[max(0, first - 3) : first]]
    ended = [a.stop in (".", "?", "!") for a in atoms[max(0, first - 3) : first]]
    if any(ended):
        before = before[len(ended) - ended[::-1].index(True) :]
    if before[-2:] in (["how", "about"], ["what", "about"]):
        return False  # `how about 7050?`
    if before[-1:] == ["over"] and "expiry" in near and atoms[first - 2].value.isdigit():
        return False  # `twelve over twenty seven`
    if before[-1:] == ["pound"] and sum(len(atoms[i].value) for i in piece) > _PENCE:
        return False  # `putting four six pound`, and then another code
    if before and before[-1] in _ROUGHLY | _MONEY:
        return True
    if before[-2:] == ["up", "to"] and not near:
        return True  # `three days here, up to twenty four abroad`
    return bool(set(before) & _AMOUNT_NOUNS) or before[-2:] in (
        ["pounds", "and"],
        ["dollars", "and"],
    )
