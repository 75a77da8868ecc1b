"""The recording stage: the journal of each ended call becomes its redacted recording.

What is to be done lies on this machine's disk (the journal), so it reads the topics by itself and
commits nothing: after a restart it reads again from the start of the oldest call in the journal.
It fails closed: a call of which it cannot have seen everything is muted whole.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import msgspec
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from redaction.events import (
    RECORDINGS_TOPIC,
    TRANSCRIPTS_TOPIC,
    RecordingEvent,
    RecordingReady,
    RecordingRemoved,
    Transcript,
    TranscriptEnded,
)
from redaction.recording.folder import Recordings, started_ms_of
from redaction.recording.make import Journal, Of, Unreadable, ask_for, record
from redaction.recording.mutes import CallMutes
from redaction.recording.sealed import NotOpened
from redaction.recording.settings import Settings
from sip_gateway.events import CALLS_TOPIC, CallEnded, CallEvent, CallStarted, Gap, GapFilled
from trunkline.bus import Bus, Record, Subscription, Unavailable
from trunkline.bus.consume import UNDECODABLE
from trunkline.bus.waiting import opened

log = logging.getLogger(__name__)

CLOSING_S = 30.0
"""A journal that nobody closed for so long after the call's end belongs to a process that died."""

UNENDED_S = 3600.0
"""So long after a call's end redaction can still say more: no longer than the raw topic is kept."""

LOST_S = 43_200.0
"""A call that was silent so long has lost its end. Less than a journal is kept."""

SWEEP_S = 3600.0
MARGIN_S = 120.0
"""Read again before what was seen last: clocks of several machines, and what was under way."""

WATERMARK = "seen"
"""File of the recordings' folder: when the topics were read last, Unix time."""

WATERMARK_S = 15.0
RETRY_S = 2.0
DRAIN_S = 10.0
"""So long it goes on at the end, if calls wait that are over; what is left is done next time."""

_TOPICS = (CALLS_TOPIC, TRANSCRIPTS_TOPIC)

_Read = CallEvent | Transcript | TranscriptEnded
_DECODER: msgspec.json.Decoder[_Read] = msgspec.json.Decoder(_Read)


@dataclass(slots=True)
class _Call:
    """What is known of one call."""

    tenant_id: str
    seen_at: float
    """Monotonic."""

    mutes: CallMutes = field(default_factory=CallMutes)
    has_start: bool = False
    ended_at: float | None = None
    transcript_ended: bool = False
    retry_at: float = 0.0


