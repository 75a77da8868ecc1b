"""Where a place ends that is told in an answer: a sentence begins, a remark, another place."""

from collections.abc import Sequence

from redaction.language.common_words import COMMON_WORDS, FUNCTION_WORDS
from redaction.language.lexicon import SPELLING_ALPHABET
from redaction.language.tables import words_in
from redaction.language.words import Atom, Class
from redaction.recognizers.people.name_shape import is_cased
from redaction.recognizers.places.numbered_places import NUMERIC
from redaction.recognizers.places.place_signs import PLACE_WORDS

_SENTENCE = words_in("""
what'd who'd how'd where'd why'd ought
am are aren't can can't cannot could couldn't did didn't do does doesn't don't gonna had has have
haven't he he'd he'll he's how i'd i'll i've if is isn't it'll let let's me need not she she'd
she'll she's should they they'd they'll they're they've think wanna want wants was wasn't we'd we'll
we've went were what what's when where where's which who who's why will won't would you you'd
you'll you're you've because but
""")
"""A clause with one of these is a sentence: what is personal in it, others find."""

TAIL = words_in("""
again and anyway as both brilliant cheers either er good great here i i'm is it it's love lovely
ma'am mate my no now of ok okay or perfect please right same sir so sorry still thank thanks that
that's the then there they to too uh um we yeah yes you
""")
"""What stands behind one."""
_ANEW = words_in("it's that's there's it")
"""After a place, one of these begins a sentence."""
_ANEW_TOO = words_in("and but is it's that's there's was would does do you're i've they")
_FIGURES = words_in("two three four five six seven eight nine ten twelve fifteen twenty thirty")
_LETTERS = words_in("are be see you why ex eye tea")
"""Words that recognisers write for a letter: `unit two are`."""
_OTHER_THINGS = words_in("""
admission contact cost email entrance fee fees mobile phone price telephone website
""")
_THEIRS = words_in("and the their its a an my our his her")
"""`and the phone number is`: what else is said begins here."""
_SUBJECTS = words_in("we i you they")
_TITLES = words_in("mr mrs ms mister missus")
_SECONDS = words_in("before my the her his their then our previously")
_REMARK = 2
"""Words of a remark, at least: one alone may be what a town was heard as."""


def place_stops(atoms: Sequence[Atom], first: int, end: int) -> int:
    """Behind the last word of the place that may begin at `first`."""
    stop = _sentence(atoms, first, end)
    while True:
        before = stop
        while stop > first and (
            atoms[stop - 1].text in TAIL or atoms[stop - 1].cls is Class.FILLER
        ):
            stop -= 1
        stop = _without_remark(atoms, first, stop)
        if stop == before:
            return stop


def begins_second(atoms: Sequence[Atom], i: int) -> bool:
    """`, and before that flat two`, `, or my old place, nine`: another place, or none."""
    if i + 1 >= len(atoms) or atoms[i].text not in ("and", "or") or atoms[i].stop:
        return False
    return atoms[i + 1].text in _SECONDS and (i == 0 or bool(atoms[i - 1].stop))


def begins_anew(atoms: Sequence[Atom], i: int) -> bool:
    """`Keeper's Lodge, And is that near`, `Tamworth, Ten minutes`: a capital where only sentences
    have one, though the stop before was heard as a comma."""
    if i >= len(atoms) or not atoms[i].capital or atoms[i - 1].stop != ",":
        return False
    if atoms[i].text in ("the", "a"):  # `The postman knows`: not `The Green`
        return i + 1 < len(atoms) and not atoms[i + 1].capital
    return atoms[i].text in _ANEW_TOO or (atoms[i].text in _FIGURES and not atoms[i].stop)


def _sentence(atoms: Sequence[Atom], first: int, end: int) -> int:
    """Where a sentence begins, or the clause ends."""
    for i in range(first, end):
        spelt = atoms[i].text in _LETTERS and i + 1 == end and i > first
        spelt = spelt and (atoms[i - 1].cls in NUMERIC or atoms[i - 1].cls is Class.LETTER)
        if not spelt and (atoms[i].text in _SENTENCE or (i > first and atoms[i].text in _ANEW)):
            return i
        if (i > first and _says_of_it(atoms, i)) or _addresses(atoms, i, end):
            return i
        if i > first and atoms[i].text in _OTHER_THINGS:
            while i - 1 > first and atoms[i - 1].text in _THEIRS:
                i -= 1
            return i
    return end


def _says_of_it(atoms: Sequence[Atom], i: int) -> bool:
    """`, we bought it`, `, town's tricky`: behind a comma, somebody or something does something."""
    if atoms[i - 1].stop != "," or atoms[i].stop or i + 1 >= len(atoms):
        return False
    after = atoms[i + 1]
    if after.cls is not Class.OTHER or after.capital or after.text in SPELLING_ALPHABET:
        return False
    if atoms[i].text in _SUBJECTS:
        return True
    return atoms[i].text.endswith("'s") and is_cased(atoms, i) and after.text not in PLACE_WORDS


def _addresses(atoms: Sequence[Atom], i: int, end: int) -> bool:
    """`Mr Schultz, you're verified`: a name, unless a number follows it."""
    titled = atoms[i].text in _TITLES
    return titled and not any(atom.cls in NUMERIC for atom in atoms[i + 1 : end])


def _without_remark(atoms: Sequence[Atom], first: int, stop: int) -> int:
    """`nine Abbey Mews, nice area`: without the last part, if all its words are ordinary ones."""
    at = stop
    while at - 1 > first and not atoms[at - 2].stop and _is_remarked(atoms[at - 1]):
        at -= 1
    if at - 1 <= first or atoms[at - 2].stop != "," or not _is_remarked(atoms[at - 1]):
        return stop
    return at - 1 if stop - at + 1 >= _REMARK and is_cased(atoms, stop - 1) else stop


def _is_remarked(atom: Atom) -> bool:
    plain = atom.text in COMMON_WORDS or atom.text in FUNCTION_WORDS
    return (
        plain
        and atom.cls in (Class.OTHER, Class.GLUE)
        and not (atom.capital or atom.text in PLACE_WORDS)
    )
