"""Folds a batch of events into what the store has to write (pure).

Whatever the order in which the two topics' events come, and however often, the rows that result
are the same: each fact has one event that tells it, and the highest revision of a segment wins.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from redaction.events import Transcript, TranscriptEnded
from sip_gateway.events import (
    CallEnded,
    CallEvent,
    CallStarted,
    Gap,
    GapFilled,
    LegHeld,
    LegJoined,
    LegLeft,
    LegResumed,
    MediaStarted,
    SpeakersCorrected,
)

StoredEvent = CallEvent | Transcript | TranscriptEnded
"""What the store learns from: both topics."""

NO_DAY = date(1970, 1, 1)
"""Day of calls whose call_id tells none."""


class CallKey(NamedTuple):
    """Which call."""

    tenant_id: str
    call_id: str


class LegKey(NamedTuple):
    """Which leg."""

    tenant_id: str
    call_id: str
    leg_id: str


class GapKey(NamedTuple):
    """Which gap; its end may be told again, later."""

    tenant_id: str
    call_id: str
    leg_id: str
    start_ms: int
    why: str


class Paused(NamedTuple):
    """A leg that is not listened to, or is again: who wanted it and how. Said again and again."""

    tenant_id: str
    call_id: str
    leg_id: str
    action: str
    """`call.paused` or `call.resumed`."""

    at_ms: int
    why: str
    by: str


@dataclass(slots=True)
class CallFacts:
    """What a batch tells about one call; None where it tells nothing."""

    worked_out_start: datetime | None = None
    """When the call must have begun at the latest, judged by its speech."""

    started: CallStarted | None = None
    clock_started_at: datetime | None = None
    ended: CallEnded | None = None
    transcript_ended_at: datetime | None = None


@dataclass(slots=True)
class LegFacts:
    """What a batch tells about one leg."""

    channel: int
    role: str
    """As its speech has it, until it is described."""

    joined: LegJoined | None = None
    left: LegLeft | None = None


@dataclass(slots=True)
class Batch:
    """What to write, each row once."""

    calls: dict[CallKey, CallFacts] = field(default_factory=dict)
    legs: dict[LegKey, LegFacts] = field(default_factory=dict)
    segments: dict[tuple[CallKey, str], Transcript] = field(default_factory=dict)
    gaps: dict[GapKey, int] = field(default_factory=dict)
    """End of each gap."""

    filled: dict[GapKey, int] = field(default_factory=dict)
    """How far each was filled since."""

    paused: dict[Paused, None] = field(default_factory=dict)
    """For the audit, each once, in the order told."""

    speakers: dict[tuple[CallKey, str], str] = field(default_factory=dict)
    """Corrected speaker of each segment that is named."""

    retracted: dict[tuple[CallKey, str], Transcript] = field(default_factory=dict)
    """Segments of calls that are over, masked since; written only where they are stored."""

    heard: set[CallKey] = field(default_factory=set)
    """Calls of which anything came at all, partials included."""

    def add(self, event: StoredEvent) -> None:
        """Fold one event in."""
        key = CallKey(event.tenant_id, event.call_id)
        self.heard.add(key)
        match event:
            case Transcript(retraction=True):
                _keep_highest(self.retracted, key, event)
            case Transcript():
                if event.is_final:
                    self._add_final(key, event)
            case LegJoined() | LegLeft() | Gap():
                self._add_of_leg(key, event)
            case LegHeld() | LegResumed():
                self._add_pause(key, event)
            case GapFilled():
                self._call(key)
                gap = GapKey(*key, event.leg_id, event.start_ms, event.why)
                self.filled[gap] = max(event.until_ms, self.filled.get(gap, 0))
            case SpeakersCorrected():
                self._call(key)
                self.speakers |= {(key, s.segment_id): s.speaker for s in event.segments}
            case CallStarted():
                self._call(key).started = event
            case MediaStarted():
                self._call(key).clock_started_at = event.clock_started_at
            case CallEnded():
                self._call(key).ended = event
            case TranscriptEnded():
                self._call(key).transcript_ended_at = event.ended_at

    def _add_final(self, key: CallKey, final: Transcript) -> None:
        call = self._call(key)
        start = final.audio_end_at - timedelta(milliseconds=final.end_ms)
        if call.worked_out_start is None or start < call.worked_out_start:
            call.worked_out_start = start
        self._leg(key, final.leg_id, channel=final.channel, role=final.speaker)
        _keep_highest(self.segments, key, final)

    def _add_of_leg(self, key: CallKey, event: LegJoined | LegLeft | Gap) -> None:
        self._call(key)
        channel = channel_of(event.leg_id)
        leg = self._leg(key, event.leg_id, channel=channel, role=f"speaker_{channel + 1}")
        match event:
            case LegJoined():
                leg.joined = event
            case LegLeft():
                leg.left = event
            case Gap():
                gap = GapKey(*key, event.leg_id, event.start_ms, event.why)
                self.gaps[gap] = max(event.end_ms, self.gaps.get(gap, event.end_ms))

    def _add_pause(self, key: CallKey, event: LegHeld | LegResumed) -> None:
        self._call(key)
        action = "call.paused" if isinstance(event, LegHeld) else "call.resumed"
        by = event.by or event.why or "peer"  # of an older release, which did not tell
        self.paused[Paused(*key, event.leg_id, action, event.at_ms, event.why, by)] = None

    def _call(self, key: CallKey) -> CallFacts:
        return self.calls.setdefault(key, CallFacts())

    def _leg(self, key: CallKey, leg_id: str, *, channel: int, role: str) -> LegFacts:
        return self.legs.setdefault(LegKey(*key, leg_id), LegFacts(channel, role))


def _keep_highest(
    finals: dict[tuple[CallKey, str], Transcript], key: CallKey, final: Transcript
) -> None:
    held = finals.get((key, final.segment_id))
    if held is None or final.revision > held.revision:
        finals[key, final.segment_id] = final


def fold(events: Iterable[StoredEvent]) -> Batch:
    """All of `events` in one batch."""
    batch = Batch()
    for event in events:
        batch.add(event)
    return batch


def channel_of(leg_id: str) -> int:
    """The channel that ends a leg_id; 0 where none does."""
    tail = leg_id.rpartition("-")[2]
    return int(tail) if tail.isdecimal() and len(tail) < 5 else 0


def text_of(transcript: Transcript) -> str:
    """The words joined by spaces."""
    return " ".join(word.text for word in transcript.words)


def day_of(call_id: str) -> date:
    """The UTC day in a call_id of UUID version 7's layout (RFC 9562 section 5.7), else NO_DAY."""
    if len(call_id) != 32 or call_id[12] != "7":
        return NO_DAY
    try:
        return datetime.fromtimestamp(int(call_id[:12], 16) / 1000, UTC).date()
    except (ValueError, OverflowError, OSError):
        return NO_DAY
