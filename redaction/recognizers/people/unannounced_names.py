"""Names that nothing announces: `is Grace around?`, `if it's Deb she'll know`.

A word that may be a name, with a capital inside a sentence where words have any, is one if it is
spoken to, put through to, sent or taken back, or if `he` or `she` follows.
"""

from collections.abc import Sequence

from redaction.evidence.weighed import RIGHT_CONTEXT
from redaction.language.common_words import COMMON_WORDS, FUNCTION_WORDS
from redaction.language.english import is_english
from redaction.language.tables import phrases_in, words_in
from redaction.language.words import Atom, Class
from redaction.numbers.letter_marks import DIGITS
from redaction.recognizers.found import Found, Heard
from redaction.recognizers.people import person
from redaction.recognizers.people.name_shape import (
    can_be_name,
    end_of_name,
    is_cased,
    is_likely,
    is_strange,
)
from redaction.recognizers.people.name_words import ALSO_NAMES, DAYS, KIN
from redaction.recognizers.well_known import WELL_KNOWN

words_of = person.words_of

_SHORT_NAMES = words_in("""
ben bob cal dan deb don gail jan jean ken liz lou mandy matt mel mo nat ned nell olly
ollie pam peg pip ray reg ron roy sal sid stan sue ted tim tom val vic viv wes winnie
""")
_NAMES_TOO = (ALSO_NAMES | _SHORT_NAMES) - words_in("april art june may max sky summer sandy amber")
"""Ordinary words that are first names too, and are hardly written with a capital else."""

_BEFORE = tuple(
    tuple(phrase.split())
    for phrase in phrases_in("""
through to, pass you to, put you on to, over to see, gone back to, went back to, going back to,
used to be, goes by, hold of, word with, check with, checked with, dealt with, dealing with, talking
to, talked to, spoke to, spoken to, speaking to, talk to, hand you to, named after, if it isn't,
it wasn't, off to see, better off talking
""")
)
"""What stands behind these is a name, if it has a capital or is unknown."""

_LEADS = frozenset(phrase[-1] for phrase in _BEFORE)
_WEAK = words_in("if it's it was probably maybe somebody someone one fella guy lady")
"""And behind these, where it also ends there, or somebody is spoken of next."""

_HOLDS = words_in("got have had has put")
_SEES = words_in("i've see there's we've")
_PLACED = words_in("down here listed on registered")
_SENDS = words_in("send sent ask asked tell told ring text remind")
_IS = words_in("is was isn't wasn't does did has")
_ABOUT = words_in("""
about around available away back free have here home in know off on out still there working
""")
_SHE = words_in("""
she he she's he's she'll he'll she'd he'd herself himself did does picks answers pays works says
said
""")
_AND_HIS = words_in("his her them")
_NEVER = FUNCTION_WORDS - ALSO_NAMES
_SHORTEST = 3
_OF_THINGS = words_in("the a an this that your our")
_VERBS = words_in("will mark grant bill chase hope")
_NO_SUBJECT = words_in("you it that the he she they we i there this be a an not")


def find_unannounced(heard: Heard) -> tuple[list[Found], list[int]]:
    """Names, and where undecided ones begin."""
    atoms = heard.atoms
    found: list[Found] = []
    undecided: list[int] = []
    for i in range(1, len(atoms)):
        if found and i <= found[-1].last:
            continue
        if not _may_be_one(atoms, i) or not (_is_led(atoms, i) or _is_followed(atoms, i)):
            continue
        last = end_of_name(atoms, i)
        if heard.is_open and last + RIGHT_CONTEXT >= len(atoms):
            undecided.append(i)
        else:
            found.append(Found(i, last, "name", why="is spoken of as people are"))
    return found, undecided


