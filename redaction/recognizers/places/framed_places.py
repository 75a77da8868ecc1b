"""Places by the words they are framed with, asked for or not.

`village Kothapalli, post Kothapalli`; `above the chip shop, 48 B`; `lot 14, Gundabooka Track`; `RR
two, box one eighteen`; `B wing, 402`; `you buzz 210`; and whatever goes on with a place just said.
"""

from collections.abc import Sequence

from redaction.evidence.weighed import RIGHT_CONTEXT
from redaction.language.sentences import sentence_before
from redaction.language.tables import words_in
from redaction.language.words import Atom, Class
from redaction.recognizers.found import Found, Heard
from redaction.recognizers.places import asked_places
from redaction.recognizers.places.continued_places import (
    ENDS_NUMBER,
    MOST_LEADS,
    continued,
    echoes,
    house,
    is_told,
    name_behind,
    over_number,
)
from redaction.recognizers.places.foreign_streets import (
    FIRST_WORDS,
    TAILS,
    foreign_street,
    house_before,
)
from redaction.recognizers.places.labelled_parts import LABELS, labelled_row, parts_again
from redaction.recognizers.places.named_houses import (
    HOUSES,
    TOPS,
    at_top,
    named_house,
    routed_via,
)
from redaction.recognizers.places.numbered_places import NUMERIC
from redaction.recognizers.places.offered_places import homes, offered
from redaction.recognizers.places.place_chains import CHAIN_ENDS, begun_chain, place_chain
from redaction.recognizers.places.place_ends import ENDS, ended_place
from redaction.recognizers.places.street_words import STREET

_DISTRICTS = words_in("village mandal taluk taluka tehsil tehsyl hamlet panchayat")
"""What stands behind one is its name."""
_LABELS = _DISTRICTS | words_in("post district dist via near behind opposite landmark state sector")
"""And behind these, beside another."""
_ROUTES = words_in("rr rmb rsd pmb rd hc")
_BLOCKS = words_in("wing block tower")
_LETTERS = words_in("be bee dee see sea gee")
_HOMES = words_in("flat apartment apt unit room door")
_BUZZERS = words_in("buzz buzzer intercom doorbell")
_BESIDE = words_in("above over below under behind opposite beside near across next")
_OF_SOMEBODY = words_in("it's i'm we're live lives flat place i we she's he's they're")
_HOMELY = words_in("bedsit flat i'm live lives maisonette place room rooms studio we're")
_AT = words_in("at to from outside with by of for")
_QUEUED = words_in("""
bus extension get line list look menu off option order page position queue rank step stop stops turn
""")
_IS = words_in("is are has have was will always said says")
_PEOPLE = words_in("""
across bloke chap couple door family folks gentleman girl guy house lad lady man neighbour
neighbours neighbor neighbors people woman
""")
_SEEN = (
    HOUSES
    | _LABELS
    | _ROUTES
    | _BLOCKS
    | _BUZZERS
    | _BESIDE
    | FIRST_WORDS
    | ENDS
    | CHAIN_ENDS
    | LABELS
    | {"number", "r", *TOPS}
)
_BEGINS = words_in("apartment apt block county flat lot plot room rr sector suite unit village")
_IN_NUMBERS = words_in("number no oh to for too bis ter")
_WHY = "is framed as a place is"


words_of = asked_places.words_of


def find_framed(heard: Heard) -> tuple[list[Found], list[int]]:
    """Places, and where undecided ones begin."""
    atoms = heard.atoms
    places = [i for i, a in enumerate(atoms) if a.text in _SEEN or a.text[-3:] in TAILS]
    spans = [span for i in places if (span := _framed(heard, i))]
    found: list[Found] = []
    undecided: list[int] = []
    for span in spans:
        if found and span[0] <= found[-1].last:
            continue
        one = Found(*span, "address", complete=True, why=_WHY)
        if heard.is_open and one.last + RIGHT_CONTEXT >= len(atoms):
            undecided.append(one.first)
            continue
        found.append(one)
        heard.fill(one)
    for find in (homes, echoes, parts_again, offered, continued):
        for first, last in find(heard):
            if heard.is_open and last + RIGHT_CONTEXT >= len(atoms):
                undecided.append(first)
                continue
            one = Found(first, last, "address", complete=True, why="goes on with a place")
            found.append(one)
            heard.fill(one)
    if heard.is_open:
        undecided += begun_chain(atoms)
    return found, undecided + (_begun(heard) if heard.is_open or heard.may_go_on else [])


def _begun(heard: Heard) -> list[int]:
    """`unit`, `lot fourteen`, `12 bis` at the very end: the rest of a place may be to come."""
    atoms = heard.atoms
    at = len(atoms) - 1
    if at < 0 or atoms[at].stop in (".", "?", "!"):
        return []
    while at > 0 and len(atoms) - at <= MOST_LEADS + 1 and not atoms[at - 1].stop:
        if atoms[at].cls not in NUMERIC | {Class.LETTER} and atoms[at].text not in _IN_NUMBERS:
            break
        at -= 1
    if atoms[at].text in _BEGINS or (at and atoms[at].text in FIRST_WORDS):
        return [house_before(atoms, at) if atoms[at].text in FIRST_WORDS else at]
    return []


