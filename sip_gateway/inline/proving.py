"""A request that is asked who we are goes out once more, with the proof (RFC 3261 section 22)."""

from collections.abc import Callable

from sip_gateway.caller.digest import Proofs
from sip_gateway.inline.passing import CREDENTIALS
from sip_gateway.sip.message import Headers, Request, Response

Token = Callable[[], str]


def again(
    request: Request, response: Response, proofs: Proofs | None, *, token: Token, branch: str
) -> Request | None:
    """`request` with what `response` asks for, as the next one of its dialog; None if we have no
    proof, or it was in vain."""
    if proofs is None or response.status < 200:
        return None
    if not proofs.answered(response, request, cnonce=token()):
        return None
    number = request.cseq.number + 1
    via, *_ = request.headers.all("Via")
    fields = []
    for name, value in request.headers.items():
        if name.lower() == "via":
            value = via.replace(request.via.branch, branch)
        elif name.lower() == "cseq":
            value = f"{number} {request.method}"
        elif name.lower() in CREDENTIALS:
            continue
        fields.append((name, value))
    new = Request(Headers(fields), request.body, request.method, request.uri)
    proofs.prove(new)
    return new
