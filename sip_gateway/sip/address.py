"""Addresses and URIs in header values (RFC 3261 sections 19.1, 20.10 and 25.1).

URIs are kept as the text the peer wrote: we echo them and use them as Request-URI, and rewriting
one (an escape, a parameter's case) breaks peers that compare them as text.
"""

import re
from typing import NamedTuple

from aiosipua import parse_params, parse_uri

_NAME_ADDR = re.compile(
    r"""(?: "(?P<quoted>(?:[^"\\]|\\.)*)" \s* | (?P<token>[^<"]*) )
        < (?P<uri>[^<>]*) > \s* (?P<params>;.*)? $""",
    re.VERBOSE | re.DOTALL,
)
"""No two repetitions side by side take the same characters: a long run would cost its square."""

_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_BLANK = re.compile(r"[\s\x00-\x1f]")
_NO_HOST = re.compile(r"[\s<>\",]")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*$")


class NameAddr(NamedTuple):
    """A From, To, Contact, Route or Record-Route value."""

    name: str
    uri: str
    params: dict[str, str | None]

    @property
    def tag(self) -> str:
        """The dialog tag; empty where there is none."""
        return self.params.get("tag") or ""


class Uri(NamedTuple):
    """What routing needs of a sip or sips URI."""

    scheme: str
    user: str
    host: str
    """Without the brackets of an IPv6 address."""

    port: int | None
    params: dict[str, str | None]


def parse_name_addr(value: str) -> NameAddr:
    """Read a name-addr or addr-spec; ValueError if it is neither."""
    value = value.strip()
    if found := _NAME_ADDR.match(value):
        name = found["token"] if found["quoted"] is None else _ESCAPE.sub(r"\1", found["quoted"])
        uri, params = found["uri"], found["params"] or ""
    else:
        # Without angle brackets every parameter belongs to the header (section 20.10).
        name = ""
        uri, _, params = value.partition(";")
    uri = uri.strip()
    scheme, colon, rest = uri.partition(":")
    if not colon or not rest or not _SCHEME.match(scheme) or _BLANK.search(uri):
        raise ValueError("not an address")
    return NameAddr(name.strip(), uri, parse_params(params))


def parse_sip_uri(text: str) -> Uri:
    """Read a sip or sips URI; ValueError for any other, or one without a host."""
    scheme, _, _ = text.partition(":")
    if scheme.lower() not in ("sip", "sips"):
        raise ValueError("not a SIP URI")
    parsed = parse_uri(text)
    host = parsed.host.strip("[]")
    if not host or _NO_HOST.search(host):
        raise ValueError("a SIP URI without a host")
    if parsed.port is not None and not 0 < parsed.port < 65536:
        raise ValueError("a SIP URI with an impossible port")
    return Uri(scheme.lower(), parsed.user or "", host, parsed.port, parsed.params)


def host_port(host: str, port: int) -> str:
    """`host:port`, with an IPv6 address in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
