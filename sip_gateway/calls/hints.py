"""What a call says of how it should be heard: its queue, a profile, expected phrases.

They come in headers of the INVITE, which deploy/ingress/siprec.md describes. A header that cannot
be used is passed over and named: no call fails for it.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from sip_gateway.sip.address import parse_sip_uri
from sip_gateway.sip.message import Request
from sip_gateway.worker_protocol import CallHints, HintedPhrase

QUEUE = "X-Trunkline-Queue"
PROFILE = "X-Trunkline-Profile"
PHRASES = "X-Trunkline-Phrases"
VIA = "X-Trunkline-Via"

MOST_PHRASES = 50
LONGEST_PHRASE = 100
"""Characters."""

LONGEST_PHRASES = 4096
"""Characters of all phrase headers of a call."""

HEAVIEST = 10.0
DEFAULT_WEIGHT = 2.0

_QUEUE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._@/-]{0,62}[A-Za-z0-9])?")
_VIA = re.compile(r"[a-z0-9_-]{1,24}")
_PROFILE = re.compile(r"[A-Za-z0-9_-]{1,32}")
_WEIGHT = re.compile(r"-?\d{1,3}(?:\.\d{1,6})?")


class Read(NamedTuple):
    """What was understood, and the names of the headers that were not."""

    hints: CallHints
    ignored: tuple[str, ...] = ()


def read(invite: Request, queues: Mapping[str, str]) -> Read:
    """The hints of an INVITE; `queues` gives the queue of a Request-URI's user."""
    ignored: list[str] = []
    queue = _one(invite, QUEUE, _QUEUE, ignored) or queues.get(_user(invite), "")
    profile = _one(invite, PROFILE, _PROFILE, ignored)
    via = _one(invite, VIA, _VIA, ignored)
    phrases = _phrases(invite.headers.all(PHRASES))
    if phrases is None:
        ignored.append(PHRASES)
    return Read(
        CallHints(queue=queue, profile=profile, phrases=phrases or (), via=via), tuple(ignored)
    )


def _one(invite: Request, name: str, form: re.Pattern[str], ignored: list[str]) -> str:
    """The one value of a header; empty where there is none that can be used."""
    values = [value.strip() for value in invite.headers.all(name)]
    if not values:
        return ""
    if len(values) == 1 and form.fullmatch(values[0]):
        return values[0]
    ignored.append(name)
    return ""


def _user(invite: Request) -> str:
    try:
        return parse_sip_uri(invite.uri).user
    except ValueError:
        return ""


def _phrases(values: list[str]) -> tuple[HintedPhrase, ...] | None:
    """All phrases of all values; None if one of them is wrong, or there are too many."""
    if sum(map(len, values)) > LONGEST_PHRASES:
        return None
    parts = [part for value in values for part in value.split(",") if part.strip()]
    phrases = [_phrase(part) for part in parts]
    known = tuple(phrase for phrase in phrases if phrase is not None)
    return known if len(known) == len(phrases) <= MOST_PHRASES else None


def _phrase(part: str) -> HintedPhrase | None:
    """`TEXT` or `TEXT;weight=N`, the text percent-encoded UTF-8."""
    text, has_weight, parameter = part.partition(";")
    name, _, weight = (piece.strip() for piece in parameter.partition("="))
    if has_weight and (name.lower() != "weight" or not _WEIGHT.fullmatch(weight)):
        return None
    try:
        decoded = " ".join(unquote_to_bytes(text.strip()).decode().split())
    except UnicodeError:
        return None
    heavy = float(weight) if has_weight else DEFAULT_WEIGHT
    if not decoded.isprintable() or not 0 < len(decoded) <= LONGEST_PHRASE or abs(heavy) > HEAVIEST:
        return None
    return HintedPhrase(text=decoded, weight=heavy)
