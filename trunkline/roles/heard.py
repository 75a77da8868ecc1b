"""What a media worker hears and says: audio to the recogniser, events and words to the bus."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import msgspec

from sip_gateway.events import (
    CALLS_TOPIC,
    AudioFrame,
    CallEnded,
    CallEvent,
    Gap,
    GapFilled,
    SpeakersCorrected,
)
from sip_gateway.media.sinks import JoinedLeg
from triton_models.events import RAW_TOPIC, RawGap, RawTranscript, RawTranscriptEnded
from triton_models.options import LegOptions
from triton_models.speech import LegStream, Speech
from triton_models.unsaid import Unsaid
from trunkline.recovery.recovery import Recovery
from trunkline.recovery.unfinished import Unfinished
from trunkline.roles.outgoing import Letter, Outgoing

logger = logging.getLogger(__name__)

END_LEG_S = 30.0
"""The recogniser gets so long for a leg's last words; the call's end does not wait for ever."""

NoteOpenSegment = Callable[[str, int | None, int], None]
"""Of a leg: where what is not finished and durable begins, and where what is ends."""

LONG_GAP_MS = 500
"""A question fits into what is longer."""

PAUSED = "paused"
"""Why of gaps that are meant to be."""

Corrections = Callable[[str], Sequence[SpeakersCorrected]]
"""What is to be said of a call's speakers at its end."""


def no_corrections(call_id: str) -> Sequence[SpeakersCorrected]:
    """Nothing."""
    return ()


class HeardAudio:
    """The worker's audio sink: the recogniser."""

    def __init__(
        self,
        speech: Speech,
        *,
        options: Callable[[JoinedLeg], LegOptions],
        recovery: Recovery | None = None,
        unsaid: Unsaid | None = None,
    ) -> None:
        self._speech = speech
        self._options = options
        self._recovery = recovery
        self._unsaid = unsaid or Unsaid()

    def start_leg(self, leg: JoinedLeg) -> None:
        """Audio of this leg follows."""
        options = self._options(leg)
        stream = LegStream(
            tenant_id=leg.tenant_id,
            call_id=leg.call_id,
            leg_id=leg.leg_id,
            channel=leg.channel,
            speaker=leg.role,
            language=options.language,
            options=options,
        )
        self._speech.start_leg(stream)
        if self._recovery:
            self._recovery.start_leg(stream)

    def feed(self, frame: AudioFrame) -> None:
        """The leg's next audio."""
        self._unsaid.heard(frame)
        self._speech.feed(frame)
        if self._recovery:
            self._recovery.heard(frame)

    def hold_leg(self, leg_id: str, *, at_ms: int) -> None:
        """No audio follows for a while."""
        self._speech.hold_leg(leg_id, at_ms=at_ms)

    def pause_leg(self, leg_id: str, *, from_ms: int) -> None:
        """No audio follows; what was said from `from_ms` on is not to be seen."""
        self._unsaid.pause(leg_id, from_ms=from_ms)
        self._speech.hold_leg(leg_id, at_ms=from_ms)

    def resume_leg(self, leg_id: str, *, at_ms: int) -> None:
        """Audio follows again: the recogniser sees that by itself."""

    async def end_leg(self, leg_id: str) -> None:
        """Wait for the leg's last results."""
        try:
            async with asyncio.timeout(END_LEG_S):
                await self._speech.end_leg(leg_id)
        except TimeoutError:
            logger.warning("recogniser did not finish the leg", extra={"leg_id": leg_id})


