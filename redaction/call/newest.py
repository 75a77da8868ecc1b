"""How many words of a partial may be shown: its newest ones may still turn into something else.

A word that could be (part of) a name, a number or an address waits for `hold_last_words` more. A
plain word of conversation does not, nor does one that sounds like a digit or a letter ("for", "to",
"a") or takes something back ("no") once a plain word follows it. An ordinary word that only the
table of plain ones lacks waits for one more, but for all of them where an answer in words was asked
for; so does the beginning of a figure or of a spelled letter, while anything is awaited. While
nothing personal is awaited, one word fewer waits; a count waits for a plain word (the rules hold
the number that it is in until they have decided on it); and `went to` and `the one` tell by the
word before that `to` and `one` are no figures: they wait for any word. What the rules hold for a
reason is held regardless.
"""

from collections.abc import Mapping, Sequence
from enum import Enum, auto

from redaction.call.segments import Awaited
from redaction.call.suspects import could_be_name
from redaction.language.common_words import COMMON_WORDS
from redaction.language.english import is_english
from redaction.language.household_words import PLAIN_WORDS
from redaction.language.lexicon import (
    DIGITS,
    MONTHS,
    MULTIPLIERS,
    SPELLING_ALPHABET,
    TEENS,
    TENS,
)
from redaction.language.tables import words_in
from redaction.language.words import Atom, Class
from redaction.recognizers.found import Heard

ANSWERS_IN_WORDS = frozenset(
    {"name", "asked_name", "email", "address", "password", "security_answer"}
)
"""Kinds whose values are ordinary words at times."""

_SOUND_ALIKES = words_in("""
for to too won ate tree free sex see sea be bee are you why oh owe one i eye a at of on under
may march will mark dr st via and
""")
"""Might be heard anew as a digit, a letter, a symbol or a name as more is said."""

_NO_FIGURES = frozenset({"and", "at", "of", "on", "under", "via"})
"""Of these, the ones that are heard for symbols and letters only."""

_BEGINS_ANSWER = words_in("""
and are as begins by equals in is it it's like makes number numbers of okay one or says so starts
sure that's thats the then there was we're were with yeah yes
""")
"""Behind these a sound-alike may be the first of what is read out: `it's for one nine`."""

_POINTS = frozenset({"the", "this", "that", "which", "another", "no", "any", "every", "each"})
"""`one` behind these is no figure."""

_LEAST_HELD = 2
_COUNTS = (Class.DIGIT, Class.NUMERAL, Class.TEEN, Class.TEN, Class.MAGNITUDE)
_LONGEST_COUNT = 3
_SHORT = 5
_BEGUN = 2
_BEGINNINGS = frozenset({
    word[:_BEGUN] for words in (DIGITS, TEENS, TENS, MULTIPLIERS, MONTHS, SPELLING_ALPHABET)
    for word in words
})  # fmt: skip
"""What a digit, a month or a spelled letter begins with: `go`, `in`, `do` may be `golf`, `india`,
`double`, of which the recogniser has heard no more yet."""

_ENDINGS = ("s", "ed", "ing")
_PLAIN = COMMON_WORDS - SPELLING_ALPHABET.keys()
_TALK = (Class.OTHER, Class.FILLER, Class.GLUE, Class.LETTER, Class.CORRECTION)


class _Wait(Enum):
    """What a word of conversation waits for."""

    NOTHING = auto()
    ANY_WORD = auto()
    A_PLAIN_WORD = auto()


def awaited_by(heard: Heard) -> Awaited:
    """What may be said next, as the end of a row shows it."""
    if not heard.expected.kinds.isdisjoint(ANSWERS_IN_WORDS):
        return Awaited.WORDS
    last = len(heard.atoms) - 1
    calm = last >= 0 and not heard.slots_at(last) and not heard.is_blind(last)
    return Awaited.NOTHING if calm else Awaited.FIGURES


def held_words(hold_last_words: int, *, awaited: Awaited) -> int:
    """How many newest words wait that may be names: one fewer while nothing personal is awaited."""
    calm = awaited is Awaited.NOTHING and hold_last_words > _LEAST_HELD
    return hold_last_words - calm


