"""Which words are letters of a number or code that is read out, each by its neighbours."""

from collections.abc import Sequence

from redaction.language import lexicon
from redaction.language.common_words import FUNCTION_WORDS
from redaction.language.words import Atom, Class

DIGITS = {Class.DIGIT, Class.NUMERAL, Class.TEEN, Class.TEN}
SPELT = lexicon.LETTER_WORDS | lexicon.SPELLING_ALPHABET


def near(atoms: Sequence[Atom], at: int) -> Atom | None:
    """The atom there, if there is one."""
    return atoms[at] if 0 <= at < len(atoms) else None


def is_letter(atoms: Sequence[Atom], i: int) -> bool:
    """A single letter, unless it is the word `a` or `I`, `a m`, or the e of `e mail`."""
    text = atoms[i].text
    before, after = near(atoms, i - 1), near(atoms, i + 1)
    if is_half_day(atoms, i):
        return False
    if text in ("a", "i") and _is_named(atoms, i):
        return True
    if text == "a" and atoms[i].stop == "," and after is not None and after.cls in DIGITS:
        return True
    if text in ("a", "i") and _is_letter_a(atoms, i):
        return True
    if text == "a" and (_spells_on(atoms, i) or _ends_code(atoms, i)):
        return True
    if text in ("a", "i") and _spells_code(atoms, i):
        return True
    if text in ("a", "i"):
        follows = before is not None and before.cls is Class.LETTER and not _ends(before)
        third = near(atoms, i + 2)
        if follows and after is not None and third is not None and third.cls is Class.LETTER:
            # `A I be A`
            return after.text in lexicon.LETTER_ALIKES or after.cls is Class.LETTER
        if after is not None and after.cls is Class.LETTER and not _ends(atoms[i]):
            return after.text not in "ai" or follows
        return follows and (after is None or bool(atoms[i].stop) or after.cls in DIGITS)
    if after is not None and after.cls is Class.OTHER:
        return (text, after.text) not in (("e", "mail"), ("t", "shirt"), ("x", "ray"))
    return True


def _is_named(atoms: Sequence[Atom], i: int) -> bool:
    """`A for apple`, `I like India`, which no sentence begins with: a letter is beside it too."""
    joiner, named, third = (near(atoms, i + n) for n in (1, 2, 3))
    if joiner is None or named is None or joiner.text not in ("for", "like"):
        return False
    spelt = {Class.LETTER, Class.CODE, Class.SYMBOL} | DIGITS
    before = near(atoms, i - 1)
    beside = (before is not None and before.cls in spelt) or (
        third is not None and third.cls in spelt
    )
    return named.text[:1] == atoms[i].text and len(named.text) > 2 and beside


def _spells_on(atoms: Sequence[Atom], i: int) -> bool:
    """`a yankee M`, `a double oh`: a letter or `double` after it, and more of the code."""
    after, third = near(atoms, i + 1), near(atoms, i + 2)
    if after is None or third is None:
        return False
    if after.text not in lexicon.SPELLING_ALPHABET and after.cls is not Class.MULTIPLIER:
        return False
    code = third.cls in DIGITS | {Class.LETTER} or third.text in lexicon.SPELLING_ALPHABET
    return code and not after.stop


def _spells_code(atoms: Sequence[Atom], i: int) -> bool:
    """`A I B K`: three letters in a row from here, none of which ends a sentence."""
    row = atoms[i : i + 4]
    listed = all(a.cls is Class.LETTER and a.stop in ("", ",") for a in row[:2])
    if len(row) < 3 or not listed:
        return False
    alike = row[2].text in lexicon.LETTER_ALIKES and len(row) > 3 and row[3].cls is Class.LETTER
    return alike or (row[2].cls is Class.LETTER and row[2].text not in "ai")


def _ends_code(atoms: Sequence[Atom], i: int) -> bool:
    """`two nine a` and nothing more: the last letter of a code."""
    before = atoms[max(0, i - 2) : i]
    read_out = len(before) == 2 and all(
        a.cls in (Class.DIGIT, Class.NUMERAL) and a.stop in ("", ",") for a in before
    )
    return read_out and (i + 1 == len(atoms) or bool(atoms[i].stop))


