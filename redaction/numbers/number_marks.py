"""Which words are digits, letters or joiners of a number read out, each by its neighbours."""

from collections.abc import Sequence

from redaction.language import lexicon
from redaction.language.common_words import COMMON_WORDS
from redaction.language.words import Atom, Class
from redaction.numbers.initials import unmark_initials
from redaction.numbers.letter_marks import (
    DIGITS,
    SPELT,
    among_letters,
    between_letters,
    is_explained,
    is_letter,
    near,
)
from redaction.numbers.marked_rows import PAIRS, hesitates, mark_misheard, mark_spelling
from redaction.numbers.zeros import is_zero, next_spoken

_POINTS = frozenset({"the", "this", "that", "which", "another", "other", "new", "old"})
_PREPOSITIONS = frozenset({"to", "for"})
_VOWELS = frozenset("aeiouy")
_LONGEST_CODE = 7
_ALWAYS = {Class.NUMERAL, Class.TEEN, Class.TEN, Class.CODE, Class.CLOCK, Class.DECIMAL, Class.DATE}
_MAY_BE_NUMBER = _ALWAYS | {
    Class.DIGIT,
    Class.MULTIPLIER,
    Class.PLURAL,
    Class.LETTER,
    Class.MAGNITUDE,
}
"""What is a number whatever its neighbours are has one of these classes."""
_JOINING = {Class.SYMBOL, Class.ORDINAL, Class.MONTH}
_MAY_JOIN = frozenset((*SPELT, *lexicon.LETTER_ALIKES, *lexicon.SOUND_ALIKES))
"""Words that can be numbers without another number right beside them."""


def mark_numbers(atoms: Sequence[Atom]) -> list[bool]:
    """Which atoms are part of a number, by what they are and what stands beside them."""
    marks = [atom.cls in _MAY_BE_NUMBER and _is_number(atoms, i) for i, atom in enumerate(atoms)]
    for i, atom in enumerate(atoms):
        if not marks[i]:
            beside = (i > 0 and marks[i - 1]) or (i + 1 < len(atoms) and marks[i + 1])
            # Most words are plain ones among plain ones.
            may_join = beside or atom.text in _MAY_JOIN or atom.cls in _JOINING
            marks[i] = may_join and _joins(atoms, marks, i)
        elif atom.cls is Class.MAGNITUDE and not (
            i and (marks[i - 1] or atoms[i - 1].text in ("a", "couple", "few", "several"))
        ):
            marks[i] = False
    for i, atom in enumerate(atoms):
        # What sounds like a figure behind it is one only now: `May to thousand thirty`.
        misheard = atom.cls is Class.MONTH and i + 1 < len(atoms) and marks[i + 1]
        if misheard and atoms[i + 1].text in lexicon.SOUND_ALIKES:
            marks[i] = True
    mark_misheard(atoms, marks)
    spelling = [i for i, atom in enumerate(atoms) if atom.text in lexicon.SPELLING_ALPHABET]
    if len(spelling) > 2:
        mark_spelling(atoms, marks)
    for i in reversed(spelling):
        # `alpha bravo one two`: the letter before a letter, which only the number makes one.
        followed = i + 1 < len(atoms) and marks[i + 1] and atoms[i].stop in ("", ",", "-")
        if followed and not marks[i]:
            marks[i] = atoms[i + 1].text in lexicon.SPELLING_ALPHABET or _leads_to_letter(atoms, i)
    unmark_initials(atoms, marks)
    return marks


def _leads_to_letter(atoms: Sequence[Atom], i: int) -> bool:
    """`hotel in D`: what sounds like a letter stands between this and a single one."""
    third = near(atoms, i + 2)
    single = third is not None and third.cls is Class.LETTER
    return single and atoms[i + 1].text in lexicon.LETTER_ALIKES


def _is_number(atoms: Sequence[Atom], i: int) -> bool:
    """Judged by the words alone, before neighbours are known to be numbers."""
    atom = atoms[i]
    if atom.cls in _ALWAYS:
        return True
    if atom.text == "one" and _is_pronoun(atoms, i):
        return False
    if atom.cls is Class.DIGIT:
        return atom.text not in ("oh", "o") or is_zero(atoms, i)
    if atom.cls is Class.MULTIPLIER:
        nxt = next_spoken(atoms, i)
        if nxt is None:
            before = near(atoms, i - 1)
            return before is not None and before.cls in DIGITS
        if nxt.cls is Class.MULTIPLIER and nxt.text == atom.text:
            return True
        if nxt.text in lexicon.SOUND_ALIKES:
            # `double won, double one`: a figure stands on either side.
            beside = (near(atoms, i - 1), near(atoms, i + 2))
            return any(a is not None and a.cls in DIGITS | {Class.MULTIPLIER} for a in beside)
        # A figure half heard is a time now and then: `triple 5:00`.
        return nxt.cls in (Class.DIGIT, Class.LETTER, Class.NUMERAL, Class.CLOCK)
    if atom.cls is Class.PLURAL:
        before = near(atoms, i - 1)
        return before is not None and before.cls in (Class.DIGIT, Class.NUMERAL)
    if atom.cls is Class.LETTER:
        return is_letter(atoms, i)
    return atom.cls is Class.MAGNITUDE


