"""Telnyx media streaming: JSON with base64 RTP payloads, whose messages may overtake each other.

https://developers.telnyx.com/api-reference/websockets/stream-call-media-over-websocket
"""

from collections.abc import Mapping

import msgspec

from sip_gateway.streams.about import About, conversation_id, described
from sip_gateway.streams.dialect import Dialect
from sip_gateway.streams.parameters import NOTHING, parameters
from sip_gateway.streams.signature import SignedRequest
from sip_gateway.streams.tokens import Tokens
from sip_gateway.streams.track_messages import reader
from sip_gateway.streams.tracks import TRACKS, Started, TracksSession, form_of


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


def _started(raw: msgspec.Raw) -> Started:
    start = _START.decode(raw)
    media = start.media_format
    form = form_of(media.encoding, media.sample_rate, media.channels)
    about = described(_Parameters, start.custom_parameters)
    tracks = TRACKS if about.tracks == "both" else (about.tracks,)
    conversation = conversation_id(about.conversation, start.call_control_id)
    told = parameters(start.custom_parameters, raw)
    return Started(conversation, about, tracks, form, told)


read = reader(_started)


def dialect(tokens: Mapping[str, bytes]) -> Dialect:
    """Streams that come with one of these tokens."""
    known = Tokens(tokens)

    def admit(request: SignedRequest, now: float) -> TracksSession:
        known.verify(request)
        return TracksSession(read)

    return Dialect("telnyx", admit)
