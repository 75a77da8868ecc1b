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
    queue: str = ""
    """What the call is about or who should take it; empty: the platform did not say."""

    carries: tuple[int, ...] = ()
    """The channels that come over this connection, others over others; empty: all."""


class StreamAudio(NamedTuple):
    """Audio of one channel, right behind what came of it before."""

    channel: int
    g711: bytes
    """At 8 kHz."""


class StreamLost(NamedTuple):
    """So much audio of a channel will never come."""

    channel: int
    samples: int


class StreamQuiet(NamedTuple):
    """So much silence of a channel was not sent: nothing is missing."""

    channel: int
    samples: int


class StreamPaused(NamedTuple):
    """No audio follows until `StreamResumed`."""


class StreamResumed(NamedTuple):
    """Audio follows again."""


class StreamEnded(NamedTuple):
    """The conversation is over."""

    reason: str


ChannelEvent = StreamAudio | StreamLost | StreamQuiet
StreamEvent = StreamOpened | ChannelEvent | StreamPaused | StreamResumed | StreamEnded
