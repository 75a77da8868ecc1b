"""What a platform passes on of its customer's own, for the call's attributes.

Any of it may be personal: of all these only what `[sip_gateway.accepted] attributes` names goes
further, and nothing of it is ever logged.
"""

from collections.abc import Mapping, Sequence

import msgspec

from sip_gateway.calls.attributes import LONGEST, MOST

Parameters = tuple[tuple[str, str], ...]
"""Names in lower case, and values."""

NOTHING = msgspec.Raw(b"{}")
SECRET = "token"
"""Of the URL; it opens the door and is nobody's attribute."""

_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_TEXT = msgspec.json.Decoder(str)


def parameters(*objects: msgspec.Raw | str) -> Parameters:
    """The words and numbers in JSON objects, not deeper; the first of several with a name counts.

    What is no object is passed over.
    """
    found: dict[str, str] = {}
    for one in objects:
        raw = one.encode() if isinstance(one, str) else bytes(one)
        members = _OBJECT.decode(raw) if raw.lstrip()[:1] == b"{" else {}
        for name, value in members.items():
            if (word := _word(bytes(value))) and name.lower() != SECRET:
                found.setdefault(name.lower(), word)
    return tuple(found.items())


def in_url(query: Mapping[str, str]) -> str:
    """Parameters of a URL as an object."""
    return msgspec.json.encode(dict(query)).decode()


def chosen(told: Parameters, wanted: Sequence[str]) -> Parameters:
    """Those that the operator named."""
    names = {name.lower() for name in wanted}
    return tuple((name, value) for name, value in told if name in names)[:MOST]


def _word(raw: bytes) -> str:
    """The text of a word or number that can be an attribute; empty for all else."""
    if raw[:1] == b'"':
        text = _TEXT.decode(raw).strip()
    else:
        text = raw.decode() if raw[:1].isdigit() or raw[:1] == b"-" else ""
    return text if text.isprintable() and len(text) <= LONGEST else ""
