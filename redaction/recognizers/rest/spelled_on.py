"""Letters of a code around a part of it: read out, misheard, or with what they are like.

`K as in king` before the figures, `charlie, why B for victor` behind them, `tango see` between two
parts: only letters and what explains them stand there.
"""

from collections.abc import Sequence

from redaction.language.lexicon import LETTER_ALIKES, SPELLING_ALPHABET
from redaction.language.tables import words_in
from redaction.language.words import Atom, Class
from redaction.recognizers.found import Heard

LETTERS = words_in("""
am an and are as ask bee cue end eff ell em en ex eye gay gee if in jay kay key may oh okay or our
pea pee queue sea see tea tee us vee why yay you
""")
"""Words that recognisers write for a single letter."""

PARTS = (Class.LETTER, Class.DIGIT, Class.NUMERAL, Class.TEEN, Class.TEN, Class.CODE,
         Class.ORDINAL)  # fmt: skip
_SPELT = LETTERS | LETTER_ALIKES.keys()
"""Letters, where what they are like is said behind them."""

_EXPLAINED_BY = (["as", "in"], ["as", "an"], ["like"], ["for"])
EXPLAINS = frozenset({"an", "as", "for", "in", "like"})
_LONGEST = 12
_LONGEST_SPELLING = 60
_HESITATION = 4
_SLIP = 3


def over_spelling(heard: Heard, first: int) -> int:
    """Back over letters, digits and `K as in king` that stand right before."""
    atoms = heard.atoms
    begin = max(0, first - _LONGEST)
    while first > begin and first not in heard.times.breaks and is_joined(atoms[first - 1]):
        explained = _explanation(atoms, first)
        if explained:
            first -= explained
        elif atoms[first - 1].text in LETTERS and _explanation(atoms, first - 1):
            first -= 1  # `D for tango see`: the next letter
        elif _is_part(atoms, first - 1) or _is_spelt_on(atoms, first - 1):
            first -= 1
        elif atoms[first - 1].value == "-" and _explanation(atoms, first - 1):
            first -= 1  # `B for egg, dash three`
        else:
            break
    return first


def over_explained(heard: Heard, last: int) -> int:
    """`charlie, why B for victor`, `dash be like bravo`: more letters, and what they are like."""
    atoms, at = heard.atoms, last + 1
    end_by = min(len(atoms), at + _LONGEST_SPELLING)
    while at < end_by and at - last <= _SLIP and at not in heard.times.breaks:
        if atoms[at - 1].stop in ("?", "!"):
            break
        end = _explained_to(atoms, at)
        joins = atoms[at].text in _SPELT or atoms[at].cls in (Class.SYMBOL, Class.LETTER)
        if end:
            last = end
        elif not joins:
            break
        at = end + 1 if end else at + 1
    return last


def is_spelling(heard: Heard, first: int, end: int) -> bool:
    """Whether only words that explain letters, or are written for them, stand there."""
    between = heard.atoms[first:end]
    if not 0 < len(between) <= _HESITATION or any(
        n in heard.times.breaks for n in range(first, end + 1)
    ):
        return False
    explained = any(a.text in SPELLING_ALPHABET or a.cls is Class.LETTER for a in between)
    return explained and all(
        a.text in SPELLING_ALPHABET or a.text in _SPELT or a.text in EXPLAINS
        or a.cls in (Class.LETTER, Class.FILLER, Class.SYMBOL)
        for a in between
    )  # fmt: skip


def is_joined(atom: Atom) -> bool:
    return atom.stop in ("", ",", "-") or (atom.stop == "." and atom.cls is Class.LETTER)


def _explained_to(atoms: Sequence[Atom], at: int) -> int:
    """Where `B for victor` ends, if it begins here: a letter, or a word for one; else 0."""
    if atoms[at].cls is not Class.LETTER and atoms[at].text not in _SPELT:
        return 0
    for said in _EXPLAINED_BY:
        end = at + len(said) + 1
        if end < len(atoms) and [a.text for a in atoms[at + 1 : end]] == said:
            alphabet = atoms[end].text in SPELLING_ALPHABET
            same = LETTER_ALIKES.get(atoms[at].text, atoms[at].value) == atoms[end].text[:1]
            return end if alphabet or (same and len(atoms[end].text) > 2) else 0
    return 0


def _is_part(atoms: Sequence[Atom], at: int) -> bool:
    return atoms[at].cls in PARTS and atoms[at].text not in ("a", "i")


def _is_spelt_on(atoms: Sequence[Atom], at: int) -> bool:
    """Whether a word that sounds like a letter, or `I`, stands behind another: `S be I in`."""
    before = atoms[at - 1] if at else None
    if before is None or not is_joined(before):
        return False
    alike = atoms[at].text in LETTERS or atoms[at].text in ("a", "app", "be", "i")
    spelt = before.cls is Class.LETTER or (before.text in LETTERS and atoms[at].text == "i")
    if before.text in LETTER_ALIKES and at > 1 and not before.stop:
        # `D app see`
        spelt = spelt or (
            atoms[at - 2].cls is Class.LETTER and atoms[at - 2].text not in ("a", "i")
        )
    return alike and spelt and before.text not in ("a",)


def _explanation(atoms: Sequence[Atom], first: int) -> int:
    """How many atoms before `first` are a letter and what it is like: `K as in king`; else 0."""
    for said in _EXPLAINED_BY:
        length = len(said) + 2
        if first < length or [a.text for a in atoms[first - length + 1 : first - 1]] != said:
            continue
        if atoms[first - length].cls is Class.LETTER:
            return length
    return 0
