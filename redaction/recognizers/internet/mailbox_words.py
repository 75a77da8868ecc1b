"""Ordinary words that mailboxes are called by: which before an `at` are of the address."""

from collections.abc import Sequence

from redaction.language.common_words import FUNCTION_WORDS
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
_BEGIN_NAMES = words_in("all my never no not only our the we who you your")
"""With these the name of a mailbox may begin, though an answer in sentences hardly does."""

_MOST_WORDS = 4


def role_before(heard: Heard, at: int) -> int | None:
    """`accounts at riverside dot gov`, `hello at ...`: the one ordinary word before an `at` behind
    which a domain follows."""
    atoms = heard.atoms
    if not at or atoms[at - 1].stop or atoms[at - 1].cls not in (Class.OTHER, Class.GLUE):
        return None
    text = atoms[at - 1].text
    if text in _SITES or text in _TELLS or (text in _TALKED and text != "me"):
        return None
    if (joined := _joined_before(heard, at)) is not None:
        return joined
    before = atoms[at - 2] if at > 1 else None
    told = before is None or bool(before.stop) or before.text in _TELLS
    if told or _is_mailbox(heard, at):
        return at - 1
    return _sent_to(heard, at)


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
    k = first
    while k and first - k < _MOST_WORDS and k not in heard.times.breaks:
        if _links(atoms, k - 1):
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
    if before is None or before.stop or before.cls in (Class.FILLER, Class.CORRECTION):
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
    atoms, first = heard.atoms, k
    while first and k - first < _MOST_WORDS and not atoms[first - 1].stop:
        if first in heard.times.breaks or atoms[first - 1].text not in _BEGIN_NAMES:
            break
        first -= 1
    begun = not first or bool(atoms[first - 1].stop) or first in heard.times.breaks
    return first if begun and first < k < at and heard.awaits(first, "email") else None


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


def _links(atoms: Sequence[Atom], k: int) -> bool:
    """The `and` of `roots and twigs at`, the `of` of `dad of six at`."""
    if atoms[k].text not in _LINKS or not k or atoms[k].stop or atoms[k - 1].stop:
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
