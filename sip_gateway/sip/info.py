"""Key presses in INFO (RFC 2976 and the two body types of the field; RFC 6086 section 3).

`application/dtmf-relay` has lines `Signal=5` and `Duration=160`; `application/dtmf` is the key.
"""

import re
from typing import NamedTuple

from sip_gateway.audio.key import Key
from sip_gateway.sip.message import Request
from sip_gateway.sip.screening import Refusal

KINDS = ("application/dtmf-relay", "application/dtmf")
SYMBOLS = "0123456789*#ABCD"
USUAL_MS = 100
LONGEST_MS = 10_000

_SIGNAL = re.compile(r"^\s*Signal\s*=\s*(\S+)\s*$", re.IGNORECASE | re.MULTILINE)
_LABEL = re.compile(r"^[ \t]*Label[ \t]*=[ \t]*(\S{1,200})[ \t\r]*$", re.IGNORECASE | re.MULTILINE)
_DURATION = re.compile(r"^\s*Duration\s*=\s*(\d{1,6})\s*$", re.IGNORECASE | re.MULTILINE)


class Keyed(NamedTuple):
    """One key press, told by signalling."""

    key: Key | None
    """None for an event that is no key of a telephone, like a hook flash."""

    duration_ms: int
    label: str = ""
    """Of the stream that it was pressed in, where the sender says so (`Label=2`)."""


def read(request: Request) -> Keyed | Refusal | None:
    """The key press an INFO tells; why it is refused; None for one that tells nothing."""
    if "Info-Package" in request.headers:
        # Nobody may send what we have not asked for in a Recv-Info (RFC 6086 section 4.2.2).
        return Refusal(469, "", [("Recv-Info", "")])
    if not request.body:
        return None
    if request.content_type not in KINDS:
        return Refusal(415, "", [("Accept", ", ".join(KINDS))])
    text = request.body.decode("ascii", errors="replace")
    duration = _DURATION.search(text)
    told_ms = int(duration[1]) if duration else USUAL_MS
    if request.content_type == KINDS[0]:
        found = _SIGNAL.search(text)
        signal = found[1] if found else ""
    else:
        signal = text.strip().splitlines()[0].strip() if text.strip() else ""
    keyed = _keyed(signal, min(told_ms, LONGEST_MS))
    label = _LABEL.search(text)
    return keyed._replace(label=label[1]) if label and isinstance(keyed, Keyed) else keyed


def _keyed(signal: str, duration_ms: int) -> Keyed | Refusal:
    """The signal as a key, or as the number of its event (RFC 4733 section 3.2)."""
    if signal.isascii() and signal.isdigit() and len(signal) == 2:
        code = int(signal)
        return Keyed(Key(SYMBOLS[code]) if code < len(SYMBOLS) else None, duration_ms)
    if len(signal) == 1:
        known = signal.upper() in SYMBOLS
        return Keyed(Key(signal.upper()) if known else None, duration_ms)
    return Refusal(400, "no signal")
