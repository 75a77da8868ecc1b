"""Where calls are forwarded to, as the settings name it."""

from typing import NamedTuple

from sip_gateway.sip.address import host_port, parse_sip_uri
from sip_gateway.sip.flow import default_port


class Target(NamedTuple):
    """One next hop."""

    text: str
    """As in the settings: its name everywhere."""

    host: str
    port: int
    transport: str
    sips: bool

    def uri(self, user: str, params: str = "") -> str:
        """The Request-URI of a call to `user` there."""
        scheme = "sips" if self.sips else "sip"
        transport = "" if self.sips or self.transport == "udp" else f";transport={self.transport}"
        at = f"{user}@" if user else ""
        return f"{scheme}:{at}{host_port(self.host, self.port)}{params}{transport}"


def read(text: str) -> Target:
    """A target of the settings; ValueError if it is no SIP URI that we can send to."""
    uri = parse_sip_uri(text)
    sips = uri.scheme == "sips"
    transport = (uri.params.get("transport") or ("tls" if sips else "udp")).lower()
    if transport not in ("udp", "tcp", "tls"):
        raise ValueError(f"{text}: transport is not udp, tcp or tls")
    transport = "tls" if sips else transport
    return Target(text, uri.host, uri.port or default_port(transport), transport, sips)
