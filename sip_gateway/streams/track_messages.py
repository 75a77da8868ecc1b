"""The JSON messages of streams with tracks, as Twilio has them, and with it the others."""

from collections.abc import Callable
from typing import Annotated

import msgspec

from sip_gateway.streams.about import BadMessage
from sip_gateway.streams.tracks import Media, Other, Said, Started, Stopped

Count = Annotated[int, msgspec.Meta(ge=0, le=1 << 53)]
"""Milliseconds since 1970 too."""


class _Media(msgspec.Struct, frozen=True):
    track: str
    chunk: Count
    timestamp: Count
    payload: bytes


class _Message(msgspec.Struct, frozen=True):
    event: str
    start: msgspec.Raw = msgspec.Raw()
    media: _Media | None = None


_MESSAGE = msgspec.json.Decoder(_Message, strict=False)
"""Not strict: numbers come as strings."""


def reader(started: Callable[[msgspec.Raw], Started]) -> Callable[[str], Said]:
    """Reads messages; `started` reads what is under `start`, which is each platform's own."""

    def read(text: str) -> Said:
        message = _MESSAGE.decode(text)
        if message.event == "media" and message.media:
            return Media(*msgspec.structs.astuple(message.media))
        if message.event == "start" and bytes(message.start):
            return started(message.start)
        if message.event in ("media", "start"):
            raise BadMessage("a message is empty")
        return Stopped() if message.event == "stop" else Other()

    return read
