"""What goes on with a place just said: the rest of it in the same breath, its number said again."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from redaction.cues.cue_index import Strength
from redaction.cues.slots import ended_at
from redaction.evidence.units import is_counted
from redaction.language.common_words import COMMON_WORDS, FUNCTION_WORDS
from redaction.language.tables import words_in
from redaction.language.words import Atom, Class
from redaction.recognizers.found import Heard
from redaction.recognizers.people.name_shape import is_cased, is_strange
from redaction.recognizers.places.known_places import STATES
from redaction.recognizers.places.numbered_places import FLOORS, NUMERIC
from redaction.recognizers.places.place_signs import PLACE_WORDS, TOWN_NAMES

MOST_LEADS = 3
ENDS_NUMBER = words_in("not and but with so again cause because if when who they he she i we")
_GOES_ON = words_in("""
and at behind by comma down in is it's just near next of off on opposite out over past round that's
the to up via
""")
_TALK = words_in("and is it's just that's")
"""Of these, the ones that tell nothing of where it is."""
_ECHOES = words_in("door's exactly number not only plain plainly says saying we're")
_PUT_DOWN = words_in("as at for")
_NUMBERED = words_in("exit freeway highway interstate junction motorway")
"""What has a number that is nobody's, though a pause may stand between."""
_STANDS_AT = words_in("he he's she she's they they're we're you you're not note")
_PARTS = NUMERIC | {Class.LETTER, Class.MONTH, Class.ORDINAL}
_ON_THAT = words_in("here in on there")
"""`it says eleven B on the board`."""
_ASKS_ON = words_in("what which then and")
_NO_PLACE = words_in("""
monday tuesday wednesday thursday friday saturday sunday today tomorrow okay ok yes yeah no please
""")
_WORDED = frozenset({"address", "name", "asked_name", "number"})
_WAYS = (
    PLACE_WORDS
    | FLOORS
    | words_in("""
brae esplanade landing layout paddock paddocks reach spur trace track wynd
""")
)
_LANDMARKS = words_in("""
bank bridge bazaar church clinic college gate hospital hotel mandir market masjid metro mosque pub
school sweets temple theatre tank
""")
"""Behind a name, of that name: `behind Sai Baba temple`."""
COMPASS = words_in("north south east west")
_ALONE = COMPASS | TOWN_NAMES | STATES
"""All of a clause beside an address, they are of it: `Leeds, and the postcode`."""
_TOWN_LEADS = words_in("""
and be in is it's of oh okay right so still that'd that's the um uh well yeah yep yes yup
""")
_TALKED = COMMON_WORDS | FUNCTION_WORDS
_OF_REGIONS = words_in("new south north west western eastern nova british tamil prince edward")
_VOWELS = str.maketrans("", "", "aeiouy")
_REGIONS = frozenset(
    word[0] + word.translate(_VOWELS)
    for word in words_in("""
australia scotia columbia nadu wales carolina dakota ontario alberta manitoba saskatchewan quebec
karnataka maharashtra kerala gujarat telangana victoria queensland tasmania cheshire surrey kent
essex suffolk norfolk devon dorset somerset yorkshire lancashire cumbria shropshire oxfordshire
berkshire hertfordshire lincolnshire derbyshire wiltshire gloucestershire
""")
)
"""By their consonants, for recognisers write `weles`."""
_LONGEST_REGION = 4
_SHORTEST_REGION = 4
_LINKED = words_in("slash dash oh o too to for")
_LONGEST = 12
_LONGEST_NUMBER = 6
_LATEST = 8
"""Of the addresses that were given, so many are looked at."""

_ECHO_MS = 12_000


