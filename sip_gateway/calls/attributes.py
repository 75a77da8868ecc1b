"""What a call tells of itself in the peer's own words: ids of a contact centre, an agent's number.

Headers of the INVITE and extension data of SIPREC metadata, and only those the operator names:
what stands there may be personal, goes into the store and to the CRM, and is never logged.
"""

from collections.abc import Iterator, Sequence

from sip_gateway.sip.message import Request
from sip_gateway.siprec.metadata import Metadata

MOST = 16
LONGEST = 200
"""Characters of a value; a longer one is left out, because half an id finds nothing."""


def read(invite: Request, told: Metadata | None, wanted: Sequence[str]) -> dict[str, str]:
    """The wanted attributes that are there, by name in lower case; the first of several counts."""
    names = {name.lower() for name in wanted}
    found: dict[str, str] = {}
    for name, value in _said(invite, told):
        usable = value.isprintable() and 0 < len(value) <= LONGEST
        if name in names and usable and len(found) < MOST:
            found.setdefault(name, value)
    return found


def _said(invite: Request, told: Metadata | None) -> Iterator[tuple[str, str]]:
    for name, value in invite.headers.items():
        yield name.lower(), value.strip()
    yield from told.extensions if told else ()
