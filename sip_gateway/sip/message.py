"""SIP messages as values, and how to build them (RFC 3261 section 7). `parsing` reads them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from aiosipua import parse_via

from sip_gateway.sip.address import NameAddr, parse_name_addr

MAGIC_COOKIE = "z9hG4bK"
"""Starts every RFC 3261 branch."""

REASONS = {
    100: "Trying",
    180: "Ringing",
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    408: "Request Timeout",
    413: "Request Entity Too Large",
    415: "Unsupported Media Type",
    416: "Unsupported URI Scheme",
    420: "Bad Extension",
    422: "Session Interval Too Small",
    469: "Bad Info Package",
    481: "Call/Transaction Does Not Exist",
    482: "Loop Detected",
    483: "Too Many Hops",
    486: "Busy Here",
    487: "Request Terminated",
    488: "Not Acceptable Here",
    491: "Request Pending",
    500: "Server Internal Error",
    501: "Not Implemented",
    503: "Service Unavailable",
    505: "Version Not Supported",
    513: "Message Too Large",
    603: "Decline",
}

TOKEN = re.compile(r"[A-Za-z0-9\-.!%*_+`'~]+\Z")
_CSEQ = re.compile(r"(\d{1,10})\s+(\S+)\Z")
_VERSION = re.compile(r"SIP/(\d{1,3}\.\d{1,3})\Z", re.IGNORECASE)
_SENT_BY = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9\-._]+)\Z")


class Headers:
    """Header fields in order; names are compared without case, values are kept as written."""

    def __init__(self, fields: Iterable[tuple[str, str]] = ()) -> None:
        self._fields: list[tuple[str, str, str]] = []
        for name, value in fields:
            self.add(name, value)

    def get(self, name: str) -> str | None:
        """The first value, or None."""
        key = name.lower()
        for known, _, value in self._fields:
            if known == key:
                return value
        return None

    def all(self, name: str) -> list[str]:
        """Every value, in order."""
        key = name.lower()
        return [v for k, _, v in self._fields if k == key]

    def tokens(self, name: str) -> list[str]:
        """Every comma-separated token of every value, lower case (Require, Supported, Allow)."""
        parts = (part.strip().lower() for value in self.all(name) for part in value.split(","))
        return [part for part in parts if part]

    def add(self, name: str, value: str) -> None:
        """Append a field; ValueError if it would inject another line."""
        if ":" in name or not one_line(name) or not one_line(value):
            raise ValueError(f"header {name!r} holds a line break")
        self._fields.append((name.lower(), name, value))

    def set(self, name: str, value: str) -> None:
        """Replace every value of `name` by one."""
        self.remove(name)
        self.add(name, value)

    def remove(self, name: str) -> None:
        """Drop every value of `name`."""
        key = name.lower()
        self._fields = [field for field in self._fields if field[0] != key]

    def items(self) -> Sequence[tuple[str, str]]:
        """All fields in order."""
        return tuple((n, v) for _, n, v in self._fields)

    def __contains__(self, name: str) -> bool:
        return self.get(name) is not None


class CSeq(NamedTuple):
    """The CSeq header."""

    number: int
    method: str


class Via(NamedTuple):
    """The topmost Via header, as far as we use it."""

    transport: str
    host: str
    port: int | None
    branch: str
    params: dict[str, str | None]
    version: str = "2.0"


@dataclass(slots=True)
class _Message:
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""
    _addresses: dict[str, tuple[str, NameAddr]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """From and To as read last, with what was read: they are asked for again and again."""

    _via: tuple[str, Via] | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def call_id(self) -> str:
        """The Call-ID header."""
        return self.headers.get("Call-ID") or ""

    @property
    def from_(self) -> NameAddr:
        """The From header; ValueError if unreadable (never after `parse`)."""
        return self._address("From")

    @property
    def to(self) -> NameAddr:
        """The To header; ValueError if unreadable (never after `parse`)."""
        return self._address("To")

    @property
    def cseq(self) -> CSeq:
        """The CSeq header; ValueError if unreadable (never after `parse`)."""
        found = _CSEQ.match((self.headers.get("CSeq") or "").strip())
        if not found or int(found[1]) >= 2**31:
            raise ValueError("CSeq is not a 31-bit number and a method")
        return CSeq(int(found[1]), found[2])

    @property
    def via(self) -> Via:
        """The topmost Via; ValueError if unreadable (never after `parse`)."""
        value = self.headers.get("Via") or ""
        if self._via is None or self._via[0] != value:
            self._via = value, read_via(value)
        return self._via[1]

    @property
    def content_type(self) -> str:
        """The media type without parameters, lower case; empty where there is none."""
        return (self.headers.get("Content-Type") or "").partition(";")[0].strip().lower()

    def _address(self, name: str) -> NameAddr:
        value = self.headers.get(name) or ""
        known = self._addresses.get(name)
        if known is None or known[0] != value:
            known = self._addresses[name] = value, parse_name_addr(value)
        return known[1]

    def _write(self, start_line: str) -> bytes:
        lines = [start_line]
        lines += [f"{n}: {v}" for n, v in self.headers.items() if n.lower() != "content-length"]
        lines.append(f"Content-Length: {len(self.body)}")
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + self.body


@dataclass(slots=True)
class Request(_Message):
    """A request; `bytes(request)` is its wire form with the right Content-Length."""

    method: str = ""
    uri: str = ""

    def __bytes__(self) -> bytes:
        return self._write(f"{self.method} {self.uri} SIP/2.0")


@dataclass(slots=True)
class Response(_Message):
    """A response; `bytes(response)` is its wire form with the right Content-Length."""

    status: int = 0
    reason: str = ""

    def __bytes__(self) -> bytes:
        return self._write(f"SIP/2.0 {self.status} {self.reason}")


def request(
    method: str,
    uri: str,
    *,
    headers: Iterable[tuple[str, str]],
    body: bytes = b"",
) -> Request:
    """Build a request with these header fields, in this order."""
    return Request(Headers(headers), body, method, uri)


def reply(
    to: Request,
    status: int,
    *,
    tag: str = "",
    headers: Iterable[tuple[str, str]] = (),
    body: bytes = b"",
) -> Response:
    """A response to `to` (section 8.2.6.2): copied headers, our tag unless To has one, extras."""
    response = Response(Headers(), body, status, REASONS.get(status, "Unknown"))
    for name in ("Via", "From", "To", "Call-ID", "CSeq"):
        for value in to.headers.all(name):
            if name == "To" and tag and not _tagged(value):
                value = f"{value};tag={tag}"
            response.headers.add(name, value)
    if status == 100 and (stamp := to.headers.get("Timestamp")):
        response.headers.add("Timestamp", stamp)  # section 8.2.6.1
    for name, value in headers:
        response.headers.add(name, value)
    return response


def _tagged(to: str) -> bool:
    try:
        return bool(parse_name_addr(to).tag)
    except ValueError:
        return True  # of a request that is refused for it: said back as it came


def one_line(text: str) -> bool:
    """True without line breaks, and without zero bytes but those a quoted string may escape."""
    if "\r" in text or "\n" in text:
        return False
    return "\0" not in text or "\0" not in text.replace("\\\0", "")


def read_via(value: str) -> Via:
    """Read one Via value, of any version of SIP; ValueError if it breaks the grammar."""
    parsed = parse_via("/".join(part.strip() for part in value.split("/", 2)))
    version = _VERSION.match(parsed.protocol)
    if not version or not TOKEN.match(parsed.transport):
        raise ValueError("Via is not SIP")
    if not _SENT_BY.match(parsed.host) or not 0 < (parsed.port or 5060) < 65536:
        raise ValueError("Via without a usable sent-by")
    host = parsed.host.strip("[]")
    branch = parsed.params.get("branch") or ""
    return Via(parsed.transport, host, parsed.port, branch, parsed.params, version[1])
