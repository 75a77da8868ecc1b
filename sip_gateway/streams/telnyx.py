"""Telnyx media streaming: JSON with base64 RTP payloads, whose messages may overtake each other.

https://developers.telnyx.com/api-reference/websockets/stream-call-media-over-websocket
"""

from collections.abc import Mapping

import msgspec

from sip_gateway.streams.about import About, conversation_id
from sip_gateway.streams.dialect import Dialect
from sip_gateway.streams.parameters import NOTHING, parameters
from sip_gateway.streams.signature import SignedRequest
from sip_gateway.streams.tokens import Tokens
from sip_gateway.streams.track_messages import reader
from sip_gateway.streams.tracks import TRACKS, Started, TracksSession, codec_of


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
    custom_parameters: msgspec.Raw = NOTHING


_START = msgspec.json.Decoder(_Start, strict=False)
_PARAMETERS = msgspec.json.Decoder(_Parameters, strict=False)


def _started(raw: msgspec.Raw) -> Started:
    start = _START.decode(raw)
    described = start.media_format
    codec = codec_of(described.encoding, described.sample_rate, described.channels)
    about = _PARAMETERS.decode(start.custom_parameters)
    tracks = TRACKS if about.tracks == "both" else (about.tracks,)
    conversation = conversation_id(about.conversation, start.call_control_id)
    told = parameters(start.custom_parameters, raw)
    return Started(conversation, about, tracks, codec, told)


read = reader(_started)


def dialect(tokens: Mapping[str, bytes]) -> Dialect:
    """Streams that come with one of these tokens."""
    known = Tokens(tokens)

    def admit(request: SignedRequest, now: float) -> TracksSession:
        known.verify(request)
        return TracksSession(read)

    return Dialect("telnyx", admit)
