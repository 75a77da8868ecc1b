"""What a request must not be, whatever the call's state (RFC 3261 section 8.2)."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from sip_gateway.sip import session_timer
from sip_gateway.sip.flow import Flow
from sip_gateway.sip.message import Request

ALLOW = ("INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "UPDATE", "INFO", "PRACK")
KNOWN = {
    *ALLOW,
    "REGISTER",
    "SUBSCRIBE",
    "NOTIFY",
    "PUBLISH",
    "MESSAGE",
    "REFER",
}
"""Methods that we know of: 405, where an unknown one gets 501."""

EXTENSIONS = ("siprec", "timer", "100rel")
"""As no provisional response but 100 is ever sent, all of them are reliable (RFC 3262 section 3),
and every PRACK gets 481."""

ACCEPT = (
    "application/sdp",
    "multipart/mixed",
    "application/rs-metadata+xml",
    "application/rs-metadata",
)


class Refusal(NamedTuple):
    """A final response that ends the matter."""

    status: int
    why: str = ""
    """Told to the peer as Reason (RFC 3326), and nothing of the peer's."""

    headers: Sequence[tuple[str, str]] = ()


class Login(Protocol):
    """Asks new calls who they are."""

    def refusal(self, request: Request, flow: Flow, *, now: float) -> Refusal | None:
        """Why it is not let in, or what it is asked; None if it may come in."""

    def tag(self, request: Request) -> str:
        """The To tag of a refusal: the same for the same request."""


def abilities() -> list[tuple[str, str]]:
    """The headers that tell what we can do (section 11.2)."""
    return [
        ("Allow", ", ".join(ALLOW)),
        ("Accept", ", ".join(ACCEPT)),
        ("Supported", ", ".join(EXTENSIONS)),
    ]


def screen(request: Request) -> Refusal | None:
    """Why to refuse `request`; None if its method's own rules decide."""
    if request.method not in ALLOW:
        return Refusal(405 if request.method in KNOWN else 501, "", abilities()[:1])
    if request.method == "CANCEL":
        return None  # carries no Require, and is answered by its INVITE's transaction (9.2)
    if request.uri.partition(":")[0].lower() not in ("sip", "sips", "tel"):
        return Refusal(416)
    unknown = unsupported(request.headers.tokens("Require"))
    if unknown:
        return Refusal(420, "", [("Unsupported", ", ".join(unknown))])
    if not _acceptable(request):
        return Refusal(406, "Accept leaves out application/sdp")
    return _body(request) or _session_timer(request)


def _acceptable(request: Request) -> bool:
    """False if the peer would not take a session description in our answer (section 20.1).

    A recording client that names the metadata it takes has been seen to name nothing else.
    """
    if "siprec" in request.headers.tokens("Require"):
        return True
    kinds = {token.partition(";")[0].strip() for token in request.headers.tokens("Accept")}
    wants_sdp = request.method in ("INVITE", "UPDATE") and "Accept" in request.headers
    return not wants_sdp or bool(kinds & {"application/sdp", "application/*", "*/*"})


def unsupported(required: Iterable[str]) -> list[str]:
    """The extensions that we do not have."""
    return [name for name in required if name not in EXTENSIONS]


def _body(request: Request) -> Refusal | None:
    """Refuse a body that we must understand and do not (sections 8.2.3 and 20.11)."""
    if not request.body or request.method not in ("INVITE", "UPDATE"):
        return None
    encoding = request.headers.get("Content-Encoding") or "identity"
    if encoding.lower() != "identity":
        return Refusal(415, "", [("Accept-Encoding", "identity")])
    if request.content_type in ACCEPT:
        return None
    if request.content_type.startswith("multipart/"):
        return None
    if "handling=optional" in (request.headers.get("Content-Disposition") or "").lower():
        return None
    return Refusal(415, "", abilities()[1:2])


def _session_timer(request: Request) -> Refusal | None:
    try:
        session_timer.agree(request)
    except session_timer.TooSmall:
        return Refusal(422, "", [("Min-SE", str(session_timer.MIN_SE_S))])
    except ValueError:
        return Refusal(400, "Session-Expires")
    return None
