"""What a media stream amounts to, whatever its dialect: told by the sans-I/O dialect modules."""

from typing import NamedTuple

from sip_gateway.streams.parameters import Parameters


class StreamParty(NamedTuple):
    """One party of the conversation, one channel of the stream."""

    role: str
    """`agent` or `customer`."""

    name: str = ""
    aor: str = ""


class Carried(NamedTuple):
    """How a codec of streams goes through RTP."""

    tick_bytes: int
    """Of a payload; a tick is 1/8000 s, in which all time of streams is told."""

    clock_per_tick: int = 1


CARRIED = {"PCMU": Carried(1), "PCMA": Carried(1), "G722": Carried(1), "L16": Carried(4, 2)}
"""L16 is at 16 kHz and, as in RTP, in network byte order; G.722 has 64 kbit/s."""


class StreamOpened(NamedTuple):
    """A conversation begins, or goes on after its connection broke."""

    conversation: str
    """The platform's own id of it."""

    parties: tuple[StreamParty, ...]
    """In the order of the channels."""

    codec: str = "PCMU"
    """One of `CARRIED`."""

    language: str = ""
    queue: str = ""
    """What the call is about or who should take it; empty: the platform did not say."""

    carries: tuple[int, ...] = ()
    """The channels that come over this connection, others over others; empty: all."""

    told: Parameters = ()
    """What else the platform said of it, for the call's attributes; any may be personal."""


class StreamAudio(NamedTuple):
    """Audio of one channel, right behind what came of it before."""

    channel: int
    payload: bytes
    """In the stream's codec, whole ticks."""

    tick_bytes: int = 1

    @property
    def samples(self) -> int:
        """Its length in samples at 8 kHz, whatever its rate."""
        return len(self.payload) // self.tick_bytes


class StreamLost(NamedTuple):
    """So much audio of a channel will never come."""

    channel: int
    samples: int
    """At 8 kHz, whatever the stream's rate."""


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
