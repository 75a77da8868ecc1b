"""Amounts: what one pays, owes and reckons with, by the words before a number."""

from collections.abc import Sequence

from redaction.language.tables import words_in
from redaction.language.words import Atom, Class

_AMOUNT_NOUNS = words_in("""
amount balance bill bills budget charge charged charges copay cost costs credited deductible
deposit discount fee fees interest limit owe owed owes paid pay paying payment premium price
priced quoted rate refund refunded save saved score speed spend spent temperature total totals
worth
""")
_CARDS = frozenset({"amex", "card", "mastercard", "visa"})
_MONEY = frozenset({"pounds", "pound", "dollars", "dollar", "euros", "euro"})
ROUGHLY = words_in("""
about above almost another approximately around every exactly least maybe nearly only over roughly
than under within below beyond
""")
_SPARED = frozenset({"you", "him", "her", "us", "them"})
_PENCE = 2
_CODE = 4


def amount_before(atoms: Sequence[Atom], piece: Sequence[int], *, near: frozenset[str]) -> bool:
    """`a payment of forty two`, `about two hundred`, `website says`: said as a quantity."""
    first = piece[0]
    before = [a.text for a in atoms[max(0, first - 3) : first]]
    ended = [a.stop in (".", "?", "!") for a in atoms[max(0, first - 3) : first]]
    if any(ended):
        before = before[len(ended) - ended[::-1].index(True) :]
    if before[-2:] in (["how", "about"], ["what", "about"]):
        return False  # `how about 7050?`
    told = atoms[first - 1].stop == "," and "card" in near
    if before and told and before[-1] in _CARDS:
        return False  # `bill my card, 5551 ...`
    if before[-1:] == ["over"] and "expiry" in near and atoms[first - 2].value.isdigit():
        return False  # `twelve over twenty seven`
    if before[-1:] == ["pound"] and sum(len(atoms[i].value) for i in piece) > _PENCE:
        return False  # `putting four six pound`, and then another code
    if before[-3:-2] == ["save"] and before[-2] in _SPARED and before[-1].endswith("ing"):
        return False  # `I'll save you asking, 459`
    if before[-2:] == ["start", "over"]:
        return False  # `let me start over, 4242`
    if before[-1:] == ["only"] and "number" in near and len(atoms[first].value) == _CODE:
        return False  # `only 5636 is on it`
    if before and (before[-1] in ROUGHLY or before[-1] in _MONEY):
        return True
    if before[-2:] == ["up", "to"] and not near:
        return True  # `three days here, up to twenty four abroad`
    return bool(set(before) & _AMOUNT_NOUNS) or before[-2:] in (
        ["pounds", "and"],
        ["dollars", "and"],
    )


def is_round(atoms: Sequence[Atom], piece: Sequence[int]) -> bool:
    """`above eighty thousand`: in whole thousands, and only about so many."""
    led = piece[0] > 0 and atoms[piece[0] - 1].text in ROUGHLY and not atoms[piece[0] - 1].stop
    last = atoms[piece[-1]]
    written = len(piece) == 1 and last.cls is Class.NUMERAL and last.value.endswith("000")
    return led and (written or last.text == "thousand")
