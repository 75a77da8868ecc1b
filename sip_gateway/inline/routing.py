"""Which new calls go through us, and by which route."""

from collections.abc import Iterator, Sequence
from ipaddress import ip_address, ip_network

from sip_gateway.calls import hints
from sip_gateway.inline.settings import Route
from sip_gateway.sip.address import parse_sip_uri
from sip_gateway.sip.flow import Flow
from sip_gateway.sip.message import Request
from sip_gateway.sip.screening import Refusal


def route_of(
    request: Request, flow: Flow, routes: Sequence[Route], *, by: str = ""
) -> Route | None:
    """The first that wants the call, which came by a registration perhaps; none wants recordings,
    nor streams that we sent ourselves."""
    recording = "siprec" in request.headers.tokens("Require") or any(
        "+sip.src" in value.lower() for value in request.headers.all("Contact")
    )
    if recording or hints.VIA in request.headers:
        return None
    number = called(request.uri)
    for route in routes:
        wanted = not route.called or number.startswith(route.called)
        wanted = wanted and route.registration in ("", by)
        if wanted and within(flow.remote_host, route.sources):
            return route
    return None


def called(uri: str) -> str:
    """Whom the call is for: the user part, or the number of a tel URI."""
    scheme, _, rest = uri.partition(":")
    if scheme.lower() == "tel":
        return rest.partition(";")[0]
    try:
        return parse_sip_uri(uri).user
    except ValueError:
        return ""


def unusable(uri: str) -> Refusal | None:
    """Why no call can be placed to this Request-URI."""
    scheme, _, rest = uri.partition(":")
    if scheme.lower() == "tel":
        return None if rest.partition(";")[0] else Refusal(400, "Request-URI")
    if scheme.lower() not in ("sip", "sips"):
        return Refusal(416)
    try:
        parse_sip_uri(uri)
    except ValueError:
        return Refusal(400, "Request-URI")
    return None


def within(host: str, networks: Sequence[str]) -> bool:
    """Whether an address is of one of the networks; of none named, always."""
    if not networks:
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return any(address in ip_network(network) for network in networks)


def branches(request: Request) -> Iterator[str]:
    """Of all whom the request has passed."""
    for via in request.headers.all("Via"):
        for parameter in via.split(";"):
            name, _, value = parameter.partition("=")
            if name.strip().lower() == "branch":
                yield value.strip()
