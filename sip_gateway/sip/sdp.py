"""Session descriptions: read, build (RFC 8866; RFC 4574 labels). Negotiation is in `negotiate`.

The line parser is aiosipua's; the values here are immutable and hold only what we use.
"""

from collections.abc import Sequence
from typing import NamedTuple

from aiosipua.sdp import MediaDescription, SdpMessage, parse_sdp

from sip_gateway.sip import sdes
from sip_gateway.sip.sdes import Crypto

MAX_SDP_BYTES = 64 * 1024
MAX_MEDIA_LINES = 32


class Codec(NamedTuple):
    """One payload type of a media line."""

    payload_type: int
    name: str
    """Upper case, as in `PCMU`; empty for a dynamic type without rtpmap."""

    rate_hz: int
    fmtp: str = ""


class Media(NamedTuple):
    """One m= line."""

    kind: str
    port: int
    proto: str
    formats: tuple[str, ...]
    codecs: tuple[Codec, ...]
    direction: str
    """`sendrecv`, `sendonly`, `recvonly` or `inactive`, its session's default included."""

    address: str
    """The c= address that counts for this line."""

    label: str = ""
    ptime_ms: int | None = None
    crypto: tuple[Crypto, ...] = ()
    """Keys of SRTP that we can do, in the peer's order."""

    rtcp_mux: bool = False
    rtcp: str = ""
    """`a=rtcp` (RFC 3605): a port, and an address if it is another one."""


class Session(NamedTuple):
    """One session description."""

    media: tuple[Media, ...]
    session_id: str = "0"
    version: str = "0"


class BadSdp(Exception):
    """Not a session description."""


def parse(body: bytes) -> Session:
    """Read a session description; BadSdp if it is none."""
    if len(body) > MAX_SDP_BYTES:
        raise BadSdp("too large")
    try:
        text = body.decode()
        parsed = parse_sdp(text)
    except (ValueError, TypeError):
        raise BadSdp("unreadable") from None
    if not text.lstrip().startswith("v=0"):
        raise BadSdp("no v=0")
    if not parsed.media or len(parsed.media) > MAX_MEDIA_LINES:
        raise BadSdp("no media line, or too many")
    media = tuple(_media(parsed, line) for line in parsed.media)
    return Session(media, parsed.origin.session_id, parsed.origin.session_version)


def _media(session: SdpMessage, line: MediaDescription) -> Media:
    if not line.media or not line.formats or not 0 <= line.port < 65536:
        raise BadSdp("media line")
    connection = line.connection or session.connection
    direction = _direction(line.attributes) or _direction(session.attributes) or "sendrecv"
    if connection is None and line.port and direction not in ("sendonly", "inactive"):
        # OpenSIPS' recording client leaves it out of lines that only send.
        raise BadSdp("no c= line")
    labels = line.attributes.get("label") or [""]
    return Media(
        line.media.lower(),
        line.port,
        line.proto.upper(),
        tuple(line.formats),
        tuple(
            Codec(c.payload_type, c.encoding_name.upper(), c.clock_rate, c.fmtp or "")
            for c in line.codecs
            if c.channels in (None, 1) or c.encoding_name.upper() == OPUS.name
        ),
        direction,
        connection.address.partition("/")[0] if connection else "",
        labels[0].strip(),
        _ptime_ms(line),
        sdes.parse(line.attributes.get("crypto") or ()),
        "rtcp-mux" in line.attributes,
        (line.attributes.get("rtcp") or [""])[0].strip(),
    )


def _direction(attributes: dict[str, list[str]]) -> str:
    order = ("inactive", "sendonly", "recvonly", "sendrecv")
    return next((name for name in order if name in attributes), "")


def _ptime_ms(line: MediaDescription) -> int | None:
    value = (line.attributes.get("ptime") or [""])[0].strip()
    # Its length first: int() raises for thousands of digits.
    readable = len(value) <= 3 and value.isascii() and value.isdigit()
    return int(value) if readable and 0 < int(value) <= 200 else None


def build(session: Session, *, address: str) -> bytes:
    """Write a session description with `address` in its o= and c= lines."""
    family = "IP6" if ":" in address else "IP4"
    lines = [
        "v=0",
        f"o=- {session.session_id} {session.version} IN {family} {address}",
        "s=-",
        f"c=IN {family} {address}",
        "t=0 0",
    ]
    for media in session.media:
        lines += _media_lines(media)
    return ("\r\n".join(lines) + "\r\n").encode()


def _written(codec: Codec) -> str:
    # Names are case-insensitive (RFC 8866 section 6.6), but these are registered in lower case.
    if codec.name == "OPUS":
        return f"opus/{codec.rate_hz}/2"  # always, also of one channel (RFC 7587 section 7)
    name = "telephone-event" if codec.name == "TELEPHONE-EVENT" else codec.name
    return f"{name}/{codec.rate_hz}"


def _media_lines(media: Media) -> list[str]:
    lines = [f"m={media.kind} {media.port} {media.proto} {' '.join(media.formats)}"]
    if media.port:
        for codec in media.codecs:
            lines.append(f"a=rtpmap:{codec.payload_type} {_written(codec)}")
            if codec.fmtp:
                lines.append(f"a=fmtp:{codec.payload_type} {codec.fmtp}")
        if media.ptime_ms:
            lines.append(f"a=ptime:{media.ptime_ms}")
        lines.append(f"a={media.direction}")
        lines += [f"a=crypto:{sdes.written(crypto)}" for crypto in media.crypto]
        if media.rtcp_mux:
            lines.append("a=rtcp-mux")
    if media.label:
        lines.append(f"a=label:{media.label}")
    return lines


def audio(
    port: int,
    codecs: Sequence[Codec],
    *,
    direction: str,
    label: str = "",
    ptime_ms: int | None = 20,
) -> Media:
    """An m=audio line to send, over plain RTP."""
    formats = tuple(str(codec.payload_type) for codec in codecs)
    return Media("audio", port, "RTP/AVP", formats, tuple(codecs), direction, "", label, ptime_ms)


PCMU = Codec(0, "PCMU", 8000)
G722 = Codec(9, "G722", 8000)
PCMA = Codec(8, "PCMA", 8000)
L16 = Codec(96, "L16", 16_000)
TELEPHONE_EVENT = Codec(101, "TELEPHONE-EVENT", 8000, "0-16")
OPUS = Codec(111, "OPUS", 48_000, "maxplaybackrate=16000;stereo=0;useinbandfec=1")
"""As we like to receive it: no wider than we decode it, and made to survive loss."""

OPUS_EVENT = Codec(110, "TELEPHONE-EVENT", 48_000, "0-16")
"""Events have the clock of the codec beside them (RFC 4733 section 2.1)."""
