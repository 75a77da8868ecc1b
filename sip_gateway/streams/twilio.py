"""Twilio Media Streams: JSON with base64 mu-law, and a signed handshake.

https://www.twilio.com/docs/voice/media-streams/websocket-messages and, for the signature,
https://www.twilio.com/docs/usage/security: base64 of HMAC-SHA1 over the URL, by the auth token.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Annotated

import msgspec

from sip_gateway.streams.about import About, BadMessage, conversation_id
from sip_gateway.streams.dialect import Dialect
from sip_gateway.streams.signature import NotSigned, SignedRequest
from sip_gateway.streams.tracks import (
    TRACKS,
    Media,
    Other,
    Said,
    Started,
    Stopped,
    TracksSession,
    codec_of,
)

Count = Annotated[int, msgspec.Meta(ge=0, le=1 << 40)]


class _Format(msgspec.Struct, frozen=True, rename="camel"):
    encoding: str = "audio/x-mulaw"
    sample_rate: int = 8000
    channels: int = 1


class _Start(msgspec.Struct, frozen=True, rename="camel"):
    call_sid: str
    tracks: tuple[str, ...] = TRACKS
    media_format: _Format = _Format()
    custom_parameters: About = About()


class _Media(msgspec.Struct, frozen=True):
    track: str
    chunk: Count
    timestamp: Count
    payload: bytes


class _Message(msgspec.Struct, frozen=True):
    event: str
    start: _Start | None = None
    media: _Media | None = None


_MESSAGE = msgspec.json.Decoder(_Message, strict=False)
"""Not strict: numbers come as strings."""


def read(text: str) -> Said:
    """What a message says."""
    message = _MESSAGE.decode(text)
    if message.event == "media" and message.media:
        return Media(*msgspec.structs.astuple(message.media))
    if message.event == "start" and message.start:
        return _started(message.start)
    if message.event in ("media", "start"):
        raise BadMessage("a message is empty")
    return Stopped() if message.event == "stop" else Other()


def _started(start: _Start) -> Started:
    described = start.media_format
    codec = codec_of(described.encoding, described.sample_rate, described.channels)
    about = start.custom_parameters
    conversation = conversation_id(about.conversation, start.call_sid)
    return Started(conversation, about, start.tracks, codec)


def verify(request: SignedRequest, tokens: Mapping[str, bytes], *, public_url: str) -> None:
    """NotSigned unless one of the auth tokens signed the URL as Twilio was given it."""
    base = public_url.rstrip("/") or f"wss://{request.headers.get('host', '')}"
    said = request.headers.get("x-twilio-signature", "").encode()
    path, mark, query = request.target.partition("?")
    # Some of Twilio's handshakes are signed with a slash behind the path that was not asked for.
    urls = (base + request.target, f"{base}{path}/{mark}{query}")
    right = [
        hmac.compare_digest(base64.b64encode(hmac.digest(token, url.encode(), hashlib.sha1)), said)
        for token in tokens.values()
        for url in urls
    ]
    if not any(right):
        raise NotSigned("the URL is not signed by an auth token known here")


def dialect(tokens: Mapping[str, bytes], *, public_url: str = "") -> Dialect:
    """Media Streams of the accounts with these auth tokens; `public_url`: what stands before the
    path in the URL that Twilio was given, where a proxy changes it."""

    def admit(request: SignedRequest, now: float) -> TracksSession:
        verify(request, tokens, public_url=public_url)
        return TracksSession(read)

    return Dialect("twilio", admit)
