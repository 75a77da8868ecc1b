"""Questions about numbers by their make: what they ask for is a quantity, or a digit of a code.

A number that is all of an answer goes unless somebody asked how many, how much, when or which one
of the firm's own: that is positive evidence, as a unit behind the number is.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from redaction.cues.questions import Question, is_question
from redaction.evidence.goods import goods_in
from redaction.language.tables import words_in
from redaction.language.words import Atom, Class

QUANTITY = "asked_quantity"
"""A question after which a number is a count, an amount, a time or the firm's own."""
ANYTHING = "asked_anything"
"""Any other question."""
COUNT = "asked_how_many"
"""How many, how much, how old: a quantity, whatever else is talked of in the same breath."""
WHEN = "asked_when"
"""When, and nothing else of a quantity: a time, or until when a card is good."""
KINDS = frozenset({QUANTITY, COUNT, WHEN, ANYTHING})
SECRETS = frozenset({"card", "cvv", "expiry", "otp", "pin", "ssn", "routing", "iban"})
"""What somebody who asked for it goes on waiting for, whatever is said in between."""

_HOW = words_in("""
big deep early far fast few frequently heavy high late likely long many much often old quickly soon
tall wide
""")
_COUNTED = frozenset({"many", "much", "old", "often"})
_RANKED = ("", ANYTHING, WHEN, QUANTITY, COUNT)
_MEASURED = words_in("""
age amount appointment bedrooms bill bonus budget bus buses capacity channel charge charges children
cost costs deadline deductible delivery deposit discount distance dosage dose engine error
estimate excess exit fee fees flight floor gate height hour hours income interest level limit
mileage miles minimum maximum model months mortgage o'clock offer page penalty people percent
percentage platform premium price prices promotion quantity quote rate rates rating reading refund
rent room rooms row salary savings score seat seats section size sizes speed temperature
total train version weeks weight width worth years zone
""")
_CHOSEN = words_in("time times date day days value stop term")
"""These after `what` and `which` only: `take your time` asks for nothing."""

_INVITED = words_in("ready you you'd you're you've you'll")
_PLACES = words_in("first second third fourth fifth sixth seventh eighth last final next")
_PLACED = words_in("digit digits character characters")
_PLACED_MANY = words_in("digits numbers characters letters")
_SOME = words_in("certain couple few random some two three which")
_LEADS_TO_WHOLE = words_in("from in of off out")
_OF_CODES = words_in("""
code digit digits code's number numbers passcode passnumber passphrase password pin pin's
""")
_NUMBERED = (Class.DIGIT, Class.NUMERAL)
_LONG = (*_NUMBERED, Class.TEEN, Class.TEN)


def numbers_asked(atoms: Sequence[Atom]) -> Iterator[Question]:
    """What some words ask for: at most one of the two kinds, and the digits of a code."""
    texts = [atom.text for atom in atoms]
    yield from _digits_of_code(atoms, texts)
    if not texts:
        return
    asked, first = _RANKED[0], 0
    for i, atom in enumerate(atoms):
        if atom.stop not in (".", "?", "!", ";") and i + 1 < len(atoms):
            continue
        clause = texts[first : i + 1]
        if is_question(atoms[first : i + 1], clause):
            asked = max(asked, _asked(clause), key=_RANKED.index)
        first = i + 1
    if asked:
        yield Question(asked, len(atoms) - 1)


def _asked(texts: Sequence[str]) -> str:
    """What one question asks for."""
    how = {b for a, b in pairwise(texts) if a == "how"}
    if how & _COUNTED and not ("digits" in texts or "numbers" in texts):
        return COUNT
    chosen = any(a in ("what", "which") and b in _CHOSEN for a, b in pairwise(texts))
    # `when you're ready`, `when you have it` ask for no time.
    invited = any(a == "when" and b in _INVITED for a, b in pairwise(texts))
    measured = chosen or not _MEASURED.isdisjoint(texts) or any(goods_in(texts))
    if how & _HOW or measured:
        return QUANTITY
    return WHEN if "when" in texts and not invited else ANYTHING


def _digits_of_code(atoms: Sequence[Atom], texts: Sequence[str]) -> Iterator[Question]:
    """`the second and fourth digits`, `digit three`, `the first number of your passcode`."""
    if (at := _some_digits(texts)) is not None:
        yield Question("pin", at)
        return
    if _PLACED.isdisjoint(texts) and _PLACES.isdisjoint(texts):
        return
    places = [i for i, text in enumerate(texts) if text in _PLACES]
    if len(places) > 1 and not _PLACED_MANY.isdisjoint(texts[places[-1] :]):
        # `the first, fourth and sixth numbers`
        yield Question("pin", places[-1])
        return
    for i, text in enumerate(texts):
        if text in _PLACED:
            placed = i > 0 and texts[i - 1] in _PLACES
            numbered = i + 1 < len(atoms) and atoms[i + 1].cls in _NUMBERED
            # `the eleven character one` is a code of so many.
            if placed or (numbered and not (i and atoms[i - 1].cls in _LONG)):
                yield Question("pin", i)
            continue
        figure = text in _PLACES and texts[i + 1 : i + 2] in (["number"], ["one"], ["figure"])
        if figure and not _OF_CODES.isdisjoint(texts[i + 2 : i + 7]):
            yield Question("pin", i + 1)


def _some_digits(texts: Sequence[str]) -> int | None:
    """`which digits of your phone PIN`, `a couple of digits out of it`."""
    if "digits" not in texts:
        return None
    at = texts.index("digits")
    led = texts[max(0, at - 3) : at]
    chosen = not _SOME.isdisjoint(led) and not ({"last", "final", "first"} & {*led})
    return at if chosen and not _LEADS_TO_WHOLE.isdisjoint(texts[at + 1 : at + 2]) else None
