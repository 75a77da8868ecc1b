"""Halves of an e-mail address that are named: what stands before its `at`, and what behind.

`the bit before the at is hollow pine`, `the front part's mark.young`, `same but at i cloud`,
`everything after the at becomes outlook`: what is told of a half is the address, in whatever words.
"""

from collections.abc import Sequence

from redaction.evidence.weighed import RIGHT_CONTEXT
from redaction.language.common_words import COMMON_WORDS, FUNCTION_WORDS
from redaction.language.sentences import sentence_before
from redaction.language.tables import by_first_word, phrases_in, words_in
from redaction.language.words import Atom, Class, says
from redaction.recognizers.found import Found, Heard
from redaction.recognizers.internet.email_domains import (
    AT,
    FIGURES,
    IN_TWO,
    PROVIDERS,
    after_dots,
    end_of_domain,
)
from redaction.recognizers.internet.email_locals import is_talked_of, start_of_local
from redaction.recognizers.internet.mailbox_words import with_words
from redaction.recognizers.people.name_shape import is_strange

_HALVES = by_first_word(
    phrases_in("""
before the at, in front of the at, left of the at, after the at, behind the at, past the at,
right of the at, front part, front bit, front half, first bit, first half, second half, back half,
back part, end part, part before, bit before, part after, bit after, user part, local part,
front part's, front bit's, front half's, first bit's, first half's, second half's, user part's,
domain is, domain's, the domain, begins with, starts with, beginning with, starting with,
begin with, start with, beginning, starting
""")
)
_SURE_HALVES = words_in("before in left after behind past right")
"""Phrases that begin with one of these have the `at` in them: of nothing else one speaks so."""

_MAILS = words_in("address email emails e-mail inbox login mail mailbox")
_OF_HOSTS = words_in("a an my our the")
_BEGINS = words_in("begin beginning begins start starting starts")
_TELLS = words_in(
    "is it's its that's that becomes now be to just would should it sign symbol of goes of"
)
_TELLING = words_in("is it's that's becomes be to now")
_NO_VALUES = words_in("""
same different right wrong correct fine gone missing okay spelled spelt name surname blank empty
changed new old mine yours stays email address good
""")
_ON = words_in("number numbers letter letters dot")
_LINKS = words_in("and then the")
_DRAWN = words_in("circle circled squiggle squiggly curly swirl swirly ring")
_OF_SIGNS = words_in("""
a an and around at circle curly in it little round sign small squiggle squiggly swirl swirly symbol
tail the then thing with
""")
_LONGEST_SIGN = 8
_ENDS = (".", "?", "!")
_MOST_TELLS = 4
_LONGEST = 14
_WHY = "is told as a half of an address"
_OPERANDS = {Class.LETTER, Class.SYMBOL, Class.CODE, Class.EMAIL, *FIGURES}


def find_halves(heard: Heard) -> tuple[list[Found], list[int]]:
    """Halves of addresses, and where undecided ones begin."""
    expected = heard.may_expect("email") or heard.given("email")
    if not expected and heard.texts.isdisjoint(_BEGINS):
        return [], []
    atoms = heard.atoms
    spans: list[tuple[int, int]] = []
    for i, atom in enumerate(atoms):
        span = _named(heard, i) if atom.text in _HALVES else None
        if span is None and atom.text in AT and (not i or atoms[i - 1].text != "the"):
            span = _host_alone(heard, i)
        if span is None and atom.text in AT and i and _is_left_off(heard, i):
            first = with_words(heard, start_of_local(heard, i), at=i)
            span = (first, i - 1) if first < i else None
        if span is None and atom.text in _DRAWN:
            span = _drawn(heard, i)
        if span is None and expected and atom.cls is Class.OTHER and _is_all(heard, i):
            span = i, i
        if span is not None:
            spans.append(span)
    found: list[Found] = []
    undecided: list[int] = []
    for first, last in spans:
        if heard.is_open and last + RIGHT_CONTEXT >= len(atoms):
            undecided.append(first)
        else:
            found.append(Found(first, last, "email", why=_WHY))
    return found, undecided


def _is_all(heard: Heard, i: int) -> bool:
    """`Now what is it. gmacleod.`: a word that nobody knows is all of the answer."""
    atoms = heard.atoms
    if atoms[i].capital or (i and i not in heard.starts and atoms[i - 1].stop not in _ENDS):
        return False
    if atoms[i].stop not in _ENDS and i + 1 < len(atoms) and i + 1 not in heard.times.breaks:
        return False
    return is_strange(atoms[i]) and heard.awaits(i, "email")


def _named(heard: Heard, i: int) -> tuple[int, int] | None:
    """What is told of the half that is named at `i`."""
    atoms = heard.atoms
    for phrase in _HALVES[atoms[i].text]:
        if not says(atoms, i, phrase):
            continue
        first = _past_tells(atoms, i + len(phrase))
        sure = atoms[i].text in _SURE_HALVES
        if first is None and not sure:
            first = _joined_at(atoms, i + len(phrase), begun=atoms[i].text in _BEGINS)
        if first is None:
            return None
        last = _value(atoms, first)
        if atoms[i].text in _BEGINS:
            shown = last is not None and (
                _has_dot(atoms, first, last)
                or _is_broken_off(heard, i, last)
                or (is_strange(atoms[first]) and is_talked_of(heard, i))
            )
            return (first, last) if last is not None and shown else None
        if not (sure or is_talked_of(heard, i)):
            return None
        if last is None or not (sure or _is_shown(atoms, first, last)):
            return None
        return first, last
    return None