def _framed(heard: Heard, i: int) -> tuple[int, int] | None:
    """The place whose frame stands at `i`."""
    atoms, text = heard.atoms, heard.atoms[i].text
    if span := foreign_street(atoms, i):
        return span
    if text in CHAIN_ENDS and (span := place_chain(atoms, i)):
        return span
    if text in ENDS and (span := ended_place(atoms, i)):
        return span
    if text not in _SEEN:
        return None
    if text == "via" and (span := routed_via(atoms, i)):
        return span
    if text in _LABELS and (span := _labelled(atoms, i)):
        return span
    if text in LABELS and (span := labelled_row(atoms, i)):
        return span
    if text in _ROUTES or (text == "r" and i and atoms[i - 1].text == "r"):
        return _routed(atoms, i - 1 if text == "r" else i, at=i + 1)
    if text in _BLOCKS:
        return _block(heard, i)
    if text in _BUZZERS:
        return _buzzed(atoms, i)
    if text in _BESIDE:
        return _beside(atoms, i)
    if text in HOUSES:
        return named_house(atoms, i)
    if text in TOPS:
        return at_top(atoms, i)
    return _at_number(atoms, i) if text == "number" else None


def _labelled(atoms: Sequence[Atom], i: int) -> tuple[int, int] | None:
    """`tehsil Nohar, district Hanumangarh`: one sure label, or two."""
    last = name_behind(atoms, i)
    if last is None:
        return None
    labels, first = {atoms[i].text}, i
    while last + 1 < len(atoms) and atoms[last + 1].text in _LABELS:
        after = name_behind(atoms, last + 1)
        if after is None:
            break
        labels.add(atoms[last + 1].text)
        last = after
    return (first, last) if len(labels) > 1 or not _DISTRICTS.isdisjoint(labels) else None


def _routed(atoms: Sequence[Atom], first: int, *, at: int) -> tuple[int, int] | None:
    """`RR two, box one eighteen`, `R M B 1460`."""
    last = over_number(atoms, at)
    if last < at:
        return None
    boxed = last + 1 < len(atoms) and atoms[last + 1].text == "box"
    return first, max(last, over_number(atoms, last + 2)) if boxed else last


def _block(heard: Heard, i: int) -> tuple[int, int] | None:
    """`B wing, 402`, `it's block D`: a letter before it or behind it, where a place is told."""
    atoms = heard.atoms
    before = i > 0 and not atoms[i - 1].stop and atoms[i - 1].text not in ("a", "i")
    before = before and (atoms[i - 1].cls is Class.LETTER or atoms[i - 1].text in _LETTERS)
    behind = i + 1 < len(atoms) and not atoms[i].stop and atoms[i + 1].cls is Class.LETTER
    if not (before or behind):
        return None
    last = i + 1 if behind else i
    if last + 2 < len(atoms) and atoms[last + 1].text in _HOMES:
        number = house(atoms, last + 2)
        return None if number is None else (i - 1 if before else i, number)
    number = house(atoms, last + 1) if last + 1 < len(atoms) else None
    told = heard.was_asked(i, "address") or is_told(heard, i)
    if not (told or number is not None):
        return None
    return i - 1 if before else i, number or last


def _buzzed(atoms: Sequence[Atom], i: int) -> tuple[int, int] | None:
    """`you buzz 210`, `the buzzer is number forty`."""
    at = i + 1
    while at < len(atoms) and at - i <= 2 and atoms[at].text in ("is", "number", "flat", "for"):
        at += 1
    if atoms[i].stop in (".", "?", "!"):
        return None
    last = house(atoms, at)
    return None if last is None else (at, last)


def _beside(atoms: Sequence[Atom], i: int) -> tuple[int, int] | None:
    """`it's above the chip shop, forty eight B`: a house beside what everybody knows."""
    if (street := _street_behind(atoms, i)) is not None:
        return street
    at = i + 1
    while (
        at < len(atoms) and at - i <= MOST_LEADS + 2 and atoms[at].cls in (Class.OTHER, Class.GLUE)
    ):
        if atoms[at].stop in (".", "?", "!"):
            return None
        at += 1
    if at - i < 2 or _OF_SOMEBODY.isdisjoint(sentence_before(atoms, i)):
        return None
    last = house(atoms, at)
    if last is None or (last + 1 < len(atoms) and not atoms[last].stop):
        return None
    return at, last


def _street_behind(atoms: Sequence[Atom], i: int) -> tuple[int, int] | None:
    """`the maisonette over the chippy, Station Parade`."""
    comma = next((k for k in range(i + 1, min(i + 4, len(atoms))) if atoms[k].stop), None)
    if comma is None or atoms[comma].stop != "," or _HOMELY.isdisjoint(sentence_before(atoms, i)):
        return None
    for street in range(comma + 1, min(comma + 4, len(atoms))):
        if not atoms[street].capital:
            return None
        if atoms[street].text in STREET and street > comma + 1:
            return comma + 1, street
        if atoms[street].stop:
            return None
    return None


def _at_number(atoms: Sequence[Atom], i: int) -> tuple[int, int] | None:
    """`leave it with them at number thirty two, not with thirty`."""
    before = sentence_before(atoms, i)
    last = house(atoms, i + 1) if not atoms[i].stop else None
    if last is None or not before or before[0] not in _AT or not _QUEUED.isdisjoint(before):
        return None
    after = atoms[last + 1].text if last + 1 < len(atoms) else ""
    ends = bool(atoms[last].stop) or not after or after in ENDS_NUMBER
    ends = ends or (after in _IS and not _PEOPLE.isdisjoint(before))
    queued = not _QUEUED.isdisjoint(atom.text for atom in atoms[last + 1 : last + 5])
    return None if queued or not (ends and before[0] in ("at", "from", "outside")) else (i, last)
