"""Session timers as the answering side (RFC 4028 section 9)."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from sip_gateway.sip.dialog import Dialog
from sip_gateway.sip.message import Request, Response

MIN_SE_S = 90
MAX_SE_S = 7200

_SESSION_EXPIRES = re.compile(
    r"\s*(\d{1,9})\s*(?:;.*?refresher\s*=\s*(uac|uas)\b.*|;.*)?\Z", re.IGNORECASE
)


_MIN_SE = re.compile(r"\s*(\d{1,6})\s*(?:;|\Z)")

AGAIN_S = 10.0
"""A refresh that the peer could not take now, because of a request of its own perhaps."""


class TooSmall(Exception):
    """Refuse with 422 and `Min-SE: MIN_SE_S`."""


class Timer(NamedTuple):
    """What peer and we agreed on."""

    expires_s: int
    by_us: bool


def agree(request: Request) -> Timer | None:
    """The session timer of an INVITE or UPDATE; None for none.

    Raises:
        TooSmall: the interval is below what we take.
        ValueError: the header is malformed.
    """
    header = request.headers.get("Session-Expires") or request.headers.get("x")
    if header is None:
        return None
    found = _SESSION_EXPIRES.match(header)
    if not found:
        raise ValueError("Session-Expires")
    expires_s, refresher = int(found[1]), (found[2] or "").lower()
    peer_can = "timer" in request.headers.tokens("Supported")
    if expires_s < MIN_SE_S:
        if peer_can:
            raise TooSmall
        return None
    # Without the peer's support, or its UPDATE, nobody could refresh: its end is found by silence.
    if not peer_can or (refresher == "uas" and "update" not in request.headers.tokens("Allow")):
        return None
    return Timer(max(min(expires_s, MAX_SE_S), _least(request)), refresher == "uas")


def refreshed(dialog: Dialog, response: Response) -> bool:
    """Take over what the peer says of the session to our UPDATE; True if that is to be sent again,
    with the longer interval that the peer wants (section 7.3)."""
    if response.status == 422:
        least, now_s = _least(response), dialog.session_expires_s or 0
        dialog.session_expires_s = max(least, now_s)
        return least > now_s
    told = response.headers.get("Session-Expires")
    found = _SESSION_EXPIRES.match(told or "")
    if response.status < 300 and found and int(found[1]) >= MIN_SE_S:
        dialog.session_expires_s = int(found[1])
        dialog.refreshed_by_us = (found[2] or "uac").lower() == "uac"
    return False


def _least(message: Request | Response) -> int:
    """The shortest interval that the peer, or who stands between, can live with."""
    found = _MIN_SE.match(message.headers.get("Min-SE") or "")
    return int(found[1]) if found else 0


def headers(timer: Timer | None) -> Sequence[tuple[str, str]]:
    """What a 2xx says about it."""
    if timer is None:
        return ()
    refresher = "uas" if timer.by_us else "uac"
    return (
        ("Require", "timer"),
        ("Session-Expires", f"{timer.expires_s};refresher={refresher}"),
    )


def deadline(dialog: Dialog, *, now: float) -> float | None:
    """When to refresh, or to end the call for want of a refresh (section 10)."""
    if dialog.session_expires_s is None:
        return None
    interval = dialog.session_expires_s
    return now + (interval / 2 if dialog.refreshed_by_us else interval - min(32, interval / 3))
