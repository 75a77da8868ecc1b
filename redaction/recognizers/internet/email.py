"""E-mail addresses, spoken (`j dot smith at example dot com`) and written."""

from collections.abc import Sequence

from redaction.evidence.weighed import RIGHT_CONTEXT
from redaction.language.common_words import COMMON_WORDS, FUNCTION_WORDS
from redaction.language.tables import words_in
from redaction.language.words import Atom, Class
from redaction.recognizers.found import Found, Heard
from redaction.recognizers.internet.email_domains import (
    AT,
    FIGURES,
    IN_TWO,
    PROVIDERS,
    TOP_LEVEL,
    end_after_glued,
    end_of_domain,
    end_without_at,
)
from redaction.recognizers.internet.email_locals import start_of_local
from redaction.recognizers.internet.mail_again import rows_of
from redaction.recognizers.internet.mailbox_words import may_begin, role_before, with_words

_FOR_AT = words_in("a an and app as bat hat it that the")
"""What `at` is misheard as, where only the domain after it shows that there was one."""

_ROLES = words_in("""
accounts admin billing bookings careers enquiries expenses hello helpdesk info inquiries invoices
jobs mail orders payroll reception sales
""")
"""What mailboxes of firms are called, and hardly anything else before an `at`."""

_SURE_JOINERS = words_in("hyphen plus underscore")
_LONGEST_HOST = 4
_LONGEST_BEGUN = 8
_SHORTEST_SPELLED = 3
_OF_TWO = frozenset(first for first, _ in IN_TWO)
_LIKE = frozenset({"as", "like", "for"})
_OF_DOMAINS = PROVIDERS | TOP_LEVEL
_TALK = COMMON_WORDS - _OF_DOMAINS


def find_emails(heard: Heard) -> tuple[list[Found], list[int]]:
    """Addresses, and where undecided ones begin."""
    found: list[Found] = []
    undecided: list[int] = []
    atoms = heard.atoms
    expected = heard.may_expect("email")
    for i, atom in enumerate(atoms):
        if found and i <= found[-1].last:
            continue
        last = end_of_domain(heard, i) if atom.text in AT or atom.cls is Class.EMAIL else None
        glued = False
        if last is None and atom.text[-2:] == "at":
            last = end_after_glued(atoms, i)
            glued = last is not None
        if expected:
            last = last or end_without_at(heard, i)
        if last is None:
            continue
        misheard = i > 1 and atom.text not in AT and atoms[i - 1].text in _FOR_AT
        first = start_of_local(heard, i + glued - misheard)
        if atom.cls is not Class.EMAIL and first == i and not glued:
            role = role_before(heard, i) if _is_host(atoms, i + 1, last) else None
            if role is None:
                continue
            first = role
        if atom.text in AT:
            first = with_words(heard, first, at=i, sure=_is_host(atoms, i + 1, last))
        if heard.is_open and last + RIGHT_CONTEXT >= len(atoms):
            undecided.append(first)
        else:
            found.append(Found(first, last, "email", complete=True))
    if heard.is_open and expected:
        undecided += _begun(heard)
    if heard.is_open or heard.may_go_on:
        undecided += _unfinished(heard, after=found[-1].last if found else -1)
    return found, undecided


def _is_host(atoms: Sequence[Atom], first: int, last: int) -> bool:
    """Whether a point stands in it, spoken or written, or it ends as hosts do."""
    dotted = any(a.text == "dot" or "." in a.text for a in atoms[first : last + 1])
    return dotted or atoms[last].text in TOP_LEVEL


def _unfinished(heard: Heard, *, after: int) -> list[int]:
    """The start of what may become an address: joiners, or an `at`, among the last words."""
    atoms = heard.atoms
    for i in range(max(after + 1, len(atoms) - 12), len(atoms)):
        joiner = atoms[i].cls is Class.SYMBOL and i > 0 and atoms[i].value in "._-"
        joiner = joiner and not _is_decimal(atoms, i) and not _is_talk(heard, i)
        spelled = (
            atoms[i].text in AT
            and i > 0
            and (atoms[i - 1].cls in (Class.LETTER, Class.SYMBOL) or atoms[i - 1].cls in FIGURES)
        )
        if joiner or (spelled and atoms[i - 1].cls is Class.LETTER) or _may_be_at(atoms, i):
            return [with_words(heard, start_of_local(heard, i), at=i)]
        if heard.is_open and _is_awaited(heard, i):
            return [max(0, start_of_local(heard, i) - 1)]
    return []


