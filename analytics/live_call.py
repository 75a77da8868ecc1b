"""One call as its captions show it: what is open, what is final, what was not heard (sans-I/O)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from analytics.batch import channel_of, text_of
from analytics.events import CallDocument, CallSummary, GapDocument, LegDocument
from redaction.events import Transcript, TranscriptEnded, TranscriptEvent
from sip_gateway.events import (
    PAUSES,
    CallEnded,
    CallEvent,
    CallStarted,
    Gap,
    GapFilled,
    LegHeld,
    LegJoined,
    LegLeft,
    LegResumed,
    SpeakersCorrected,
)

CaptionEvent = CallEvent | TranscriptEvent | CallSummary
"""What captions are made of: three topics."""


class CallMessage(CallDocument, frozen=True, kw_only=True, tag="call"):
    """A call came, or its description changed."""


class LegMessage(LegDocument, frozen=True, kw_only=True, tag="leg"):
    """A leg came, or something about it changed."""

    call_id: str
    held: bool = False
    held_why: str = ""
    """As `sip_gateway.events.LegHeld` says it; empty: it is not held."""

    left_ms: int | None = None


class SegmentMessage(Transcript, frozen=True, kw_only=True, tag="segment"):
    """A new revision of a segment: it takes the place of the one before."""

    text: str


class GapMessage(GapDocument, frozen=True, kw_only=True, tag="gap"):
    """Something was not heard; one of the same leg and reason that was told from the same place
    takes its place. Where its start has come to its end, all of it was recognised since."""

    call_id: str


class CallEndedMessage(msgspec.Struct, frozen=True, kw_only=True, tag="call_ended"):
    """The call is over; finals of its last words may still follow."""

    call_id: str
    ended_at: datetime
    duration_ms: int
    reason: str


class SummaryMessage(msgspec.Struct, frozen=True, kw_only=True, tag="summary"):
    """The call is stored whole."""

    call_id: str
    summary: CallSummary


Message = CallMessage | LegMessage | SegmentMessage | GapMessage | CallEndedMessage | SummaryMessage


def segment_message(event: Transcript) -> SegmentMessage:
    """A revision as a message."""
    return SegmentMessage(text=text_of(event), **msgspec.structs.asdict(event))


class LiveCallDocument(CallDocument, frozen=True, kw_only=True):
    """A call as a snapshot has it."""

    segments: tuple[SegmentMessage, ...] = ()
    gaps: tuple[GapDocument, ...] = ()


class LiveCall:
    """The captions of one call. `receive` returns what changed; a replay changes nothing.

    A segment keeps its highest revision, and a partial never takes the place of a final.
    """

    def __init__(self, call_id: str, *, now: float) -> None:
        self.announced = False
        """Whether its beginning is known; until then nobody is shown it."""

        self.first_at = now
        self.last_at = now
        self.pauses_said = 0
        """How often a leg was said to be paused: it grows with every confirmation."""

        self._call_id = call_id
        self._call: CallDocument | None = None
        self._ended: CallEndedMessage | None = None
        self._transcript_ended = False
        self._summary: CallSummary | None = None
        self._legs: dict[str, LegMessage] = {}
        self._segments: dict[str, SegmentMessage] = {}
        self._gaps: dict[tuple[str, int, str], GapMessage] = {}
        self._speakers: dict[str, str] = {}

    @property
    def ended(self) -> bool:
        """Whether the gateway, or the store for it, has said so."""
        return self._ended is not None

    @property
    def paused(self) -> str:
        """Why nothing is heard on purpose (`api`, `dtmf`, ...); empty: the call is not paused."""
        why = [leg.held_why for leg in self._legs.values() if leg.left_ms is None]
        return why[0] if why and all(one in PAUSES for one in why) else ""

    @property
    def over(self) -> bool:
        """Whether nothing but corrections can still come."""
        return self.ended or self._transcript_ended

    def receive(self, event: CaptionEvent, *, now: float) -> list[Message]:
        """Take one event in."""
        self.last_at = now
        match event:
            case Transcript():
                return list(self._said(event))
            case CallStarted():
                return list(self._started(event))
            case LegJoined() | LegLeft() | LegHeld() | LegResumed():
                return list(self._leg_changed(event))
            case Gap():
                return list(self._missed(event))
            case GapFilled():
                return list(self._filled(event))
            case SpeakersCorrected():
                return list(self._corrected(event))
            case CallEnded():
                ended = CallEndedMessage(
                    call_id=self._call_id,
                    ended_at=event.ended_at,
                    duration_ms=event.ended_ms,
                    reason=event.reason,
                )
                return list(self._end(ended))
            case TranscriptEnded():
                self._close_transcript()
            case CallSummary():
                return list(self._summed_up(event))
        return []

    def announce(self) -> list[Message]:
        """Show the call from now on: everything known of it, as messages."""
        self.announced = self._call is not None
        if self._call is None:
            return []
        return [self._call_message(self._call), *self._segments.values(), *self._gaps.values()]

    def restore(self, call: CallDocument) -> None:
        """Take the description over from the store."""
        self._call = call
        if call.ended_at is not None and self._ended is None:
            self._ended = CallEndedMessage(
                call_id=self._call_id,
                ended_at=call.ended_at,
                duration_ms=call.duration_ms or 0,
                reason=call.reason,
            )
        for leg in call.legs:
            kept = msgspec.structs.asdict(leg)
            self._legs.setdefault(leg.leg_id, LegMessage(call_id=self._call_id, **kept))

    def document(self, *, speech: bool = True) -> LiveCallDocument | None:
        """The whole call, for a snapshot; None if it is not shown."""
        if self._call is None or not self.announced:
            return None
        spoken = sorted(self._segments.values(), key=lambda s: (s.start_ms, s.channel))
        left = [gap for gap in self._gaps.values() if gap.start_ms < gap.end_ms]
        gaps = sorted(left, key=lambda gap: gap.start_ms)
        return LiveCallDocument(
            **msgspec.structs.asdict(self._described(self._call)),
            segments=tuple(spoken) if speech else (),
            gaps=tuple(gaps) if speech else (),
        )

    def _started(self, event: CallStarted) -> Iterator[Message]:
        known = self._call
        self._call = CallDocument(
            call_id=event.call_id,
            external_id=event.external_id,
            ingress=event.ingress,
            queue=event.queue,
            attributes=event.attributes,
            state="live",
            started_at=event.started_at,
        )
        if not self.announced:
            yield from self.announce()
        elif known is None or self._described(known) != self._described(self._call):
            yield self._call_message(self._call)

    def _leg_changed(self, event: LegJoined | LegLeft | LegHeld | LegResumed) -> Iterator[Message]:
        known = self._legs.get(event.leg_id) or self._new_leg(event.leg_id)
        replace = msgspec.structs.replace
        match event:
            case LegJoined():
                leg = replace(
                    known,
                    channel=event.channel,
                    role=event.role,
                    label=event.label,
                    participant_name=event.participant_name,
                )
            case LegLeft():
                leg = replace(known, left_ms=event.at_ms, held=False, held_why="")
            case LegHeld():
                leg = replace(known, held=True, held_why=event.why)
                self.pauses_said += event.why in PAUSES
            case LegResumed():
                leg = replace(known, held=False, held_why="")
        if leg != self._legs.get(event.leg_id):
            self._legs[event.leg_id] = leg
            yield leg

    def _new_leg(self, leg_id: str) -> LegMessage:
        channel = channel_of(leg_id)
        role = f"speaker_{channel + 1}"
        return LegMessage(call_id=self._call_id, leg_id=leg_id, channel=channel, role=role)

    def _said(self, event: Transcript) -> Iterator[Message]:
        known = self._segments.get(event.segment_id)
        if self._transcript_ended and not event.is_final:
            return
        if known and (known.is_final, known.revision) >= (event.is_final, event.revision):
            return
        if self._call is None:
            self._call = CallDocument(
                call_id=event.call_id,
                external_id="",
                ingress="",
                state="live",
                started_at=event.audio_end_at - timedelta(milliseconds=event.end_ms),
            )
        speaker = self._speakers.get(event.segment_id, event.speaker)
        segment = msgspec.structs.replace(segment_message(event), speaker=speaker)
        self._segments[event.segment_id] = segment
        yield segment

    def _corrected(self, event: SpeakersCorrected) -> Iterator[Message]:
        for told in event.segments:
            self._speakers[told.segment_id] = told.speaker
            known = self._segments.get(told.segment_id)
            if known is not None and known.speaker != told.speaker:
                segment = msgspec.structs.replace(known, speaker=told.speaker)
                self._segments[told.segment_id] = segment
                yield segment

    def _missed(self, event: Gap) -> Iterator[Message]:
        key = event.leg_id, event.start_ms, event.why
        known = self._gaps.get(key)
        if known and known.end_ms >= event.end_ms:
            return
        self._gaps[key] = GapMessage(
            call_id=event.call_id,
            leg_id=event.leg_id,
            start_ms=known.start_ms if known else event.start_ms,
            end_ms=event.end_ms,
            why=event.why,
            told_from_ms=known.told_from_ms if known else None,
        )
        yield self._gaps[key]

    def _filled(self, event: GapFilled) -> Iterator[Message]:
        key = event.leg_id, event.start_ms, event.why
        known = self._gaps.get(key)
        if known is None or min(event.until_ms, known.end_ms) <= known.start_ms:
            return
        start_ms = min(event.until_ms, known.end_ms)
        self._gaps[key] = msgspec.structs.replace(
            known, start_ms=start_ms, told_from_ms=event.start_ms
        )
        yield self._gaps[key]

    def _end(self, ended: CallEndedMessage) -> Iterator[Message]:
        known, self._ended = self._ended, ended
        if known != ended:
            yield ended

    def _summed_up(self, event: CallSummary) -> Iterator[Message]:
        self._close_transcript()
        if self._ended is None:
            self._ended = CallEndedMessage(
                call_id=self._call_id,
                ended_at=event.ended_at,
                duration_ms=event.duration_ms,
                reason=event.reason,
            )
            yield self._ended
        known, self._summary = self._summary, event
        if known != event:
            yield SummaryMessage(call_id=self._call_id, summary=event)

    def _close_transcript(self) -> None:
        """No partial can become final any more: what is still open was never said so."""
        self._transcript_ended = True
        self._segments = {k: s for k, s in self._segments.items() if s.is_final}

    def _described(self, call: CallDocument) -> CallDocument:
        """With its legs and its end as they are now."""
        legs = sorted(self._legs.values(), key=lambda leg: (leg.channel, leg.leg_id))
        call = msgspec.structs.replace(call, legs=tuple(legs))
        if self._ended is None:
            return call
        return msgspec.structs.replace(
            call,
            state="ended",
            ended_at=self._ended.ended_at,
            duration_ms=self._ended.duration_ms,
            reason=self._ended.reason,
        )

    def _call_message(self, call: CallDocument) -> CallMessage:
        return CallMessage(**msgspec.structs.asdict(self._described(call)))
