"""SignalWire's `<Stream>`: Twilio's messages, with a token instead of a signature.

https://developer.signalwire.com/compatibility-api/cxml/voice/stream
"""

from collections.abc import Mapping

from sip_gateway.streams import twilio
from sip_gateway.streams.dialect import Dialect
from sip_gateway.streams.signature import SignedRequest
from sip_gateway.streams.tokens import Tokens
from sip_gateway.streams.tracks import TracksSession


def dialect(tokens: Mapping[str, bytes]) -> Dialect:
    """Streams that come with one of these as `authBearerToken`."""
    known = Tokens(tokens)

    def admit(request: SignedRequest, now: float) -> TracksSession:
        known.verify(request)
        return TracksSession(twilio.read)

    return Dialect("signalwire", admit)
