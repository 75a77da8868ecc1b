"""Offer and answer, for an end that only listens (RFC 3264; RFC 7866 section 7.2)."""

from collections.abc import Mapping
from ipaddress import ip_address
from typing import NamedTuple

from sip_gateway.audio import codecs
from sip_gateway.audio.codecs import DECODED
from sip_gateway.sip.sdes import Crypto
from sip_gateway.sip.sdp import (
    G722,
    OPUS,
    OPUS_EVENT,
    PCMA,
    PCMU,
    TELEPHONE_EVENT,
    Codec,
    Media,
    Session,
    audio,
)
from sip_gateway.worker_protocol import Rtcp

PLAIN = ("RTP/AVP", "RTP/AVPF")
SECURE = ("RTP/SAVP", "RTP/SAVPF")
PROTOCOLS = {"offered": PLAIN + SECURE, "required": SECURE, "never": PLAIN}
"""By `[sip_gateway] srtp`."""
UNSPECIFIED = ("0.0.0.0", "::")
"""As c= address: hold in the manner of RFC 2543."""


class Line(NamedTuple):
    """An m= line whose audio we can take."""

    position: int
    """Of the line among all m= lines, from 0."""

    codec: Codec
    telephone_event: Codec | None
    direction: str
    """The peer's: `sendrecv`, `sendonly`, `recvonly` or `inactive`."""

    silent: bool
    """The peer says that it sends nothing."""

    label: str
    """Of the peer; empty where there is none."""

    crypto: Crypto | None = None
    """The first of the peer's keys that we can do; None where the line is not encrypted."""

    rtcp: Rtcp | None = None
    """Where reports on the peer's packets go."""

    @property
    def codecs(self) -> tuple[Codec, ...]:
        """What we answer; of Opus what we want to hear, not what the peer does (RFC 7587)."""
        codec = self.codec
        if codec.name == OPUS.name:
            codec = codec._replace(fmtp=OPUS.fmtp)
        return (codec, self.telephone_event) if self.telephone_event else (codec,)


def lines(
    session: Session, codecs_in_use: Mapping[int, str], *, srtp: str = "offered"
) -> dict[int, Line]:
    """The lines we take, by index; a line's codec stays what it was if it is still there."""
    return {
        index: line
        for index, media in enumerate(session.media)
        if media.proto in PROTOCOLS[srtp]
        and (line := _line(index, media, codecs_in_use.get(index, "")))
    }


def _line(index: int, media: Media, in_use: str) -> Line | None:
    secure = media.proto in SECURE
    if media.kind != "audio" or media.port == 0 or (secure and not media.crypto):
        return None
    decoded = [codec for codec in media.codecs if (codec.name, codec.rate_hz) in DECODED]
    if not decoded:
        return None
    codec = next((codec for codec in decoded if codec.name == in_use), decoded[0])
    # Events share the codec's clock (RFC 4733 section 2.1).
    events = (c for c in media.codecs if (c.name, c.rate_hz) == ("TELEPHONE-EVENT", codec.rate_hz))
    silent = media.direction in ("inactive", "recvonly") or media.address in UNSPECIFIED
    crypto = media.crypto[0] if secure else None
    rtcp = _rtcp(media)
    return Line(
        index, codec, next(events, None), media.direction, silent, media.label, crypto, rtcp
    )


def _rtcp(media: Media) -> Rtcp | None:
    """The port behind RTP's, unless the line says otherwise (RFC 3605, RFC 5761)."""
    host, port = media.address, media.port if media.rtcp_mux else media.port + 1
    if media.rtcp and not media.rtcp_mux:
        told, *at = media.rtcp.split()
        port = int(told) if told.isascii() and told.isdigit() and len(told) < 6 else 0
        host = at[2] if len(at) == 3 else host
    try:
        address = ip_address(host)
    except ValueError:
        return None
    if not 0 < port < 65536 or address.is_multicast or address.is_unspecified:
        return None
    return Rtcp(host, port, media.rtcp_mux)


def answer(
    offer: Session,
    taken: Mapping[int, Line],
    *,
    ports: Mapping[int, int],
    keys: Mapping[int, bytes] | None = None,
) -> list[Media]:
    """Our m= lines: as many as offered, in their order, port 0 where we take nothing.

    `ports` and `keys`, ours where it is encrypted, are by line.
    """
    return [
        _answer_line(media, taken.get(index), ports.get(index, 0), key=(keys or {}).get(index))
        for index, media in enumerate(offer.media)
    ]


def _answer_line(media: Media, line: Line | None, port: int, *, key: bytes | None) -> Media:
    if line is None or not port:
        return media._replace(port=0, codecs=(), direction="inactive", crypto=())
    direction = "recvonly" if media.direction in ("sendrecv", "sendonly") else "inactive"
    ours = audio(port, line.codecs, direction=direction, label=media.label, ptime_ms=media.ptime_ms)
    crypto: tuple[Crypto, ...] = ()
    if line.crypto is not None and key is not None:
        crypto = (Crypto(line.crypto.tag, line.crypto.suite, key),)
    return ours._replace(proto=media.proto, crypto=crypto, rtcp_mux=media.rtcp_mux)


def offer_line(port: int, *, label: str = "", crypto: tuple[Crypto, ...] = ()) -> Media:
    """An m= line of ours for a peer that left the offer to us."""
    opus = (OPUS, OPUS_EVENT) if codecs.OPUS in DECODED else ()
    taken = (G722, PCMU, PCMA, TELEPHONE_EVENT, *opus)
    line = audio(port, taken, direction="recvonly", label=label)
    return line._replace(proto="RTP/SAVP", crypto=crypto) if crypto else line