def shown_until(
    atoms: Sequence[Atom], *, words: int, hold_last_words: int, awaited: Awaited = Awaited.WORDS
) -> int:
    """The index of the first word held back, of a partial of so many `words`."""
    until = max(0, words - held_words(hold_last_words, awaited=awaited))
    released = until
    waits = _waits(atoms, from_word=until, awaited=awaited)
    for word in range(until, words):
        wait = waits.get(word)
        if wait is None or (wait is _Wait.ANY_WORD and word == words - 1):
            break
        if wait is not _Wait.A_PLAIN_WORD:
            released = word + 1
    return released


def _waits(atoms: Sequence[Atom], *, from_word: int, awaited: Awaited) -> Mapping[int, _Wait]:
    """For each word of conversation what it waits for; none for words that wait for as many as the
    setting says."""
    found: dict[int, _Wait] = {}
    other: set[int] = set()
    for i in range(len(atoms) - 1, -1, -1):
        if atoms[i].word < from_word:
            break
        wait = _wait(atoms, i, awaited=awaited)
        if wait is None:
            other.add(atoms[i].word)
        elif wait is not _Wait.NOTHING or atoms[i].word not in found:
            found[atoms[i].word] = wait
    return {word: wait for word, wait in found.items() if word not in other}


def _wait(atoms: Sequence[Atom], i: int, *, awaited: Awaited) -> _Wait | None:
    atom = atoms[i]
    calm = awaited is Awaited.NOTHING and _is_told_plain(atoms, i)
    if atom.cls is Class.DIGIT and atom.text == "one" and calm:
        return _Wait.ANY_WORD
    if awaited is Awaited.NOTHING and _is_count(atom):
        # The rules hold a number that they have not decided on.
        return _Wait.A_PLAIN_WORD
    if atom.cls is Class.AMOUNT and not atom.text[0].isdigit():
        # `$39.31`, once a word has ended it
        return _Wait.A_PLAIN_WORD
    if atom.cls not in _TALK:
        return None
    if atom.text in _SOUND_ALIKES or atom.cls is Class.CORRECTION:
        return _Wait.ANY_WORD if calm else _Wait.A_PLAIN_WORD
    if atom.cls is Class.LETTER:
        return None
    if atom.text in _PLAIN:
        # `Win` in the middle of a sentence may be the beginning of a name.
        named = atom.capital and atom.text[0] != "i" and i > 0 and not atoms[i - 1].stop
        begun = awaited is not Awaited.NOTHING and atom.text in _BEGINNINGS
        return _Wait.ANY_WORD if named or begun else _Wait.NOTHING
    ordinary = awaited is not Awaited.WORDS and _is_ordinary(atom)
    ordinary = ordinary or (awaited is Awaited.NOTHING and _is_inflected(atom))
    return _Wait.ANY_WORD if ordinary else None


def _is_told_plain(atoms: Sequence[Atom], i: int) -> bool:
    """Whether the word before shows that this is no figure and no letter."""
    if atoms[i].text in _NO_FIGURES:
        return True
    before = atoms[i - 1] if i else None
    if before is None or before.stop:
        return False
    if atoms[i].text == "one":
        return before.text in _POINTS
    plain = before.cls is Class.OTHER and (before.text in _PLAIN or _is_ordinary(before))
    return plain and before.text not in _BEGINS_ANSWER


def _is_count(atom: Atom) -> bool:
    """`two`, `forty`, `hundred`: not `oh`, which is heard for other words."""
    return atom.cls in _COUNTS and atom.value != "0" and len(atom.value) <= _LONGEST_COUNT


def _is_inflected(atom: Atom) -> bool:
    """`quiches`, `bleeding`: a form of a word of the dictionary, which names seldom are."""
    word = atom.cls is Class.OTHER and not atom.capital and atom.text.endswith(_ENDINGS)
    return word and len(atom.text) > _SHORT and is_english(atom.text)


def _is_ordinary(atom: Atom) -> bool:
    """Whether it is a word of everyday life, or a form of one."""
    known = atom.text in PLAIN_WORDS or not could_be_name(atom, cased=False)
    letters = len(atom.text) > 2 and atom.text.replace("'", "").isalpha()
    return known and letters and atom.cls is Class.OTHER and atom.text not in SPELLING_ALPHABET
