"""Bodies of several parts (RFC 2046 section 5.1, RFC 5621)."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sip_gateway.sip.message import Request, Response

MAX_PARTS = 16
MAX_DEPTH = 3

_BOUNDARY = re.compile(r';\s*boundary\s*=\s*(?:"([^"]{1,70})"|([^\s;"]{1,70}))', re.IGNORECASE)
_END_OF_HEADERS = re.compile(rb"\r?\n\r?\n")


class Part(NamedTuple):
    """One part of a body, or the whole body of a message that has only one."""

    content_type: str
    """As written, with its parameters."""

    body: bytes

    @property
    def media_type(self) -> str:
        """`application/sdp` and the like, without parameters, lower case."""
        return self.content_type.partition(";")[0].strip().lower()


class BadMultipart(Exception):
    """The body does not have the parts its Content-Type promises."""


def parts(message: Request | Response) -> list[Part]:
    """The parts of a message's body in order, nested ones unfolded; BadMultipart if broken."""
    if not message.body:
        return []
    whole = Part(message.headers.get("Content-Type") or "", message.body)
    found = list(_unfold(whole, depth=0))
    if len(found) > MAX_PARTS:
        raise BadMultipart("too many parts")
    return found


def _unfold(part: Part, *, depth: int) -> Iterator[Part]:
    if not part.media_type.startswith("multipart/"):
        yield part
    elif depth == MAX_DEPTH:
        raise BadMultipart("nested too deep")
    else:
        for inner in _split(part):
            yield from _unfold(inner, depth=depth + 1)


def _split(part: Part) -> Iterator[Part]:
    found = _BOUNDARY.search(part.content_type)
    if not found:
        raise BadMultipart("no boundary")
    boundary = re.escape((found[1] or found[2]).encode())
    # The line break before a delimiter belongs to the delimiter; some senders write bare LF.
    pieces = re.split(rb"(?:\A|\r?\n)--" + boundary + rb"(--)?[ \t]*(?:\r?\n|\Z)", part.body)
    if len(pieces) < 3 or len(pieces) > 2 * (MAX_PARTS + 2):
        raise BadMultipart("no delimiter, or too many")
    # pieces: preamble, (closing mark, part) per delimiter; after a closing mark comes no part.
    for opened_by, text in zip(pieces[1::2], pieces[2::2], strict=True):
        if opened_by:
            return
        yield _part(text)


def _part(text: bytes) -> Part:
    if text.startswith((b"\r\n", b"\n")):
        return Part("text/plain", text.lstrip(b"\r\n"))
    split = _END_OF_HEADERS.split(text, maxsplit=1)
    head, body = split[0], split[1] if len(split) == 2 else b""
    content_type = "text/plain"
    for line in re.split(r"\r?\n(?![ \t])", head.decode("utf-8", "replace")):
        name, _, value = line.partition(":")
        if name.strip().lower() in ("content-type", "c"):
            content_type = " ".join(value.split())
    return Part(content_type, body)


def build(content: Sequence[tuple[Part, str]], *, boundary: str) -> tuple[str, bytes]:
    """Content-Type and body of multipart/mixed; each part comes with its Content-Disposition."""
    lines: list[bytes] = []
    for part, disposition in content:
        if boundary.encode() in part.body:
            raise ValueError("the boundary occurs in a part")
        lines += [
            f"--{boundary}".encode(),
            f"Content-Type: {part.content_type}".encode(),
            f"Content-Disposition: {disposition}".encode(),
            b"",
            part.body,
        ]
    lines += [f"--{boundary}--".encode(), b""]
    return f'multipart/mixed;boundary="{boundary}"', b"\r\n".join(lines)