def echoes(heard: Heard) -> list[tuple[int, int]]:
    """`forty eight B what road?`, `not with thirty`: a number beside an address just given."""
    atoms, spans = heard.atoms, []
    if not heard.given("address"):
        return []
    for i, atom in enumerate(atoms):
        if _may_be_town(atom) and (town := _town_told(heard, i)):
            spans.append(town)
        if atom.cls not in NUMERIC or (i and atoms[i - 1].cls in NUMERIC):
            continue
        if i and atoms[i - 1].text in _NUMBERED:
            continue
        last = house(atoms, i) if _may_echo(heard, i) else None
        if last is not None and last - i < MOST_LEADS and _is_echo(heard, i, last):
            spans.append((i, last))
    return spans


def _may_be_town(atom: Atom) -> bool:
    return atom.text in _ALONE or (atom.cls is Class.OTHER and atom.text not in _TALKED)


def _town_told(heard: Heard, i: int) -> tuple[int, int] | None:
    """`West.`, `oh, and Belfast`, `in Halifax, Nova Scotia`: what a clause begins with, beside an
    address."""
    if not _begins_clause(heard, i):
        return None
    atoms, known = heard.atoms, heard.atoms[i].text in _ALONE
    last = over_regions(atoms, i)
    ends = last + 1 == len(atoms) or last + 1 in heard.times.breaks or bool(atoms[last].stop)
    compass = atoms[i].text in COMPASS
    told = (known and (ends or not compass)) or last > i
    return (i, last) if told and is_told(heard, i) else None


def _begins_clause(heard: Heard, i: int) -> bool:
    """Whether nothing but what leads in to a place stands before it."""
    atoms, at = heard.atoms, i
    while at and at not in heard.starts and atoms[at - 1].stop in ("", ","):
        if atoms[at - 1].text not in _TOWN_LEADS:
            return False
        at -= 1
    return True


def is_region(text: str) -> bool:
    """A region, or what is written for one: of no ordinary word."""
    if len(text) < _SHORTEST_REGION or text in _TALKED:
        return False
    return text[0] + text.translate(_VOWELS) in _REGIONS


def over_regions(atoms: Sequence[Atom], i: int) -> int:
    """The last word of the regions behind a town: `Nova Scotia`, `new south weles`, `Cheshire`."""
    last = i
    while last + 1 < len(atoms) and last - i < _LONGEST_REGION and atoms[last].stop in ("", ","):
        at = last + 1
        while at + 1 < len(atoms) and atoms[at].text in _OF_REGIONS and not atoms[at].stop:
            at += 1
        if not (atoms[at].text in STATES or is_region(atoms[at].text)):
            break
        last = at
    return last


def _may_echo(heard: Heard, i: int) -> bool:
    """Whether an address was just given, and no number was asked for."""
    return is_told(heard, i) and not any(
        slot.strength is Strength.STRONG and slot.kind not in _WORDED for slot in heard.slots_at(i)
    )


def _is_echo(heard: Heard, i: int, last: int) -> bool:
    """Whether it is all of a clause, or led like a house: `not eleven`, `is she at fourteen`."""
    atoms = heard.atoms
    if last + 1 < len(atoms) and atoms[last + 1].cls in _PARTS:
        return False
    after = atoms[last + 1].text if last + 1 < len(atoms) else ""
    ends = bool(atoms[last].stop) or not after
    if i == 0 or i in heard.starts or atoms[i - 1].stop:
        return ends or after in _ASKS_ON or after in PLACE_WORDS
    before = [atom.text for atom in reversed(atoms[max(0, i - 3) : i])]
    if before[0] in _PUT_DOWN and before[1:2] == ["down"]:
        return ends  # `I've got her down for thirty three`
    anew = i == 1 or i - 1 in heard.times.breaks or (i > 1 and atoms[i - 2].stop == ",")
    if before[0] == "at" and anew:
        return ends and (last > i or len(atoms[i].value) > 1)
    if before[0] in ("at", "with", "for", "or"):
        led = not _STANDS_AT.isdisjoint(before[1:])
        return led or (before[0] == "or" and atoms[i - 2].cls in NUMERIC)
    return before[0] in _ECHOES and (ends or after in ENDS_NUMBER or after in _ON_THAT)


