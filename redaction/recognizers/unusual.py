"""Unusual words where words are expected: in answers, read-backs and what is added to them.

A sentence may stand around the value ("I'm pretty sure I put geometry cause I was good at it"), so
that neither its length nor its make says what is personal: the word does, and that it was asked
for. What touches it and is written or said like a part of it goes with it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from redaction.common_words import COMMON_WORDS, FUNCTION_WORDS
from redaction.english import is_english
from redaction.evidence import RIGHT_CONTEXT, is_counted
from redaction.household_words import PLAIN_WORDS
from redaction.lexicon import ACRONYMS
from redaction.recognizers.found import Found, Heard
from redaction.recognizers.name_shape import is_strange
from redaction.recognizers.places import STATES
from redaction.recognizers.street_words import DWELLING, STREET, SURE_STREET
from redaction.recognizers.tagged import JOURNEY, SOMEBODY, WHERE, sentence_before
from redaction.recognizers.well_known import BRANDS, WELL_KNOWN
from redaction.slots import Slot, ended_at
from redaction.tables import words_in
from redaction.words import Atom, Class

_NUMERIC = {Class.DIGIT, Class.NUMERAL, Class.TEEN, Class.TEN, Class.CODE, Class.MAGNITUDE,
            Class.ORDINAL, Class.MULTIPLIER}  # fmt: skip
_DAYS = words_in("""
monday tuesday wednesday thursday friday saturday sunday english american british visa mastercard
""")
_LINKS = words_in("""
of the and on in at near upon by number opposite above
under over via an a no half dash slash not
""")
_SAID_OF_PLACES = words_in("""
live lives living lived move moved moving stay stays staying reside resides residing home house
flat apartment street corner round outside near property neighbour neighbor neighborhood village
town town's city county
address addressed doors avenue lane road drive deliver
delivered delivery deliveries drop collect pick post posted
send sent ship shipped route based born landlord from via
""")
_LIVES = words_in("""
deliver delivered delivery send sent ship shipped post posted address addresses near based
live lives living lived moved moving stays staying reside resides residing home house flat apartment
street property neighbour neighbor neighbours neighbors village town
address addressed landlord
""")
"""Of a town that everybody talks of, only these say that it is somebody's."""
_BEFORE_PLACES = words_in("at on in to from near outside via of round by opposite over")
_DIRECTIONS = words_in("north south east west northeast southwest outskirts edge miles kilometers")
_STILL = words_in("still is it's called that's town's city's")
_OF_HOUSES = words_in("door live lives living lived doors reside resides neighbour neighbor")
_REGIONS = words_in("county borough township parish heights estate village")
_OUR_OWN = words_in("our branch store shop office headquarters located")
_NEAR_TURNS = 2
_MOST_LINKS = 3
_OF_PLACES = STREET | DWELLING | STATES
_OF_MANY = STREET | STATES
_AFTER_NAMES = SURE_STREET | _REGIONS
_LONGEST = 16
_LETTERS = 5
_READ_BACK_MS = 4000


class _Looking(NamedTuple):
    """For what, and which words are no part of it."""

    kind: str
    ordinary: frozenset[str]


_OF_SLOT = {
    "password": _Looking("password", COMMON_WORDS),
    "security_answer": _Looking("security_answer", COMMON_WORDS),
    "address": _Looking("address", PLAIN_WORDS),
    "asked_name": _Looking("name", PLAIN_WORDS),
    "name": _Looking("name", PLAIN_WORDS),
}
_SECRETS = frozenset({"password", "security_answer"})


def find_unusual(heard: Heard) -> tuple[list[Found], list[int]]:
    """Unusual words and what belongs to them, and where undecided ones begin."""
    found: list[Found] = []
    undecided: list[int] = []
    expected = any(heard.may_expect(kind) for kind in _OF_SLOT)
    spelt = _spelt(heard.atoms)
    for i, atom in enumerate(heard.atoms):
        if found and i <= found[-1].last:
            continue
        # Most words are ordinary ones.
        ordinary = not atom.capital and atom.cls is Class.OTHER and atom.text in COMMON_WORDS
        kind = None if ordinary else _kind_at(heard, i, expected=expected)
        if kind is None and i not in spelt:
            continue
        kind = kind or "name"
        first, last = _region(heard, i, kind=kind)
        if heard.is_open and last + RIGHT_CONTEXT >= len(heard.atoms):
            undecided.append(first)
        else:
            found.append(Found(first, last, kind, why=f"is unusual where a {kind} is expected"))
    return found, undecided


