"""Names and places that the model tagged, where the rules saw no sign of them.

A model hears a name in many a firm and product, so a tag alone is not enough: the words must be
unusual ones, no firm's, and an address must have been asked for.
"""

from collections.abc import Iterator, Sequence

from redaction.common_words import COMMON_WORDS, FUNCTION_WORDS
from redaction.evidence import is_counted
from redaction.lexicon import ACRONYMS
from redaction.recognizers import address, person
from redaction.recognizers.found import Found, Heard
from redaction.tables import phrases_in, words_in
from redaction.tags import Tag
from redaction.words import Atom, Class

_FIRM = words_in("""
agency airlines airways associates bank bed broadband brothers building care claims clinic co
collections company corporation customer dental department energy financial group holidays home
hospital hotel hotels housing inc insurance internet line limited ltd medical mobile mutual office
partners pharmacy plc practice properties repairs sales service services solutions sons store stores
support surgery systems team telecom travel trust university water
""")
"""What follows a name that is a firm's."""

_TO_A_FIRM = tuple(
    tuple(phrase.split())
    for phrase in phrases_in("""
calling, to call, called, welcome to, choosing, contacting, chosen, flight to, fly to, flying to,
going to, calling from, flew from, ordered from, bought from, brand, model, train to, trip to,
travelling to
""")
)
"""What stands before a firm's name, a product's or a journey's end."""

_FIRM_REACH = 2
_BRANDS = words_in("""
adidas aldi amazon apple arsenal asda asos audi barclays bentley bmw bosch chase chelsea chevrolet
chrysler citroen corolla cortana costco dell dodge dyson etsy everton facebook fiat fridge google
halifax hoover honda hyundai ikea instagram jaguar jeep kia klarna lenovo lexus lidl lloyds
macys marriott mazda mercedes microsoft miele natwest netflix nike nintendo nissan nokia panasonic
paypal peugeot philips porsche prius renault ryanair safeway sainsbury samsung santander seat siri
skoda sony spotify subaru suzuki target tesco tesla tiktok toyota twitter uber vauxhall verizon
vodafone volkswagen volvo walmart wells whatsapp wimbledon xbox xfinity youtube
""")
"""Names of firms and products that people call about: the model takes many of them for people."""

_NOT_NAMES = COMMON_WORDS | _BRANDS


def find_tagged(heard: Heard) -> tuple[list[Found], list[int]]:
    """What only the model found; nothing of it is ever undecided, since only finals are tagged."""
    found: list[Found] = []
    if not heard.tags:
        return found, []
    for first, last in _runs(heard, (Tag.NAME,)):
        if _is_unusual(heard.atoms[first : last + 1]) and not _is_firm(heard.atoms, first, last):
            found.append(Found(first, _with_surname(heard.atoms, last), "name"))
    if heard.may_expect("address"):
        for first, last in _runs(heard, (Tag.STREET, Tag.PLACE)):
            counted = first < last and is_counted(heard.atoms, first + 1)
            if heard.awaits(first, "address") and not counted:
                found.append(Found(first, last, "address"))
    return found, []


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
    return last + 1 if may_be_name(following) and following.text not in _FIRM else last


def words_of(heard: Heard, found: Found) -> list[str]:
    """The unusual words of it, to be known again."""
    if found.kind == "name":
        return person.words_of(heard, found)
    return address.words_of(heard, found)


def _runs(heard: Heard, tags: Sequence[Tag]) -> Iterator[tuple[int, int]]:
    """Rows of atoms with one of these tags, not over the end of a sentence."""
    first: int | None = None
    for i in range(len(heard.atoms)):
        if heard.tags.get(i) not in tags:
            continue
        first = i if first is None else first
        ends = heard.atoms[i].stop in ("?", "!") or (
            heard.atoms[i].stop == "." and len(heard.atoms[i].text) > 3
        )
        if ends or heard.tags.get(i + 1) not in tags:
            yield first, i
            first = None


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


def _is_unusual(atoms: Sequence[Atom]) -> bool:
    return any(may_be_name(atom) for atom in atoms)


def _is_firm(atoms: Sequence[Atom], first: int, last: int) -> bool:
    """`Tansy and Thorne customer care`, `calling Northland`."""
    after = atoms[last + 1 : last + 1 + _FIRM_REACH]
    for n, atom in enumerate(after):
        if atoms[last + n].stop in (".", "?", "!"):
            break
        if atom.text in _FIRM:
            return True
    joined = [atom.text for atom in after[:1]] == ["and"] and len(after) > 1
    if joined and not atoms[last].stop and may_be_name(after[1]):
        return _is_firm(atoms, first, last + 2)
    before = tuple(atom.text for atom in atoms[max(0, first - 4) : first])
    return any(before[-len(phrase) :] == phrase for phrase in _TO_A_FIRM)
