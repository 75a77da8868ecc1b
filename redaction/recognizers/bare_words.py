"""Rows of bare words, as words stand that are mentioned, not used: what leads up to one, how far it
goes, what is in it."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from redaction.common_words import COMMON_WORDS, FUNCTION_WORDS
from redaction.household_words import PLAIN_WORDS
from redaction.lexicon import ACRONYMS, BACKCHANNELS
from redaction.questions import FIRSTS, OF_LIFE
from redaction.recognizers.found import Heard
from redaction.tables import by_first_word, phrases_in, words_in
from redaction.units import is_counted
from redaction.words import Atom, Class

FIGURES = {Class.DIGIT, Class.NUMERAL, Class.TEEN, Class.TEN, Class.CODE, Class.LETTER,
           Class.MULTIPLIER, Class.MAGNITUDE}  # fmt: skip
_MOST_WORDS = 4
_MOST_ATOMS = 14

ALONE, PUT, COPULA = 1, 2, 3
"""How a row is led up to: by nothing or an interjection, by `type` and the like, by `it's`."""

_PUTS = words_in("""
begins chose choose ends enter entered entering key letters like lowercase pick picked put putting
reads said say says see shows starts temporary tried try trying type typed typing uppercase using
with
""")
_PUTS_IT = by_first_word(
    phrases_in("""
put in, puts in, type in, typed in, punch in, key in, tell him, tell her, tell them, tell me, told
her, told him, told them, it's on, it on, set it to, set to, changed it to, changed to, change it
to, change to, i use, we use, you use, he uses, she uses, make it, made it, made that, call it,
called it, i'll have, i'd like, i have, like to use, to use, did to, something like, going to be,
will be, should be, small letters, all lower case, all one word, lower case, starts with
""")
)
_IS = words_in("is it's its was that's thats one's still you're")
_OPENS = words_in("""
ah alright and done fine ha maybe no noted oh okay ok or perhaps probably right so sorry sure then
think um uh erm er guess well yeah yep yes now hope again
""")
_CASES = words_in("capital small lower upper uppercase lowercase")
_SIGNS = words_in("asterisk ampersand bang dollar exclamation hash underscore hashtag")
_SAID_OF_IT = (
    _CASES
    | _SIGNS
    | words_in("""
