"""What happens to dialogs, and what their owner answers."""

from collections.abc import Sequence
from typing import NamedTuple

from sip_gateway.sip.dialog import Dialog
from sip_gateway.sip.info import Keyed
from sip_gateway.sip.message import Request


class Invited(NamedTuple):
    """A new call: accept or refuse it."""

    dialog: Dialog
    request: Request


class Changed(NamedTuple):
    """A re-INVITE or UPDATE of a call: accept or refuse it."""

    dialog: Dialog
    request: Request


class Acknowledged(NamedTuple):
    """The first ACK of a 2xx to an INVITE, with its body if the offer was ours."""

    dialog: Dialog
    request: Request


class Cancelled(NamedTuple):
    """The peer took its INVITE back before we answered; a first INVITE's dialog is gone."""

    dialog: Dialog
    first: bool


class Pressed(NamedTuple):
    """A key press that the peer told of in an INFO."""

    dialog: Dialog
    keyed: Keyed


class Ended(NamedTuple):
    """The dialog is gone: `bye`, `no_ack`, `session_expired` or `lost`."""

    dialog: Dialog
    reason: str


Event = Invited | Changed | Acknowledged | Cancelled | Pressed | Ended


class Accepted(NamedTuple):
    """What a 2xx to an INVITE or UPDATE carries besides what the protocol asks for."""

    content_type: str = ""
    body: bytes = b""
    headers: Sequence[tuple[str, str]] = ()
    contact_parameters: str = ""
