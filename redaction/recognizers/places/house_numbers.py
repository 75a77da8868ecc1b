"""The number of a house before a place that was found, in whatever pieces it was heard.

`number eighty one, Second Main`, `seven hundre twenty two, Park Gardens`: what stands right before
a place and counts nothing belongs to it.
"""

from collections.abc import Sequence

from redaction.language.common_words import COMMON_WORDS, FUNCTION_WORDS
from redaction.language.english import is_english
from redaction.language.lexicon import SOUND_ALIKES
from redaction.language.tables import words_in
from redaction.language.words import Atom, Class
from redaction.recognizers.people.name_shape import is_cased, is_strange
from redaction.recognizers.places.continued_places import is_region
from redaction.recognizers.places.numbered_places import NUMERIC
from redaction.recognizers.places.place_signs import TOWN_NAMES
from redaction.recognizers.well_known import BRANDS

_LONGEST = 8
_OVER_TOWN = 2
_LONGEST_TOWN = 5
_LINKS = 2
_INSIDE = words_in("by le on the under upon")
_HEARD = words_in("ate fore too won")
"""Figures right before a street: `four seventy won rue des Lilas`."""
_BROKEN = (
    *("hun", "hon", "tho", "dre", "twe", "thi", "fou", "fif", "six"),
    *("sev", "eig", "nin", "sen"),
)
"""How the pieces of numbers begin that recognisers take apart."""

_VOWELS = str.maketrans("", "", "aeiouy")
_BONES = words_in("hndrd thsnd twnt thrt frt fft sxt svnt ght nnt svn lvn twlv")
"""Numbers without their vowels, which recognisers confuse: `eyghty`, `fyfty`, `thousend`."""

_LEADS = words_in("""
number at to is it's its from we're i'm she's he's they're hers his ours theirs mine no not of yes
""")
_ENDS = (".", "?", "!")
_SISTERS = words_in("higher lower nether upper")
_ALSO_SISTERS = words_in("east great high little low much new north old port saint south st west")


def is_broken(atoms: Sequence[Atom], i: int) -> bool:
    """Whether the word at `i` is a piece of a number, between or behind figures: `six hun dred`."""
    atom = atoms[i]
    if atom.cls is not Class.OTHER or atom.stop in _ENDS:
        return False
    if not atom.text.startswith(_BROKEN) and atom.text.translate(_VOWELS) not in _BONES:
        return False
    return bool(i) and not is_english(atom.text) and len(atom.text) > 2


def house_before(atoms: Sequence[Atom], first: int, *, breaks: frozenset[int]) -> int:
    """Where the number before the place at `first` begins; `first` if there is none."""
    if first in breaks or not first:
        return first
    numbered = atoms[first].cls in NUMERIC
    k = first
    while k and first - k < _LONGEST and k not in breaks and _is_of_number(atoms, k - 1, first=k):
        if atoms[k - 1].stop in _ENDS or (numbered and k == first and atoms[k - 1].stop):
            break
        k -= 1
    while k < first and atoms[k].cls not in NUMERIC and atoms[k].text not in SOUND_ALIKES:
        k += 1
    if k == first or (first - k == 1 and atoms[k].text == "one"):
        return first
    before = atoms[k - 1] if k else None
    led = before is None or bool(before.stop) or before.text in _LEADS or k in breaks
    return k if led else first


def town_before(atoms: Sequence[Atom], first: int, last: int) -> int:
    """`Leeds, L S four nine G R`: back over the town and county before their code."""
    code = atoms[first : last + 1]
    lettered = code[0].cls in (Class.LETTER, Class.CODE) or (code[0].value.isalpha())
    if not lettered or not any(atom.cls in NUMERIC for atom in code):
        return first
    at = first
    while at and first - at < _OVER_TOWN and atoms[at - 1].stop in ("", ","):
        if atoms[at - 1].text not in TOWN_NAMES and not is_region(atoms[at - 1].text):
            break
        at -= 1
    return at if at < first else _over_town(atoms, first, ends=code[-1])


def _over_town(atoms: Sequence[Atom], first: int, *, ends: Atom) -> int:
    """`Stow on the Wold, G L five four one L F`: by its capitals, before a comma and a postcode."""
    before = atoms[first - 1] if first else None
    if before is None or before.stop != "," or ends.cls is not Class.LETTER:
        return first
    at = first
    while at and first - at < _LONGEST_TOWN and (at == first or not atoms[at - 1].stop):
        word = atoms[at - 1]
        inside = at < first and word.text in _INSIDE
        if not inside and not (word.capital and word.cls is Class.OTHER and not word.value):
            break
        if not inside and (word.text in FUNCTION_WORDS or word.text in BRANDS):
            break
        at -= 1
    while at < first and atoms[at].text in _INSIDE:
        at += 1
    named = at < first - 1 or (at < first and atoms[at].text not in COMMON_WORDS)
    return at if named else first


def over_capitals(atoms: Sequence[Atom], first: int) -> int:
    """`Shady Pines`, of which the second word was known: back over another capital."""
    if not first or not atoms[first].capital or atoms[first].cls is not Class.OTHER:
        return first
    at = first
    while at and first - at < _LINKS and atoms[at - 1].text in _INSIDE and not atoms[at - 1].stop:
        at -= 1
    before = atoms[at - 1] if at else atoms[first]
    if at < first:  # `Stow on the Wold`
        known = before.text in COMMON_WORDS or before.text in FUNCTION_WORDS
        proper = at > 0 and before.capital and before.cls is Class.OTHER and not known
        return at - 1 if proper and not before.stop else first
    if before.stop or not before.capital or before.value or before.cls is not Class.OTHER:
        return first
    if before.text in FUNCTION_WORDS or before.text in BRANDS or before.text[-2:] == "'s":
        return first
    inside = first > 1 and atoms[first - 2].stop not in _ENDS and not atoms[first - 2].capital
    return first - 1 if inside or before.text not in COMMON_WORDS else first


def over_village(atoms: Sequence[Atom], first: int) -> int:
    """`Lower Trevannion`: back over what tells a farm or village from the next one."""
    before = atoms[first - 1] if first else None
    if before is None or before.stop or not is_strange(atoms[first]):
        return first
    told = before.text in _SISTERS and (before.capital or not is_cased(atoms, first))
    told = told or (before.capital and before.text in _ALSO_SISTERS and first > 1)
    return first - 1 if told else first


def _is_of_number(atoms: Sequence[Atom], i: int, *, first: int) -> bool:
    atom = atoms[i]
    if atom.cls in NUMERIC or is_broken(atoms, i):
        return True
    if atom.text in _HEARD and i + 1 == first and i and atoms[i - 1].cls in NUMERIC:
        return not atom.stop
    if atom.text not in SOUND_ALIKES or atom.stop or atoms[first].cls not in NUMERIC:
        return False
    # `for thousand two hundred`, but `deliver to fourteen`
    return atom.text not in ("to", "for") or atoms[first].cls is Class.MAGNITUDE
