"""The redaction stage: raw transcripts off the bus, redacted ones onto it.

It fails closed: what cannot be redacted, for whatever reason or in time, becomes `[unavailable]`.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import msgspec
from prometheus_client import CollectorRegistry

from redaction.call.redact import CallRedactor
from redaction.call.redacted import Redacted, refuse
from redaction.events import TRANSCRIPTS_TOPIC, Transcript, TranscriptEnded, TranscriptEvent
from redaction.policy.policies import NO_POLICY, Policies
from redaction.policy.policy_file import PolicyError
from redaction.policy.presidio import Engine
from redaction.process.open_call import OpenCall
from redaction.process.open_calls import OpenCalls
from redaction.process.open_ends import OpenEnds
from redaction.process.passed_on import is_unavailable, passed_on, withheld
from redaction.process.stage_metrics import StageMetrics
from redaction.settings import Settings
from triton_models.events import RAW_TOPIC, RawEvent, RawGap, RawTranscript, RawTranscriptEnded
from trunkline.bus import Bus, Record, Unavailable
from trunkline.bus.consume import Decoded
from trunkline.bus.dead_letters import DeadLetters
from trunkline.bus.reading import Reading

log = logging.getLogger(__name__)

GROUP = "redact"
BEHIND_S = 1.0
"""Of a stage that reads events so late, what follows may be on the bus already."""

IDLE_S = 7200.0
"""A call that was silent so long has lost its end: its state is dropped."""

WORKERS = 2
_DECODER: msgspec.json.Decoder[RawEvent] = msgspec.json.Decoder(RawEvent)
_ENCODER = msgspec.json.Encoder()


class RedactStage:
    """Consumes `trunkline.transcripts.raw`, publishes `trunkline.transcripts`.

    Of the partials in one fetched batch only the newest of each segment is redacted; finals all
    are. `retention_s` is how long the raw topic keeps records.
    """

    def __init__(
        self,
        bus: Bus,
        settings: Settings,
        *,
        registry: CollectorRegistry,
        engine: Engine | None = None,
        retention_s: float = 3600.0,
    ) -> None:
        self._bus = bus
        self._policies = Policies(settings, key=secrets.token_bytes(32), engine=engine)
        self._timeout_s = settings.timeout_ms / 1000
        self._metrics = StageMetrics(registry)
        self._calls: OpenCalls[OpenCall] = OpenCalls(hold_s=retention_s, idle_s=IDLE_S)
        self._ends = OpenEnds()
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="redact")
        self._to_publish: list[TranscriptEvent] = []
        self._worked_on: Sequence[Decoded[RawEvent]] = ()
        self._reading = Reading(
            bus,
            [RAW_TOPIC],
            group=GROUP,
            decoder=_DECODER,
            dead_letters=DeadLetters(bus, registry=registry),
        )

    def ready(self) -> str:
        """Empty while it reads and writes the bus."""
        return self._reading.missing

    async def run(self, stop: asyncio.Event) -> None:
        """Redact until `stop` is set."""
        await self._reading.run(self._handle, stop)
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _handle(self, batch: Sequence[Decoded[RawEvent]]) -> list[Record]:
        """Redact a batch and publish it; a batch that comes again is only published further."""
        if batch is not self._worked_on:
            await self._work(batch)
            self._settle(behind=_is_behind(batch))
            self._worked_on = batch
        try:
            await self._publish()
        except Unavailable:
            raise self._reading.again("the bus is away") from None
        now = time.monotonic()
        for call_id in self._calls.forget_idle(now=now):
            log.warning("a call's end was lost", extra={"call_id": call_id})
        self._metrics.open_calls.set(len(self._calls))
        return self._calls.safe(now=now)

    async def _work(self, batch: Sequence[Decoded[RawEvent]]) -> None:
        """Redact a batch, call by call, each call's events in order."""
        by_call: dict[str, list[RawEvent]] = {}
        now = time.monotonic()
        for record, event in batch:
            if self._calls.rewound(record):
                # Its calls come again from their start, the events gathered so far included.
                by_call = {k: v for k, v in by_call.items() if k in self._calls}
            if self._calls.get(event.call_id, now=now) is None:
                call = await self._begin(event)
                self._calls.open(event.call_id, call, record=record, now=now)
            by_call.setdefault(event.call_id, []).append(event)
        for call_id, events in by_call.items():
            await self._redact(call_id, self._shed(events))

    async def _begin(self, event: RawEvent) -> OpenCall:
        """A call, with its tenant's policy as it is now; it keeps that to its end."""
        try:
            policy = await asyncio.to_thread(self._policies.policy_of, event.tenant_id)
        except PolicyError:
            self._metrics.refused.inc()
            return OpenCall(None, NO_POLICY)
        except Exception as error:  # noqa: BLE001 - a call without a policy is not shown
            self._metrics.refused.inc()
            where = {"call_id": event.call_id, "reason": type(error).__name__}
            log.error("a tenant's policy could not be asked for", extra=where)
            return OpenCall(None, NO_POLICY)
        finally:
            self._metrics.unusable.set(self._policies.unusable)
        return OpenCall(CallRedactor(policy, call_id=event.call_id), policy.version)

    def _shed(self, events: Sequence[RawEvent]) -> list[RawEvent]:
        """Without partials that a later event of the batch replaces."""
        newest: dict[tuple[str, str], int] = {}
        for i, event in enumerate(events):
            if isinstance(event, RawTranscript):
                newest[event.leg_id, event.segment_id] = i
        kept = [
            event
            for i, event in enumerate(events)
            if not isinstance(event, RawTranscript)
            or event.is_final
            or newest[event.leg_id, event.segment_id] == i
        ]
        self._metrics.shed.inc(len(events) - len(kept))
        return kept

    async def _redact(self, call_id: str, events: Sequence[RawEvent]) -> None:
        call = self._calls.get(call_id, now=time.monotonic())
        if call is None:
            return
        for event in events:
            if isinstance(event, RawTranscript):
                self._to_publish += await self._receive(call, event)
            elif isinstance(event, RawGap):
                call.missed.append(event)
            else:
                self._to_publish += self._end(call, event)
                self._calls.close(call_id)
        if redactor := call.idle:
            self._ends.note(call_id, redactor.held(), now=time.monotonic())

    async def _receive(self, call: OpenCall, raw: RawTranscript) -> list[TranscriptEvent]:
        """One revision, redacted in a thread; `[unavailable]` when that takes too long."""
        started = time.perf_counter()
        done = await self._in_thread(call, raw) if call.redactor else [refuse(raw, why=NO_POLICY)]
        if done is None:
            call.lost.append(raw)
            done = [refuse(raw, why="timeout")]
        kind = "final" if raw.is_final else "partial"
        self._metrics.events.labels(kind).inc()
        self._metrics.seconds.labels(kind).observe(time.perf_counter() - started)
        return [self._transcript(redacted, call.policy_version) for redacted in done]

    def _settle(self, *, behind: bool) -> None:
        """Decide on the ends of finals for which nothing came in time."""
        now = time.monotonic()
        for call_id, finals in self._ends.due(now=now).items():
            call = self._calls.peek(call_id)
            if call is None or call.redactor is None:
                self._ends.note(call_id, [], now=now)
            elif not behind and (redactor := call.idle):
                settled = redactor.settle(finals)
                self._to_publish += [self._transcript(one, call.policy_version) for one in settled]
                self._ends.note(call_id, redactor.held(), now=now)

    async def _in_thread(self, call: OpenCall, raw: RawTranscript) -> list[Redacted] | None:
        """What the redactor makes of `raw`; None if it is not done in time."""
        if call.idle is None:
            return None
        loop = asyncio.get_running_loop()
        call.working = loop.run_in_executor(self._pool, call.step, raw)
        try:
            return await asyncio.wait_for(asyncio.shield(call.working), self._timeout_s)
        except TimeoutError:
            # The thread cannot be stopped. It keeps this call; others get threads of their own.
            self._pool.shutdown(wait=False)
            self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="redact")
            return None

    def _end(self, call: OpenCall, event: RawTranscriptEnded) -> list[TranscriptEvent]:
        """What was held back, and the end."""
        out = [self._transcript(redacted, call.policy_version) for redacted in call.end()]
        end = TranscriptEnded(
            tenant_id=event.tenant_id, call_id=event.call_id, ended_at=event.ended_at
        )
        return [*out, end]

    def _transcript(self, redacted: Redacted, policy_version: str) -> Transcript:
        """The event as everyone after redaction sees it."""
        raw, redacted_at = redacted.raw, datetime.now(UTC)
        event = passed_on(redacted, policy_version=policy_version, redacted_at=redacted_at)
        if fault := redacted.fault or ("written form" if is_unavailable(event) else ""):
            self._metrics.unavailable.inc()
            where = {"call_id": raw.call_id, "leg_id": raw.leg_id, "reason": fault}
            if fault != NO_POLICY:
                log.error("a segment could not be redacted", extra=where)
        elif raw.is_final and not redacted.is_correction:
            for word in redacted.rendered.words:
                if word.kind is not None:
                    self._metrics.redactions.labels(word.kind).inc()
        self._metrics.delay.observe((redacted_at - raw.recognised_at).total_seconds())
        return event

    async def _publish(self) -> None:
        """Publish what is due, each call's events in order; what fails stays due."""
        by_call: dict[str, list[TranscriptEvent]] = {}
        for event in self._to_publish:
            by_call.setdefault(event.call_id, []).append(event)
        sent: set[int] = set()

        async def tell(events: Sequence[TranscriptEvent]) -> None:
            for event in events:
                await self._tell(event)
                sent.add(id(event))

        results = await asyncio.gather(
            *(tell(events) for events in by_call.values()), return_exceptions=True
        )
        self._to_publish = [event for event in self._to_publish if id(event) not in sent]
        for result in results:
            if isinstance(result, BaseException):
                raise result

    async def _tell(self, event: TranscriptEvent) -> None:
        """Publish one event, without its words if it is those that the bus does not take."""
        try:
            await self._put(event)
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 - the loop must not end; the event stays due
            where = {"call_id": event.call_id, "reason": type(error).__name__}
            log.error("an event could not be published", extra=where)
            if isinstance(event, TranscriptEnded) or is_unavailable(event):
                raise Unavailable from None
            self._metrics.unavailable.inc()
            await self._tell(withheld(event))

    async def _put(self, event: TranscriptEvent) -> None:
        value = _ENCODER.encode(event)
        await self._bus.publish(TRANSCRIPTS_TOPIC, event.call_id, value)


def _is_behind(batch: Sequence[Decoded[RawEvent]]) -> bool:
    """Whether the newest of it was recognised a while ago."""
    heard = [event.recognised_at for _, event in batch if isinstance(event, RawTranscript)]
    return bool(heard) and (datetime.now(UTC) - max(heard)).total_seconds() > BEHIND_S