class RecordStage:
    """Contract: one for each journal. `journal` and `recordings` block: threads of this use them
    one at a time."""

    def __init__(
        self,
        bus: Bus,
        settings: Settings,
        *,
        journal: Journal,
        recordings: Recordings,
        registry: CollectorRegistry,
    ) -> None:
        self._bus = bus
        self._settings = settings
        self._journal = journal
        self._recordings = recordings
        self._metrics = _Metrics(registry)
        self._calls: dict[str, _Call] = {}
        self._waiting: frozenset[str] = frozenset()
        self._loose: set[str] = set()
        self._to_tell: list[RecordingEvent] = []
        self._forget: list[str] = []
        self._swept_at = 0.0
        self._marked_at = 0.0
        self._failing: set[str] = set()
        self._missing = "not started"

    def ready(self) -> str:
        """Empty while the topics can be read and recordings be made."""
        if self._failing:
            return f"{len(self._failing)} recordings cannot be made"
        return self._missing

    async def run(self, stop: asyncio.Event) -> None:
        """Record until `stop` is set."""
        await asyncio.to_thread(self._recordings.clear_partials)
        subscription = await self._subscribe(stop)
        if subscription is None:
            return
        self._missing = ""
        try:
            drained_by = 0.0
            while not stop.is_set() or (self._is_busy and time.monotonic() < drained_by):
                if not stop.is_set():
                    drained_by = time.monotonic() + DRAIN_S
                records = await subscription.fetch(wait_s=0.5)
                for one in records:
                    self._receive(one, now=time.monotonic())
                await self._work()
                if not records:
                    self._mark(now=time.monotonic())
        finally:
            await subscription.close()
            self._missing = "stopped"

    async def _subscribe(self, stop: asyncio.Event) -> Subscription | None:
        waiting = await asyncio.to_thread(self._journal.calls)
        now = time.monotonic()
        for call_id in waiting:
            # Nothing may come of it any more: then it is dealt with as lost.
            self._calls[call_id] = _Call("", now)
        since_s = await asyncio.to_thread(self._since_s, waiting)
        tail = partial(self._bus.tail, _TOPICS, since_s=since_s)
        return await opened(tail, stop=stop, retry_s=RETRY_S, away=self._away)

    def _away(self) -> None:
        self._missing = "the bus is away"

    def _since_s(self, waiting: Sequence[str]) -> float:
        """How far back the topics have to be read."""
        now = time.time()
        began = [ms / 1000 for ms in map(started_ms_of, waiting) if ms is not None]
        with contextlib.suppress(OSError, ValueError):
            began.append(float(self._watermark.read_text()))
        if any(started_ms_of(call_id) is None for call_id in waiting):
            began.append(now - LOST_S)
        return now - min(began, default=now) + MARGIN_S

    @property
    def _watermark(self) -> Path:
        return self._recordings.folder / WATERMARK

    def _mark(self, *, now: float) -> None:
        """Everything until now was read."""
        if now - self._marked_at > WATERMARK_S and not self._to_tell:
            self._marked_at = now
            with contextlib.suppress(OSError):
                self._recordings.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                self._watermark.write_text(f"{time.time():.0f}\n")

    def _receive(self, one: Record, *, now: float) -> None:
        try:
            event = _DECODER.decode(one.value)
        except UNDECODABLE:
            if one.topic == TRANSCRIPTS_TOPIC:
                # Nobody knows what it masked.
                self._of(one.key, "", now=now).mutes.blind = True
                self._metrics.unreadable.inc()
            return
        call = self._of(event.call_id, event.tenant_id, now=now)
        match event:
            case Transcript():
                call.mutes.receive(event)
                self._loose.add(event.call_id)
            case Gap() | GapFilled():
                call.mutes.miss(event)
            case CallStarted():
                call.has_start = True
            case CallEnded():
                call.ended_at = now
            case TranscriptEnded():
                call.transcript_ended = True

    def _of(self, call_id: str, tenant_id: str, *, now: float) -> _Call:
        call = self._calls.setdefault(call_id, _Call(tenant_id, now))
        call.seen_at = now
        call.tenant_id = call.tenant_id or tenant_id
        return call

    @property
    def _is_busy(self) -> bool:
        """Whether a call that is over has not been dealt with."""
        over = [
            call_id
            for call_id, call in self._calls.items()
            if call.ended_at and call.transcript_ended and not call.retry_at
        ]
        return bool(self._to_tell) or not self._waiting.isdisjoint(over)

    async def _work(self) -> None:
        """Whatever is due."""
        now = time.monotonic()
        waiting = self._waiting = frozenset(await asyncio.to_thread(self._journal.calls))
        self._metrics.waiting.set(len(waiting))
        for call_id in self._loose - waiting:
            await self._correct(call_id)
        self._loose.clear()
        for call_id, call in list(self._calls.items()):
            if call_id in waiting:
                if await self._is_due(call_id, call, now=now):
                    await self._finish(call_id, call)
            elif self._is_over(call, now=now):
                del self._calls[call_id]
        if now - self._swept_at > SWEEP_S or not self._swept_at:
            self._swept_at = now
            await asyncio.to_thread(self._sweep)
        await self._tell()

    async def _is_due(self, call_id: str, call: _Call, *, now: float) -> bool:
        if now < call.retry_at or call_id in self._forget or not call.tenant_id:
            return False
        if call.ended_at is None:
            return now - call.seen_at > LOST_S
        if not call.transcript_ended:
            return now - call.ended_at > UNENDED_S
        closed = await asyncio.to_thread(self._journal.is_closed, call_id)
        return closed or now - call.seen_at > CLOSING_S

    def _is_over(self, call: _Call, *, now: float) -> bool:
        """Whether nothing of a call without sound can matter any more."""
        if call.ended_at is not None and call.transcript_ended:
            return now - call.seen_at > CLOSING_S
        return now - call.seen_at > LOST_S

    async def _finish(self, call_id: str, call: _Call) -> None:
        """Make the recording; tell; then remove the journal."""
        if not call.has_start:
            call.mutes.blind = True
        of = Of(call.tenant_id, call_id)
        began = time.perf_counter()
        try:
            ready = await asyncio.to_thread(self._record, of, call.mutes)
        except (OSError, Unreadable, NotOpened) as error:
            call.retry_at = time.monotonic() + RETRY_S * 10
            self._failing.add(call_id)
            self._metrics.failures.inc()
            told = {"call_id": call_id, "reason": type(error).__name__}
            log.error("a recording cannot be made; its journal stays", extra=told)
            return
        self._failing.discard(call_id)
        if ready is not None:
            self._to_tell.append(ready)
            self._count(ready, seconds=time.perf_counter() - began)
        # The journal goes once the world was told; a kill until then does all of it again.
        self._forget.append(call_id)

    def _record(self, of: Of, mutes: CallMutes) -> RecordingReady | None:
        if self._settings.keep == "nothing":
            return None
        return record(
            of,
            mutes,
            journal=self._journal,
            recordings=self._recordings,
            settings=self._settings,
        )

    async def _correct(self, call_id: str) -> None:
        """Revisions of a call whose recording is made: what they mask is muted there too."""
        call = self._calls[call_id]
        of = Of(call.tenant_id, call_id)
        try:
            ready = await asyncio.to_thread(self._ask_for, call.mutes, of)
        except (OSError, NotOpened) as error:
            told = {"call_id": call_id, "reason": type(error).__name__}
            log.error("a recording cannot be muted further", extra=told)
            self._metrics.failures.inc()
            return
        if ready is not None:
            self._to_tell.append(ready)
            self._metrics.muted_again.inc()

    def _ask_for(self, said: CallMutes, of: Of) -> RecordingReady | None:
        try:
            return ask_for(said, self._recordings, of, settings=self._settings)
        except ValueError:
            return None  # not the name of a call: there is no recording of it

    def _sweep(self) -> None:
        """Remove what is older than it may be."""
        if not self._settings.keep_days:
            return
        day = datetime.now(UTC).date() - timedelta(days=self._settings.keep_days)
        for kept in self._recordings.older_than(day):
            self._recordings.remove(kept.tenant_id, kept.call_id, for_good=False)
            self._metrics.removed.inc()
            self._to_tell.append(
                RecordingRemoved(
                    tenant_id=kept.tenant_id,
                    call_id=kept.call_id,
                    why="expired",
                    removed_at=datetime.now(UTC),
                )
            )

    async def _tell(self) -> None:
        """Publish what is due; then journals may go. While the bus is away both wait."""
        try:
            while self._to_tell:
                event = self._to_tell[0]
                await self._bus.publish(RECORDINGS_TOPIC, event.call_id, msgspec.json.encode(event))
                self._to_tell.pop(0)
        except Unavailable:
            self._away()
            return
        self._missing = ""
        while self._forget:
            call_id = self._forget.pop()
            await asyncio.to_thread(self._journal.remove, call_id)
            self._waiting -= {call_id}
            self._calls.pop(call_id, None)

    def _count(self, ready: RecordingReady, *, seconds: float) -> None:
        self._metrics.made.inc()
        self._metrics.seconds.observe(seconds)
        self._metrics.recorded_ms.inc(ready.duration_ms)
        self._metrics.muted_ms.inc(ready.muted_ms)
        log.info("a recording was made", extra={"call_id": ready.call_id, "ms": ready.muted_ms})


class _Metrics:
    """What an operator watches."""

    def __init__(self, registry: CollectorRegistry) -> None:
        prefix = "trunkline_redaction_recording"
        self.made = Counter(f"{prefix}s_made", "Recordings made", registry=registry)
        self.muted_again = Counter(
            f"{prefix}s_muted_again", "Recordings muted further", registry=registry
        )
        self.removed = Counter(
            f"{prefix}s_expired", "Recordings removed for their age", registry=registry
        )
        self.failures = Counter(
            f"{prefix}_failures", "Tries to make or change one that failed", registry=registry
        )
        self.unreadable = Counter(
            f"{prefix}_unreadable_events",
            "Events that could not be read; their calls are muted whole",
            registry=registry,
        )
        self.recorded_ms = Counter(
            f"{prefix}_recorded_ms", "Length of recordings made", registry=registry
        )
        self.muted_ms = Counter(
            f"{prefix}_muted_ms", "Of these, masked on any leg", registry=registry
        )
        self.waiting = Gauge(
            f"{prefix}_waiting_calls", "Calls in the journal, live ones included", registry=registry
        )
        self.seconds = Histogram(
            f"{prefix}_seconds", "Time to make one recording", registry=registry
        )