def _kind_at(heard: Heard, i: int, *, expected: bool) -> str | None:
    """What the atom is (part of), as it was decided before or now."""
    decided = heard.kept.kinds
    if i not in decided:
        worth = _is_worth_asking(heard.atoms[i])
        decided[i] = _kind(heard, _row(heard, i), i, expected=expected) if worth else None
    return decided[i]


def _row(heard: Heard, i: int) -> Sequence[Atom]:
    """The words up to the end of the segment: later ones may still change."""
    after = bisect_right(heard.starts, i)
    return heard.atoms[: heard.starts[after]] if after < len(heard.starts) else heard.atoms


def _spelt(atoms: Sequence[Atom]) -> set[int]:
    """`BRZE ZINS KI`: rows of capitals that are no words, which are letters read out."""
    rows: set[int] = set()
    caps = [i for i, a in enumerate(atoms) if a.value and _is_unusual(a, PLAIN_WORDS)]
    for a, b in pairwise(caps):
        if b == a + 1 and len(atoms[a].text) + len(atoms[b].text) > _LETTERS:
            rows |= {a, b}
    return rows


def _is_worth_asking(atom: Atom) -> bool:
    if atom.cls in _NUMERIC:
        return atom.cls is not Class.ORDINAL
    return _is_word(atom) and (atom.text not in COMMON_WORDS or atom.capital)


def _is_word(atom: Atom) -> bool:
    if atom.cls is not Class.OTHER:
        return False
    plain = atom.text
    if not plain.isalpha():
        plain = plain.replace("'", "").replace("-", "")
    return plain.isalpha() and len(plain) > 2 and not (atom.value and atom.text in ACRONYMS)


def _kind(heard: Heard, atoms: Sequence[Atom], i: int, *, expected: bool) -> str | None:
    """What the atom is (part of), if it is unusual for what is expected here."""
    atom = atoms[i]
    if _is_place_said(atoms, i):
        return "address"
    slot = _slot(heard, i) if expected else None
    if slot is None:
        corrects = atom.cls in _NUMERIC and _follows_address(heard, i)
        return "address" if corrects and _may_be_house(atoms, i) else None
    looking = _OF_SLOT[slot.kind]
    if atom.cls in _NUMERIC:
        house = looking.kind == "address" and slot.is_answer and _may_be_house(atoms, i)
        return "address" if house else None
    late = looking.kind in _SECRETS and slot.turns > _NEAR_TURNS
    if _is_unusual(atom, PLAIN_WORDS if late else looking.ordinary):
        proper = atom.capital or not _is_cased(atoms, i)
        asked = slot.is_answer or slot.is_echo or atom.capital
        if looking.kind in _SECRETS or (proper and asked):
            return looking.kind
    if looking.kind == "address" and slot.is_answer and _is_proper(atoms, i):
        return "address"
    return None


def _slot(heard: Heard, i: int) -> Slot | None:
    """The newest expectation of words here, unless too much was said since.

    Secrets come in rows, one question after the other: theirs lasts as long as any.
    """
    secret: Slot | None = None
    for slot in heard.slots_at(i):
        if slot.kind not in _OF_SLOT or slot.strength != 2:
            continue
        if slot.is_answer or (slot.turns <= _NEAR_TURNS and slot.kind not in _SECRETS):
            return slot
        secret = secret or (slot if slot.kind in _SECRETS else None)
    return secret


def _follows_address(heard: Heard, i: int) -> bool:
    """Whether the other speaker has just read an address: `sixteen, not sixty`."""
    at_ms = heard.times.start_ms[i]
    given = heard.given("address")
    first = bisect_left(given, at_ms - _READ_BACK_MS, key=ended_at)
    until = bisect_right(given, at_ms, key=ended_at)
    return any(one.stream != heard.stream for one in given[first:until])


