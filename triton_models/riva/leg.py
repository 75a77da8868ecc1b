"""One leg on its way to Riva and back (sans-I/O).

A stream is opened with the first audio and carries it until the leg is held, its audio stops or
jumps, or the leg ends; then it is half-closed, which makes Riva say its last final, and the next
audio opens another. So no stream is ever idle, and each has one offset to the call clock. When a
stream is lost, its last partial stands as final, the next opens with the audio that comes next,
and what lies between becomes a `Gap`.
"""

from collections import deque
from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from typing import NamedTuple

from sip_gateway.events import AudioFrame, Gap
from triton_models.events import RawTranscript
from triton_models.feed import FLUSH_S, UNAVAILABLE
from triton_models.riva.offer import Origin
from triton_models.riva.said import Said
from triton_models.riva.segments import Segments, Stamp
from triton_models.speech import LegStream

BYTES_PER_MS = 32
BIGGEST_MS = 1000
LAST_WORDS_S = 10.0
"""A half-closed stream is waited for so long without a word from it."""

SETTLED_S = 20.0
"""Audio sent so long ago without anything being shown was silence: a stream that does not take
audio any more is noticed sooner."""

FIRST_WAIT_S = 0.1
LONGEST_WAIT_S = 4.0
SHORT_LIFE_S = 2.0
"""A stream that its server ends sooner is not opened again at once."""


class Open(NamedTuple):
    """Begin stream number `stream`."""

    stream: int


class Audio(NamedTuple):
    """Send `pcm`, int16 little-endian [samples], 16 kHz mono."""

    stream: int
    pcm: bytes


class Close(NamedTuple):
    """Send no more; the answers are awaited."""

    stream: int


class Drop(NamedTuple):
    """Cancel: nothing is expected of it any more."""

    stream: int


Action = Open | Audio | Close | Drop


class State(Enum):
    """Of the leg's newest stream."""

    NONE = "none"
    OPEN = "open"
    CLOSING = "closing"


class _Heard(NamedTuple):
    start_ms: int
    end_ms: int
    pcm: bytes
    captured_at: datetime


class _Sent(NamedTuple):
    end_ms: int
    captured_at: datetime
    sent_at: float


