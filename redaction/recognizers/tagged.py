"""Names and places that the model tagged, where the rules saw no sign of them.

A model hears a name in many a firm and product, so a tag alone is not enough: the words must be
unusual ones, no firm's, and an address must have been asked for.
"""

from collections.abc import Iterator, Sequence

from redaction.evidence.units import is_counted
from redaction.language.common_words import COMMON_WORDS, FUNCTION_WORDS
from redaction.language.english import is_english
from redaction.language.lexicon import ACRONYMS
from redaction.language.sentences import sentence_before
from redaction.language.tables import phrases_in, words_in
from redaction.language.words import Atom, Class
from redaction.recognizers.found import Found, Heard
from redaction.recognizers.people import person
from redaction.recognizers.people.name_shape import is_cased, is_past, is_strange
from redaction.recognizers.places import address
from redaction.recognizers.well_known import FIRM_WORDS, WELL_KNOWN
from redaction.tagger.tags import Tag

_TO_A_FIRM = tuple(
    tuple(phrase.split())
    for phrase in phrases_in("""
calling, to call, called, welcome to, choosing, contacting, chosen, flight to, fly to, flying to,
going to, calling from, flew from, ordered from, bought from, brand, model, train to, trip to,
travelling to, get to, go to, gets to, arrive in, arrives in, arriving in, how about, recommend,
recommending, suggest, restaurant, restaurant called, hotel, hotel called, guesthouse called,
place called, pub called, college called, museum called
""")
)
"""What stands before a firm's name, a product's or a journey's end."""

_FIRM_REACH = 2
WHERE = words_in("behind by off on opposite outside past")
"""Where in a street somebody is: in a town, near it or on the way there is no address."""
_IN_TOWNS = words_in("around at beyond by in near nearby over past round through to towards")
"""And where addresses are talked of."""
SOMEBODY = words_in("""
he he's her his i i'd i'm i've lives my our she she's their they they're we we'd we're we've
""")
JOURNEY = words_in("""
arrive arrives arriving book booked booking branch city cruise flew flies flight flights fly flying
go holiday hotel leave leaving looking museum office offices our restaurant shop stay store taxi
tickets train trains travel travelling trip visit visiting
""")
"""Of a sentence that says where one goes to, or where a firm is."""

_BEHIND = words_in("""
speaking here line desk helpdesk helpline enquiries support team calling g'day ta-ra hiya
""")
_COUNTS = {Class.DIGIT, Class.NUMERAL, Class.TEEN, Class.TEN, Class.MAGNITUDE, Class.MULTIPLIER}
_TOOLS = words_in("bolt bolts head key keys knife knives screw screwdriver spanner wrench")
"""Called after somebody: `an Allen key`."""
_WAS = words_in("was am i'm being born née nee")
_SOMEONE = words_in("by for from to with")
_SPOKEN_TO = words_in("""
asked chatted dealing dealt met rang speak speaking spoke spoken talk talked talking
""")
"""Before `a` and a name these lead to a person: `made out to a Mackenzie Hernandez`."""
_ARTICLES = words_in("a an every my no the these those your")
_INTO = words_in("across around in into near outside past through throughout towards via")
_WAYS = words_in("from to")
_GONE = words_in("""
back coach bus came come coming crossing drive driving flew flight fly flying go goes going gone
school train travel travelling trip up went
""")
"""Before `from` and `to`: places are come from, people are heard from."""
_NOT_NAMES = COMMON_WORDS | WELL_KNOWN


def find_tagged(heard: Heard) -> tuple[list[Found], list[int]]:
    """What only the model found; nothing of it is ever undecided, since only finals are tagged."""
    found: list[Found] = []
    if not heard.tags:
        return found, []
    for whole in _runs(heard, (Tag.NAME, Tag.LIKE_NAME)):
        first, last = _without_ends(heard.atoms, *whole)
        if first > last:
            continue
        if _is_thing_said(heard.atoms, first, last) or not _is_unusual(heard, first, last):
            continue
        if not _is_firm(heard.atoms, first, last):
            found.append(Found(first, _with_surname(heard.atoms, last), "name"))
    for first, last in _runs(heard, (Tag.STREET, Tag.PLACE, Tag.LIKE_PLACE)):
        if _is_place(heard, first, last):
            found.append(Found(first, last, "address"))
    return found, []


