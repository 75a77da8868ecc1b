"""FreeSWITCH's `mod_audio_fork` and `mod_audio_stream`: metadata of the dialplan, then L16.

https://github.com/drachtio/drachtio-freeswitch-modules and
https://github.com/amigniter/mod_audio_stream: the metadata, if any, is the first text message and
whatever the dialplan put there, any words; audio may overtake it; `mono`, `mixed` or `stereo`,
caller left; a stop closes.
"""

import re
from collections.abc import Mapping
from typing import Literal
from urllib.parse import parse_qsl

import msgspec

from sip_gateway.streams.about import About, BadMessage, both, conversation_id, described
from sip_gateway.streams.dialect import Dialect
from sip_gateway.streams.forked import (
    QUIET_S,
    Begin,
    ForkedSession,
    Pass,
    Pause,
    Resume,
    Stop,
    Word,
    objects,
)
from sip_gateway.streams.heard import StreamOpened, StreamParty
from sip_gateway.streams.parameters import Parameters, in_url, parameters
from sip_gateway.streams.signature import SignedRequest
from sip_gateway.streams.tokens import Tokens

_WORDS: dict[str, Word] = {"pause": Pause(), "resume": Resume(), "stop": Stop()}


class Metadata(About, frozen=True):
    """What the dialplan tells: in the metadata, or in the URL."""

    uuid: str = ""
    """Of the channel; the conversation, if `conversation` is not told."""

    rate: int = 8000
    mix: Literal["mono", "mixed", "stereo"] = "mono"


class _Later(msgspec.Struct, frozen=True):
    event: str = ""


_LATER = msgspec.json.Decoder(_Later)
_KILO = re.compile(r'("rate" *: *)"?(\d{1,3})k"?', re.IGNORECASE)
"""As the modules' own commands write it: `16k`."""

EARLY_BYTES = 1 << 15
"""1 s of 16 kHz: the metadata have been seen to come behind the first audio."""


def begin(metadata: Metadata, *, uuid: str = "", told: Parameters = ()) -> Begin:
    """The stream that these metadata describe."""
    parties = both(metadata)
    if metadata.mix == "mono":
        parties = parties[:1]
    elif metadata.mix == "mixed":
        parties = (StreamParty("speaker"),)
    conversation = conversation_id(metadata.conversation, metadata.uuid, uuid)
    opened = StreamOpened(
        conversation, parties, language=metadata.language, queue=metadata.queue, told=told
    )
    return Begin(opened, "l16", metadata.rate)


def later(text: str) -> Word:
    """What comes after the metadata: `send_text` of the dialplan, in whatever form."""
    try:
        return _WORDS.get(_LATER.decode(text).event, Pass())
    except (msgspec.DecodeError, RecursionError):
        return Pass()


def dialect(tokens: Mapping[str, bytes]) -> Dialect:
    """Forks that come with one of these tokens."""
    known = Tokens(tokens)

    def admit(request: SignedRequest, now: float) -> ForkedSession:
        known.verify(request)
        query = dict(parse_qsl(request.target.partition("?")[2]))
        return ForkedSession(
            _Reader(query), unsaid=_unsaid(query), early_bytes=EARLY_BYTES, part=objects
        )

    return Dialect("freeswitch", admit, silent_s=QUIET_S)


class _Reader:
    """Metadata come before what the URL says; words that are none say nothing."""

    def __init__(self, query: Mapping[str, str]) -> None:
        self._in_url = in_url(query)
        self._suffices = _unsaid(query)

    def __call__(self, text: str, begun: bool) -> Word:
        if begun:
            return later(text)
        if not text.startswith("{"):
            if self._suffices is None:
                raise BadMessage("metadata that are no JSON object, and none in the URL")
            return self._suffices
        return _described(text, self._in_url)


def _unsaid(query: Mapping[str, str]) -> Begin | None:
    try:
        return _described(in_url(query))
    except (BadMessage, msgspec.ValidationError):
        return None


def _described(*objects: str) -> Begin:
    plain = [_KILO.sub(r"\g<1>\g<2>000", each) for each in objects]
    return begin(described(Metadata, *plain), told=parameters(*objects))
