"""What a call tells of itself in the peer's own words: ids of a contact centre, an agent's number.

Headers of the INVITE and extension data of SIPREC metadata, and only those the operator names:
what stands there may be personal, goes into the store and to the CRM, and is never logged.
"""

from collections.abc import Iterable, Sequence

from sip_gateway.sip.message import Request

MOST = 16
LONGEST = 200
"""Characters of a value; a longer one is left out, because half an id finds nothing."""


Said = Iterable[tuple[str, str]]
"""Names in lower case, and values."""


def said_in(invite: Request) -> Said:
    """The headers of an INVITE."""
    return [(name.lower(), value.strip()) for name, value in invite.headers.items()]


def chosen(said: Said, wanted: Sequence[str]) -> dict[str, str]:
    """The wanted attributes that are there, by name in lower case; the first of several counts."""
    names = {name.lower() for name in wanted}
    found: dict[str, str] = {}
    for name, value in said:
        usable = value.isprintable() and 0 < len(value) <= LONGEST
        if name in names and usable and len(found) < MOST:
            found.setdefault(name, value)
    return found
