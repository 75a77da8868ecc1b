"""What a dialect of media streams is to the server: a sans-I/O session, and who may open one."""

from collections.abc import Callable
from typing import Literal, NamedTuple, Protocol

from sip_gateway.streams.heard import StreamEvent
from sip_gateway.streams.signature import SignedRequest

Reason = Literal["completed", "unauthorized", "error"]


class StreamSession(Protocol):
    """Contract: after every call, send all of `to_send`, then act on all of `take`; close the
    connection once `closed`."""

    closed: bool
    opened: bool
    """Whether the peer has said what the stream is."""

    broke: str
    """How the peer broke the protocol, without a word of its own; empty: it did not."""

    def receive_text(self, text: str) -> None:
        """Take a text message; one that breaks the protocol ends the session."""
        ...

    def receive_audio(self, data: bytes, *, now: float) -> None:
        """Take a binary message. `now`: seconds on a monotonic clock."""
        ...

    def receive_close(self) -> None:
        """The peer closed the connection in good order (code 1000)."""
        ...

    def to_send(self) -> list[str]:
        """Text messages for the peer; empties itself."""
        ...

    def take(self) -> list[StreamEvent]:
        """What happened since the last call, in order."""
        ...

    def disconnect(self, reason: Reason, info: str) -> None:
        """End the session from our side, in the dialect's own words."""
        ...


class Told:
    """What a session has to say: to its peer, and of it. The one way to keep both."""

    def __init__(self) -> None:
        self.closed = False
        self.opened = False
        self.broke = ""
        self._outgoing: list[str] = []
        self._events: list[StreamEvent] = []

    def to_send(self) -> list[str]:
        """Text messages for the peer; empties itself."""
        outgoing, self._outgoing = self._outgoing, []
        return outgoing

    def take(self) -> list[StreamEvent]:
        """What happened since the last call, in order."""
        events, self._events = self._events, []
        return events


class Dialect(NamedTuple):
    """One way in: `admit` makes the session of a connection request, or raises NotSigned.

    `admit` is given the request and the seconds since 1970.
    """

    name: str
    admit: Callable[[SignedRequest, float], StreamSession]
    silent_s: float = 30.0
    """A peer that says nothing for so long is gone. A dead one is found by websocket pings too."""
