"""Postal addresses: a number, a street name and a street word, with flat, town and state."""

from collections.abc import Sequence

from redaction.common_words import COMMON_WORDS, FUNCTION_WORDS
from redaction.evidence import RIGHT_CONTEXT, is_counted
from redaction.lexicon import ACRONYMS, SOUND_ALIKES
from redaction.recognizers.found import Found, Heard
from redaction.recognizers.numbered_places import find_numbered_places
from redaction.recognizers.places import STATES
from redaction.recognizers.street_words import ALWAYS_STREET, DWELLING, STREET, SURE_STREET
from redaction.tables import words_in
from redaction.words import Atom, Class

_FLATS = words_in("apartment apt flat suite unit ste")
_FLATS_SAID = _FLATS | {f"{flat}s" for flat in _FLATS}
_WEEK = words_in("""
monday tuesday wednesday thursday friday saturday sunday phone email
""")
_NO_TOWNS = FUNCTION_WORDS | _WEEK
_OF_MANY = STREET | STATES
_OWN_PLACE = frozenset(
    {"our", "we're", "office", "branch", "store", "shop", "located", "headquarters"}
)
_NUMERIC = {Class.DIGIT, Class.NUMERAL, Class.TEEN, Class.TEN, Class.CODE, Class.MAGNITUDE}
_TOWN_TAIL = words_in("""
by city east fort in lake las le los new north on port saint san south st under upon west
""")
_NOT_OF_STREETS = words_in("terminal gate gates platform flight item page row seat channel")
"""A number after one of these is no house's: `terminal five, gates close`."""
_MAX_NAME = 4
_MISHEARD_WITHIN = words_in("for were are or of to the and in bird our by her")
_LONGEST_ANSWER = 20
_ENDS_ANSWER = words_in("""
and but can could do i i'd i'll i'm i've is it it's my no okay please sir so thank thanks that
that's that'd then we what when why would yeah yes you
""")
"""After one of these words comes something else than the rest of an address."""


def find_addresses(heard: Heard) -> tuple[list[Found], list[int]]:
    """Addresses, and where undecided ones begin."""
    found: list[Found] = []
    undecided: list[int] = []
    atoms = heard.atoms
    for i, atom in enumerate(atoms):
        if atom.text not in STREET or (found and i <= found[-1].last):
            continue
        asked = _asked(heard, i)
        first = _start(atoms, i, asked=asked)
        if first is None or (not asked and _own_place(atoms, first)):
            continue
        last = _end(atoms, i, asked=asked)
        if heard.is_open and last + RIGHT_CONTEXT >= len(atoms):
            undecided.append(first)
        else:
            found.append(Found(first, last, "address", complete=True))
    for span in _post_boxes(heard) + _flats(heard) + _misheard(heard) + find_numbered_places(heard):
        if heard.is_open and span.last + RIGHT_CONTEXT >= len(atoms):
            undecided.append(span.first)
        elif not any(f.first <= span.last and span.first <= f.last for f in found):
            found.append(span)
    found += [
        span for span in _towns(heard) if not any(f.first <= span.first <= f.last for f in found)
    ]
    return found, undecided


def _flats(heard: Heard) -> list[Found]:
    """`Forty one, seventeen, large berlain, apartments six`: a flat makes an address of what is
    before it, whatever became of the street and of the question."""
    atoms, found = heard.atoms, []
    for i, atom in enumerate(atoms):
        if atom.text not in _FLATS_SAID or not _has_number(atoms, i + 1):
            continue
        name = i - 1
        while name >= 0 and i - name <= _MAX_NAME and _may_name_street(atoms, name):
            name -= 1
        words = atoms[name + 1 : i]
        unusual = any(a.text not in COMMON_WORDS or a.text in STREET for a in words)
        if not unusual or name < 0 or atoms[name].cls not in _NUMERIC:
            continue
        first = name
        while first > 0 and name - first < _MAX_NAME and atoms[first - 1].cls in _NUMERIC:
            first -= 1
        found.append(Found(first, max(_end_of_answer(atoms, i), i + 1), "address", complete=True))
    return found


