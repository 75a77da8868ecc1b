"""Whatever answers a question for an address: everything in it that is not plainly something else.

Recognisers write `large for Lane` for a street and `leave` for a town, so that no word of such an
answer says by itself what it is. Its place does: it follows the question or the announcement, it
is no sentence, and somewhere in it stands a number, a word of places, or a word nobody knows.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from typing import NamedTuple

from redaction.cues.asked_numbers import QUANTITY
from redaction.cues.slots import ended_at
from redaction.evidence.weighed import RIGHT_CONTEXT
from redaction.language.common_words import FUNCTION_WORDS
from redaction.language.tables import by_first_word, phrases_in, words_in
from redaction.language.words import Atom, Class, says
from redaction.recognizers.found import Found, Heard
from redaction.recognizers.people.name_shape import is_strange
from redaction.recognizers.places.numbered_places import NUMERIC
from redaction.recognizers.places.place_chains import pairs_of
from redaction.recognizers.places.place_links import is_landmark
from redaction.recognizers.places.place_signs import (
    PLACE_WORDS,
    SURE_PLACES,
    is_corner,
    is_of_whom,
    is_sign,
    is_sure_sign,
    is_sure_town,
    is_town,
    is_town_alone,
)
from redaction.recognizers.places.place_stops import TAIL, begins_anew, begins_second, place_stops

_LEADS = words_in("""
actually address ah and at be called change come comes deliver er go goes i i'm in is it it'd it's
its just like live living me mine my new no number oh ok okay on our please postcode put right
same send ship so sorry sure that that'd that'll that's the them then there they're to uh um we
we're well work yeah yep yes you zip code postal mail home house read reads
""")
"""What leads in to an address, or is no part of it."""

_NUMBERED = words_in("house number door flat plot shop unit")
_LINKS = words_in("of and on in at near by above the over under opposite behind off")
_MOST_LEADS = 8
_MOST_LINKS = 3
_LONGEST = 24
_MOST_OF_TOWN = 3
_READ_BACK_MS = 6000
_ASKED_ON_MS = 12_000
_SHORT = 7
"""So many words answer what else is asked about an address."""

_ANNOUNCES = by_first_word(
    phrases_in("""
still at, still in, still on, still out on, still over in, with me at, with us at, staying at,
moving to, moved to, folks at, parents at, over in, you're at, got you at, have you at,
something in, place in, house in, flat in, address in, bungalow in, registered in, registered at,
is it still, you're in, lives at, lives on, lives over on, lives in, live over on, round at,
shipped to
""")
)
"""What is said behind these is somebody's place, if it is a street, numbered, or unknown."""

_BEGINS = _ANNOUNCES.keys() | {"corner"}
_NO_PLACES_ALONE = PLACE_WORDS - SURE_PLACES
_NOT_BESIDE = FUNCTION_WORDS - {"little", "great"}


class _Clause(NamedTuple):
    """Words from `first` up to but not with `end`."""

    first: int
    end: int


def find_asked_places(heard: Heard) -> tuple[list[Found], list[int]]:
    """Addresses in answers and after announcements, and where undecided ones begin."""
    found: list[Found] = []
    undecided: list[int] = []
    told = heard.may_expect("address") or bool(heard.given("address"))
    if not told and _BEGINS.isdisjoint(heard.texts):
        return found, undecided
    for clause in _clauses(heard):
        span = _settled_place(heard, clause)
        if span is None:
            continue
        first, last = span
        if heard.is_open and last + RIGHT_CONTEXT >= len(heard.atoms):
            undecided.append(first)
            continue
        why = "is said where an address was asked for"
        found.append(Found(first, last, "address", complete=True, why=why))
    return found, undecided


def _clauses(heard: Heard) -> list[_Clause]:
    """What is said between the ends of sentences, pauses, and behind `please,`."""
    atoms, clauses, first = heard.atoms, [], 0
    cuts = {*heard.times.breaks, *heard.starts}
    for i, atom in enumerate(atoms):
        ends = atom.stop in ("?", "!", ";") or (atom.stop == "." and len(atom.text) > 2)
        ends = (
            ends
            or i + 1 == len(atoms)
            or i + 1 in cuts
            or (atom.stop == "," and atom.text in TAIL)
            or begins_second(atoms, i + 1)
            or begins_anew(atoms, i + 1)
        )
        if ends:
            clauses.append(_Clause(first, i + 1))
            first = i + 1
    return clauses


def _settled_place(heard: Heard, clause: _Clause) -> tuple[int, int] | None:
    """The same, as it was decided at the partial before or now."""
    decided = heard.kept.clauses
    if clause not in decided:
        decided[clause] = _place_in(heard, clause)
    return decided[clause]