def _is_pronoun(atoms: Sequence[Atom], i: int) -> bool:
    """`the one on the back`, `this one is`: no figure, as none stands behind it."""
    before, after = near(atoms, i - 1), near(atoms, i + 1)
    pointed = before is not None and before.text in _POINTS and not before.stop
    if before is not None and before.cls is Class.OTHER and not before.stop and i > 1:
        pointed = pointed or atoms[i - 2].text in ("a", "an")  # `that's a joint one so`
    return pointed and after is not None and not atoms[i].stop and after.cls in (
        Class.OTHER, Class.GLUE,
    )  # fmt: skip


def _joins(atoms: Sequence[Atom], marks: Sequence[bool], i: int) -> bool:
    """Whether an atom that is no number alone is one here, by its neighbours."""
    atom = atoms[i]
    before = i > 0 and marks[i - 1]
    after = i + 1 < len(atoms) and marks[i + 1]
    if atom.cls is Class.SYMBOL:
        return (after and atom.value == "+") or _links(atoms, marks, i)
    if atom.cls in (Class.ORDINAL, Class.MONTH):
        return _in_date(atoms, marks, i)
    if is_explained(atoms, i) or (atom.text in lexicon.LETTER_ALIKES and between_letters(atoms, i)):
        return True
    if atom.text in lexicon.SOUND_ALIKES and _is_digit_here(atoms, marks, i):
        return True
    if atom.text in lexicon.SOUND_ALIKES:
        return after and ((before and _among_digits(atoms, i)) or _corrects(atoms, marks, i))
    if atom.text in lexicon.SPELLING_ALPHABET:
        return _beside_number(atoms, marks, i)
    if atom.text in SPELT:
        return (before or after) and among_letters(atoms, i)
    plain = atom.text in lexicon.ACRONYMS or atom.text in COMMON_WORDS
    # `GB05 WEST 4159`: capitals between figures are part of the code, whatever word they make.
    plain = plain and not (before and after and atoms[i - 1].cls is Class.NUMERAL)
    if atom.cls is not Class.OTHER or plain:
        return False
    # Without capitals it must stand between figures: `ie 47 aibk 1841`.
    unsayable = len(atom.text) <= _LONGEST_CODE and _VOWELS.isdisjoint(atom.text)
    lower = (len(atom.text) <= 4 or unsayable) and before and after and atom.text.isalpha()
    return (bool(atom.value) and (before or after)) or lower


def _is_digit_here(atoms: Sequence[Atom], marks: Sequence[bool], i: int) -> bool:
    """Where a word that sounds like a digit can hardly be anything else."""
    before, after = near(atoms, i - 1), near(atoms, i + 1)
    digit = DIGITS | {Class.MULTIPLIER}
    behind = (
        before is not None and marks[i - 1] and before.cls in digit and before.stop in ("", ",")
    )
    ahead = after is not None and marks[i + 1] and after.cls in digit
    third = near(atoms, i + 2)
    zero = before is not None and before.value == "0"
    if behind and ahead and (zero or atoms[i].text in lexicon.NEVER_BETWEEN):
        return True
    if behind and after is not None and after.cls is Class.CLOCK:
        return atoms[i].text in lexicon.NEVER_BETWEEN
    if after is not None and after.text in lexicon.SURE_ALIKES and third is not None:
        # `fifty for, ate, three`: the next sounds like a figure too, and one stands behind it.
        ahead = ahead or third.cls in digit
    if atoms[i].text in lexicon.SURE_ALIKES and (behind or ahead):
        return True
    if behind and before is not None and before.cls is Class.MULTIPLIER and not before.stop:
        return True
    if after is not None and after.cls is Class.MAGNITUDE:
        # `May to thousand thirty`: of a thousand one says `a`.
        return (i > 0 and marks[i - 1]) or (
            after.text == "thousand" and lexicon.SOUND_ALIKES.get(atoms[i].text) == "2"
        )
    if _in_fraction(atoms, i):
        return True
    dotted = before is not None and before.value == "." and i > 1 and marks[i - 2]
    if ahead and atoms[i].text in lexicon.NEVER_BETWEEN and _is_single(after) and _is_single(third):
        return True  # `ends too seven six`
    if ahead and before is not None and before.value == "/" and i > 1 and not before.stop:
        # `four stroke free one`
        return atoms[i - 2].cls in (*DIGITS, Class.MONTH)
    told = behind and i > 1 and atoms[i - 2].cls in DIGITS and not atoms[i - 1].stop
    if told and atoms[i].stop == "," and atoms[i].text in _PREPOSITIONS:
        return True  # `three three for, hang on`
    # A preposition has no comma after it.
    return (ahead and (atoms[i].stop == "," or dotted)) or (
        behind and after is not None and after.cls is Class.LETTER and marks[i + 1]
    )