def continued(heard: Heard) -> list[tuple[int, int]]:
    """What follows an address in the same breath: `, via Bourke`, `near Ganesh temple, Tumkur`."""
    times, spans = heard.times, []
    for given in heard.given("address")[-_LATEST:]:
        if given.stream != heard.stream:
            continue
        last = bisect_right(times.end_ms, given.end_ms) - 1
        if last < 0 or heard.atoms[last].text in _NUMBERED:
            continue
        if times.end_ms[last] == given.end_ms:
            end = _over_rest(heard, last)
            first = last + 1
            while first < end and heard.atoms[first].text in _TALK:
                first += 1
            if end > last:
                spans.append((first, end))
    return spans


def _over_rest(heard: Heard, last: int) -> int:
    """The last atom from `last` on that is still of the place that ends there."""
    atoms, at, leads, begun = heard.atoms, last + 1, 0, last
    while at < len(atoms) and at - begun <= _LONGEST and atoms[at - 1].stop in ("", ","):
        if at in heard.times.breaks:
            break
        atom = atoms[at]
        if (region := over_regions(atoms, at - 1)) >= at and not leads:
            last, at = region, region + 1
            continue
        numbered = atom.cls in NUMERIC and house(atoms, at) is not None and leads < MOST_LEADS
        placed = atom.text in _WAYS and not leads
        placed = placed or (atom.text in _LANDMARKS and at == last + 1 and names_place(atoms, last))
        lettered = atom.cls is Class.LETTER and atom.text not in ("a", "i") and not leads
        if numbered or placed or lettered or names_place(atoms, at):
            last, leads = at, 0
        elif atom.text in _GOES_ON and leads < MOST_LEADS:
            leads += 1
        else:
            break
        at += 1
    return last


def names_place(atoms: Sequence[Atom], i: int) -> bool:
    """A word that nobody knows, or one with a capital inside a sentence."""
    atom = atoms[i]
    if atom.cls is not Class.OTHER or atom.text in FUNCTION_WORDS or atom.text in _NO_PLACE:
        return False
    if is_cased(atoms, i):
        return atom.capital and atoms[i - 1].stop not in (".", "?", "!")
    return is_strange(atom)


def name_behind(atoms: Sequence[Atom], label: int) -> int | None:
    """The last word of the name behind a label; None if there is none."""
    if atoms[label].stop in (".", "?", "!"):
        return None
    last = label
    while last + 1 < len(atoms) and last - label < MOST_LEADS:
        if not names_place(atoms, last + 1) or (last > label and atoms[last].stop):
            break
        last += 1
    return last if last > label else None


def over_number(atoms: Sequence[Atom], at: int) -> int:
    """The last atom of the number at `at`, with its letter; before it if there is none."""
    last = at - 1
    while (
        last + 1 < len(atoms)
        and last - at < _LONGEST_NUMBER
        and (last < at or not atoms[last].stop)
    ):
        atom = atoms[last + 1]
        lettered = last >= at and atom.cls is Class.LETTER and atom.text not in ("a", "i")
        linked = last >= at and atom.text in _LINKED
        if not (atom.cls in NUMERIC or lettered or linked):
            break
        last += 1
    while (
        last >= at and atoms[last].text in ("to", "for", "slash", "dash") and not atoms[last].stop
    ):
        last -= 1
    return last


def house(atoms: Sequence[Atom], at: int) -> int | None:
    """The end of a number at `at` that counts nothing."""
    last = over_number(atoms, at)
    lone = last == at and atoms[at].text == "one"
    return None if last < at or lone or is_counted(atoms, last + 1) else last


def is_told(heard: Heard, i: int, *, within_ms: int = _ECHO_MS) -> bool:
    """Whether one of the two has just said an address."""
    at_ms, given = heard.times.start_ms[i], heard.given("address")
    first = bisect_left(given, at_ms - within_ms, key=ended_at)
    return first < bisect_right(given, at_ms, key=ended_at)
