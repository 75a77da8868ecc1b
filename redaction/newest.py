"""How many words of a partial may be shown: its newest ones may still turn into something else.

A word that could be (part of) a name, a number or an address waits for `hold_last_words` more.
A plain word of conversation does not, nor does one that sounds like a digit or a letter ("for",
"to", "a") or takes something back ("no") once a plain word follows it. An ordinary word that only
the table of plain ones lacks waits for one more, but for all of them where an answer in words was
asked for. What the rules hold for a reason is held regardless.
"""

from collections.abc import Mapping, Sequence
from enum import Enum, auto

from redaction.common_words import COMMON_WORDS
from redaction.household_words import PLAIN_WORDS
from redaction.lexicon import SPELLING_ALPHABET
from redaction.suspects import could_be_name
from redaction.tables import words_in
from redaction.words import Atom, Class

ANSWERS_IN_WORDS = frozenset(
    {"name", "asked_name", "email", "address", "password", "security_answer"}
)
"""Kinds whose values are ordinary words at times."""

_SOUND_ALIKES = words_in("""
for to too won ate tree free sex see sea be bee are you why oh owe one i eye a at of on under
may march will mark dr st via and
""")
"""Might be heard anew as a digit, a letter, a symbol or a name as more is said."""

_PLAIN = COMMON_WORDS - SPELLING_ALPHABET.keys()
_TALK = (Class.OTHER, Class.FILLER, Class.GLUE, Class.LETTER, Class.CORRECTION)


class _Wait(Enum):
    """What a word of conversation waits for."""

    NOTHING = auto()
    ANY_WORD = auto()
    A_PLAIN_WORD = auto()


def shown_until(
    atoms: Sequence[Atom], *, words: int, hold_last_words: int, wary: bool = True
) -> int:
    """The index of the first word held back, of a partial of so many `words`.

    `wary` where an answer in words may have been asked for.
    """
    until = max(0, words - hold_last_words)
    released = until
    waits = _waits(atoms, from_word=until, wary=wary)
    for word in range(until, words):
        wait = waits.get(word)
        if wait is None or (wait is _Wait.ANY_WORD and word == words - 1):
            break
        if wait is not _Wait.A_PLAIN_WORD:
            released = word + 1
    return released


def _waits(atoms: Sequence[Atom], *, from_word: int, wary: bool) -> Mapping[int, _Wait]:
    """For each word of conversation what it waits for; none for words that wait for as many as the
    setting says."""
    found: dict[int, _Wait] = {}
    other: set[int] = set()
    for i in range(len(atoms) - 1, -1, -1):
        if atoms[i].word < from_word:
            break
        wait = _wait(atoms, i, wary=wary)
        if wait is None:
            other.add(atoms[i].word)
        elif wait is not _Wait.NOTHING or atoms[i].word not in found:
            found[atoms[i].word] = wait
    return {word: wait for word, wait in found.items() if word not in other}


def _wait(atoms: Sequence[Atom], i: int, *, wary: bool) -> _Wait | None:
    atom = atoms[i]
    if atom.cls is Class.AMOUNT and not atom.text[0].isdigit():
        # `$39.31`, once a word has ended it
        return _Wait.A_PLAIN_WORD
    if atom.cls not in _TALK:
        return None
    if atom.text in _SOUND_ALIKES or atom.cls is Class.CORRECTION:
        return _Wait.A_PLAIN_WORD
    if atom.cls is Class.LETTER:
        return None
    if atom.text in _PLAIN:
        # `Win` in the middle of a sentence may be the beginning of a name.
        named = atom.capital and atom.text[0] != "i" and i > 0 and not atoms[i - 1].stop
        return _Wait.ANY_WORD if named else _Wait.NOTHING
    return None if wary or not _is_ordinary(atom) else _Wait.ANY_WORD


def _is_ordinary(atom: Atom) -> bool:
    """Whether it is a word of everyday life, or a form of one."""
    known = atom.text in PLAIN_WORDS or not could_be_name(atom, cased=False)
    letters = len(atom.text) > 2 and atom.text.replace("'", "").isalpha()
    return known and letters and atom.cls is Class.OTHER and atom.text not in SPELLING_ALPHABET
