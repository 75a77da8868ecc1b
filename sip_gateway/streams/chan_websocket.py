"""Asterisk's `chan_websocket`: a websocket channel a leg, told in text or JSON, media as it is.

https://docs.asterisk.org/Configuration/Channel-Drivers/WebSocket/: `MEDIA_START` names the format,
and audio may overtake it; what else the conversation is stands in the URL, by the dial string's
`v(...)`. Nothing is played back, so that flow control (`MEDIA_XOFF`) never concerns us.
"""

from collections.abc import Mapping
from urllib.parse import parse_qsl

import msgspec

from sip_gateway.streams.about import About, BadMessage, Leg, conversation_id, parties_of
from sip_gateway.streams.dialect import Dialect
from sip_gateway.streams.forked import QUIET_S, Begin, ForkedSession, Pass, Word
from sip_gateway.streams.heard import StreamOpened
from sip_gateway.streams.interleaved import Encoding
from sip_gateway.streams.parameters import NOTHING, in_url, parameters
from sip_gateway.streams.signature import SignedRequest
from sip_gateway.streams.tokens import Tokens

NAME = "chan_websocket"
EARLY_BYTES = 1 << 16
"""2 s of slin16."""

START = "MEDIA_START"
FORMATS: dict[str, tuple[Encoding, int]] = {
    "ulaw": ("pcmu", 8000),
    "alaw": ("pcma", 8000),
    "slin": ("l16", 8000),
    **{f"slin{n}": ("l16", 1000 * n) for n in (16, 24, 32, 48, 96, 192)},
}


class InUrl(About, frozen=True):
    """What the dial string tells."""

    leg: Leg = "mixed"


class _Event(msgspec.Struct, frozen=True):
    event: str
    format: str = ""
    channel_id: str = ""
    channel_variables: msgspec.Raw = NOTHING


_EVENT = msgspec.json.Decoder(_Event)


class Control:
    """Reads one connection's control messages and answers in their form."""

    def __init__(self, in_url: Mapping[str, str]) -> None:
        self._in_url = in_url
        self._json = False

    def read(self, text: str, begun: bool) -> Word:
        """What a control message says; all but the first are passed over."""
        self._json = text.startswith("{")
        event = _EVENT.decode(text) if self._json else _plain(text)
        if event.event == START:
            return self._begin(event)
        if not begun:
            raise BadMessage("MEDIA_START comes first")
        return Pass()

    def answer(self, kind: str, info: str) -> str:
        """Hang up, once the call is over for us; nothing else is ever said."""
        if kind in ("started", "pong"):
            return ""
        return '{"command":"HANGUP"}' if self._json else "HANGUP"

    def _begin(self, event: _Event) -> Begin:
        about = msgspec.convert(self._in_url, InUrl, strict=False)
        if event.format not in FORMATS:
            raise BadMessage("no such format: ulaw, alaw, slin, or slin16 to slin192")
        if about.leg != "mixed" and not about.conversation:
            raise BadMessage("a leg without the conversation that it is of")
        parties, carries = parties_of(about, about.leg)
        opened = StreamOpened(
            conversation_id(about.conversation, event.channel_id),
            parties,
            language=about.language,
            queue=about.queue,
            carries=carries,
            told=parameters(in_url(self._in_url), event.channel_variables),
        )
        return Begin(opened, *FORMATS[event.format])


def _plain(text: str) -> _Event:
    """`NAME key:value key:value`."""
    name, *pairs = text.split()[:16] or [""]
    told = dict(pair.split(":", 1) for pair in pairs if ":" in pair)
    return _Event(name, told.get("format", ""), told.get("channel_id", ""))


def dialect(tokens: Mapping[str, bytes]) -> Dialect:
    """Channels whose websocket client shows one of these, as a rule as its password."""
    known = Tokens(tokens)

    def admit(request: SignedRequest, now: float) -> ForkedSession:
        known.verify(request)
        control = Control(dict(parse_qsl(request.target.partition("?")[2])))
        return ForkedSession(control.read, answer=control.answer, early_bytes=EARLY_BYTES)

    return Dialect(NAME, admit, silent_s=QUIET_S)
