"""Where calls are forwarded to, as the settings name it, and as it is found in the network."""

from typing import NamedTuple

from sip_gateway.sip.address import host_port, parse_sip_uri
from sip_gateway.sip.flow import Flow


class Target(NamedTuple):
    """One next hop."""

    text: str
    """As in the settings: its name everywhere."""

    host: str
    port: int | None
    """None: where its name leads (RFC 3263), or the protocol's own port."""

    transport: str
    """Empty: likewise."""

    sips: bool

    def uri(self, user: str, params: str = "") -> str:
        """The Request-URI of a call to `user` there, which no look-up changes."""
        scheme = "sips" if self.sips else "sip"
        transport = "" if self.sips or self.transport in ("", "udp") else self.transport
        at = f"{user}@" if user else ""
        where = host_port(self.host, self.port) if self.port else host_port(self.host, 0)[:-2]
        return f"{scheme}:{at}{where}{params}{f';transport={transport}' if transport else ''}"


class Way(NamedTuple):
    """One address of a target, and how we get there."""

    target: Target
    flow: Flow


def read(text: str) -> Target:
    """A target of the settings; ValueError if it is no SIP URI that we can send to."""
    uri = parse_sip_uri(text)
    sips = uri.scheme == "sips"
    transport = (uri.params.get("transport") or "").lower()
    if transport not in ("", "udp", "tcp", "tls") or (sips and transport == "udp"):
        raise ValueError(f"{text}: transport is not udp, tcp or tls")
    return Target(text, uri.host, uri.port, "tls" if sips else transport, sips)