class Published:
    """The worker's event sink and the recogniser's: both go to the bus, in order per call."""

    def __init__(
        self,
        outgoing: Outgoing,
        speech: Speech,
        *,
        corrections: Corrections = no_corrections,
        recovery: Recovery | None = None,
        unsaid: Unsaid | None = None,
    ) -> None:
        self._unsaid = unsaid or Unsaid()
        self._outgoing = outgoing
        self._speech = speech
        self._corrections = corrections
        self._recovery = recovery
        self._unfinished = Unfinished()
        self._note: NoteOpenSegment | None = None
        self._received = 0

    def publish(self, event: CallEvent) -> None:
        """Put the event behind the call's others."""
        value = msgspec.json.encode(event)
        self._outgoing.put(event.call_id, Letter(CALLS_TOPIC, value, partial=False))
        if isinstance(event, Gap):
            self._miss(event)

    def publish_recovered(self, found: RawTranscript | GapFilled) -> None:
        """Put what was recognised behind the live edge behind the call's other events."""
        if isinstance(found, GapFilled):
            self.publish(found)
        else:
            value = msgspec.json.encode(self._unsaid.taken_out(found))
            self._outgoing.put(found.call_id, Letter(RAW_TOPIC, value, partial=False))

    async def finish(self, ended: CallEnded) -> None:
        """Say that no transcript follows, then that the call is over."""
        await self.results_taken()
        if self._recovery:
            await self._recovery.finish(ended.call_id)
        no_more = RawTranscriptEnded(
            tenant_id=ended.tenant_id, call_id=ended.call_id, ended_at=datetime.now(UTC)
        )
        value = msgspec.json.encode(no_more)
        self._outgoing.put(ended.call_id, Letter(RAW_TOPIC, value, partial=False))
        for corrected in self._corrections(ended.call_id):
            self.publish(corrected)
        self.publish(ended)
        await self._outgoing.sent(ended.call_id)
        self._unfinished.forget(ended.call_id)
        self._unsaid.forget(ended.call_id)

    async def receive_results(self, note_open_segment: NoteOpenSegment) -> None:
        """Publish what the recogniser says, for ever."""
        self._note = note_open_segment
        while True:
            result = await self._speech.receive()
            self._received += 1
            if self._recovery and self._recovery.receive(result):
                continue
            if isinstance(result, Gap):
                self.publish(result)
                self._unfinished.missed(result.leg_id, result.end_ms)
            else:
                self._publish_transcript(result)
            self._tell_unfinished(result.leg_id)

    async def results_taken(self) -> None:
        """Return once `receive_results` has emptied the recogniser's queue."""
        quiet, seen = 0, self._received
        # What is queued is taken without waiting, as soon as that task runs.
        while quiet < 3:
            await asyncio.sleep(0)
            quiet = quiet + 1 if seen == self._received else 0
            seen = self._received

    def _miss(self, gap: Gap) -> None:
        """Redaction must know that a question may have been missed; what may be filled, is."""
        if gap.why != PAUSED and gap.end_ms - gap.start_ms >= LONG_GAP_MS:
            missed = RawGap(
                tenant_id=gap.tenant_id,
                call_id=gap.call_id,
                leg_id=gap.leg_id,
                start_ms=gap.start_ms,
                end_ms=gap.end_ms,
            )
            value = msgspec.json.encode(missed)
            self._outgoing.put(gap.call_id, Letter(RAW_TOPIC, value, partial=False))
        if self._recovery:
            self._recovery.note(gap)

    def _publish_transcript(self, transcript: RawTranscript) -> None:
        value = msgspec.json.encode(self._unsaid.taken_out(transcript))
        leg_id, begun_ms = transcript.leg_id, _begin_of(transcript)
        if transcript.is_final:
            self._unfinished.finished(leg_id, begun_ms, transcript.end_ms)
            letter = Letter(RAW_TOPIC, value, partial=False, sent=lambda: self._sent(leg_id))
        else:
            self._unfinished.begun(leg_id, begun_ms)
            letter = Letter(RAW_TOPIC, value, partial=True)
        self._outgoing.put(transcript.call_id, letter)

    def _sent(self, leg_id: str) -> None:
        self._unfinished.sent(leg_id)
        self._tell_unfinished(leg_id)

    def _tell_unfinished(self, leg_id: str) -> None:
        news = self._unfinished.news(leg_id)
        if news is not None and self._note is not None:
            self._note(leg_id, *news)


def _begin_of(transcript: RawTranscript) -> int:
    """Where its segment begins, by its name: the first word may come later."""
    begin = transcript.segment_id.rpartition("/")[2]
    return int(begin) if begin.isdecimal() else transcript.start_ms