def _may_name_street(atoms: Sequence[Atom], i: int) -> bool:
    """Part of a street's name, or what `spur` of `Larkspur` was heard as: `large for Lane`."""
    between = atoms[i].text in _MISHEARD_WITHIN and i and _names_street(atoms[i - 1])
    return bool(between) or _names_street(atoms[i])


def _post_boxes(heard: Heard) -> list[Found]:
    """`P O box three four one`."""
    atoms, found = heard.atoms, []
    for i, atom in enumerate(atoms):
        sounds = i + 2 < len(atoms) and atoms[i + 1].text in SOUND_ALIKES
        if atom.text != "box" or not _has_number(atoms, i + 2 if sounds else i + 1):
            continue
        if not "".join(a.text for a in atoms[max(0, i - 2) : i]).endswith("po"):
            continue
        first = i - 1 if atoms[i - 1].text == "po" else i - 2
        last = i + 1
        while _has_number(atoms, last + 1) and atoms[last].stop not in (".", "?", "!"):
            last += 1
        found.append(Found(first, last, "address"))
    return found


def _asked(heard: Heard, i: int) -> bool:
    return heard.may_expect("address") and any(s.kind == "address" for s in heard.slots_at(i))


def _start(atoms: Sequence[Atom], street: int, *, asked: bool) -> int | None:
    """Back over the street's name to its number, and to a flat or unit before that."""
    name = street - 1
    while name >= 0 and street - name <= _MAX_NAME and _names_street(atoms[name]):
        if atoms[name].stop and atoms[name].stop != ",":
            return None
        name -= 1
    if name == street - 1 and name > 0 and atoms[name].text == "the":
        # `fourteen, The Grove`: the street has no other name.
        return _the_street(atoms, street)
    words = [a for a in atoms[name + 1 : street]]
    if not words:
        return None
    number = name
    while number >= 0 and _numbers_house(atoms, number, last=name):
        number -= 1
    unusual = any(a.text not in COMMON_WORDS or a.cls is Class.ORDINAL for a in words)
    numbered = number < name and not is_counted(atoms, name + 1)
    if numbered and number >= 0 and atoms[number].text in _NOT_OF_STREETS:
        return None
    if numbered and atoms[street].text in ALWAYS_STREET and atoms[name].text != "one":
        return _with_dwelling(atoms, number + 1)
    proper = all(a.capital for a in words) and atoms[street].capital
    if number == name:
        sure = atoms[street].text in SURE_STREET and unusual and asked
        return name + 1 if sure and (proper or not any(a.capital for a in atoms)) else None
    if not (unusual or proper or (asked and atoms[street].text in SURE_STREET)):
        return None
    return _with_dwelling(atoms, number + 1)


def _the_street(atoms: Sequence[Atom], street: int) -> int | None:
    """Where `nine hundred, The Grove` begins; None if no number stands before it."""
    number = street - 2
    while number >= 0 and _numbers_house(atoms, number, last=street - 2):
        number -= 1
    if number == street - 2 or atoms[number + 1].text == "one":
        return None
    return _with_dwelling(atoms, number + 1)


def _numbers_house(atoms: Sequence[Atom], i: int, *, last: int) -> bool:
    """Whether atom `i` is part of the house number that ends at `last`."""
    atom = atoms[i]
    if i < last and atom.stop in (".", "?", "!"):
        return False
    if atom.cls in _NUMERIC:
        return True
    if atom.cls is Class.LETTER:
        return atom.text not in ("a", "i")
    return atom.text in ("oh", "and") and 0 < i < last and atoms[i - 1].cls in _NUMERIC


def _names_street(atom: Atom) -> bool:
    plain = atom.cls in (Class.OTHER, Class.ORDINAL, Class.MONTH)
    return plain and (
        atom.text not in FUNCTION_WORDS or atom.text in ("saint", "st", "miss", "great", "little")
    )