bracket case dash hyphen mark number percent pound question sign star symbol
""")
)
_NO_SECRET = words_in("""
again already correct expired incorrect invalid wrong matching locked password username login
exactly really please ready perfect lovely thanks brilliant wonderful fantastic excellent awesome
accepted declined rejected denied connected disconnected connecting connection loading offline
online blinking flashing green red amber orange blue white solid steady light lights netgear righto
spot cute upstairs downstairs passphrase keyword madam accha discontinued
""")
_USED = OF_LIFE | FIRSTS | _NO_SECRET | _OPENS | FUNCTION_WORDS | BACKCHANNELS
_ENDINGS = ("ing", "ed", "ly", "s", "er")
_GOES_ON = words_in("""
a an your his her our their this these those them me him us what which is was are were isn't wasn't
has had will would can can't could did didn't does doesn't do don't won't
""")
"""Words with which a sentence goes on, so that what stood before was used in it."""


class Mention(NamedTuple):
    """A row of bare words."""

    first: int
    last: int
    words: int
    is_rare: bool
    """One of them is no ordinary word of whatever is talked of."""
    is_uncommon: bool
    """One of them is not among the commonest."""
    has_figures: bool
    is_typed: bool
    """Capitals and signs are told: so one reads what somebody has to type."""
    is_whole: bool
    """All of a clause but what leads up to it."""


def led_up_to(heard: Heard, i: int) -> int:
    """How a row of words that begins here would be mentioned; 0 if it would be used."""
    atoms = heard.atoms
    if i == 0 or i in heard.times.breaks or atoms[i - 1].stop or i in heard.starts:
        return ALONE
    before = atoms[i - 1]
    if before.text in _PUTS or _is_put(atoms, i):
        return PUT
    if before.text in _IS:
        return COPULA
    filled = before.cls in (Class.FILLER, Class.CORRECTION)
    return ALONE if filled or before.text in _OPENS else 0


def _is_put(atoms: Sequence[Atom], i: int) -> bool:
    for at in (i - 2, i - 3):
        for words in _PUTS_IT.get(atoms[at].text, ()) if at >= 0 else ():
            if len(words) == i - at and tuple(a.text for a in atoms[at:i]) == words:
                return True
    return False


def begins(atom: Atom) -> bool:
    """Whether a secret may begin with it."""
    if atom.cls in FIGURES:
        return atom.cls is Class.LETTER and atom.text not in ("a", "i", "o")
    return _is_bare(atom) or atom.text in ("capital", "uppercase", "dollar", "exclamation")


def _is_bare(atom: Atom) -> bool:
    if atom.cls not in (Class.OTHER, Class.MONTH) or not atom.text.isalpha():
        return False
    return len(atom.text) > 2 and atom.text not in _USED


def mention_at(heard: Heard, first: int) -> Mention | None:
    """The row of words, letters and figures that begins here, if no sentence goes on with it."""
    atoms = heard.atoms
    until = segment_end(heard, first)
    last = _end(atoms, first, until=until)
    if last < first:
        return None
    ended = bool(atoms[last].stop) or last + 1 >= until
    if not ended and atoms[last + 1].text in _GOES_ON:
        return None
    said = atoms[first : last + 1]
    if any(_is_count(atoms, i) for i in range(first, last + 1)):
        return None
    plain = [a for a in said if a.cls in (Class.OTHER, Class.MONTH) and a.text not in _SAID_OF_IT]
    host = last + 1 < until and atoms[last + 1].value == "."
    if len(plain) > _MOST_WORDS or (host and not atoms[last].stop):
        return None
    cases = sum(a.text in _CASES for a in said[:-1])
    signs = sum(a.text in _SIGNS for a in said)
    return Mention(
        first,
        last,
        len(plain),
        any(_is_no(a, PLAIN_WORDS) for a in plain),
        any(_is_no(a, COMMON_WORDS) for a in plain),
        any(a.cls in FIGURES for a in said),
        len(said) > 2 and bool(signs or cases),
        ended,
    )


def _is_count(atoms: Sequence[Atom], i: int) -> bool:
    """`forty minutes`, but not the 9 of `nine, dollar sign`."""
    sign = i + 1 < len(atoms) and atoms[i + 1].text in _SAID_OF_IT
    return atoms[i].cls in FIGURES and not sign and is_counted(atoms, i + 1)


def _end(atoms: Sequence[Atom], first: int, *, until: int) -> int:
    """The last atom of the row; -1 if there is none."""
    last, at = -1, first
    while at < until and at - first < _MOST_ATOMS:
        atom = atoms[at]
        if not (_is_sign(atom) or _is_bare(atom)):
            break
        last = at
        at += 1
        goes_on = atom.stop == "," and at < until and _is_sign(atoms[at])
        goes_on = goes_on and atoms[at].text != "one"
        if atom.stop and not goes_on:
            break
    return last


def _is_sign(atom: Atom) -> bool:
    """A letter, a figure, or what is said of how one is written."""
    joins = atom.cls is Class.SYMBOL and atom.value != "."
    return atom.cls in FIGURES or joins or atom.text in _SAID_OF_IT


def _is_no(atom: Atom, ordinary: frozenset[str]) -> bool:
    """Whether it is none of these words, nor a form of one."""
    if atom.text in ordinary or (atom.value and atom.text in ACRONYMS):
        return False
    for ending in _ENDINGS:
        stem = atom.text.removesuffix(ending)
        if stem != atom.text and (stem in ordinary or stem + "e" in ordinary):
            return False
    return True


def is_rare(atom: Atom) -> bool:
    """Whether it is no ordinary word, nor a form of one."""
    return _is_no(atom, PLAIN_WORDS)


def is_uncommon(atom: Atom) -> bool:
    """Whether it is not among the commonest."""
    return _is_no(atom, COMMON_WORDS)


def segment_end(heard: Heard, i: int) -> int:
    """Where the segment of an atom ends."""
    after = bisect_right(heard.starts, i)
    return heard.starts[after] if after < len(heard.starts) else len(heard.atoms)
