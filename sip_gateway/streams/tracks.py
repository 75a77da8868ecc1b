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
from sip_gateway.streams.linear import RATES_HZ, ByteOrder, Linear, carried
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
    form: "Form"
    told: Parameters = ()


class Form(NamedTuple):
    """What a platform's chunks hold."""

    codec: str
    """One of `CARRIED`, as which they are carried."""

    linear_hz: int = 0
    """The rate of linear samples; 0: they are carried as they are."""


class Media(NamedTuple):
    """A chunk of one track."""

    track: str
    chunk: int
    timestamp_ms: int
    payload: bytes
    """In the platform's form."""


class Stopped(NamedTuple):
    """The stream is over."""


class Other(NamedTuple):
    """Nothing that concerns us."""


Said = Started | Media | Stopped | Other


class Track:
    """One track's clock: chunks in order, whatever is missing between them in its place."""

    def __init__(self, channel: int, *, form: Form) -> None:
        self._channel = channel
        self._tick_bytes = CARRIED[form.codec].tick_bytes
        self._linear = Linear(form.linear_hz) if form.linear_hz else None
        self._order = ByteOrder()
        self._last: int | None = None
        self._due = 0
        """Where the next chunk should begin, in samples on the platform's clock."""

        self._waiting: dict[int, Media] = {}

    def receive(self, media: Media) -> list[ChannelEvent]:
        """What can be told after this chunk."""
        told: list[ChannelEvent] = []
        if self._last is not None and media.chunk <= self._last:
            if media.timestamp_ms * SAMPLES_A_MS < self._due - TOLERANCE:
                return []  # said before, or given up already
            # Time goes on, and the numbers begin anew.
            told = self.flush()
            self._last = media.chunk - 1
        self._waiting[media.chunk] = media
        return told + self._told(PATIENCE)

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
        said = StreamAudio(self._channel, self._payload(media.payload), self._tick_bytes)
        self._due += said.samples
        audio = [said] if said.payload else []
        if missing <= TOLERANCE:
            return [*audio]
        # A platform may leave out silence; then no number is missing.
        kind = StreamQuiet if in_turn else StreamLost
        return [kind(self._channel, missing), *audio]

    def _payload(self, data: bytes) -> bytes:
        """As it is carried."""
        if self._linear is None:
            return data
        if len(data) % 2:
            raise BadMessage("a sample is cut in two")
        payload = self._linear.receive(self._order.read(data))
        return payload[: len(payload) - len(payload) % self._tick_bytes]


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
            track: Track(channel, form=started.form) for channel, track in enumerate(named)
        }
        of_track = dict(zip(TRACKS, both(started.about), strict=True))
        self._events.append(
            StreamOpened(
                started.conversation,
                tuple(of_track[track] for track in named),
                codec=started.form.codec,
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


_CODECS = {"mulaw": "PCMU", "pcmu": "PCMU", "alaw": "PCMA", "pcma": "PCMA", "g722": "G722"}
_G722_HZ = (8000, 16_000)
"""Its clock in RTP, and the truth."""


def form_of(encoding: str, rate_hz: int, channels: int) -> Form:
    """What a media format means; BadMessage for what we do not decode.

    Encodings have been seen as `PCMU`, `audio/x-mulaw`, `L16` and `audio/x-l16`.
    """
    name = encoding.lower().removeprefix("audio/").removeprefix("x-")
    rates = RATES_HZ if name == "l16" else _G722_HZ if name == "g722" else (8000,)
    if channels != 1 or rate_hz not in rates or name not in ("l16", *_CODECS):
        raise BadMessage("not G.711, G.722 or L16 at a rate that is taken, one channel a track")
    return Form(carried(rate_hz), rate_hz) if name == "l16" else Form(_CODECS[name])
