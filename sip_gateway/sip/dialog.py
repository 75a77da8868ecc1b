"""Dialogs from the answering side (RFC 3261 section 12), in a form that can be kept on disk."""

from typing import NamedTuple

import msgspec

from sip_gateway.sip.address import NameAddr, host_port, parse_name_addr, parse_sip_uri
from sip_gateway.sip.flow import Flow, Hop, contact, toward
from sip_gateway.sip.message import Headers, Request


class DialogId(NamedTuple):
    """What names a dialog (section 12), our tag first."""

    local_tag: str
    remote_tag: str
    call_id: str


class Dialog(msgspec.Struct, kw_only=True):
    """One dialog that a peer's INVITE made."""

    id: DialogId
    local_party: str
    """The To header of the INVITE, with our tag: From in our requests."""

    remote_party: str
    """The From header of the INVITE: To in our requests."""

    remote_target: str
    route_set: tuple[str, ...]
    flow: Flow
    """Where the peer last spoke from."""

    invite_cseq: int
    """Of the INVITE that made the dialog."""

    remote_cseq: int
    local_cseq: int = 0
    allows_update: bool = False
    session_expires_s: int | None = None
    """The session ends if not refreshed for so long (RFC 4028)."""

    refreshed_by_us: bool = False
    sips: bool = False
    """The peer used a sips URI: our Contact is one too (section 12.1.1)."""

    last_answer: bytes = b""
    """The 2xx of the first INVITE, for a peer that repeats it after we restarted."""

    @property
    def remote(self) -> NameAddr:
        """The peer's party."""
        return parse_name_addr(self.remote_party)

    @property
    def next_hop(self) -> Hop:
        """Where a request of ours goes."""
        if not self.route_set:
            return toward(self.remote_target, self.flow)
        return toward(parse_name_addr(self.route_set[0]).uri, self.flow)

    def refresh_target(self, request: Request, flow: Flow) -> None:
        """Take over the peer's new Contact and where it speaks from (section 12.2.2)."""
        self.flow = flow
        if request.method in ("INVITE", "UPDATE") and request.headers.get("Contact"):
            self.remote_target = target_of(request)

    def request(self, method: str, *, branch: str, host: str) -> Request:
        """The next request of ours in this dialog; `host` is how the peer knows us."""
        self.local_cseq += 1
        uri, routes = self._request_line()
        hop = self.next_hop.flow
        sent_by = host_port(host, hop.local_port)
        fields = [
            ("Via", f"SIP/2.0/{hop.transport.upper()} {sent_by};branch={branch};rport"),
            *routes,
            ("Max-Forwards", "70"),
            ("From", self.local_party),
            ("To", self.remote_party),
            ("Call-ID", self.id.call_id),
            ("CSeq", f"{self.local_cseq} {method}"),
        ]
        if method == "UPDATE":
            fields.append(("Contact", contact(hop, host=host, sips=self.sips)))
        return Request(Headers(fields), b"", method, uri)

    def _request_line(self) -> tuple[str, list[tuple[str, str]]]:
        """Request-URI and Route headers of a request of ours (section 12.2.1.1)."""
        routes = list(self.route_set)
        if not routes:
            return self.remote_target, []
        first = parse_name_addr(routes[0]).uri
        if "lr" in parse_sip_uri(first).params:
            return self.remote_target, [("Route", route) for route in routes]
        # A strict router takes its own URI from the request line and the target from the end.
        strict = [*routes[1:], f"<{self.remote_target}>"]
        return first, [("Route", route) for route in strict]


def from_invite(request: Request, flow: Flow, *, local_tag: str) -> Dialog:
    """The dialog that answering `request` makes; ValueError if its routing headers are unusable."""
    route_set = tuple(request.headers.all("Record-Route"))
    for route in route_set:
        parse_sip_uri(parse_name_addr(route).uri)
    return Dialog(
        id=DialogId(local_tag, request.from_.tag, request.call_id),
        local_party=f"{request.headers.get('To')};tag={local_tag}",
        remote_party=request.headers.get("From") or "",
        remote_target=target_of(request),
        route_set=route_set,
        flow=flow,
        invite_cseq=request.cseq.number,
        remote_cseq=request.cseq.number,
        allows_update="update" in request.headers.tokens("Allow"),
        sips=flow.transport == "tls" and _is_sips(request, route_set),
    )


def _is_sips(request: Request, route_set: tuple[str, ...]) -> bool:
    """Whether the Request-URI, or the next hop of our requests, is a sips URI."""
    hop = route_set[0] if route_set else request.headers.get("Contact") or ""
    return request.uri.lower().startswith("sips:") or "<sips:" in hop.lower()


def target_of(request: Request) -> str:
    """The Contact URI of a target-refreshing request; ValueError if there is not exactly one.

    A peer of RFC 2543, known by its From without a tag, may leave it out: there From says it.
    """
    contacts = request.headers.all("Contact")
    if not contacts and not request.from_.tag:
        contacts = request.headers.all("From")
    if len(contacts) != 1:
        raise ValueError("not exactly one Contact")
    uri = parse_name_addr(contacts[0]).uri
    parse_sip_uri(uri)
    return uri