class RivaLeg:
    """Contract: after every call drain `results`, then do what `next_action` says until it says
    nothing; call it again at `next_timer`. `now` is monotonic seconds."""

    def __init__(self, leg: LegStream, *, longest_stream_s: float) -> None:
        self.leg = leg
        self.results: list[RawTranscript | Gap] = []
        self.origin = Origin("", "", "")
        """What the newest stream was opened with."""

        self.failures = 0
        """Streams lost since the last that answered."""

        self._longest_stream_s = longest_stream_s
        self._segments = Segments(leg)
        self._state = State.NONE
        self._stream = 0
        self._stream_ms = 0
        self._opened_at = 0.0
        self._since = 0.0  # the state was entered, or a closing stream last answered
        self._retry_at = 0.0
        self._backlog: deque[_Heard | None] = deque()  # None: what came before is to be finished
        self._backlog_ms = 0
        self._sent: deque[_Sent] = deque()
        self._missing: tuple[int, str] | None = None
        self._done_ms = 0
        self._sent_ms = 0
        self._heard_ms = 0
        self._fed_at = 0.0
        self._wants_change = False
        self._answered = False
        self._ended = False

    @property
    def finished(self) -> bool:
        """True when the leg was ended and all of it is in `results`."""
        return self._ended and not self._backlog and self._state is State.NONE

    @property
    def answered(self) -> bool:
        """True if the newest stream said anything."""
        return self._answered

    @property
    def backlog_ms(self) -> int:
        """Audio that waits to be sent."""
        return self._backlog_ms

    def receive_frame(self, frame: AudioFrame, *, now: float) -> None:
        """Take the leg's next audio."""
        size_ms = len(frame.pcm) // BYTES_PER_MS
        pcm = frame.pcm[: size_ms * BYTES_PER_MS]
        self._heard_ms = frame.start_ms + size_ms
        self._backlog.append(_Heard(frame.start_ms, self._heard_ms, pcm, frame.captured_at))
        self._backlog_ms += size_ms
        self._fed_at = now

    def limit(self, most_ms: int, *, why: str) -> None:
        """Drop the oldest audio beyond `most_ms`."""
        while self._backlog_ms > most_ms:
            oldest = self._backlog.popleft()
            if oldest is not None:
                self._miss(oldest.start_ms, why)
                self._backlog_ms -= oldest.end_ms - oldest.start_ms

    def hold(self) -> None:
        """What was heard is to be finished; more may follow."""
        self._backlog.append(None)

    def end(self) -> None:
        """What was heard is to be finished; nothing follows."""
        self._ended = True
        self._backlog.append(None)
        self._skip_needless_marks()

    def next_action(self, *, now: float, online: bool) -> Action | None:
        """What to do now, if anything; no stream is opened unless `online`."""
        self._skip_needless_marks()
        if self._state is State.OPEN:
            return self._go_on(now)
        if self._state is State.CLOSING:
            if now < self._since + LAST_WORDS_S:
                return None
            stream = self._stream
            self.receive_broken(stream, now=now)
            return Drop(stream)
        head = self._backlog[0] if self._backlog else None
        if head is None or not online or now < self._retry_at:
            return None
        return self._open(head.start_ms, now=now)

    def next_timer(self) -> float | None:
        """When `next_action` is due without any news."""
        if self._state is State.OPEN:
            return self._fed_at + FLUSH_S
        if self._state is State.CLOSING:
            return self._since + LAST_WORDS_S
        return self._retry_at if self._backlog else None

    def receive_said(self, stream: int, said: Sequence[Said], *, now: float, at: datetime) -> None:
        """Take what stream number `stream` says, in order."""
        if stream != self._stream or self._state is State.NONE:
            return
        self.failures = 0
        self._answered = True
        if self._state is State.CLOSING:
            self._since = now
        for one in said:
            heard_ms = self._reached_ms(one)
            captured_at = self._captured_at(heard_ms, at)
            cut = self._state is State.CLOSING
            stamp = Stamp(heard_ms, captured_at, at, self.origin, cut)
            self.results += self._segments.receive(one, stamp)
            if one.is_final:
                self._done_ms = max(self._done_ms, heard_ms)
        if not self._segments.is_open:
            self._settle(now)
            self._wants_change = now - self._opened_at >= self._longest_stream_s

    def receive_closed(self, stream: int, *, now: float) -> None:
        """Stream number `stream` came to its end."""
        if stream != self._stream or self._state is State.NONE:
            return
        if self._state is State.OPEN:  # by the server's own wish: it has a longest stream
            short = now - self._opened_at < SHORT_LIFE_S
            self._lose(now, wait_s=FIRST_WAIT_S if short else 0.0)
            return
        self._stand()
        self._done_ms = self._sent_ms
        self._enter(State.NONE, now)
        self._skip_needless_marks()

    def receive_broken(self, stream: int, *, now: float, refused: bool = False) -> None:
        """Stream number `stream` failed; `refused`: it was unwelcome, unless it had answered."""
        if stream != self._stream or self._state is State.NONE:
            return
        wait_s = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** min(self.failures, 9))
        self.failures += 1
        self._lose(now, wait_s=LONGEST_WAIT_S if refused and not self._answered else wait_s)

    def give_up(self, *, now: float) -> None:
        """The leg's end is waited for no longer: say what will not be recognised."""
        if self._state is not State.NONE:
            self._lose(now, wait_s=0.0)
        self.limit(0, why=UNAVAILABLE)
        self._backlog.clear()
        self._say_missing(self._heard_ms)

    def _open(self, start_ms: int, *, now: float) -> Open:
        self._say_missing(start_ms)
        self._stream += 1
        self._stream_ms = self._done_ms = self._sent_ms = start_ms
        self._segments.start_stream(start_ms)
        self._sent.clear()
        self._wants_change = self._answered = False
        self._opened_at = now
        self._enter(State.OPEN, now)
        return Open(self._stream)

    def _go_on(self, now: float) -> Audio | Close | None:
        head = self._backlog[0] if self._backlog else None
        if head is not None and head.start_ms == self._sent_ms and not self._wants_change:
            return self._audio(now)
        if not self._backlog and now < self._fed_at + FLUSH_S:
            return None
        if self._backlog and head is None:
            self._backlog.popleft()
        self._enter(State.CLOSING, now)
        return Close(self._stream)

    def _audio(self, now: float) -> Audio:
        """The next audio without a jump, up to a mark or the biggest message."""
        pieces: list[bytes] = []
        start_ms = self._sent_ms
        while self._backlog and (head := self._backlog[0]) is not None:
            too_much = pieces and head.end_ms - start_ms > BIGGEST_MS
            if head.start_ms != self._sent_ms or too_much:
                break
            self._backlog.popleft()
            self._backlog_ms -= head.end_ms - head.start_ms
            self._sent_ms = head.end_ms
            self._sent.append(_Sent(head.end_ms, head.captured_at, now))
            pieces.append(head.pcm)
        self._settle(now)
        return Audio(self._stream, b"".join(pieces))

    def _settle(self, now: float) -> None:
        """What was sent long ago is done, unless it is part of an open segment."""
        if self._segments.is_open:
            return
        while self._sent and self._sent[0].sent_at < now - SETTLED_S:
            self._done_ms = max(self._done_ms, self._sent.popleft().end_ms)

    def _reached_ms(self, said: Said) -> int:
        """Call clock up to which Riva has heard the leg, as far as it tells."""
        if said.processed_ms:
            return min(self._sent_ms, self._stream_ms + said.processed_ms)
        if said.is_final and said.words and said.words[-1].end_ms > 0:
            return min(self._sent_ms, self._stream_ms + said.words[-1].end_ms)
        return self._sent_ms

    def _captured_at(self, heard_ms: int, at: datetime) -> datetime:
        """When the last audio up to `heard_ms` was received."""
        covering = (piece.captured_at for piece in self._sent if piece.end_ms >= heard_ms)
        return next(covering, at)

    def _lose(self, now: float, *, wait_s: float) -> None:
        self._settle(now)
        heard_ms = max(self._done_ms, self._stand())
        if self._sent_ms > heard_ms:
            self._miss(heard_ms, UNAVAILABLE)
        self._done_ms = self._sent_ms
        self._retry_at = now + wait_s
        self._enter(State.NONE, now)
        self._skip_needless_marks()

    def _stand(self) -> int:
        """The open segment's last partial becomes its final; where its words end."""
        final = self._segments.stand()
        if final is None:
            return 0
        self.results.append(final)
        return final.end_ms

    def _enter(self, state: State, now: float) -> None:
        self._state, self._since = state, now

    def _skip_needless_marks(self) -> None:
        """Where no stream is open there is nothing to finish; at the end say what is missing."""
        while self._state is State.NONE and self._backlog and self._backlog[0] is None:
            self._backlog.popleft()
        if self.finished:
            self._say_missing(self._heard_ms)

    def _miss(self, start_ms: int, why: str) -> None:
        if self._missing is None or start_ms < self._missing[0]:
            self._missing = (start_ms, why)

    def _say_missing(self, end_ms: int) -> None:
        missing, self._missing = self._missing, None
        if missing is None or end_ms <= missing[0]:
            return
        leg = self.leg
        gap = Gap(
            tenant_id=leg.tenant_id,
            call_id=leg.call_id,
            leg_id=leg.leg_id,
            start_ms=missing[0],
            end_ms=end_ms,
            why=missing[1],
        )
        self.results.append(gap)
