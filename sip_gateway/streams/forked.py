"""Streams that are described in a text message and come in binary ones.

A dialect's module reads the text messages; what they may amount to stands here.
"""

from collections.abc import Callable, Iterable
from json import JSONDecodeError, JSONDecoder
from typing import NamedTuple

import msgspec

from sip_gateway.streams.about import BadMessage, blame
from sip_gateway.streams.dialect import Reason, Told
from sip_gateway.streams.heard import StreamEnded, StreamOpened, StreamPaused, StreamResumed
from sip_gateway.streams.interleaved import Arriving, Encoding

LONGEST_TEXT = 1 << 16
LONGEST_AUDIO = 1 << 17
SHORTEST_AUDIO = 160
"""What a message of early audio counts for at least, so that there are not many of them."""

LONGEST_LOSS = 3600 * 8000
QUIET_S = 3600.0
"""A pause may be long, and nothing comes in it; websocket pings find a peer that is dead."""


class Begin(NamedTuple):
    """The stream is described; `opened.codec` is what will come of it."""

    opened: StreamOpened
    encoding: Encoding
    rate_hz: int


class Pause(NamedTuple):
    """No audio is sent from now on, or none that is to be heard."""


class Resume(NamedTuple):
    """Audio follows again."""


class Lose(NamedTuple):
    """So much of all channels of the connection will never come."""

    samples: int


class Ping(NamedTuple):
    """Is anybody there?"""


class Stop(NamedTuple):
    """The stream is over."""


class Pass(NamedTuple):
    """Nothing that concerns us."""


Word = Begin | Pause | Resume | Lose | Ping | Stop | Pass
Read = Callable[[str, bool], Word]
"""What a text message says; the flag: whether the stream has begun."""


def silent(kind: str, info: str) -> str:
    """Answers nothing: for platforms that expect no answer."""
    return ""


def alone(text: str) -> Iterable[str]:
    """A text message is one thing."""
    return (text,)


def objects(text: str) -> Iterable[str]:
    """A text message may be JSON objects right behind each other: `mod_audio_fork` puts together
    what it was given while it could not write (`bufferForSending`). Other words are one thing."""
    start = 0
    while start < len(text):
        try:
            end = _JSON.raw_decode(text, start)[1] if text[start] == "{" else len(text)
        except JSONDecodeError:
            end = len(text)
        yield text[start:end]
        start = end + len(text[end:]) - len(text[end:].lstrip())


_JSON = JSONDecoder()


class ForkedSession(Told):
    """Contract: as `StreamSession` says.

    `answer` gives the text that tells the peer `started`, `pong` or `error`, with a reason, or
    nothing. So much audio may come before the words that describe it as `early_bytes` says; then
    it is what `unsaid` describes, if there is that. `part` parts a text message.
    """

    def __init__(
        self,
        read: Read,
        *,
        answer: Callable[[str, str], str] = silent,
        unsaid: Begin | None = None,
        early_bytes: int = 0,
        part: Callable[[str], Iterable[str]] = alone,
    ) -> None:
        super().__init__()
        self._read = read
        self._answer = answer
        self._unsaid = unsaid
        self._early: list[tuple[bytes, float]] = []
        self._early_bytes = early_bytes
        self._part = part
        self._audio = Arriving("l16", 8000, (0,))
        self._paused = False

    def receive_text(self, text: str) -> None:
        """Take a text message; one that breaks the protocol ends the session."""
        if self.closed:
            return
        try:
            if len(text) > LONGEST_TEXT:
                raise BadMessage("a text message is too long")
            for one in self._part(text):
                if not self.closed:
                    self._receive(self._read(one, self.opened))
        except (BadMessage, msgspec.DecodeError, RecursionError) as error:
            self._break(blame(error))

    def receive_audio(self, data: bytes, *, now: float) -> None:
        """Take a binary message."""
        if self.closed:
            return
        if not self.opened and len(data) <= self._early_bytes:
            self._early_bytes -= max(len(data), SHORTEST_AUDIO)
            self._early.append((data, now))
            return
        if not self.opened and self._unsaid:
            self._begin(self._unsaid)
        if not self.opened or len(data) > LONGEST_AUDIO:
            self._break("audio that was not announced")
        elif not self._paused:
            self._events += self._audio.receive(data, now=now)

    def receive_close(self) -> None:
        """Most of these platforms end a stream by closing."""
        if not self.closed:
            if self._early and self._unsaid:
                self._begin(self._unsaid)
            self._stop()

    def disconnect(self, reason: Reason, info: str) -> None:
        """Tell the peer, where it listens, and close."""
        if not self.closed:
            self.closed = True
            self._say(reason, info)

    def _break(self, how: str) -> None:
        self.broke = how
        self.disconnect("error", how)

    def _receive(self, word: Word) -> None:
        if isinstance(word, Begin):
            self._begin(word)
        elif isinstance(word, Ping):
            self._say("pong")
        elif isinstance(word, Stop):
            self._stop()
        elif self.opened and isinstance(word, Lose):
            self._lose(word.samples)
        elif self.opened and isinstance(word, Pause | Resume):
            self._hold(isinstance(word, Pause))

    def _begin(self, begin: Begin) -> None:
        if self.opened:
            raise BadMessage("the stream has begun already")
        carries = begin.opened.carries or tuple(range(len(begin.opened.parties)))
        self._audio = Arriving(begin.encoding, begin.rate_hz, carries)
        self.opened = True
        self._events.append(begin.opened._replace(codec=self._audio.codec))
        self._say("started")
        for data, now in self._early:
            self._events += self._audio.receive(data, now=now)
        self._early.clear()

    def _lose(self, samples: int) -> None:
        if not 0 < samples <= LONGEST_LOSS:
            raise BadMessage("no such loss: up to an hour")
        self._audio.clock.skip(samples)
        self._events += self._audio.lost(samples)

    def _hold(self, paused: bool) -> None:
        if paused != self._paused:
            self._paused = paused
            self._audio.clock.restart()
            self._events.append(StreamPaused() if paused else StreamResumed())

    def _stop(self) -> None:
        self.closed = True
        if self.opened:
            self._events.append(StreamEnded("end"))

    def _say(self, kind: str, info: str = "") -> None:
        if text := self._answer(kind, info):
            self._outgoing.append(text)
