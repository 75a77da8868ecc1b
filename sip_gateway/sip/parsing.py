"""Reading SIP messages strictly (RFC 3261 sections 7, 8.1.1 and 18.3; RFC 4475).

The parsers of header values are aiosipua's; only `sip_gateway.sip` imports them. They forgive
much, so what a server must not let pass is refused here.
"""

import re
from collections.abc import Iterator
from itertools import islice

from aiosipua import expand_compact_header, prettify_header_name
from aiosipua.headers import MULTI_INSTANCE_HEADERS

from sip_gateway.sip.message import MAGIC_COOKIE, TOKEN, Headers, Request, Response, one_line

MAX_HEADER_BYTES = 32 * 1024
MAX_BODY_BYTES = 256 * 1024
MAX_HEADERS = 200
"""Lines, and values where one line holds several."""

_REQUEST_LINE = re.compile(r"(\S+) (\S+) (SIP/\d+\.\d+)\Z", re.IGNORECASE)
_STATUS_LINE = re.compile(r"SIP/2\.0 ([1-6]\d\d)(?: (.*))?\Z", re.IGNORECASE | re.DOTALL)
_SINGLE = ("From", "To", "Call-ID", "CSeq", "Max-Forwards", "Content-Length", "Content-Type")


class Malformed(Exception):
    """The peer's message breaks the grammar: answer `status` if `request` says to whom."""

    def __init__(self, why: str, *, status: int = 400, request: Request | None = None) -> None:
        super().__init__(why)
        self.status = status
        self.request = request


def parse(data: bytes) -> Request | Response:
    """Read one whole message: a datagram, or what `StreamFraming` cut out of a stream.

    Raises:
        Malformed: the message breaks the grammar, or is larger than we take.
    """
    head, blank, body = data.lstrip(b"\r\n").partition(b"\r\n\r\n")
    if not blank:
        raise Malformed("no end of headers")
    if len(head) > MAX_HEADER_BYTES:
        raise Malformed("headers too large", status=513)
    try:
        start_line, _, lines = head.decode().partition("\r\n")
    except UnicodeDecodeError:
        raise Malformed("headers are not UTF-8") from None
    unreadable: list[str] = []
    headers = Headers(islice(_fields(lines, unreadable), MAX_HEADERS + 1))
    read = _start(start_line, headers)
    reply_to = answerable(read) if isinstance(read, Request) else None
    if len(headers.items()) > MAX_HEADERS:
        raise Malformed("too many headers", status=513, request=reply_to)
    if unreadable:
        raise Malformed(
            "a header line without a name, or with a control character", request=reply_to
        )
    _check_mandatory(read)
    read.body = _body(read, body)
    return read


def _fields(lines: str, unreadable: list[str]) -> Iterator[tuple[str, str]]:
    """The header fields; what is none goes into `unreadable`."""
    for line in _unfolded(lines):
        name, colon, value = line.partition(":")
        name = prettify_header_name(expand_compact_header(name.rstrip(" \t")))
        if not colon or not TOKEN.match(name) or not one_line(line):
            unreadable.append(line)
        elif name.lower() in MULTI_INSTANCE_HEADERS:
            yield from ((name, part) for part in split_values(value))
        else:
            yield name, value.strip()


def _unfolded(lines: str) -> Iterator[str]:
    """The header lines with those that go on over a line break joined (section 7.3.1)."""
    pieces: list[str] = []
    for line in lines.split("\r\n") if lines else ():
        if pieces and line.startswith((" ", "\t")):
            pieces.append(line.strip(" \t"))
            continue
        if pieces:
            yield " ".join(pieces)
        pieces = [line.rstrip(" \t")]
    if pieces:
        yield " ".join(pieces)


def split_values(value: str) -> Iterator[str]:
    """Split at commas outside quotes and angle brackets (section 7.3.1)."""
    start, quoted, angled, escaped = 0, False, False, False
    for i, c in enumerate(value):
        if escaped or (quoted and c == "\\"):
            escaped = not escaped
        elif c == '"' and not angled:
            quoted = not quoted
        elif c in "<>" and not quoted:
            angled = c == "<"
        elif c == "," and not quoted and not angled:
            yield value[start:i].strip()
            start = i + 1
    if tail := value[start:].strip():
        yield tail


def _start(line: str, headers: Headers) -> Request | Response:
    if found := _STATUS_LINE.match(line):
        return Response(headers, b"", int(found[1]), (found[2] or "").strip())
    if not (found := _REQUEST_LINE.match(line.rstrip(" "))):
        # Often enough is left to answer 400: the method, and anything as URI.
        method, *rest = line.split() or [""]
        loose = Request(headers, b"", method, rest[0] if rest else "")
        # What begins like a response is never answered: two ends could do so for ever.
        reply_to = answerable(loose) if TOKEN.match(method) else None
        raise Malformed("request line", request=reply_to)
    read = Request(headers, b"", found[1], found[2])
    if not TOKEN.match(read.method):
        raise Malformed("method")
    if read.uri.startswith("<"):
        raise Malformed("Request-URI in angle brackets", request=answerable(read))
    if found[3].upper() != "SIP/2.0":
        raise Malformed("SIP version", status=505, request=answerable(read))
    return read


def _check_mandatory(read: Request | Response) -> None:
    reply_to = answerable(read) if isinstance(read, Request) else None
    for name in _SINGLE:
        if len(read.headers.all(name)) > 1:
            raise Malformed(f"two {name} headers", request=reply_to)
    try:
        via, sender, cseq = read.via, read.from_, read.cseq
        _ = read.to
    except ValueError as error:
        raise Malformed(str(error), request=reply_to) from None
    if via.version != "2.0" or ";;" in (read.headers.get("Via") or "").replace(" ", ""):
        raise Malformed("Via", request=reply_to)
    if not read.call_id or any(c.isspace() or c < " " for c in read.call_id):
        raise Malformed("Call-ID", request=reply_to)
    if not sender.tag and via.branch.startswith(MAGIC_COOKIE):
        raise Malformed("From without a tag", request=reply_to)
    if isinstance(read, Request) and cseq.method != read.method:
        raise Malformed("CSeq names another method", request=reply_to)
    forwards = read.headers.get("Max-Forwards") or "70"
    if not _is_number(forwards) or int(forwards) > 255:
        raise Malformed("Max-Forwards", request=reply_to)


def _body(read: Request | Response, body: bytes) -> bytes:
    """The body as long as Content-Length says (section 18.3)."""
    reply_to = answerable(read) if isinstance(read, Request) else None
    declared = read.headers.get("Content-Length") or str(len(body))
    if not _is_number(declared):
        raise Malformed("Content-Length", request=reply_to)
    if int(declared) > MAX_BODY_BYTES:
        raise Malformed("body too large", status=413, request=reply_to)
    if int(declared) > len(body):
        raise Malformed("body shorter than Content-Length", request=reply_to)
    return body[: int(declared)]


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def answerable(read: Request) -> Request | None:
    """`read` if a response finds its way, whatever else is missing; an ACK is never answered."""
    try:
        _ = read.via
    except ValueError:
        return None
    return read if read.method != "ACK" else None
