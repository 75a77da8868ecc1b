"""One leg on its way to the recogniser and back (sans-I/O).

Audio waits in a bounded backlog and leaves as steps, at most two unanswered; what comes in
meanwhile goes as one bigger step. When the recogniser loses the leg, its last partial stands as
final, the leg starts anew with the audio that comes next, and what lies between becomes a `Gap`.
"""

from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

import msgspec
import numpy as np

from sip_gateway.events import AudioFrame, Gap
from triton_models.events import RawTranscript
from triton_models.hypothesis import SAMPLES_PER_MS, Answer, Hypothesis, Step
from triton_models.lineage import mark
from triton_models.options import LegOptions
from triton_models.speech import LegStream

MOST_UNANSWERED = 2
BIGGEST_STEP_MS = 2000
"""A leg that catches up does not hold the others up for longer than this takes."""

FLUSH_S = 2.0
"""Without audio for so long, what was said before is finished."""

KEEPALIVE_S = 60.0
"""A silent leg is mentioned so often; the server forgets a sequence after ten minutes."""

AGAIN_FIRST_S = 0.5
AGAIN_LONGEST_S = 8.0
"""A leg that is lost again before any answer came starts anew so much later, not at once."""

OVERLOAD = "overload"
UNAVAILABLE = "recogniser_unavailable"


class Outgoing(NamedTuple):
    """A step to send, and the number its answer is given back with."""

    number: int
    step: Step
    model: str


class _Heard(NamedTuple):
    start_ms: int
    end_ms: int
    pcm: bytes
    captured_at: datetime


class _Sent(NamedTuple):
    number: int
    sent_at: float