def _is_unusual(atom: Atom, ordinary: frozenset[str]) -> bool:
    return _is_word(atom) and atom.text.removesuffix("'s") not in ordinary


def _may_be_house(atoms: Sequence[Atom], i: int) -> bool:
    """A number that counts nothing."""
    end = i
    while end + 1 < len(atoms) and atoms[end + 1].cls in _NUMERIC and not atoms[end].stop:
        end += 1
    lone_one = end == i and atoms[i].text == "one"
    return not lone_one and not is_counted(atoms, end + 1)


def _is_proper(atoms: Sequence[Atom], i: int) -> bool:
    """A capital inside a sentence, or at its start with another behind it."""
    atom = atoms[i]
    if not atom.capital or not _is_word(atom) or atom.text in _DAYS or atom.text[:2] == "i'":
        return False
    inside = i > 0 and atoms[i - 1].stop not in (".", "?", "!")
    following = atoms[i + 1] if i + 1 < len(atoms) and not atom.stop else None
    leads = following is not None and following.capital and _is_word(following)
    if atom.text in FUNCTION_WORDS:
        return inside and leads
    return inside or (leads and following is not None and following.text not in FUNCTION_WORDS)


def _is_place_said(atoms: Sequence[Atom], i: int) -> bool:
    """`staying with friends at fourteen Burrawong`, `just outside Tetbury`: nobody asked."""
    atom = atoms[i]
    numeric = atom.cls in _NUMERIC
    if i == 0 or (not numeric and not _is_unusual(atom, PLAIN_WORDS)):
        return False
    before = i - 1
    while before > 0 and atoms[before].cls is Class.LETTER and atoms[before].text not in ("a", "i"):
        before -= 1
    if atoms[before].stop in (".", "?", "!"):
        return False
    if atom.text in BRANDS:
        return False
    if not numeric and not atom.capital and (_is_cased(atoms, i) or is_english(atom.text)):
        return False
    context = sentence_before(atoms, i)
    if _OUR_OWN.intersection(context):
        return False
    led = atoms[before].text in _BEFORE_PLACES or bool(atoms[before].stop)
    if numeric:
        return _is_house_said(atoms, i, before=before, context=context)
    known = atom.text in WELL_KNOWN
    if known and "how" in context:
        return False
    of_place = bool((_LIVES if known else _SAID_OF_PLACES).intersection(context))
    if atom.capital and _is_before_street(atoms, i):
        return True
    if of_place and (led or atoms[before].text in _STILL):
        return True
    return _is_where_somebody_is(atoms, i, context=context)


def _is_where_somebody_is(atoms: Sequence[Atom], i: int, *, context: Sequence[str]) -> bool:
    """`so I was on Delancey`, `we're just past Gisburn`."""
    directed = atoms[i - 1].text == "of" and not _DIRECTIONS.isdisjoint(context)
    if directed and atoms[i].capital and is_strange(atoms[i]):
        return True
    led = atoms[i - 1].text in WHERE or (
        i > 1 and atoms[i - 1].text in ("the", "old") and atoms[i - 2].text in WHERE | {"the"}
    )
    if not led or not atoms[i].capital or not is_strange(atoms[i]):
        return False
    return bool(SOMEBODY.intersection(context)) and JOURNEY.isdisjoint(context)


def _is_before_street(atoms: Sequence[Atom], i: int) -> bool:
    """`Larkspur Court`: with a capital."""
    following = atoms[i + 1] if i + 1 < len(atoms) and not atoms[i].stop else None
    return following is not None and following.capital and following.text in _AFTER_NAMES


_LONGEST_HOUSE = 8
"""Words of a house's number, at most."""


