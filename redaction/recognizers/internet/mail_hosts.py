"""Hosts of mailboxes that are said by themselves: `that's an outlook dot com account`.

Who reads one half of an address says the other apart, and often nobody named an e-mail before. A
provider of mailboxes with its dot is nothing else, but where somebody goes to its site.
"""

from collections.abc import Sequence

from redaction.evidence.weighed import RIGHT_CONTEXT
from redaction.language.sentences import sentence_before
from redaction.language.tables import words_in
from redaction.language.words import Atom
from redaction.recognizers.found import Found, Heard
from redaction.recognizers.internet.email_domains import IN_TWO, PROVIDERS, TOP_LEVEL, after_dots

_SITES = words_in("""
app browser browse download find found go going google internet log login logging online open page
portal read search searched shop sign site tab type typed visit web website
""")
"""Where one of these leads to it, a site is meant."""

_THEN = words_in("then and")
_SECONDS = frozenset(second for _, second in IN_TWO)
_HOSTS = PROVIDERS | _SECONDS
_WHY = "is where mailboxes are kept"


def find_hosts(heard: Heard) -> tuple[list[Found], list[int]]:
    """Hosts alone, and where undecided ones begin."""
    atoms = heard.atoms
    found: list[Found] = []
    undecided: list[int] = []
    for i, atom in enumerate(atoms):
        if atom.text.partition(".")[0] not in _HOSTS:
            continue
        span = _host(atoms, i)
        if span is None and heard.is_open and _may_go_on(atoms, i):
            span = i, i
        if span is None or not _SITES.isdisjoint(sentence_before(atoms, span[0])):
            continue
        first, last = span
        if heard.is_open and last + RIGHT_CONTEXT >= len(atoms):
            undecided.append(first)
        else:
            found.append(Found(first, last, "email", why=_WHY))
    return found, undecided


def _may_go_on(atoms: Sequence[Atom], i: int) -> bool:
    """The newest word, or only its dot behind it."""
    rest = atoms[i + 1 :]
    return atoms[i].text in PROVIDERS and (not rest or [a.text for a in rest] == ["dot"])


def _host(atoms: Sequence[Atom], i: int) -> tuple[int, int] | None:
    """`outlook dot com`, `i cloud.com`, `then at outlook`."""
    name, point, rest = atoms[i].text.partition(".")
    in_two = i > 0 and not atoms[i - 1].stop and (atoms[i - 1].text, name) in IN_TWO
    if not in_two and name not in PROVIDERS:
        return None
    first = i - in_two
    if point:
        return (first, i) if rest.split(".")[-1] in TOP_LEVEL else None
    end = after_dots(atoms, i + 1)
    if end is not None and not atoms[i].stop and atoms[end].text in TOP_LEVEL:
        return first, end
    led = first > 1 and atoms[first - 1].text == "at" and atoms[first - 2].text in _THEN
    return (first, i) if led and not atoms[first - 1].stop else None
