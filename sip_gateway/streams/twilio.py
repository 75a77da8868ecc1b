"""Twilio Media Streams: JSON with base64 mu-law, and a signed handshake.

https://www.twilio.com/docs/voice/media-streams/websocket-messages and, for the signature,
https://www.twilio.com/docs/usage/security: base64 of HMAC-SHA1 over the URL, by the auth token.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping

import msgspec

from sip_gateway.streams.about import About, conversation_id, described
from sip_gateway.streams.dialect import Dialect
from sip_gateway.streams.parameters import NOTHING, parameters
from sip_gateway.streams.signature import NotSigned, SignedRequest
from sip_gateway.streams.track_messages import reader
from sip_gateway.streams.tracks import TRACKS, Started, TracksSession, form_of


class _Format(msgspec.Struct, frozen=True, rename="camel"):
    encoding: str = "audio/x-mulaw"
    sample_rate: int = 8000
    channels: int = 1


class _Start(msgspec.Struct, frozen=True, rename="camel"):
    call_sid: str
    tracks: tuple[str, ...] = TRACKS
    media_format: _Format = _Format()
    custom_parameters: msgspec.Raw = NOTHING


_START = msgspec.json.Decoder(_Start, strict=False)


def _started(raw: msgspec.Raw) -> Started:
    start = _START.decode(raw)
    media = start.media_format
    form = form_of(media.encoding, media.sample_rate, media.channels)
    about = described(About, start.custom_parameters)
    conversation = conversation_id(about.conversation, start.call_sid)
    told = parameters(start.custom_parameters, raw)
    return Started(conversation, about, start.tracks, form, told)


read = reader(_started)


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
