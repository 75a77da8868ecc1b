"""Writing recording metadata (RFC 7865) and the body of a recording INVITE (RFC 7866 section 9)."""

from collections.abc import Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

from sip_gateway.sip import multipart
from sip_gateway.siprec.metadata import MEDIA_TYPES

NAMESPACE = "urn:ietf:params:xml:ns:recording:1"


class Speaker(NamedTuple):
    """One participant with the one stream it sends."""

    label: str
    name: str
    aor: str


def write(
    session_id: str, speakers: Sequence[Speaker], *, extensions: Sequence[tuple[str, str]] = ()
) -> bytes:
    """The complete metadata of a session in which everyone sends one stream and hears the rest."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<recording xmlns="{NAMESPACE}">',
        "<datamode>complete</datamode>",
        f"<session session_id={quoteattr(session_id)}/>",
    ]
    for i, speaker in enumerate(speakers):
        lines.append(
            f'<participant participant_id="p{i}"><nameID aor={quoteattr(speaker.aor)}>'
            f"<name>{escape(speaker.name)}</name></nameID></participant>"
        )
        lines.append(
            f'<stream stream_id="s{i}" session_id={quoteattr(session_id)}>'
            f"<label>{escape(speaker.label)}</label></stream>"
        )
    for i in range(len(speakers)):
        heard = "".join(f"<recv>s{other}</recv>" for other in range(len(speakers)) if other != i)
        lines.append(
            f'<participantstreamassoc participant_id="p{i}"><send>s{i}</send>{heard}'
            "</participantstreamassoc>"
        )
    own = [f"<header name={quoteattr(name)}>{escape(text)}</header>" for name, text in extensions]
    if own:
        lines.append(f"<extensiondata>{''.join(own)}</extensiondata>")
    return "\r\n".join([*lines, "</recording>", ""]).encode()


def body(sdp: bytes, metadata: bytes, *, boundary: str) -> tuple[str, bytes]:
    """Content-Type and body of an INVITE with both parts."""
    return multipart.build(
        [
            (multipart.Part("application/sdp", sdp), "session;handling=required"),
            (multipart.Part(MEDIA_TYPES[0], metadata), "recording-session"),
        ],
        boundary=boundary,
    )
