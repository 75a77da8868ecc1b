"""Rows of bare words, as those stand that are mentioned, not used: how far one goes, with what."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from redaction.cues.questions import FIRSTS, OF_LIFE
from redaction.evidence.units import is_counted
from redaction.language.common_words import COMMON_WORDS, FUNCTION_WORDS
from redaction.language.household_words import PLAIN_WORDS
from redaction.language.lexicon import ACRONYMS, BACKCHANNELS
from redaction.language.tables import words_in
from redaction.language.words import Atom, Class
from redaction.recognizers.figures.read_letters import explained
from redaction.recognizers.found import Heard
from redaction.recognizers.secrets.led_up import OPENS

FIGURES = {Class.DIGIT, Class.NUMERAL, Class.TEEN, Class.TEN, Class.CODE, Class.LETTER,
           Class.MULTIPLIER, Class.MAGNITUDE}  # fmt: skip
_MOST_WORDS = 4
_MOST_ATOMS = 14

_ANDS = words_in("and then")
TAILS = words_in("again away everywhere forever here home there tonight")
"""With which a phrase may end."""
_CLOSING = words_in("instead maybe obviously please probably sorry then")
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
again already correct expired incorrect invalid wrong match matching locked password username login
exactly really please ready perfect lovely thanks brilliant wonderful fantastic excellent awesome
accepted declined rejected denied connected disconnected connecting connection loading offline
online blinking flashing green red amber orange blue white solid steady light lights netgear righto
spot cute upstairs downstairs passphrase keyword madam accha discontinued gap gaps space spaces caps
capitals nah nope shoot blimey cor crikey eek gosh phew struth ugh yikes dashes hyphens underscores
obviously beautiful gorgeous hallelujah hooray hurrah bravo bingo smashing champion belting cracking
thereabouts healthy hiya howdy g'day
""")
_COLOURS = words_in("amber blue green orange red solid white")
"""Of lights; with a noun behind it a colour may begin a secret: `blue heron`."""
_OF_LIFE_TOO = OF_LIFE | FIRSTS
"""They begin no secret, but go on with one: `nanas house`."""
_USED = (_OF_LIFE_TOO | _NO_SECRET | OPENS | FUNCTION_WORDS | BACKCHANNELS) - _COLOURS
_ENDINGS = ("ing", "ed", "ly", "s", "er")
GOES_ON = words_in("""
a an your his her our their this these those them me him us what which is was are were isn't wasn't
has had will would can can't could did didn't does doesn't do don't won't that's it's
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


def begins(atom: Atom) -> bool:
    """Whether a secret may begin with it."""
    if atom.cls in FIGURES:
        return atom.cls is Class.LETTER and atom.text not in ("a", "i")
    return _is_bare(atom) or atom.text in ("capital", "uppercase", "dollar", "exclamation")


def _is_bare(atom: Atom) -> bool:
    return _is_plain(atom) and atom.text not in _USED


def _is_plain(atom: Atom) -> bool:
    if atom.cls not in (Class.OTHER, Class.MONTH) or not atom.text.isalpha():
        return False
    return len(atom.text) > 2


def mention_at(heard: Heard, first: int) -> Mention | None:
    """The row of words, letters and figures that begins here, if no sentence goes on with it."""
    atoms = heard.atoms
    until = segment_end(heard, first)
    last = _end(atoms, first, until=until)
    if last < first:
        return None
    ended = _is_ended(atoms, last, until=until)
    noted = first > 0 and atoms[first - 1].text == "as"  # `we have it down as walrus does it ...`
    if not ended and not noted and atoms[last + 1].text in GOES_ON:
        return None
    said = atoms[first : last + 1]
    if any(_is_count(atoms, i) for i in range(first, last + 1)):
        return None
    plain = [a for a in said if a.cls in (Class.OTHER, Class.MONTH) and a.text not in _SAID_OF_IT]
    if all(a.text in _COLOURS for a in plain) and _COLOURS.intersection(a.text for a in plain):
        return None
    if not ended and atoms[first].text in _COLOURS and atoms[last + 1].text in _NO_SECRET:
        return None
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


def _is_ended(atoms: Sequence[Atom], last: int, *, until: int) -> bool:
    """By a stop, or by `then` or the like and one."""
    while not atoms[last].stop and last + 1 < until and atoms[last + 1].text in _CLOSING:
        last += 1
    return bool(atoms[last].stop) or last + 1 >= until


def letters_at(heard: Heard, first: int) -> int | None:
    """The last of letters that are all that is said: `C, E and T`, `T for tango`."""
    atoms, until = heard.atoms, segment_end(heard, first)
    last, at = first - 1, first
    while at < until and atoms[at].cls is Class.LETTER:
        last = at + max(1, explained(atoms, at)) - 1
        at = last + 1
        if atoms[last].stop not in ("", ","):
            break
        if at < until and atoms[at].text in _ANDS:
            at += 1
    if last < first or last >= until:
        return None
    ended = bool(atoms[last].stop) or last + 1 == until
    lone = last == first and atoms[first].text in ("a", "i") and not atoms[first].capital
    return last if ended and not lone else None


def _is_count(atoms: Sequence[Atom], i: int) -> bool:
    """`forty minutes`, but not the 9 of `nine, dollar sign`."""
    sign = i + 1 < len(atoms) and atoms[i + 1].text in _SAID_OF_IT
    return atoms[i].cls in FIGURES and not sign and is_counted(atoms, i + 1)


def _end(atoms: Sequence[Atom], first: int, *, until: int) -> int:
    """The last atom of the row; -1 if there is none."""
    last, at = -1, first
    while at < until and at - first < _MOST_ATOMS:
        atom = atoms[at]
        ends = bool(atom.stop) or at + 1 == until
        inside = _is_plain(atom) and (
            atom.text in _OF_LIFE_TOO or (ends and at - first > 1 and atom.text in TAILS)
        )
        if not (_is_sign(atom) or _is_bare(atom) or (inside and last >= first)):
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
