"""Streets as they are named elsewhere: `31, rue du Faubourg`, `Lindenallee 11`, `S V Road`."""

from collections.abc import Sequence

from redaction.evidence.units import is_counted
from redaction.language.common_words import FUNCTION_WORDS
from redaction.language.english import is_english
from redaction.language.tables import words_in
from redaction.language.words import Atom, Class
from redaction.recognizers.people.name_shape import is_cased, is_strange
from redaction.recognizers.places.numbered_places import NUMERIC
from redaction.recognizers.places.street_words import SURE_STREET

_BEFORE_NAMES = words_in("""
rue chemin impasse quai rang calle piazza avenida rua viale corso carrer allée ruelle sentier strada
vicolo ulica heol ffordd stryd rhodfa
""")
"""The word for a street stands before its name, and is hardly ever anything else."""

_NUMBERED_BEFORE = _BEFORE_NAMES | words_in("""
allee avenue boulevard cours passage place plaza route via cité
""")
"""And these do where a number stands before them."""

_PARTICLES = words_in("""
de des du la le les l d del della dell dei di do da dos das den der dem san santa saint sainte st
y yr
""")
_SURE_ENDS = ("strasse", "straße", "straat", "gasse", "allee", "chaussee", "laan", "gatan", "gata",
              "vägen", "veien")  # fmt: skip
_ENDS = (*_SURE_ENDS, "weg", "damm", "ufer", "ring", "platz", "stieg", "graben", "markt", "plein",
         "gade", "dijk", "hof", "berg", "kade", "vej", "tie")  # fmt: skip
_STREETS = frozenset({"strasse", "straße", "straat", "allee"})
_SECOND_HOUSES = words_in("bis ter quater b")
_OF_LETTERS = SURE_STREET | {"marg", "nagar", "colony"}
_SHORTEST = 7
_LONGEST_NAME = 4
_LEADS = words_in("am an im auf zum zur in unter den der dem")
TAILS = frozenset(end[-3:] for end in _ENDS)
"""What the words that can be a street by themselves end in: a cheap first question."""

FIRST_WORDS = _NUMBERED_BEFORE | _STREETS | _OF_LETTERS


def foreign_street(atoms: Sequence[Atom], i: int) -> tuple[int, int] | None:
    """The street that the word at `i` makes, with its number."""
    text = atoms[i].text
    if text in _NUMBERED_BEFORE and (found := _named_behind(atoms, i)):
        return found
    if text in _OF_LETTERS and (found := _of_letters(atoms, i)):
        return found
    compound = atoms[i].cls is Class.OTHER and text.endswith(_ENDS)
    return _compound(atoms, i) if compound else None


def _named_behind(atoms: Sequence[Atom], i: int) -> tuple[int, int] | None:
    """`12 bis, rue des Tanneurs`, `84, avenue Parmentier`."""
    at = i + 1
    while at < len(atoms) and at - i <= 2 and atoms[at].text in _PARTICLES and not atoms[at].stop:
        at += 1
    if atoms[i].stop or at >= len(atoms) or not _may_name(atoms, at, sure=at > i + 1):
        return None
    first = house_before(atoms, i)
    named = atoms[i].text in _BEFORE_NAMES or (_is_via(atoms, i) and is_strange(atoms[at]))
    if first == i and not named:
        return None
    last = at
    while last + 1 < len(atoms) and last - i < _LONGEST_NAME and not atoms[last].stop:
        if not (_may_name(atoms, last + 1, sure=False) or atoms[last + 1].text in _PARTICLES):
            break
        last += 1
    return first, last


def _is_via(atoms: Sequence[Atom], i: int) -> bool:
    """`That's Via Ventana`: with a capital it is no way that something goes."""
    return atoms[i].text == "via" and atoms[i].capital and i > 0 and not atoms[i - 1].stop


def _may_name(atoms: Sequence[Atom], i: int, *, sure: bool) -> bool:
    """Part of a street's name; `sure` behind `rue du`, where an ordinary word is one too."""
    atom = atoms[i]
    if atom.cls is not Class.OTHER or atom.text in FUNCTION_WORDS:
        return False
    return is_strange(atom) or atom.capital or (sure and not is_cased(atoms, i))


def house_before(atoms: Sequence[Atom], i: int) -> int:
    """Back over `12 bis,`; `i` if no number that counts nothing stands there."""
    first = i
    if first and atoms[first - 1].text in _SECOND_HOUSES:
        first -= 1
    number = first
    while number and atoms[number - 1].cls in NUMERIC | {Class.LETTER} and i - number < 7:
        if atoms[number - 1].stop in (".", "?", "!") or atoms[number - 1].text in ("a", "i"):
            break
        number -= 1
    return number if number < first else i


def _of_letters(atoms: Sequence[Atom], i: int) -> tuple[int, int] | None:
    """`S V Road`, `twelve M G Road`: letters for the name."""
    first = i
    while first and atoms[first - 1].cls is Class.LETTER and not atoms[first - 1].stop:
        first -= 1
    written = first == i and i > 0 and atoms[i - 1].value.isalpha() and len(atoms[i - 1].text) < 4
    if written and atoms[i - 1].cls is not Class.LETTER and not is_counted(atoms, i):
        first = i - 1
    if first == i or (i - first == 1 and not written):
        return None
    return house_before(atoms, first), i


def _compound(atoms: Sequence[Atom], i: int) -> tuple[int, int] | None:
    """`Lindenallee 11`, `Müller Straße 6 b`: a street's word at the end of its name."""
    text = atoms[i].text
    first = i
    if text in _STREETS:
        named = i and not atoms[i - 1].stop and _may_name(atoms, i - 1, sure=False)
        if not named:
            return None
        first = i - 1
    elif len(text) < _SHORTEST or not is_strange(atoms[i]):
        return None
    while first and atoms[first - 1].text in _LEADS and atoms[first - 1].capital:
        first -= 1
    last = i
    while last + 1 < len(atoms) and last - i < _LONGEST_NAME and atoms[last].stop in ("", ","):
        numeric = atoms[last + 1].cls in NUMERIC
        lettered = last > i and atoms[last + 1].cls is Class.LETTER
        if not (numeric or (lettered and atoms[last + 1].text not in ("a", "i"))):
            break
        last += 1
    numbered = last > i and not is_counted(atoms, last + 1) and not _is_kind_of(atoms, last)
    return (first, last) if numbered or text.endswith(_SURE_ENDS) else None


def _is_kind_of(atoms: Sequence[Atom], last: int) -> bool:
    """`a coach from Kettering, fifty two seater`: a number that goes on with a plain word."""
    after = atoms[last + 1] if last + 1 < len(atoms) and not atoms[last].stop else None
    plain = after is not None and after.cls is Class.OTHER and is_english(after.text)
    return plain and after is not None and not after.capital and after.text not in FUNCTION_WORDS
