"""How many words of a partial may be shown: its newest ones may still turn into something else.

A word that could be (part of) a name, a number or an address waits for `hold_last_words` more.
A plain word of conversation does not, nor does one that sounds like a digit or a letter ("for",
"to", "a") once a plain word follows it. What the rules hold for a reason is held regardless.
"""

from collections.abc import Sequence

from redaction.common_words import COMMON_WORDS
from redaction.lexicon import SPELLING_ALPHABET
from redaction.tables import words_in
from redaction.words import Atom, Class

_SOUND_ALIKES = words_in("""
for to too won ate tree free sex see sea be bee are you why oh owe one i eye a at of on under
may march will mark dr st via and
""")
"""Might be heard anew as a digit, a letter, a symbol or a name as more is said."""

_PLAIN = COMMON_WORDS - SPELLING_ALPHABET.keys()


def shown_until(atoms: Sequence[Atom], *, words: int, hold_last_words: int) -> int:
    """The index of the first word held back, of a partial of so many `words`."""
    until = max(0, words - hold_last_words)
    released = until
    plain = _plain_words(atoms)
    for word in range(until, words):
        if plain.get(word) is None:
            break
        if plain[word]:
            released = word + 1
    return released


def _plain_words(atoms: Sequence[Atom]) -> dict[int, bool]:
    """Each word of conversation: True if it is plain, False if it sounds like something else."""
    found: dict[int, bool] = {}
    other: set[int] = set()
    for atom in atoms:
        if atom.cls not in (Class.OTHER, Class.FILLER, Class.GLUE, Class.LETTER):
            other.add(atom.word)
        elif atom.text in _SOUND_ALIKES:
            found[atom.word] = False
        elif atom.text in _PLAIN and atom.cls is not Class.LETTER:
            found.setdefault(atom.word, True)
        else:
            other.add(atom.word)
    return {word: plain for word, plain in found.items() if word not in other}
