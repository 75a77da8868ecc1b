"""Ordinary words that mailboxes are called by: which before an `at` are of the address."""

from collections.abc import Sequence

from redaction.language.common_words import COMMON_WORDS, FUNCTION_WORDS
from redaction.language.tables import words_in
from redaction.language.words import Atom, Class
from redaction.recognizers.found import Heard
from redaction.recognizers.internet.email_domains import (
    AT,
    FIGURES,
    IN_TWO,
    PROVIDERS,
    SURE_PROVIDERS,
)
from redaction.recognizers.internet.email_locals import (
    NUMBERED,
    SUBJECTS,
    is_talked_of,
    start_of_local,
)

_SITES = words_in("""
available book check details find form go help information link look map more online page portal
read shop sign site store us visit website
""")
"""Of these one says that they are at a place of the net: no mailbox."""

_TELLS = words_in("""
account's address address's also an and as be called changed correct email email's emails emailed
e-mail from got has id in is it's its just login login's mail mail's maybe mine name on one or
personal please probably put says school sent so still sure that that's them then there to try under
use username username's using via was with work write yeah yes
""")
"""What stands before an address, and is none of it."""

_TALKED = FUNCTION_WORDS - words_in("""
and little thing things everything nothing mister miss mr mrs ms dr doctor sir madam again great
good lots today together
""")
_SENDS = frozenset({"to", "from"})
_BE = words_in("am are be is was were")
_DOING = SUBJECTS | words_in("""
can could did do does don't didn't had has have let's let lets might must shall should will would
i'm i'll i've i'd we're we'll we've we'd you're you'll you've you'd they'll they've he'll she'll
""")
"""What follows these is something that is done."""

_LINKS = words_in("and in of on")
_ARTICLES = words_in("the my")
_ASIDE = (Class.FILLER, Class.CORRECTION)
_LINKS_ASKED = _LINKS | words_in("a about by for from like off over to under up with without")
_NO_NAMES = (_TELLS | _SITES | _BE | _DOING) - words_in("all let on one who we you") | words_in("""
alright believe cool great guess hello hey hi lovely o oh ok okay perfect right sorry thank
thanks think well yep yup
""")
"""These are of no mailbox's name, even where everything that answers may be one."""

_MOST_WORDS = 4


def role_before(heard: Heard, at: int) -> int | None:
    """`accounts at riverside dot gov`, `hello at ...`: the one ordinary word before an `at` behind
    which a domain follows."""
    atoms = heard.atoms
    if not at or atoms[at - 1].stop or atoms[at - 1].cls not in (Class.OTHER, Class.GLUE):
        return None
    text = atoms[at - 1].text
    if text in _SITES or text in _TELLS or (text in _TALKED and not _ends_name(heard, at)):
        return None
    if (joined := _joined_before(heard, at)) is not None:
        return joined
    before = atoms[at - 2] if at > 1 else None
    told = before is None or bool(before.stop) or before.text in _TELLS
    if told or _is_mailbox(heard, at) or _is_of_clause(heard, at):
        return at - 1
    return _sent_to(heard, at)


def _ends_name(heard: Heard, at: int) -> bool:
    """The `out` of `let the dogs out at`, where an address was asked for."""
    if heard.atoms[at - 1].text == "me":
        return True
    before = heard.atoms[at - 2] if at > 1 else None
    if before is None or before.stop or before.cls is not Class.OTHER or not _is_told(before):
        return False
    return heard.atoms[at - 1].text not in _NO_NAMES and heard.awaits(at, "email")


def _sent_to(heard: Heard, at: int) -> int | None:
    """`from front desk at harbour lodge dot net`: several ordinary words behind `from` or `to`."""
    atoms = heard.atoms
    for k in range(at - 2, max(at - 1 - _MOST_WORDS, -1), -1):
        if atoms[k].text in _SENDS:
            return k + 1
        if atoms[k].stop or atoms[k].cls is not Class.OTHER or not _is_told(atoms[k]):
            return None
        if atoms[k].text in _SITES:
            return None
    return None


def _joined_before(heard: Heard, at: int) -> int | None:
    """`nora dot moves again at gmail`: a word too many between the joiners and the `at`."""
    atoms = heard.atoms
    joined = at > 3 and atoms[at - 3].cls is Class.SYMBOL and atoms[at - 3].value in "._-"
    if not joined or atoms[at - 2].stop or not _is_mailbox(heard, at):
        return None
    first = start_of_local(heard, at - 1)
    return first if first < at - 3 else None


