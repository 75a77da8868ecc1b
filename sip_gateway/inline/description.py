"""Session descriptions on their way through: our addresses in place of the party's (RFC 8866).

All else stays as it was written, known to us or not, because the two parties must agree with each
other, not with us. Taken out is only what would lead media around us or cannot pass: ICE
candidates (RFC 8839), bundles (RFC 9143), media over TCP.
"""

import re
from collections.abc import Mapping

from sip_gateway.sip import multipart, sdp
from sip_gateway.sip.message import Request, Response
from sip_gateway.worker_protocol import Remote

_MEDIA = re.compile(r"m=(\S+) (\d{1,5})(?:/\d+)? (\S+)(.*)", re.DOTALL)
_COUNT = re.compile(rb"^(m=\S+ \d{1,5})/\d+ ", re.MULTILINE)
"""Of ports of a line (RFC 8866 section 5.14): nobody uses more than one, and our parser none."""

_CONNECTION = re.compile(r"c=IN IP[46] ([^\s/]+)")
_RTCP = re.compile(r"a=rtcp:(\d{1,5})(?: IN IP[46] (\S+))?\s*$")
_AROUND_US = re.compile(
    r"a=(?:candidate|remote-candidates|end-of-candidates|ice-[a-z]+|group:BUNDLE)\b", re.IGNORECASE
)
PASSING = ("RTP/", "UDP/", "UDPTL")
"""Protocols of m= lines, upper case, that are datagrams."""

NOWHERE = ("", "0.0.0.0", "::")


class Broken(Exception):
    """Not a session description, or a body that does not have the parts it promises."""


def parsed(body: bytes) -> sdp.Session:
    """The description's values; BadSdp if it has none."""
    return sdp.parse(_COUNT.sub(rb"\1 ", body))


def of(message: Request | Response) -> bytes | None:
    """The session description that a message carries; Broken if it is none."""
    try:
        for part in multipart.parts(message):
            if part.media_type == "application/sdp":
                parsed(part.body)
                return part.body
    except (multipart.BadMultipart, sdp.BadSdp) as error:
        raise Broken(str(error)) from None
    return None


def seen(message: Request | Response) -> bytes | None:
    """The same of a message that goes on whatever it holds; None too if it is broken."""
    try:
        return of(message)
    except Broken:
        return None


def within(message: Request | Response, old: bytes, new: bytes) -> bytes:
    """The body of a message with its session description replaced."""
    return message.body.replace(old, new, 1)


def wanted(body: bytes) -> tuple[int, ...]:
    """The lines, by index, that want to be relayed."""
    media = parsed(body).media
    return tuple(n for n, line in enumerate(media) if line.port and passes(line.proto))


def passes(proto: str) -> bool:
    """Whether a line of this protocol can be relayed."""
    return proto.upper().startswith(PASSING)


def remotes(body: bytes) -> dict[int, Remote]:
    """Where the party wants each line's packets, as far as it is an address."""
    found = {}
    for n, line in enumerate(parsed(body).media):
        if not line.port or not passes(line.proto) or line.address in NOWHERE:
            continue
        told = _RTCP.match(f"a=rtcp:{line.rtcp}") if line.rtcp else None
        # Where both go to one port (RFC 5761) nothing comes to, or is sent from, the other.
        rtcp_port, rtcp_host = (int(told[1]), told[2]) if told else (line.port + 1, "")
        rtcp_port = rtcp_port if 0 < rtcp_port < 65536 else line.port
        found[n] = Remote(
            host=line.address,
            port=line.port,
            rtcp_host=rtcp_host or line.address,
            rtcp_port=rtcp_port,
        )
    return found


def rewritten(body: bytes, *, host: str, ports: Mapping[int, int]) -> bytes:
    """The description with our address and ports, by line; a line without one is turned down."""
    end = "\r\n" if b"\r\n" in body else "\n"
    index, theirs = -1, ""
    lines = []
    for line in body.decode().rstrip("\r\n").split(end):
        if found := _MEDIA.match(line):
            theirs = found[2]
        index += line.startswith("m=")
        if _AROUND_US.match(line):
            continue
        lines.append(_line(line, host, port=ports.get(index, 0), theirs=theirs))
    return (end.join(lines) + end).encode()


def _line(line: str, host: str, *, port: int, theirs: str) -> str:
    """One line; `theirs` is the party's own port of the media line that it belongs to."""
    family = "IP6" if ":" in host else "IP4"
    if line.startswith("o="):
        fields = line.split(" ")
        return " ".join([*fields[:3], "IN", family, host]) if len(fields) >= 6 else line
    if found := _CONNECTION.match(line):
        # The address of nobody is an old way to say hold.
        return line if found[1] in NOWHERE else f"c=IN {family} {host}"
    if found := _MEDIA.match(line):
        ours = port if int(found[2]) else 0
        return f"m={found[1]} {ours} {found[3]}{found[4]}"
    if line.startswith("a=rtcp:"):
        # Where the party has both on one port (RFC 5761) so have we.
        control = _RTCP.match(line)
        same = control is not None and control[1] == theirs
        return f"a=rtcp:{port if same or not port else port + 1}"
    return line