def _with_dwelling(atoms: Sequence[Atom], first: int) -> int:
    """Back over `flat two`, `unit three,` and a number read as several."""
    at = first - 1
    while at >= 0 and first - at <= 4 and _is_figure(atoms[at]):
        at -= 1
    if at >= 0 and atoms[at].text in DWELLING:
        return at
    return first


def _is_figure(atom: Atom) -> bool:
    """Or what one is heard as: `flat free eight`."""
    return atom.cls in _NUMERIC or atom.cls is Class.LETTER or atom.text in SOUND_ALIKES


def _end(atoms: Sequence[Atom], street: int, *, asked: bool) -> int:
    """Forward over the flat, and where an address was asked for, the town and state."""
    last = street
    numbered = atoms[street - 1].cls is not Class.OTHER or asked or _has_house_number(atoms, street)
    while last + 1 < len(atoms):
        following = atoms[last + 1]
        if atoms[last].stop in ("?", "!") or (
            atoms[last].stop == "." and len(atoms[last].text) > 3
        ):
            return last
        if _is_dwelling(atoms, last + 1, numbered=numbered) and _has_number(atoms, last + 2):
            last += 2
        elif _is_dwelling(atoms, last + 1, numbered=numbered) and _is_numbered(atoms, last + 2):
            last += 3
        elif numbered and (explained := _explained(atoms, last + 1)):
            last += explained
        elif (
            last > street
            and (following.cls in _NUMERIC or following.cls is Class.LETTER)
            and following.text not in ("a", "i")
            and (atoms[last].stop != "," or numbered)
        ) or _is_town(atoms, last + 1, asked=asked or numbered):
            last += 1
        elif following.text in ("number", "dash") and _has_number(atoms, last + 2):
            last += 2
        elif numbered and _goes_on_with_town(atoms, last + 1):
            last += 1
        elif (
            following.text in ("in", "comma")
            and last + 2 < len(atoms)
            and _is_town(atoms, last + 2, asked=asked)
        ):
            last += 2
        else:
            return last
    return last


def _is_dwelling(atoms: Sequence[Atom], i: int, *, numbered: bool) -> bool:
    """`apartment`; or what it was misheard as, between a street and a number."""
    atom = atoms[i]
    unusual = atom.cls is Class.OTHER and atom.text not in COMMON_WORDS and not atom.capital
    return atom.text in DWELLING or (numbered and unusual and len(atom.text) > 3)


def _is_numbered(atoms: Sequence[Atom], i: int) -> bool:
    """`number six`, or `numbe six`: recognisers lose its end."""
    named = i < len(atoms) and atoms[i].text[:4] in ("numb", "nump", "nomb", "no")
    return named and _has_number(atoms, i + 1)


def _explained(atoms: Sequence[Atom], i: int) -> int:
    """How many atoms `C like cat` takes from `i` on; 0 if it is none."""
    if atoms[i].cls is not Class.LETTER:
        return 0
    for said in (["as", "in"], ["like"], ["for"]):
        end = i + 1 + len(said)
        if end < len(atoms) and [a.text for a in atoms[i + 1 : end]] == said:
            return len(said) + 2
    return 0


def _has_house_number(atoms: Sequence[Atom], street: int) -> bool:
    """Whether a number stands before the street's name: what follows is its town then."""
    before = atoms[max(0, street - _MAX_NAME - 2) : street - 1]
    return any(a.cls in _NUMERIC for a in before)


def _goes_on_with_town(atoms: Sequence[Atom], i: int) -> bool:
    """`El Paso, Texas`: a capital, ordinary word or not; what begins a sentence has none here."""
    atom = atoms[i]
    if atom.cls is not Class.OTHER or not atom.capital or atom.text in _NO_TOWNS:
        return False
    return atoms[i - 1].stop in ("", ",") and atom.text.isalpha()


def _has_number(atoms: Sequence[Atom], i: int) -> bool:
    return i < len(atoms) and (atoms[i].cls in _NUMERIC or atoms[i].cls is Class.LETTER)


