"""Numbers that look like somebody's and are a thing's: what is printed on a tyre, when it was made.

Released only where nothing is open and nobody told a number of theirs just before.
"""

import re
from collections.abc import Sequence

from redaction.cues.asked_numbers import ANYTHING
from redaction.cues.cue_index import Strength
from redaction.cues.slots import Slot
from redaction.evidence.goods import CODED, DRAWN, GOODS, KINDS
from redaction.language.tables import words_in
from redaction.language.words import Atom, Class
from redaction.numbers.canonical import groups
from redaction.numbers.runs import Run
from redaction.numbers.shape import Shape, card_like, is_postcode, shape_of
from redaction.recognizers.found import Heard

_GIVEN_MS = 60_000
_TOLD_OF_MS = 30_000
_MADE = words_in("""
assembled bought built delivered imported installed made manufactured printed produced sold
""")
_TYRES = frozenset({"tyre", "tyres", "tire", "tires"})
_TYRE = re.compile(r"[123]\d5[2-8][05](1[2-9]|2[0-4])")
_TEXTS = words_in("forward text texting texts")
_TEXTED = 5
_SHORT_NUMBER = (4, 6)
_REACH = 8
_GRADED = 2
_RIM = 2
_RIM_AND_LOAD = 5
_MONTHS = 2
_WANTED = ("you", "want", "number")
_DIGITS = 3
_PAIR = 2
_PRINTED = (5, 2)
"""Figures and letters of a size, a colour, a bearing."""

_CODED = (8, 3)
_OF_ANYTHING = frozenset({"number", "otp"})
"""A number or a code that was talked of, of whatever kind."""


def is_of_thing(heard: Heard, run: Run) -> bool:
    """Whether a run is the make or age of a thing, and no number of a person is talked of."""
    atoms = heard.atoms
    if heard.is_blind(run.first):
        return False
    known = _is_made_between(atoms, run) or _is_of_tyre(heard, run) or _is_list(atoms, run)
    if _is_texted_to(atoms, run):
        slots = heard.slots_at(run.first)
        return not any(slot.strength is Strength.STRONG and slot.is_answer for slot in slots)
    if not known and not _is_of_goods(heard, run):
        return False
    if any(_awaits_another(slot, known=known) for slot in heard.slots_at(run.first)):
        return False
    return not heard.given_lately(run.first, within_ms=_GIVEN_MS)


def _awaits_another(slot: Slot, *, known: bool) -> bool:
    """Whether it may be something else: more than a number or a code that was talked of."""
    return known or slot.strength is Strength.STRONG or slot.kind not in _OF_ANYTHING


def _is_of_goods(heard: Heard, run: Run) -> bool:
    """`I need the bearing, the old one says six two oh five R S`: short, and told right after."""
    kinds = _goods_told_of(heard, run.first)
    if not kinds:
        return False
    shape = shape_of(heard.atoms, run)
    if shape.dated or shape.dots > 1 or card_like(shape) or is_postcode(shape):
        return False
    if DRAWN in kinds and _is_draw(shape):
        return True
    digits, letters = _CODED if CODED in kinds else _PRINTED
    fits = shape.digits <= digits and shape.letters <= letters
    return fits or (_is_size(shape) and not shape.letters)


def _goods_told_of(heard: Heard, atom: int) -> frozenset[str]:
    """Of what kinds the goods are that were named just before, and nothing asked for since.

    A question that names them itself asks for theirs.
    """
    start_ms = heard.times.start_ms[atom]
    kinds: set[str] = set()
    for cue in reversed(heard.expected.near(start_ms)):
        if start_ms - cue.end_ms > _TOLD_OF_MS:
            break
        if cue.start_ms >= start_ms:
            continue
        if cue.kind == ANYTHING and cue.stream != heard.stream:
            break
        if cue.kind in KINDS:
            kinds.add(cue.kind)
    return frozenset(kinds)


def _is_size(shape: Shape) -> bool:
    """`thirty five, sixty five, ten`: two or three measures."""
    return len(shape.groups) <= _DIGITS and all(len(group) <= _DIGITS for group in shape.groups)


def _is_draw(shape: Shape) -> bool:
    """`four, eleven, nineteen, twenty three`"""
    return not shape.letters and all(len(group) <= _PAIR for group in shape.groups)


def _is_made_between(atoms: Sequence[Atom], run: Run) -> bool:
    """`made between March twenty twelve and June twenty thirteen`"""
    before = [atom.text for atom in atoms[max(0, run.first - 2) : run.first]]
    if len(before) < _MONTHS or before[0] not in _MADE or before[1] not in ("between", "from"):
        return False
    months = [i for i in run.numbers if atoms[i].cls is Class.MONTH]
    return len(months) == _MONTHS and months[0] == run.first


def _is_of_tyre(heard: Heard, run: Run) -> bool:
    """`two oh five, fifty five, sixteen`: width, height and rim; `tyres, it says two oh five, fifty
    five, R sixteen, ninety one V`: a letter, and two figures behind it."""
    atoms = heard.atoms
    if _TYRE.fullmatch("".join(groups(atoms, run.numbers, literal=False))):
        return True
    letters = [n for n, i in enumerate(run.numbers) if atoms[i].cls is Class.LETTER]
    if not letters or atoms[run.numbers[letters[0]]].text != "r":
        return False
    before, after = run.numbers[: letters[0]], run.numbers[letters[0] + 1 :]
    graded = len(letters) == _GRADED and letters[1] + 1 == len(run.numbers)
    if len(letters) > 1 and not graded:
        return False
    if not before or not 1 <= len(after) <= (_RIM_AND_LOAD if graded else _RIM):
        return False
    said = {atom.text for atom in atoms[max(0, run.first - _REACH) : run.first]}
    return bool(said & _TYRES) or GOODS in _goods_told_of(heard, run.first)


def _is_texted_to(atoms: Sequence[Atom], run: Run) -> bool:
    """`text stop to six oh seven seven seven`: a firm's short number, to which one sends a word."""
    before = [atom.text for atom in atoms[max(0, run.first - _REACH) : run.first]]
    if before[-1:] != ["to"] or _TEXTS.isdisjoint(before[-_TEXTED:]):
        return False
    value = "".join(groups(atoms, run.numbers, literal=False))
    return value.isdigit() and _SHORT_NUMBER[0] <= len(value) <= _SHORT_NUMBER[1]


def _is_list(atoms: Sequence[Atom], run: Run) -> bool:
    """`you want number forty nine, number forty two and eight`: two things at least."""
    if tuple(atom.text for atom in atoms[max(0, run.first - 3) : run.first]) != _WANTED:
        return False
    things: list[list[int]] = []
    for i in run.numbers:
        if not things or atoms[i - 1].text in ("number", "and"):
            things.append([])
        things[-1].append(i)
    named = any(atoms[thing[0] - 1].text == "number" for thing in things[1:])
    return named and all(_is_small(atoms, thing) for thing in things)


def _is_small(atoms: Sequence[Atom], thing: Sequence[int]) -> bool:
    """Figures of three digits at most."""
    return sum(map(len, groups(atoms, thing, literal=False))) <= _DIGITS and all(
        atoms[i].cls is not Class.LETTER for i in thing
    )