def _begun(heard: Heard) -> list[int]:
    """`it's pink elephant`, of an answer: ordinary words, and none yet that makes a sentence."""
    atoms = heard.atoms
    first = len(atoms)
    while first and len(atoms) - first < _LONGEST_BEGUN and may_begin(atoms, first - 1):
        if first < len(atoms) and atoms[first - 1].stop in (".", "?", "!"):
            break
        first -= 1
    while first < len(atoms) and (atoms[first].cls is Class.GLUE or atoms[first].text in AT):
        first += 1
    return [first] if first < len(atoms) and heard.awaits(first, "email") else []


def _is_decimal(atoms: Sequence[Atom], i: int) -> bool:
    """`eighty two point seven percent`, `seven dash nine seats`: a joiner between figures that an
    ordinary word has ended."""
    after = i + 1
    while after < len(atoms) and atoms[after].cls in FIGURES:
        after += 1
    if atoms[i].text not in ("point", "dash"):
        return False
    if atoms[i - 1].cls not in FIGURES or after == i + 1 or after == len(atoms):
        return False
    ended = atoms[after].cls is Class.OTHER and atoms[after].text not in AT
    return ended and (atoms[i].text == "point" or atoms[after].text in COMMON_WORDS)


def _is_talk(heard: Heard, i: int) -> bool:
    """`fair point, bring it in`, where nobody asked for an address: no symbol between two parts."""
    if heard.atoms[i].text not in ("point", "dash", "period") or heard.may_expect("email"):
        return False
    around = [heard.atoms[i - 1], *heard.atoms[i + 1 : i + 2]]
    return len(around) > 1 and all(
        atom.cls in (Class.OTHER, Class.GLUE) and atom.text in _TALK for atom in around
    )


def _is_awaited(heard: Heard, i: int) -> bool:
    """`lou at north pine`: an `at` where an address was asked for, and at most a name since."""
    atoms = heard.atoms
    if i == 0 or atoms[i].text not in ("at", "@") or not heard.may_expect("email"):
        return False
    after = atoms[i + 1 :]
    ended = any(a.stop in (".", "?", "!") or a.text in FUNCTION_WORDS for a in after)
    if len(after) > _LONGEST_HOST or ended or atoms[i - 1].text in FUNCTION_WORDS:
        return False
    return any(s.kind == "email" and s.strength == 2 for s in heard.slots_at(i))


def _may_be_at(atoms: Sequence[Atom], i: int) -> bool:
    """`clive 62 at`, `gmoreau at sign examp`: an `at` that what comes next may show to be one."""
    if i == 0 or atoms[i].text not in ("at", "@"):
        return False
    spelt = atoms[i - 1].cls in FIGURES or atoms[i - 1].cls is Class.LETTER
    if atoms[i - 1].stop and not (spelt and atoms[i - 1].stop == ","):
        return False
    after = [
        atom
        for atom in atoms[i + 1 :]
        if atom.text not in ("sign", "symbol") and atom.cls is not Class.SYMBOL
    ]
    before = atoms[i - 2] if atoms[i - 1].text == "then" and i > 1 else atoms[i - 1]
    if before.text in _ROLES or any(a.text in _SURE_JOINERS for a in atoms[max(0, i - 4) : i]):
        ended = any(a.stop in (".", "?", "!") or a.text in FUNCTION_WORDS for a in after)
        return not ended and len(after) <= _LONGEST_HOST
    in_two = bool(after) and after[0].text in _OF_TWO
    joined = any(atom.text in _SURE_JOINERS for atom in atoms[i + 1 :])
    if len(after) > 1 + in_two + joined or any(
        atom.text in COMMON_WORDS and atom.text not in PROVIDERS and atom.text != "me"
        for atom in after[in_two:]
    ):
        return False
    if before.cls in FIGURES or before.cls is Class.SYMBOL:
        return True
    return before.cls is Class.OTHER and before.text not in COMMON_WORDS


def words_of(heard: Heard, found: Found) -> list[str]:
    """The unusual words of an address, said or spelled, to be known again when they are said
    alone."""
    atoms = heard.atoms[found.first : found.last + 1]
    said = [
        atom.text
        for atom in atoms
        if atom.cls is Class.OTHER
        and len(atom.text) > 3
        and atom.text not in COMMON_WORDS
        and atom.text not in _OF_DOMAINS
        and atom.text.isalpha()
    ]
    spelled = [word for word in _spelled(atoms) if word not in COMMON_WORDS]
    return said + spelled + rows_of(atoms)


def _spelled(atoms: Sequence[Atom]) -> list[str]:
    """`P as in pterodactyl, H, L, O, X`: the words that letters in a row make."""
    words, at = [""], 0
    while at < len(atoms):
        if atoms[at].cls is Class.LETTER:
            words[-1] += atoms[at].text
        elif atoms[at].text in _LIKE and words[-1]:
            # what a letter is like is no part of it
            at += 1 + (atoms[at].text == "as")
        elif words[-1]:
            words.append("")
        at += 1
    return [word for word in words if len(word) > _SHORTEST_SPELLED]