def _is_letter_a(atoms: Sequence[Atom], i: int) -> bool:
    """`A as in apple`; or a capital A in the middle of a sentence, where the article has none."""
    if [a.text for a in atoms[i + 1 : i + 3]] == ["as", "in"]:
        return True
    before = near(atoms, i - 1)
    capital = atoms[i].capital and atoms[i].text == "a"
    listed = before is not None and before.stop == "," and before.cls in DIGITS | {Class.LETTER}
    return capital and before is not None and (not before.stop or listed)


def _ends(atom: Atom) -> bool:
    return atom.stop in ("?", "!") or (atom.stop == "." and len(atom.text) > 1)


def is_half_day(atoms: Sequence[Atom], i: int) -> bool:
    """Whether atom `i` is a letter of `a m` or `p m` after a number."""
    first = i if atoms[i].text in ("a", "p") else i - 1
    if first < 1 or first + 1 >= len(atoms):
        return False
    if atoms[first].text not in ("a", "p") or atoms[first + 1].text != "m":
        return False
    numeric = atoms[first - 1].cls in DIGITS | {Class.CLOCK}
    after = near(atoms, first + 2)
    return numeric and (after is None or after.cls is not Class.LETTER)


def between_letters(atoms: Sequence[Atom], i: int) -> bool:
    """`W O are D H`: single letters on both sides, two of them on one."""
    code = DIGITS | {Class.LETTER}
    if atoms[i].stop == ",":
        # A preposition or pronoun has no comma on both sides.
        before, after = near(atoms, i - 1), near(atoms, i + 1)
        listed = before is not None and before.cls in code and before.stop == ","
        return listed and after is not None and after.cls in code
    left = [_spells(a) and not a.stop for a in atoms[max(0, i - 2) : i]]
    right = [_spells(a) for a in atoms[i + 1 : i + 3]]
    if right == [True, False] and atoms[i + 2].cls in DIGITS:
        # `hotel in D two four`
        right[1] = left[-1:] == [True] and atoms[i - 1].cls is not Class.LETTER
    if left == [True] * 2 and [a.value for a in atoms[i + 1 : i + 2]] == ["-"]:
        return True
    single = any(a.cls is Class.LETTER or a.text in lexicon.LETTER_WORDS for a in
                 (*atoms[max(0, i - 1) : i], *atoms[i + 1 : i + 2]))  # fmt: skip
    beside = left[-1:] == [True] and right[:1] == [True] and single and not atoms[i].stop
    return beside and (left == [True] * 2 or right == [True] * 2)


def _spells(atom: Atom) -> bool:
    return atom.cls is Class.LETTER or atom.text in SPELT


def among_letters(atoms: Sequence[Atom], i: int) -> bool:
    """Another letter, or letter word, within two words."""
    near = list(atoms[max(0, i - 2) : i]) + list(atoms[i + 1 : i + 3])
    return any(a.text in SPELT or (a.cls is Class.LETTER and a.text not in "ai") for a in near)


def is_explained(atoms: Sequence[Atom], i: int) -> bool:
    """`why for yankee`, `cue as in queen`: the name of a letter, or what sounds like it."""
    if i + 1 >= len(atoms) or atoms[i + 1].text not in ("as", "for", "like"):
        return False
    letter = SPELT.get(atoms[i].text) or lexicon.LETTER_ALIKES.get(atoms[i].text)
    if not letter or atoms[i].text in lexicon.SPELLING_ALPHABET:
        return False
    for words in (("as", "in"), ("as", "an"), ("for",), ("like",)):
        end = i + 1 + len(words)
        if end < len(atoms) and tuple(a.text for a in atoms[i + 1 : end]) == words:
            same = atoms[end].text[:1] == letter or _is_heard_for(atoms, i, end)
            return same and len(atoms[end].text) > 2
    return False


def _is_heard_for(atoms: Sequence[Atom], i: int, named: int) -> bool:
    """`D be as an egg`: behind a letter another one, whatever it was heard for."""
    before = near(atoms, i - 1)
    spelt = before is not None and _spells(before) and not _ends(before)
    return spelt and atoms[named].text not in FUNCTION_WORDS
