"""Where a message came from, and where one goes (RFC 3261 section 18, RFC 3581)."""

import ipaddress
import re
from typing import NamedTuple

from sip_gateway.sip.address import host_port, parse_sip_uri
from sip_gateway.sip.message import Request

_RPORT = re.compile(r";\s*rport\s*(?=;|$)", re.IGNORECASE)


class Flow(NamedTuple):
    """One way between us and a peer: both ends' addresses, over one transport."""

    transport: str
    """`udp`, `tcp` or `tls`."""

    local_host: str
    """The address of ours that the peer reached."""

    local_port: int
    remote_host: str
    remote_port: int

    def leads_to(self, other: "Flow", port: int) -> bool:
        """Whether it leads where the other one does, had that this port over there."""
        theirs = (other.transport, other.remote_host, port)
        return (self.transport, self.remote_host, self.remote_port) == theirs

    @property
    def reliable(self) -> bool:
        """True if the transport repeats lost data itself."""
        return self.transport != "udp"


class Outgoing(NamedTuple):
    """One message to send."""

    flow: Flow
    """For TCP and TLS: send on this connection while it is open."""

    data: bytes
    connect_port: int
    """For TCP and TLS: where the peer listens, if the connection is gone."""


def stamp_via(request: Request, flow: Flow) -> None:
    """Note the real source in the topmost Via (RFC 3261 section 18.2.1, RFC 3581 section 4)."""
    top, *rest = request.headers.all("Via")
    asked = _RPORT.search(top)
    if asked:
        top = f"{top[: asked.start()]};rport={flow.remote_port}{top[asked.end() :]}"
    if (asked or request.via.host != flow.remote_host) and "received" not in request.via.params:
        top += f";received={flow.remote_host}"
    request.headers.remove("Via")
    for value in (top, *rest):
        request.headers.add("Via", value)


def answer_to(request: Request, flow: Flow, data: bytes) -> Outgoing:
    """A response to `request` on its way back (section 18.2.2).

    Always to the address it really came from: `received` and the sent-by host are the peer's words.
    """
    via = request.via
    port = via.port or default_port(flow.transport)
    if flow.reliable:
        return Outgoing(flow, data, port)
    back = flow.remote_port if "rport" in via.params else port
    return Outgoing(flow._replace(remote_port=back), data, back)


class Hop(NamedTuple):
    """Where a request of ours goes next."""

    flow: Flow
    connect_port: int
    """For TCP and TLS: where the next hop listens, if the flow's connection is gone."""


def our_host(advertised: str, flow: Flow) -> str:
    """How a peer on this flow is told to reach us: as advertised, unless that is an address of the
    version of IP that the peer does not speak."""
    try:
        spoken = ipaddress.ip_address(flow.local_host).version
        fits = ipaddress.ip_address(advertised).version == spoken
    except ValueError:
        fits = bool(advertised)
    return advertised if fits else flow.local_host


def default_port(transport: str) -> int:
    """Where SIP is listened for (section 19.1.2)."""
    return 5061 if transport == "tls" else 5060


def toward(uri: str, flow: Flow) -> Hop:
    """The way to the next hop `uri` of a request of ours in a dialog that uses `flow`.

    An address literal is followed. A host name is not resolved: the peer that spoke last is asked
    instead, which is the same machine at every SBC we know of. So is one of the other IP version.
    """
    try:
        target = parse_sip_uri(uri)
        host = ipaddress.ip_address(target.host)
        followed = host.version == ipaddress.ip_address(flow.local_host).version
    except ValueError:
        return Hop(flow, flow.remote_port)
    secure = "tls" if target.scheme == "sips" else flow.transport
    transport = (target.params.get("transport") or secure).lower()
    if target.scheme == "sips" and transport == "tcp":
        transport = "tls"  # section 26.2.2
    strays = (transport == "tls") != (flow.transport == "tls")
    if transport not in ("udp", "tcp", "tls") or strays or not followed:
        return Hop(flow, flow.remote_port)
    port = target.port or default_port(transport)
    if flow.reliable and transport == flow.transport and str(host) == flow.remote_host:
        # Many peers take requests only on the connection they opened.
        return Hop(flow, port)
    return Hop(Flow(transport, flow.local_host, flow.local_port, str(host), port), port)


def contact(flow: Flow, *, host: str, sips: bool = False, parameters: str = "") -> str:
    """Our Contact for peers on this flow."""
    ours = f"trunkline@{host_port(host, flow.local_port)}"
    if sips:
        # RFC 5630 section 5.1.1: a sips URI says no transport=tls.
        return f"<sips:{ours};transport=tcp>{parameters}"
    transport = "" if flow.transport == "udp" else f";transport={flow.transport}"
    return f"<sip:{ours}{transport}>{parameters}"