def _without_ends(atoms: Sequence[Atom], first: int, last: int) -> tuple[int, int]:
    """`Priyanka speaking`, `Pharmacist line, Teodora`, `two thousand sixteen shiraz`: without what
    is no part of a name."""
    while last >= first and atoms[last].text in _BEHIND:
        last -= 1
    while first <= last and (atoms[first].text in _BEHIND or atoms[first].cls in _COUNTS):
        first += 1
    return first, last


def _is_place(heard: Heard, first: int, last: int) -> bool:
    """Whether an address was asked for, or somebody says where one is."""
    if heard.awaits(first, "address"):
        if _is_thing(heard.atoms, first, last):
            return False
        return not (first < last and is_counted(heard.atoms, first + 1))
    atoms = heard.atoms
    unusual = any(is_unusual_word(atom) for atom in atoms[first : last + 1])
    where = WHERE | _IN_TOWNS if heard.given("address") or heard.may_expect("address") else WHERE
    led = first > 0 and atoms[first - 1].text in where and not atoms[first - 1].stop
    if not (unusual and led):
        return False
    said = sentence_before(atoms, first)
    return bool(SOMEBODY.intersection(said)) and not JOURNEY.intersection(said)


def _is_thing(atoms: Sequence[Atom], first: int, last: int) -> bool:
    """`the evening welding course`: words of the dictionary, where places have capitals."""
    words = atoms[first : last + 1]
    small = is_cased(atoms, last) and not any(a.capital for a in words)
    return small and all(a.cls is Class.OTHER and is_english(a.text) for a in words)


def _is_thing_said(atoms: Sequence[Atom], first: int, last: int) -> bool:
    """`the Rosenkavalier`, `opens the tearoom`: of people one says no article. That it has no
    capital proves nothing: a recogniser makes ordinary words of names that it does not know."""
    if _is_gone_to(atoms, first, last):
        return True
    if _is_kind_of_thing(atoms, first, last):
        return True
    article = first > 0 and not atoms[first - 1].stop and atoms[first - 1].text in _ARTICLES
    if not article or _is_some(atoms, first, last):
        return False
    # `she was a Lindqvist`
    return first < 2 or atoms[first - 2].text not in _WAS


def _is_some(atoms: Sequence[Atom], first: int, last: int) -> bool:
    """`for a Keisha Fitzgerald`, `spoke to a Gemma`: somebody the speaker does not know."""
    before = [atom.text for atom in atoms[max(0, first - 4) : first]]
    if before[-1] not in ("a", "an"):
        return False
    names = all(may_be_name(atom) for atom in atoms[first : last + 1])
    led = first > 1 and (atoms[first - 2].stop == "," or atoms[first - 2].text in _SOMEONE)
    return names and ((led and first < last) or not _SPOKEN_TO.isdisjoint(before))


def _is_kind_of_thing(atoms: Sequence[Atom], first: int, last: int) -> bool:
    """`an Allen key`; `a twenty sixteen shiraz`, where names are written with a capital."""
    after = atoms[last + 1] if last + 1 < len(atoms) and not atoms[last].stop else None
    if after is not None and after.text in _TOOLS:
        return True
    counted = first > 0 and not atoms[first - 1].stop and atoms[first - 1].cls in _COUNTS
    return counted and is_cased(atoms, last) and not atoms[last].capital


def _is_gone_to(atoms: Sequence[Atom], first: int, last: int) -> bool:
    """`we were in Ludlow`, `back from Belize`: not `in Hamish's name`, nor `from Priya`."""
    if not first or atoms[first - 1].stop or atoms[last].text.endswith("'s"):
        return False
    led = atoms[first - 1].text
    if led in _WAYS:
        return first > 1 and not atoms[first - 2].stop and atoms[first - 2].text in _GONE
    return led in _INTO and all(a.text not in ("name", "names", "s") for a in atoms[last + 1 :][:2])


