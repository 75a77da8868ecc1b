"""Which header fields go from one dialog into the other, and which belong to one alone.

What we do not know goes on: the parties must understand each other, and we only listen.
"""

from collections.abc import Sequence

from sip_gateway.sip.message import Request, Response, reply

Fields = list[tuple[str, str]]

ALLOWED = ("INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "UPDATE", "INFO", "PRACK")
"""What we pass on. Transfers (REFER) would lead the call away from us."""

PASSED_ON = ("UPDATE", "INFO", "PRACK")
"""Requests in a dialog that go to the other one and are answered there; INVITE besides."""

EXTENSIONS = frozenset(
    ("timer", "100rel", "precondition", "histinfo", "privacy", "uui", "resource-priority")
)
"""Extensions that work between two dialogs. Others, as `replaces`, name one dialog in another."""

_OF_ONE_DIALOG = frozenset(
    (
        *("via", "route", "record-route", "max-forwards", "from", "to", "call-id", "cseq"),
        *("contact", "content-length", "rack", "allow", "supported", "require", "proxy-require"),
        *("replaces", "join", "target-dialog", "refer-to", "referred-by", "path", "service-route"),
    )
)
CREDENTIALS = ("authorization", "proxy-authorization")


def passed(message: Request | Response, *, without: Sequence[str] = ()) -> Fields:
    """The fields that go on as they are, then the extensions and methods that are left."""
    kept = [
        (name, value)
        for name, value in message.headers.items()
        if name.lower() not in _OF_ONE_DIALOG and name.lower() not in without
    ]
    for name in ("Supported", "Require"):
        if tokens := [t for t in message.headers.tokens(name) if t in EXTENSIONS]:
            kept.append((name, ", ".join(tokens)))
    methods = [t.upper() for t in message.headers.tokens("Allow") if t.upper() in ALLOWED]
    if methods:
        kept.append(("Allow", ", ".join(methods)))
    return kept


def unsupported(request: Request) -> list[str]:
    """What the request wants of us that cannot be had."""
    wanted = request.headers.tokens("Require") + request.headers.tokens("Proxy-Require")
    return [token for token in wanted if token not in EXTENSIONS]


def forwards_left(request: Request) -> int:
    """Hops that the request may still go, behind us."""
    return int(request.headers.get("Max-Forwards") or "70") - 1


def answer(request: Request, response: Response, *, tag: str, body: bytes) -> Response:
    """The other party's response as the response to `request`; a Contact of ours is still due."""
    fields = passed(response)
    if 300 <= response.status < 400:
        fields += [("Contact", value) for value in response.headers.all("Contact")]
    ours = reply(request, response.status, tag=tag, headers=fields, body=body)
    ours.reason = response.reason or ours.reason
    return ours