def _place_in(heard: Heard, clause: _Clause) -> tuple[int, int] | None:
    """The part of the clause that is a place."""
    atoms = heard.atoms
    first, shows = _begins(heard, clause)
    if first is None:
        return None
    end = min(clause.end, clause.first + _LONGEST)
    first = _past_whose(atoms, first, end)
    lead = first
    while first < end and first - lead < _MOST_LEADS and _is_lead(atoms[first]):
        first += 1
    stop = place_stops(atoms, first, end)
    begins = next((i for i in range(first, stop) if shows(heard, i)), None)
    if begins is None and shows is is_sign and is_landmark(atoms, first, stop):
        begins = first
    if begins is None or (stop - first == 1 and atoms[first].text in _NO_PLACES_ALONE):
        return None
    if is_of_whom(atoms, begins) and not any(a.cls in NUMERIC for a in atoms[begins:stop]):
        return None
    while begins > first and _goes_with(
        atoms, begins - 1, first=first, linked=shows not in (is_sure_sign, is_sure_town)
    ):
        begins -= 1
    last = stop - 1 if shows is is_sign else _over_words(atoms, begins, stop)
    # A number alone is judged by the rules for numbers.
    numbers = all(atom.cls in NUMERIC for atom in atoms[begins : last + 1])
    if numbers:
        return None
    numbered = atoms[begins].cls in NUMERIC or atoms[begins].text == "number"
    while numbered and clause.first < begins and atoms[begins - 1].text in _NUMBERED:
        begins -= 1
    return begins + (numbered and atoms[begins].text == "number"), last


def _past_whose(atoms: Sequence[Atom], first: int, end: int) -> int:
    """`the address of the Larkspur is` leads in to where that is."""
    if first >= end or atoms[first].text not in ("of", "for"):
        return first
    tells = (i for i in range(first, min(end, first + _MOST_LEADS)) if atoms[i].text == "is")
    return next(tells, first - 1) + 1


def _over_words(atoms: Sequence[Atom], first: int, stop: int) -> int:
    """The last of the words from `first` on that may be of a place nobody asked for."""
    last = at = first
    while at + 1 < stop and at - last < _MOST_LINKS:
        at += 1
        numeric = atoms[at].cls in NUMERIC
        if numeric or atoms[at].text not in FUNCTION_WORDS or atoms[at].capital:
            last = at
        elif atoms[at].text not in _LINKS:
            break
    return last


def _begins(heard: Heard, clause: _Clause) -> tuple[int | None, Callable[[Heard, int], bool]]:
    """From where on a place is expected in this clause, and what makes it one."""
    atoms = heard.atoms
    asked = heard.may_expect("address")
    for i in range(clause.first, clause.end):
        if asked and heard.was_asked(i, "address"):
            return i, is_sign
        if atoms[i].text == "of" and i and atoms[i - 1].text == "corner" and i + 1 < clause.end:
            return i + 1, is_corner
        for phrase in _ANNOUNCES.get(atoms[i].text, ()):
            end = i + len(phrase)
            if end < clause.end and says(atoms, i, phrase):
                return end, is_sure_town if phrase[-1] == "in" else is_sure_sign
    if _was_given(heard, clause.first, by_other=True, within_ms=_READ_BACK_MS):
        first = clause.first
        while first < clause.end and (_is_lead(atoms[first]) or atoms[first].text in _LINKS):
            first += 1
        short = clause.end - first <= _MOST_OF_TOWN
        short = short and is_town_alone(atoms[first : clause.end])
        return clause.first, is_town if short else is_sure_sign
    if _is_asked_on(heard, clause):
        return clause.first, is_sign
    return None, is_sign


def _was_given(heard: Heard, i: int, *, by_other: bool, within_ms: int) -> bool:
    """Whether one of the two has said an address in this time: what is said now may be it too."""
    at_ms, given = heard.times.start_ms[i], heard.given("address")
    first = bisect_left(given, at_ms - within_ms, key=ended_at)
    until = bisect_right(given, at_ms, key=ended_at)
    return any((one.stream != heard.stream) == by_other for one in given[first:until])


def _is_asked_on(heard: Heard, clause: _Clause) -> bool:
    """`Is there a number?` `Box seventy.`: a short answer, just after the address was given."""
    i = clause.first
    begins = i == 0 or i in heard.times.breaks or heard.atoms[i - 1].text in _LEADS
    if not begins or clause.end - i > _SHORT or not heard.is_asked_for_word(i):
        return False
    asked = heard.asked_of_numbers(i)
    given = _was_given(heard, i, by_other=False, within_ms=_ASKED_ON_MS)
    of_place = any(a.text in PLACE_WORDS for a in heard.atoms[i : clause.end])
    return given and of_place and asked != QUANTITY


def _is_lead(atom: Atom) -> bool:
    return atom.text in _LEADS or atom.cls in (Class.FILLER, Class.CORRECTION)


def _goes_with(atoms: Sequence[Atom], i: int, *, first: int, linked: bool) -> bool:
    """`large berlain`, `four miles south of Kindersley`: a word that leads to the sign."""
    atom = atoms[i]
    if atom.stop not in ("", "-"):
        return False
    if atom.text in _LINKS:
        before = atoms[i - 1]
        return linked and i > first and before.text not in FUNCTION_WORDS and not before.stop
    plain = atom.cls is Class.OTHER and atom.text not in _NOT_BESIDE
    return plain or atom.cls in NUMERIC or atom.capital


def words_of(heard: Heard, found: Found) -> list[str]:
    """The strange words of it, to be known again."""
    atoms = heard.atoms[found.first : found.last + 1]
    return pairs_of(atoms) + [
        atom.text
        for atom in atoms
        if len(atom.text) > 4 and atom.text not in PLACE_WORDS and is_strange(atom)
    ]
