"""Where `oh` is a zero, and not what one says when something comes to mind."""

from collections.abc import Sequence

from redaction.language import lexicon
from redaction.language.words import Atom, Class
from redaction.numbers.letter_marks import DIGITS, near
from redaction.numbers.marked_rows import hesitates


def is_zero(atoms: Sequence[Atom], i: int) -> bool:
    """Whether `oh` is a zero here: a digit stands beside it, and it is no exclamation."""
    before, after = _last_spoken(atoms, i), near(atoms, i + 1)
    if after is not None and after.text == "as" and atoms[i].text == "o":
        return True
    if atoms[i].text == "o" and [a.text for a in atoms[i + 1 : i + 3]] == ["i", "mean"]:
        third = near(atoms, i + 3)
        return third is not None and third.cls in DIGITS  # `use O, I mean six`
    if after is not None and after.cls is Class.FILLER:
        after = near(atoms, i + 2)
    numeric = DIGITS | {Class.MULTIPLIER, Class.LETTER, Class.SYMBOL}
    if after is not None and after.cls in numeric | {Class.PLURAL, Class.MAGNITUDE}:
        return after.text not in ("i", "a")
    if _is_misheard_beside(atoms, i):
        return True
    if before is None or before.cls not in numeric | {Class.CODE, Class.MAGNITUDE}:
        return False
    if before.stop == atoms[i].stop == "," and i > 1 and atoms[i - 2].cls in DIGITS:
        # `nine, three, oh, good until`: the third of a row.
        return True
    exclaimed = before.stop in (".", "!", "?") or (before.stop == "," and atoms[i].stop == ",")
    exclaimed = exclaimed or (atoms[i].capital and atoms[i].stop == ",")
    return not (exclaimed and after is not None)


def _is_misheard_beside(atoms: Sequence[Atom], i: int) -> bool:
    """`eight, for, oh.`, `oh to one too`: what sounds like a figure stands between it and one."""
    before, after = near(atoms, i - 1), near(atoms, i + 1)
    if after is None or atoms[i].stop in (".", "?", "!"):
        second = near(atoms, i - 2)
        misheard = before is not None and before.text in lexicon.SOUND_ALIKES
        return misheard and second is not None and second.cls is Class.DIGIT
    third, fourth = near(atoms, i + 2), near(atoms, i + 3)
    if atoms[i].stop == after.stop == "," and after.text in lexicon.SOUND_ALIKES:
        return third is not None and third.cls is Class.DIGIT  # `oh, won, five`
    if atoms[i].stop or after.text not in lexicon.SOUND_ALIKES or third is None or fourth is None:
        return False
    goes_on = fourth.cls is Class.DIGIT or fourth.text in lexicon.SOUND_ALIKES
    return third.cls is Class.DIGIT and goes_on


def next_spoken(atoms: Sequence[Atom], i: int) -> Atom | None:
    """The atom after `i`, hesitations passed over; an `oh` is none."""
    at = i + 1
    while at < len(atoms) and at - i < 6 and atoms[at].text not in ("oh", "o"):
        if not hesitates(atoms[at]) or atoms[at].cls is Class.SYMBOL:
            break
        at += 1
    return near(atoms, at)


def _last_spoken(atoms: Sequence[Atom], i: int) -> Atom | None:
    """The atom before `i`, hesitations passed over; another `oh` is none."""
    at = i - 1
    while at >= 0 and i - at < 6 and atoms[at].text not in ("oh", "o"):
        if not hesitates(atoms[at]) or atoms[at].cls is Class.SYMBOL:
            break
        at -= 1
    return near(atoms, at)
