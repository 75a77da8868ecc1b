"""What a media stream amounts to, whatever its dialect: told by the sans-I/O dialect modules."""

from typing import NamedTuple


class StreamParty(NamedTuple):
    """One party of the conversation, one channel of the stream."""

    role: str
    """`agent` or `customer`."""

    name: str = ""
    aor: str = ""


class StreamOpened(NamedTuple):
    """A conversation begins, or goes on after its connection broke."""

    conversation: str
    """The platform's own id of it."""

    parties: tuple[StreamParty, ...]
    """In the order of the channels."""

    codec: str = "PCMU"
    language: str = ""


class StreamAudio(NamedTuple):
    """Audio of one channel, right behind what came of it before."""

    channel: int
    g711: bytes
    """At 8 kHz."""


class StreamLost(NamedTuple):
    """So much audio of a channel will never come."""

    channel: int
    samples: int


class StreamPaused(NamedTuple):
    """No audio follows until `StreamResumed`."""


class StreamResumed(NamedTuple):
    """Audio follows again."""


class StreamEnded(NamedTuple):
    """The conversation is over."""

    reason: str


StreamEvent = StreamOpened | StreamAudio | StreamLost | StreamPaused | StreamResumed | StreamEnded