def with_words(heard: Heard, first: int, *, at: int, sure: bool = False) -> int:
    """`the real mike 1974 at`: ordinary words before, back to where the address was begun.

    `sure` where a host follows, so that nobody needs to have talked of an address.
    """
    atoms = heard.atoms
    links = _LINKS_ASKED if heard.awaits(first, "email") else _LINKS
    k = first
    while k and first - k < _MOST_WORDS and k not in heard.times.breaks:
        if _links(atoms, k - 1, links):
            k -= 1
        elif atoms[k - 1].stop or not _may_be_within(atoms[k - 1]):
            break
        k -= 1
    if not (k == first or sure or _is_mailbox(heard, at)):
        return first
    if (whole := _whole_clause(heard, k, at=at)) is not None:
        return whole
    before = atoms[k - 1] if k else None
    if before is not None and not before.stop and before.text in _DOING:
        # Not so in `is he the big dave`.
        k += k < 2 or atoms[k - 2].text not in _BE or atoms[k].text in _ARTICLES
    elif not _is_begun(before):
        return first
    return min(k + (atoms[k].text == "together"), first)


def _is_begun(before: Atom | None) -> bool:
    """Whether an address can begin behind this word."""
    if before is None or before.stop or before.cls in (*_ASIDE, Class.GLUE):
        return True
    return before.text in _TELLS or before.text in FUNCTION_WORDS


def _may_be_within(atom: Atom) -> bool:
    """Whether ordinary words of an address can go on before what follows: no word of sentences."""
    if atom.text in _TELLS or atom.text in _SITES:
        return False
    if atom.cls is Class.LETTER:
        return atom.text not in ("a", "i")
    if atom.text in _ARTICLES or atom.cls in FIGURES:
        return True
    return atom.cls in (Class.OTHER, Class.MONTH) and atom.text not in _TALKED


def _whole_clause(heard: Heard, k: int, *, at: int) -> int | None:
    """`not your mom at`: all that answers, though it begins with words of sentences."""
    if not k < at or not heard.awaits(k, "email"):
        return None
    atoms, first = heard.atoms, k
    while first and not atoms[first - 1].stop and first not in heard.times.breaks:
        before = atoms[first - 1]
        is_said = before.text[-2:] == "'s" and before.text[:-2] in COMMON_WORDS
        if is_said or before.text in _NO_NAMES or before.cls in _ASIDE:
            break
        if k - first == _MOST_WORDS:
            return None
        first -= 1
    return first if first < k else None


def may_begin(atoms: Sequence[Atom], k: int) -> bool:
    """Whether an address that is being said may have this word in it."""
    atom = atoms[k]
    if atom.text in AT or atom.text == "and" or atom.text in NUMBERED:
        return True
    if atom.cls in (Class.LETTER, Class.SYMBOL, Class.CODE) or atom.cls in FIGURES:
        return atom.text not in ("a", "i")
    word = atom.cls in (Class.OTHER, Class.MONTH)
    return word and _is_told(atom)


def _is_told(atom: Atom) -> bool:
    return atom.text not in FUNCTION_WORDS and atom.text not in _TELLS


def _is_of_clause(heard: Heard, at: int) -> bool:
    """`Use my work one. front of house at`: nothing but the words of a name since a sentence."""
    atoms, k = heard.atoms, at - 1
    while k and at - k < _MOST_WORDS and not atoms[k - 1].stop:
        k -= 1 + _links(atoms, k - 1, _LINKS)
        if not _may_be_within(atoms[k]):
            return False
    return not k or atoms[k - 1].stop in (".", "?", "!")


def _links(atoms: Sequence[Atom], k: int, links: frozenset[str]) -> bool:
    """The `and` of `roots and twigs at`, the `of` of `dad of six at`."""
    if atoms[k].text not in links or not k or atoms[k].stop or atoms[k - 1].stop:
        return False
    return atoms[k - 1].cls is Class.OTHER and _is_told(atoms[k - 1])


def _is_mailbox(heard: Heard, at: int) -> bool:
    """Whether an address is talked of, or a host follows that has nothing but mailboxes."""
    behind = heard.atoms[at + 1 : at + 3]
    host, point, _ = behind[0].text.partition(".") if behind else ("",) * 3
    dotted = bool(point) or (len(behind) > 1 and behind[1].value == "." and not behind[0].stop)
    sure = host in SURE_PROVIDERS or (dotted and host in PROVIDERS)
    if len(behind) > 1 and (host, behind[1].text.partition(".")[0]) in IN_TWO:
        return True
    return sure or is_talked_of(heard, at)