def _joined_at(atoms: Sequence[Atom], at: int, *, begun: bool) -> int | None:
    """`the front part mark.young`: an `is` was lost before what is written with a point; `starting
    info at`: what it is begun with is told at once."""
    written = at < len(atoms) and "." in atoms[at].text[1:-1] and atoms[at].cls is Class.OTHER
    broken = begun and at + 1 < len(atoms) and atoms[at + 1].text in AT
    return at if written or broken else None


def _past_tells(atoms: Sequence[Atom], at: int) -> int | None:
    """Where the value begins behind `is`, `, it's` or `becomes`; None if nothing is told."""
    telling = atoms[at - 1].stop in (",", ":") or atoms[at - 1].text[-2:] in ("is", "'s")
    telling = telling or atoms[at - 1].text == "with"
    for i in range(at, min(at + _MOST_TELLS, len(atoms))):
        if atoms[i].text not in _TELLS and atoms[i].cls is not Class.FILLER:
            return i if telling else None
        telling = telling or atoms[i].text in _TELLING
        if atoms[i].stop in (".", "?", "!"):
            return None
    return None


def _value(atoms: Sequence[Atom], first: int) -> int | None:
    """The last word of what begins at `first`: none of it is a word of sentences."""
    last = None
    for i in range(first, min(first + _LONGEST, len(atoms))):
        atom = atoms[i]
        operand = atom.cls in _OPERANDS and atom.text not in ("a", "i")
        word = atom.cls in (Class.OTHER, Class.MONTH) and atom.text not in FUNCTION_WORDS
        if operand or (word and atom.text not in _NO_VALUES):
            last = i
        elif i == first or not _goes_on(atoms, i):
            break
        if atom.stop in ("?", "!") or (atom.stop == "." and len(atom.text) > 1):
            break
    return last


def _is_broken_off(heard: Heard, i: int, last: int) -> bool:
    """`an email here starting info at, is it yours`"""
    atoms, at = heard.atoms, last + 1
    if at == len(atoms) or atoms[at].text not in AT:
        return False
    after = atoms[at + 1].text if at + 1 < len(atoms) else ""
    ended = atoms[at].stop or (after in FUNCTION_WORDS and after not in _OF_HOSTS)
    return bool(ended) and not _MAILS.isdisjoint(sentence_before(atoms, i))


def _is_left_off(heard: Heard, i: int) -> bool:
    """`coach marlowe at, hmm`: an address was asked for or named, and its host does not follow."""
    atoms, before = heard.atoms, heard.atoms[i - 1]
    if atoms[i].text not in AT or not atoms[i].stop or before.stop or not is_talked_of(heard, i):
        return False
    return before.cls in _OPERANDS or (
        before.cls is Class.OTHER and before.text not in FUNCTION_WORDS
    )


def _has_dot(atoms: Sequence[Atom], first: int, last: int) -> bool:
    """`macleod full stop M`: between words, as nothing but an address has it."""
    inside = atoms[first + 1 : last]
    dotted = any(a.cls is Class.SYMBOL and a.value == "." for a in inside)
    return dotted and atoms[first].cls is Class.OTHER


def _goes_on(atoms: Sequence[Atom], i: int) -> bool:
    """`the` before `numbers`, `and` before a figure, a hesitation."""
    if atoms[i].text in _LINKS and i + 1 < len(atoms):
        return atoms[i + 1].cls in _OPERANDS or atoms[i + 1].text in _ON
    return atoms[i].text in _ON or atoms[i].cls is Class.FILLER


def _is_shown(atoms: Sequence[Atom], first: int, last: int) -> bool:
    """Whether something in it is said of addresses rather than of anything else."""
    return any(
        atom.cls in _OPERANDS or atom.text not in COMMON_WORDS or "." in atom.text
        for atom in atoms[first : last + 1]
    )


def _drawn(heard: Heard, i: int) -> tuple[int, int] | None:
    """`ida stone, then the little a with a circle, and yahoo.com`: the sign as it looks."""
    atoms, first, last = heard.atoms, i, i
    while first and i - first < _LONGEST_SIGN and atoms[first - 1].text in _OF_SIGNS:
        first -= 1
    while last + 1 < len(atoms) and last - i < _LONGEST_SIGN and atoms[last + 1].text in _OF_SIGNS:
        last += 1
    signed = any(atom.text == "a" for atom in atoms[first : last + 1])
    host = atoms[last + 1] if signed and last + 1 < len(atoms) else None
    if host is None or not is_talked_of(heard, i):
        return None
    end = after_dots(atoms, last + 2) or last + 1
    named = end > last + 1 or host.text.partition(".")[0] in PROVIDERS or "." in host.text
    return (start_of_local(heard, first), end) if named else None


def _host_alone(heard: Heard, i: int) -> tuple[int, int] | None:
    """`no, same but at i cloud`, `and then at proton dot me`: nothing of an address before it."""
    atoms = heard.atoms
    last = end_of_domain(heard, i)
    if last is None or not is_talked_of(heard, i):
        return None
    pair = (atoms[last - 1].text, atoms[last].text) in IN_TWO
    host = pair or any(a.text.partition(".")[0] in PROVIDERS for a in atoms[i + 1 : last + 1])
    return (i + 1, last) if host or last - i > 1 else None