class LegFeed:
    """Contract: after every call drain `results`; call `next_step` until it returns None.

    `now` is monotonic seconds; `new_sequence` gives a number that no other leg ever had.
    """

    def __init__(self, leg: LegStream, *, new_sequence: Callable[[], int]) -> None:
        self.leg = leg
        self.results: list[RawTranscript | Gap] = []
        self.options = leg.options
        self._language = leg.language
        self._lost_in_a_row = 0
        self._not_before = 0.0
        self._new_sequence = new_sequence
        self._sequence = 0
        self._is_open = False
        self._numbers = 0
        self._backlog: deque[_Heard | None] = deque()  # None: what came before is to be finished
        self._backlog_ms = 0
        self._unanswered: deque[_Sent] = deque()
        self._captured: deque[tuple[int, datetime]] = deque()
        self._missing: tuple[int, str] | None = None
        self._partial: RawTranscript | None = None
        self._done_ms = 0
        self._sent_ms = 0
        self._heard_ms = 0
        self._quiet_since = 0.0
        self._flushed = True
        self._ended = False

    @property
    def finished(self) -> bool:
        """True when the leg was ended and all of it is in `results`."""
        return self._ended and not self._backlog and not self._unanswered

    @property
    def backlog_ms(self) -> int:
        """Audio that waits to be sent."""
        return self._backlog_ms

    def receive_frame(self, frame: AudioFrame, *, now: float) -> None:
        """Take the leg's next audio."""
        size = len(frame.pcm) // (2 * SAMPLES_PER_MS)
        self._heard_ms = frame.start_ms + size
        pcm = frame.pcm[: size * 2 * SAMPLES_PER_MS]
        self._backlog.append(_Heard(frame.start_ms, self._heard_ms, pcm, frame.captured_at))
        self._backlog_ms += size
        self._quiet_since = now
        self._flushed = False

    def limit(self, most_ms: int, *, why: str) -> int:
        """Drop the oldest audio beyond `most_ms`; how much was dropped."""
        dropped_ms = 0
        while self._backlog_ms > most_ms:
            oldest = self._backlog.popleft()
            if oldest is not None:
                self._miss(oldest.start_ms, why)
                self._backlog_ms -= oldest.end_ms - oldest.start_ms
                dropped_ms += oldest.end_ms - oldest.start_ms
        return dropped_ms

    def hold(self) -> None:
        """What was heard is to be finished; more may follow."""
        self._backlog.append(None)

    def end(self) -> None:
        """What was heard is to be finished; nothing follows."""
        self._ended = True
        self._backlog.append(None)
        self._finish_if_nothing_is_left()

    def next_step(self, *, now: float) -> Outgoing | None:
        """What to send now, if anything."""
        self._finish_if_nothing_is_left()
        if len(self._unanswered) >= MOST_UNANSWERED:
            return None
        if not self._is_open and self._unanswered:
            return None  # the sequence before must have answered its last: results keep order
        if not self._is_open and now < self._not_before:
            return None
        if not self._backlog:
            return self._keepalive(now)
        return self._send(self._taken(), now=now)

    def receive_answer(self, number: int, answer: Answer, *, now: float, at: datetime) -> float:
        """Take the answer to step `number`; how long it took, 0 for one not waited for."""
        if not self._unanswered or self._unanswered[0].number != number:
            return 0.0
        took_s = now - self._unanswered.popleft().sent_at
        self._lost_in_a_row = 0
        self._done_ms = max(self._done_ms, answer.done_ms)
        for hypothesis in answer.hypotheses:
            transcript = self._transcript(hypothesis, answer, at=at)
            self._partial = None if transcript.is_final else transcript
            self.results.append(transcript)
        while self._captured and self._captured[0][0] <= self._done_ms - BIGGEST_STEP_MS:
            self._captured.popleft()
        return took_s

    def receive_refusal(self, number: int, options: LegOptions, *, now: float) -> bool:
        """Step `number` is refused for good: the leg goes on with these; True if news."""
        if not self.receive_loss(number, now=now):
            return False
        self.options, self._language = options, options.language
        return True

    def receive_loss(self, number: int | None = None, *, now: float = 0.0) -> bool:
        """The recogniser lost the leg (`number`: says the answer to that step); True if news."""
        if number is not None and number not in [sent.number for sent in self._unanswered]:
            return False
        lost = self._is_open or bool(self._unanswered)
        if lost:
            self._wait_before_starting(now)
        heard_until_ms = self._let_partial_stand()
        if lost and self._sent_ms > max(self._done_ms, heard_until_ms):
            self._miss(max(self._done_ms, heard_until_ms), UNAVAILABLE)
        self._done_ms = max(self._done_ms, self._sent_ms)
        self._unanswered.clear()
        self._is_open = False
        self._finish_if_nothing_is_left()
        return lost

    def give_up(self) -> None:
        """The leg's end is waited for no longer: say what will not be recognised."""
        self.receive_loss()
        self.limit(0, why=UNAVAILABLE)
        self._backlog.clear()
        self._say_missing(self._heard_ms)

    def waits_since(self) -> float | None:
        """When the oldest unanswered step was sent."""
        return self._unanswered[0].sent_at if self._unanswered else None

    def _wait_before_starting(self, now: float) -> None:
        """Not the first time: it may come to the same end again, each time at everyone's cost."""
        if self._lost_in_a_row:
            wait_s = AGAIN_FIRST_S * 2.0 ** (self._lost_in_a_row - 1)
            self._not_before = now + min(wait_s, AGAIN_LONGEST_S)
        self._lost_in_a_row += 1

    def _finish_if_nothing_is_left(self) -> None:
        """Marks where nothing is open are needless; at the end say what is missing."""
        while self._backlog and self._backlog[0] is None and not self._is_open:
            self._backlog.popleft()
        if self.finished:
            self._say_missing(self._heard_ms)

    def _taken(self) -> list[_Heard]:
        """The next audio without a jump, up to a mark or the biggest step."""
        taken: list[_Heard] = []
        while self._backlog:
            head = self._backlog[0]
            if head is None or (taken and head.start_ms != taken[-1].end_ms):
                break
            if taken and head.end_ms - taken[0].start_ms > BIGGEST_STEP_MS:
                break
            taken.append(head)
            self._backlog.popleft()
            self._backlog_ms -= head.end_ms - head.start_ms
        return taken

    def _send(self, heard: list[_Heard], *, now: float) -> Outgoing:
        starts = not self._is_open
        if starts:
            self._sequence = self._new_sequence()
        start_ms = heard[0].start_ms if heard else self._sent_ms
        if heard:
            self._say_missing(start_ms)
        ends = bool(self._backlog) and self._backlog[0] is None
        if ends:
            self._backlog.popleft()
        self._is_open = not ends
        if heard:
            self._sent_ms = heard[-1].end_ms
            self._done_ms = start_ms if starts else self._done_ms
            self._captured.extend((piece.end_ms, piece.captured_at) for piece in heard)
        samples = np.frombuffer(b"".join(piece.pcm for piece in heard), np.int16)
        self._numbers += 1
        self._unanswered.append(_Sent(self._numbers, now))
        options = self.options if starts else None
        step = Step(self._sequence, samples, start_ms, starts, ends, options)
        return Outgoing(self._numbers, step, self.options.model)

    def _keepalive(self, now: float) -> Outgoing | None:
        after_s = KEEPALIVE_S if self._flushed else FLUSH_S
        if not self._is_open or self._unanswered or now - self._quiet_since < after_s:
            return None
        self._flushed = True
        self._quiet_since = now
        return self._send([], now=now)

    def _transcript(self, found: Hypothesis, answer: Answer, *, at: datetime) -> RawTranscript:
        times = (at_ for end_ms, at_ in self._captured if end_ms >= found.audio_end_ms)
        leg, by = self.leg, found.read_by or answer
        return RawTranscript(
            tenant_id=leg.tenant_id,
            call_id=leg.call_id,
            leg_id=leg.leg_id,
            segment_id=f"{leg.leg_id}/{found.segment_ms:09d}",
            revision=found.revision,
            is_final=found.is_final,
            start_ms=found.start_ms,
            end_ms=found.end_ms,
            words=found.words,
            speaker=leg.speaker,
            channel=leg.channel,
            language=self._language,
            model=by.model,
            model_sha256=by.model_sha256,
            decoder=by.decoder + mark(self.options),
            frozen_words=len(found.words) if found.is_final else found.frozen_words,
            speech_final=found.speech_final,
            utterance_end=found.utterance_end,
            audio_end_at=next(times, self._captured[-1][1] if self._captured else at),
            recognised_at=at,
        )

    def _let_partial_stand(self) -> int:
        """The open segment's last partial becomes its final; where its words end."""
        partial, self._partial = self._partial, None
        if partial is None:
            return 0
        self.results.append(
            msgspec.structs.replace(
                partial,
                revision=partial.revision + 1,
                is_final=True,
                frozen_words=len(partial.words),
            )
        )
        return partial.end_ms

    def _miss(self, start_ms: int, why: str) -> None:
        if self._missing is None or start_ms < self._missing[0]:
            self._missing = (start_ms, why)

    def _say_missing(self, end_ms: int) -> None:
        missing, self._missing = self._missing, None
        if missing is None or end_ms <= missing[0]:
            return
        leg = self.leg
        self.results.append(
            Gap(
                tenant_id=leg.tenant_id,
                call_id=leg.call_id,
                leg_id=leg.leg_id,
                start_ms=missing[0],
                end_ms=end_ms,
                why=missing[1],
            )
        )