def _is_house_said(atoms: Sequence[Atom], i: int, *, before: int, context: Sequence[str]) -> bool:
    """`at forty one Ashbury`; `two doors down at fifty nine`; `the same street but number ten`."""
    end = i
    while end + 1 < len(atoms) and atoms[end + 1].cls in _NUMERIC and not atoms[end].stop:
        end += 1
        if end - i > _LONGEST_HOUSE:
            return False
    if is_counted(atoms, end + 1) or atoms[end].text == "one":
        return False
    led = atoms[before].text
    if led == "at" and _OF_HOUSES.intersection(context):
        return True
    if led == "number" and (_OF_HOUSES | {"same"}).intersection(context):
        return True
    if end + 1 >= len(atoms) or atoms[end].stop in (".", "?", "!"):
        return False
    named = _is_unusual(atoms[end + 1], PLAIN_WORDS) and (
        atoms[end + 1].capital or not _is_cased(atoms, i)
    )
    of_place = bool(_SAID_OF_PLACES.intersection(context))
    ends = bool(atoms[end + 1].stop) or end + 2 >= len(atoms)
    if named and (led == "at" or of_place or (not ends and _is_proper(atoms, end + 2))):
        return True
    proper = _is_proper(atoms, end + 1)
    return proper and of_place and (led in _BEFORE_PLACES or bool(atoms[before].stop))


def _is_cased(atoms: Sequence[Atom], i: int) -> bool:
    return any(a.capital and a.text[0] != "i" for a in atoms[max(0, i - 60) : i + 1])


def _region(heard: Heard, i: int, *, kind: str) -> tuple[int, int]:
    """With what touches it, or is linked to it, and belongs to it."""
    atoms, breaks = _row(heard, i), heard.starts
    belongs = _BELONGS[kind]

    def goes_over(at: int) -> bool:
        """Whether what stands at `at` and `at + 1` is one phrase."""
        ends = atoms[at].stop in (".", "?", "!") and len(atoms[at].text) > 2
        if kind in ("name", "security_answer") and atoms[at].stop == ",":
            return False
        return not ends and at + 1 not in breaks

    last = _reach(
        atoms, i, step=1, goes_over=lambda at, to: goes_over(min(at, to)), belongs=belongs
    )
    first = _reach(
        atoms, i, step=-1, goes_over=lambda at, to: goes_over(min(at, to)), belongs=belongs
    )
    return first, last


def _reach(
    atoms: Sequence[Atom],
    i: int,
    *,
    step: int,
    goes_over: Callable[[int, int], bool],
    belongs: Callable[[Sequence[Atom], int], bool],
) -> int:
    """The last atom in one direction that belongs to the one at `i`."""
    end = at = i
    while abs(at - i) < _LONGEST and 0 <= at + step < len(atoms) and goes_over(at, at + step):
        at += step
        if belongs(atoms, at):
            end = at
        elif atoms[at].text not in _LINKS or abs(at - end) > _MOST_LINKS:
            break
    return end


def _of_place(atoms: Sequence[Atom], i: int) -> bool:
    atom = atoms[i]
    if atom.cls in _NUMERIC:
        return _may_be_house(atoms, i)
    if atom.cls is Class.LETTER:
        return atom.text not in ("a", "i")
    if atom.text in _OF_PLACES and atom.cls is Class.OTHER:
        return True
    if atom.value and len(atom.text) == 2:
        return True
    if _is_cased(atoms, i):
        return _is_proper(atoms, i)
    return _is_unusual(atom, PLAIN_WORDS)


def _of_secret(atoms: Sequence[Atom], i: int) -> bool:
    atom = atoms[i]
    if atom.cls in _NUMERIC or atom.cls is Class.LETTER:
        return atom.text not in ("a", "i", "one") and _may_be_house(atoms, i)
    return _is_word(atom) and atom.text not in FUNCTION_WORDS


def _of_answer(atoms: Sequence[Atom], i: int) -> bool:
    return _is_proper(atoms, i) or _is_unusual(atoms[i], COMMON_WORDS)


def _of_name(atoms: Sequence[Atom], i: int) -> bool:
    if atoms[i].text in _LINKS:
        return False
    return _is_proper(atoms, i) or (not _is_cased(atoms, i) and _is_unusual(atoms[i], PLAIN_WORDS))


_BELONGS: dict[str, Callable[[Sequence[Atom], int], bool]] = {
    "address": _of_place,
    "password": _of_secret,
    "security_answer": _of_answer,
    "name": _of_name,
}


def words_of(heard: Heard, found: Found) -> list[str]:
    """The unusual words of it, to be known again."""
    return [
        atom.text
        for atom in heard.atoms[found.first : found.last + 1]
        if _is_unusual(atom, PLAIN_WORDS) and len(atom.text) > 3 and atom.text not in _OF_MANY
    ]