def _may_be_one(atoms: Sequence[Atom], i: int) -> bool:
    """A capital inside a sentence, or a word that nobody knows where there are no capitals; or it
    begins one right after `here's my wife.`"""
    atom = atoms[i]
    if atom.cls is not Class.OTHER or atom.text in _NEVER or len(atom.text) < _SHORTEST:
        return False
    if atoms[i - 1].stop == "." and atom.capital and atom.stop == ",":
        return not KIN.isdisjoint(a.text for a in atoms[max(0, i - 3) : i]) and _is_known(atoms, i)
    if not atom.capital:
        used = atom.text in COMMON_WORDS or (atom.text not in _NAMES_TOO and is_english(atom.text))
        return not used and _is_known(atoms, i) and not is_cased(atoms, i)
    inside = atoms[i - 1].stop not in (".", "?", "!")
    known = atom.text in WELL_KNOWN or atom.text in DAYS
    return inside and not known and can_be_name(atom)


def _is_known(atoms: Sequence[Atom], i: int) -> bool:
    """Whether it is a name too, or a word that is no ordinary one."""
    text = atoms[i].text
    return text not in WELL_KNOWN and (text in _NAMES_TOO or is_likely(atoms, i, cued=True))


def _is_led(atoms: Sequence[Atom], i: int) -> bool:
    """`put me through to Grace`, `send Ewan`, `is Joy there`: by what stands before."""
    before = [atom.text for atom in atoms[max(0, i - 4) : i]]
    if atoms[i - 1].stop in (".", "?", "!"):
        return atoms[i].capital and atoms[i].stop == ","
    if atoms[i - 1].stop and before[-1] not in ("probably", "maybe", "somebody", "someone"):
        return _is_spoken_to(atoms, i)
    if before[-1] in _LEADS and any(tuple(before[-len(p) :]) == p for p in _BEFORE):
        return True
    if not _is_known(atoms, i):
        return False
    if atoms[i].text in _NAMES_TOO and atoms[i].capital and _stands_alone(atoms, i):
        return True
    after = atoms[i + 1].text if i + 1 < len(atoms) else ""
    if before[-1] in _HOLDS and after == "down":
        return True  # `I've got Gaskell down for thirty three`
    if before[-1] == "the" and after == "party" and is_strange(atoms[i]):
        return True  # `the McAllister party`
    if before[-1] == "a" and before[-2:-1] and before[-2] in _HOLDS | _SEES:
        last = end_of_name(atoms, i)
        placed = last + 1 < len(atoms) and atoms[last + 1].text in _PLACED
        return last > i and placed  # `I've a Mateo Banks on that one`
    if before[-1] in _WEAK and not (i > 1 and atoms[i - 2].cls in DIGITS):
        ends = atoms[i].stop in (".", "?", "!") or not after
        return (ends and before[-1] not in ("it's", "was")) or after in _SHE or after == "i"
    if before[-1] in _IS:
        return after in _ABOUT
    return before[-1] in _SENDS and (atoms[i].capital or after in ("and", "or"))


def _stands_alone(atoms: Sequence[Atom], i: int) -> bool:
    """Not `Water Bill`, nor `and Will you`."""
    after = atoms[i + 1].text if i + 1 < len(atoms) else ""
    if atoms[i - 1].text in ("for", "in", "like", "as"):
        return False  # `T for Tom`
    titled = atoms[i - 1].capital and atoms[i - 1].text not in ("i", "i'm", "i'll")
    verb = atoms[i].text in _VERBS and after in _NO_SUBJECT
    return not titled and not verb


def _is_spoken_to(atoms: Sequence[Atom], i: int) -> bool:
    """`what can I do, Farida, one moment`: between commas, and nothing like it beside."""
    if atoms[i - 1].stop != "," or atoms[i].stop not in (",", "?", ".") or not atoms[i].capital:
        return False
    beside = [*atoms[max(0, i - 3) : i], *atoms[i + 1 : i + 3]]
    inside = [a for a in beside if a.capital and a.text[0] != "i"]
    return _is_known(atoms, i) and not inside


def _is_followed(atoms: Sequence[Atom], i: int) -> bool:
    """`Trevor, he did it`, `Odette and her husband`: by who is spoken of next."""
    if not _is_known(atoms, i) or atoms[i].stop in (".", "?", "!"):
        return False
    after = [atom.text for atom in atoms[i + 1 : i + 3]]
    if after[:1] == ["and"] and after[1:] and after[1] in _AND_HIS:
        return True
    return bool(after) and after[0] in _SHE and atoms[i - 1].text not in _OF_THINGS
