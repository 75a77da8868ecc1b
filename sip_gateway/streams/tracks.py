"""Streams of JSON messages with base64 audio in numbered, timed chunks, a track a party.

The shape that Twilio gave its Media Streams and others took over, each with names of its own: a
dialect's module turns its messages into the four below.
"""

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from sip_gateway.streams.about import About, BadMessage, blame, both
from sip_gateway.streams.dialect import Reason, Told
from sip_gateway.streams.heard import (
    CARRIED,
    ChannelEvent,
    StreamAudio,
    StreamEnded,
    StreamLost,
    StreamOpened,
    StreamQuiet,
)
from sip_gateway.streams.parameters import Parameters

SAMPLES_A_MS = 8
LONGEST_TEXT = 1 << 17
LONGEST_GAP = 3600 * 1000 * SAMPLES_A_MS
"""Samples; a clock that jumps further is no clock."""

TOLERANCE = 10 * SAMPLES_A_MS
"""Samples by which a chunk may be off its time: it joins on all the same."""

PATIENCE = 4
"""Chunks of a track that may overtake a missing one until it is given up."""

TRACKS = ("inbound", "outbound")


class Started(NamedTuple):
    """The stream is described."""

    conversation: str
    about: About
    tracks: tuple[str, ...]
    codec: str
    told: Parameters = ()


class Media(NamedTuple):
    """A chunk of one track."""

    track: str
    chunk: int
    timestamp_ms: int
    payload: bytes
    """In the stream's codec."""


class Stopped(NamedTuple):
    """The stream is over."""


class Other(NamedTuple):
    """Nothing that concerns us."""


Said = Started | Media | Stopped | Other


class Track:
    """One track's clock: chunks in order, whatever is missing between them in its place."""

    def __init__(self, channel: int, *, codec: str) -> None:
        self._channel = channel
        self._tick_bytes = CARRIED[codec].tick_bytes
        self._last: int | None = None
        self._due = 0
        """Where the next chunk should begin, in samples on the platform's clock."""

        self._waiting: dict[int, Media] = {}

    def receive(self, media: Media) -> list[ChannelEvent]:
        """What can be told after this chunk."""
        if self._last is not None and media.chunk <= self._last:
            return []  # said before, or given up already
        self._waiting[media.chunk] = media
        return self._told(PATIENCE)

    def flush(self) -> list[ChannelEvent]:
        """The rest, whatever is missing."""
        return self._told(0)

    def _told(self, patience: int) -> list[ChannelEvent]:
        events: list[ChannelEvent] = []
        while self._waiting:
            first = self._waiting[min(self._waiting)]
            if len(self._waiting) <= patience and not self._joins_on(first):
                break
            del self._waiting[first.chunk]
            events += self._play(first)
        return events

    def _joins_on(self, media: Media) -> bool:
        """By its number, or by its time where the platform counts other chunks too."""
        in_turn = self._last is None or media.chunk == self._last + 1
        return in_turn or abs(media.timestamp_ms * SAMPLES_A_MS - self._due) <= TOLERANCE

    def _play(self, media: Media) -> list[ChannelEvent]:
        start = media.timestamp_ms * SAMPLES_A_MS
        missing = 0 if self._last is None else start - self._due
        if missing > LONGEST_GAP:
            raise BadMessage("the clock jumped")
        in_turn = self._last is None or media.chunk == self._last + 1
        if self._last is None or abs(missing) > TOLERANCE:
            self._due = start
        self._last = media.chunk
        said = StreamAudio(self._channel, media.payload, self._tick_bytes)
        if len(media.payload) % self._tick_bytes:
            raise BadMessage("a sample is cut in two")
        self._due += said.samples
        audio = [said] if media.payload else []
        if missing <= TOLERANCE:
            return [*audio]
        # A platform may leave out silence; then no number is missing.
        kind = StreamQuiet if in_turn else StreamLost
        return [kind(self._channel, missing), *audio]


class TracksSession(Told):
    """Contract: as `StreamSession` says. Nothing is ever sent: the platforms expect nothing."""

    def __init__(self, read: Callable[[str], Said]) -> None:
        super().__init__()
        self._read = read
        self._tracks: dict[str, Track] = {}

    def receive_text(self, text: str) -> None:
        """Take a message; one that breaks the protocol ends the session."""
        if self.closed:
            return
        try:
            if len(text) > LONGEST_TEXT:
                raise BadMessage("a message is too long")
            self._receive(self._read(text))
        except (BadMessage, msgspec.DecodeError, RecursionError) as error:
            self.broke = blame(error)
            self.closed = True

    def receive_audio(self, data: bytes, *, now: float) -> None:
        """Binary messages are not of these protocols."""
        if not self.closed:
            self.broke = "a binary message"
            self.closed = True

    def receive_close(self) -> None:
        """Without `stop` before, it is as good as broken."""

    def disconnect(self, reason: Reason, info: str) -> None:
        """The platforms know no other way than closing."""
        self.closed = True

    def _receive(self, said: Said) -> None:
        if isinstance(said, Started):
            self._start(said)
        elif isinstance(said, Media) and said.track in self._tracks:
            self._events += self._tracks[said.track].receive(said)
        elif isinstance(said, Stopped):
            self._stop()

    def _start(self, started: Started) -> None:
        if self.opened:
            raise BadMessage("start was said before")
        named = [track for track in TRACKS if track in started.tracks]
        if not named:
            raise BadMessage("no track that is known here")
        self.opened = True
        self._tracks = {
            track: Track(channel, codec=started.codec) for channel, track in enumerate(named)
        }
        of_track = dict(zip(TRACKS, both(started.about), strict=True))
        self._events.append(
            StreamOpened(
                started.conversation,
                tuple(of_track[track] for track in named),
                codec=started.codec,
                language=started.about.language,
                queue=started.about.queue,
                told=started.told,
            )
        )

    def _stop(self) -> None:
        self.closed = True
        if self.opened:
            for track in self._tracks.values():
                self._events += track.flush()
            self._events.append(StreamEnded("end"))


_CODECS = {
    ("audio/x-mulaw", 8000): "PCMU",
    ("pcmu", 8000): "PCMU",
    ("audio/x-alaw", 8000): "PCMA",
    ("pcma", 8000): "PCMA",
    ("l16", 16_000): "L16",
}


def codec_of(encoding: str, rate_hz: int, channels: int) -> str:
    """One of `CARRIED`; BadMessage for what we do not decode."""
    codec = _CODECS.get((encoding.lower(), rate_hz))
    if codec is None or channels != 1:
        raise BadMessage("not G.711 at 8000 Hz or L16 at 16000 Hz, one channel a track")
    return codec