def _is_single(atom: Atom | None) -> bool:
    """One figure that is said alone."""
    return atom is not None and atom.cls is Class.DIGIT and atom.text not in ("oh", "o")


def _in_fraction(atoms: Sequence[Atom], i: int) -> bool:
    """`won slash thirty`: a figure stands behind what was said for `/`."""
    slash, figure = near(atoms, i + 1), near(atoms, i + 2)
    slashed = slash is not None and slash.value == "/" and not atoms[i].stop
    return slashed and figure is not None and figure.cls in DIGITS


def _links(atoms: Sequence[Atom], marks: Sequence[bool], i: int) -> bool:
    """Whether a joiner stands between numbers, a hesitation beside it or not."""
    sides = 0
    for step in (-1, 1):
        at = i + step
        while 0 <= at < len(atoms) and abs(at - i) < 6 and hesitates(atoms[at]) and not marks[at]:
            at += step
        ended = step > 0 and at == len(atoms)
        sides += ended or (0 <= at < len(atoms) and marks[at])
    return sides == 2


def _beside_number(atoms: Sequence[Atom], marks: Sequence[bool], i: int) -> bool:
    """Whether a number or letter stands beside this one, a hesitation between them or not."""
    for step in (-1, 1):
        at = i + step
        while 0 <= at < len(atoms) and abs(at - i) < 6 and hesitates(atoms[at]) and not marks[at]:
            at += step
        ended = 0 <= at < len(atoms) and step < 0 and atoms[at].stop in (".", "?", "!")
        if 0 <= at < len(atoms) and marks[at] and not ended:
            return True
    return False


def _in_date(atoms: Sequence[Atom], marks: Sequence[bool], i: int) -> bool:
    """An ordinal beside a month or another ordinal; a month beside any number or ordinal."""
    wanted = (Class.MONTH, Class.ORDINAL) if atoms[i].cls is Class.ORDINAL else (Class.ORDINAL,)
    for step in (-1, 1):
        at = i + step
        while 0 <= at < len(atoms) and (
            _within_date(atoms[at]) or (atoms[at].cls is Class.SYMBOL and atoms[at].value in "/-")
        ):
            at += step
        if step < 0 <= at and any(a.stop in (".", "?", "!") for a in atoms[at:i]):
            continue
        if 0 <= at < len(atoms):
            if atoms[at].cls in wanted or (atoms[i].cls is Class.MONTH and marks[at]):
                return True
            if atoms[i].cls is Class.ORDINAL and marks[at] and atoms[at].cls is Class.TEN:
                return True
    return False


def _within_date(atom: Atom) -> bool:
    return atom.text in ("of", "the", "in", "and") or (hesitates(atom) and not atom.value)


def _among_digits(atoms: Sequence[Atom], i: int) -> bool:
    """Two single digits on one side at least: `four two for two`, not `nine to five`."""
    read_out = (Class.DIGIT, Class.NUMERAL, Class.MULTIPLIER)
    beside = (*read_out, Class.LETTER, Class.SYMBOL)
    left = [a.cls in beside or a.text in lexicon.SURE_ALIKES for a in atoms[max(0, i - 2) : i]]
    right = [a.cls in read_out for a in atoms[i + 1 : i + 3]]
    if i > 2 and i + 1 < len(atoms) and atoms[i + 1].cls in PAIRS:
        # `oh four six for fifty four`: three figures one by one are no price.
        return all(a.cls is Class.DIGIT and not a.stop for a in atoms[i - 3 : i])
    return (
        left[-1:] == [True] and right[:1] == [True] and (left == [True] * 2 or right == [True] * 2)
    )


def _corrects(atoms: Sequence[Atom], marks: Sequence[bool], i: int) -> bool:
    """A correction stands before it, and a number before that: `four oh, no sorry, for 19`."""
    at = i - 1
    while at >= 0 and i - at < 6 and hesitates(atoms[at]) and not marks[at]:
        at -= 1
    corrected = any(a.cls is Class.CORRECTION for a in atoms[at + 1 : i])
    return corrected and at >= 0 and marks[at]