def _is_town(atoms: Sequence[Atom], i: int, *, asked: bool) -> bool:
    atom = atoms[i]
    following = atoms[i + 1].text if i + 1 < len(atoms) else ""
    if (
        atom.text in STATES
        or (atom.text in _TOWN_TAIL and following in STATES)
        or (
            asked
            and atom.text in _TOWN_TAIL
            and i + 1 < len(atoms)
            and (atoms[i + 1].text not in COMMON_WORDS and atoms[i + 1].cls is Class.OTHER)
        )
    ):
        return True
    plain = atom.cls is Class.OTHER and atom.text not in COMMON_WORDS and atom.text.isalpha()
    cased = any(a.capital and a.text != "i" for a in atoms[max(0, i - 60) : i + 1])
    return plain and (atom.capital or (asked and not cased)) and (asked or bool(atoms[i - 1].stop))


def _own_place(atoms: Sequence[Atom], first: int) -> bool:
    """`our office at 200 Market Street`: the firm's own."""
    return any(a.text in _OWN_PLACE for a in atoms[max(0, first - 7) : first])


def _misheard(heard: Heard) -> list[Found]:
    """A number and the words after it, in the direct answer to a question for an address.

    Street names are what recognisers get wrong most: `forty one, seventeen, larks were lane,
    apartments six feet, Springfield`. So everything like a place goes, to the end of the answer.
    """
    spans: list[Found] = []
    atoms = heard.atoms
    if not heard.may_expect("address"):
        return spans
    for i in range(len(atoms) - 1):
        if atoms[i].cls not in _NUMERIC or atoms[i + 1].cls is not Class.OTHER:
            continue
        if spans and i <= spans[-1].last:
            continue
        if atoms[i].text == "one" or is_counted(atoms, i + 1) or not heard.answers(i, "address"):
            continue
        last = _end_of_answer(atoms, i)
        if last == i and not heard.is_open:
            continue
        spans.append(Found(_with_dwelling(atoms, i), last, "address"))
    return spans


def _end_of_answer(atoms: Sequence[Atom], first: int) -> int:
    """The last atom from `first` on that may be part of an address, wherever that leads."""
    last = at = first
    while at + 1 < len(atoms) and at - first < _LONGEST_ANSWER:
        if atoms[at].stop in ("?", "!") or (atoms[at].stop == "." and len(atoms[at].text) > 2):
            return last
        at += 1
        if _is_of_place(atoms[at]):
            last = at
        elif at - last > 1 or atoms[at].text in _ENDS_ANSWER:
            return last
    return last


def _is_of_place(atom: Atom) -> bool:
    """A number, letter, place word, or any word that people do not say between sentences."""
    if atom.cls in _NUMERIC or atom.cls is Class.ORDINAL:
        return True
    if atom.cls is Class.LETTER:
        return atom.text not in ("a", "i")
    return atom.cls is Class.OTHER and atom.text not in FUNCTION_WORDS


def _towns(heard: Heard) -> list[Found]:
    """Unusual words in the direct answer to a question for an address."""
    spans: list[Found] = []
    atoms = heard.atoms
    if not heard.may_expect("address"):
        return spans
    for i, atom in enumerate(atoms):
        if spans and i <= spans[-1].last:
            continue
        if not atom.capital or atom.text in COMMON_WORDS or atom.cls is not Class.OTHER:
            continue
        if not atom.text.isalpha() or atom.value or atom.text in ACRONYMS:
            continue
        if not heard.answers(i, "address"):
            continue
        if heard.is_open and i + RIGHT_CONTEXT >= len(atoms):
            continue
        last = i
        while (
            last + 1 < len(atoms) and not atoms[last].stop and _is_town(atoms, last + 1, asked=True)
        ):
            last += 1
        spans.append(Found(i, last, "address"))
    return spans


def words_of(heard: Heard, found: Found) -> list[str]:
    """The unusual words of an address, to be known again."""
    return [
        atom.text
        for atom in heard.atoms[found.first : found.last + 1]
        if atom.cls is Class.OTHER
        and len(atom.text) > 4
        and atom.text not in COMMON_WORDS
        and atom.text not in _OF_MANY
    ]
