"""Telnyx media streaming: JSON with base64 RTP payloads, whose messages may overtake each other.

https://developers.telnyx.com/api-reference/websockets/stream-call-media-over-websocket
"""

from collections.abc import Mapping
from typing import Annotated

import msgspec

from sip_gateway.streams.about import About, BadMessage, conversation_id
from sip_gateway.streams.dialect import Dialect
from sip_gateway.streams.signature import SignedRequest
from sip_gateway.streams.tokens import Tokens
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


class _Format(msgspec.Struct, frozen=True):
    encoding: str = "PCMU"
    sample_rate: int = 8000
    channels: int = 1


class _Parameters(About, frozen=True):
    tracks: str = "both"
    """`inbound`, `outbound` or `both`: the platform does not say what it was asked for."""


class _Start(msgspec.Struct, frozen=True):
    call_control_id: str
    media_format: _Format = _Format()
    custom_parameters: _Parameters = _Parameters()


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
    tracks = TRACKS if about.tracks == "both" else (about.tracks,)
    conversation = conversation_id(about.conversation, start.call_control_id)
    return Started(conversation, about, tracks, codec)


def dialect(tokens: Mapping[str, bytes]) -> Dialect:
    """Streams that come with one of these tokens."""
    known = Tokens(tokens)

    def admit(request: SignedRequest, now: float) -> TracksSession:
        known.verify(request)
        return TracksSession(read)

    return Dialect("telnyx", admit)
