"""Our own protocol, for whoever has no other: deploy/ingress/stream.md is its specification."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from sip_gateway.streams.about import BadMessage, conversation_id
from sip_gateway.streams.dialect import Dialect
from sip_gateway.streams.forked import (
    QUIET_S,
    Begin,
    ForkedSession,
    Lose,
    Pass,
    Pause,
    Ping,
    Resume,
    Stop,
    Word,
)
from sip_gateway.streams.heard import StreamOpened, StreamParty
from sip_gateway.streams.interleaved import Encoding
from sip_gateway.streams.parameters import NOTHING, parameters
from sip_gateway.streams.signature import SignedRequest
from sip_gateway.streams.tokens import Tokens

_WORDS: dict[str, Word] = {
    "pause": Pause(),
    "resume": Resume(),
    "ping": Ping(),
    "stop": Stop(),
}
MOST_CHANNELS = 2


class _Party(msgspec.Struct, frozen=True):
    role: Literal["agent", "customer", "speaker"]
    name: str = ""
    number: str = ""


class _Start(msgspec.Struct, frozen=True):
    conversation: str
    parties: tuple[_Party, ...]
    encoding: Encoding = "pcmu"
    rate: int = 8000
    channels: int = 0
    """0: as many as parties."""

    queue: str = ""
    language: str = ""
    attributes: msgspec.Raw = NOTHING
    """Names and values, for the call's attributes."""


class _Message(msgspec.Struct, frozen=True):
    type: str
    ms: int = 0


_MESSAGE = msgspec.json.Decoder(_Message)
_START = msgspec.json.Decoder(_Start)


def read(text: str, begun: bool) -> Word:
    """What a text message says; types that we do not know are passed over."""
    message = _MESSAGE.decode(text)
    if message.type == "start":
        return _begin(_START.decode(text))
    if not begun and message.type not in ("ping", "stop"):
        raise BadMessage("start comes first")
    if message.type == "lost":
        return Lose(8 * message.ms)
    return _WORDS.get(message.type, Pass())


def answer(kind: str, info: str) -> str:
    """The messages that we send."""
    told = {"type": kind, "info": info} if info else {"type": kind}
    return msgspec.json.encode(told).decode()


def _begin(start: _Start) -> Begin:
    count = len(start.parties)
    if not 1 <= count <= MOST_CHANNELS or start.channels not in (0, count):
        raise BadMessage("one or two parties, with a channel each")
    parties = tuple(StreamParty(party.role, party.name, party.number) for party in start.parties)
    opened = StreamOpened(
        conversation_id(start.conversation),
        parties,
        language=start.language,
        queue=start.queue,
        told=parameters(start.attributes),
    )
    return Begin(opened, start.encoding, start.rate)


def dialect(tokens: Mapping[str, bytes]) -> Dialect:
    """Streams that come with one of these API keys."""
    known = Tokens(tokens)

    def admit(request: SignedRequest, now: float) -> ForkedSession:
        known.verify(request)
        return ForkedSession(read, answer=answer)

    return Dialect("stream", admit, silent_s=QUIET_S)
