"""Vonage Voice API websockets: one text message with the content type and headers, then L16.

https://developer.vonage.com/en/voice/voice-api/concepts/websockets: a websocket is one party of a
conversation and hears what that party may hear: all, or one leg where the conference says so. Then
a second websocket brings the other leg, and `conversation` joins the two.
"""

import re
from collections.abc import Mapping

import msgspec

from sip_gateway.streams import freeswitch
from sip_gateway.streams.about import (
    About,
    BadMessage,
    Leg,
    conversation_id,
    described,
    parties_of,
)
from sip_gateway.streams.dialect import Dialect
from sip_gateway.streams.forked import QUIET_S, Begin, ForkedSession, Word
from sip_gateway.streams.heard import StreamOpened
from sip_gateway.streams.parameters import parameters
from sip_gateway.streams.signature import SignedRequest
from sip_gateway.streams.tokens import Tokens

_CONTENT_TYPE = re.compile(r"audio/l16; ?rate=(\d{4,6})", re.IGNORECASE)


class _Connected(About, frozen=True):
    """The headers of the endpoint stand beside the content type."""

    content_type: str = msgspec.field(name="content-type", default="")
    leg: Leg = "mixed"


def read(text: str, begun: bool) -> Word:
    """What a text message says; keys pressed and the rest are passed over."""
    if begun:
        return freeswitch.later(text)
    connected = described(_Connected, text)
    rate = _CONTENT_TYPE.fullmatch(connected.content_type)
    if rate is None:
        raise BadMessage("content-type is not audio/l16 with a rate")
    parties, carries = parties_of(connected, connected.leg)
    opened = StreamOpened(
        conversation_id(connected.conversation),
        parties,
        language=connected.language,
        queue=connected.queue,
        carries=carries,
        told=parameters(text),
    )
    return Begin(opened, "l16", int(rate[1]))


def dialect(tokens: Mapping[str, bytes]) -> Dialect:
    """Websockets that come with one of these tokens."""
    known = Tokens(tokens)

    def admit(request: SignedRequest, now: float) -> ForkedSession:
        known.verify(request)
        return ForkedSession(read)

    return Dialect("vonage", admit, silent_s=QUIET_S)