def _with_surname(atoms: Sequence[Atom], last: int) -> int:
    """`Jasmine Washington`: what goes on like a name belongs to it, tagged or not."""
    if last + 1 >= len(atoms) or atoms[last].stop or not may_be_name(atoms[last]):
        return last
    following = atoms[last + 1]
    cased = any(
        a.capital and a.cls is Class.OTHER and a.text != "i" for a in atoms[last : last + 1]
    )
    if cased:
        proper = following.capital and following.cls is Class.OTHER
        return last + 1 if proper and following.text not in FUNCTION_WORDS else last
    more = (
        may_be_name(following) and following.text not in FIRM_WORDS and not is_past(following.text)
    )
    return last + 1 if more else last


def words_of(heard: Heard, found: Found) -> list[str]:
    """The unusual words of it, to be known again."""
    if found.kind == "name":
        return person.words_of(heard, found)
    return address.words_of(heard, found)


def _runs(heard: Heard, tags: Sequence[Tag]) -> Iterator[tuple[int, int]]:
    """Rows of atoms with one of these tags, not over the end of a sentence."""
    first: int | None = None
    for i in sorted(heard.tags):
        if heard.tags[i] not in tags:
            continue
        first = i if first is None else first
        ends = heard.atoms[i].stop in ("?", "!") or (
            heard.atoms[i].stop == "." and len(heard.atoms[i].text) > 3
        )
        if ends or heard.tags.get(i + 1) not in tags:
            yield first, i
            first = None


def is_worth_tagging(atoms: Sequence[Atom], *, asks_address: bool) -> bool:
    """Whether it can matter what the model takes any of these words for.

    A word of the dictionary is found by its tag only where an address is asked for, or with a
    capital inside a sentence: most segments need not be read.
    """
    for i, atom in enumerate(atoms):
        if may_be_name(atom):
            inside = i == 0 or atoms[i - 1].stop not in (".", "?", "!")
            if asks_address or (atom.capital and inside) or not is_english(atom.text):
                return True
    return False


def may_be_name(atom: Atom) -> bool:
    """Whether the word is unusual enough to be asked about."""
    plain = atom.text.replace("'", "").replace("-", "")
    return (
        atom.cls is Class.OTHER
        and plain.isalpha()
        and len(plain) > 2
        and atom.text.removesuffix("'s") not in _NOT_NAMES
        and not (atom.value and atom.text in ACRONYMS)
    )


def _is_unusual(heard: Heard, first: int, last: int) -> bool:
    """Whether a word of it may be a name: one less likely only if no ordinary life has it."""
    for i in range(first, last + 1):
        atom = heard.atoms[i]
        if may_be_name(atom):
            begins = i == 0 or heard.atoms[i - 1].stop in (".", "?", "!")
            sure = heard.tags.get(i) is Tag.NAME and (
                (atom.capital and not begins) or not is_english(atom.text)
            )
            if sure or is_unusual_word(atom):
                return True
    return False


def is_unusual_word(atom: Atom) -> bool:
    """Whether it is in no table of words, firms or towns."""
    return may_be_name(atom) and is_strange(atom)


def _is_firm(atoms: Sequence[Atom], first: int, last: int) -> bool:
    """`Tansy and Thorne customer care`, `calling Northland`."""
    after = atoms[last + 1 : last + 1 + _FIRM_REACH]
    for n, atom in enumerate(after):
        if atoms[last + n].stop in (".", "?", "!"):
            break
        if atom.text in FIRM_WORDS:
            return True
    joined = [atom.text for atom in after[:1]] == ["and"] and len(after) > 1
    if joined and not atoms[last].stop and may_be_name(after[1]):
        return _is_firm(atoms, first, last + 2)
    before = tuple(atom.text for atom in atoms[max(0, first - 4) : first])
    return any(before[-len(phrase) :] == phrase for phrase in _TO_A_FIRM)
