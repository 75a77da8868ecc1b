"""The sink, between a bus and a store in memory."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

import msgspec
import pytest
from prometheus_client import CollectorRegistry

from analytics import sink as sink_module
from analytics.batch import StoredEvent
from analytics.events import SUMMARIES_TOPIC, CallSummary
from analytics.settings import Settings
from analytics.sink import GROUP, Sink
from analytics.store import Applied, Rejected, Unavailable, Wanted
from analytics.store.memory import MemoryStore
from redaction.events import TRANSCRIPTS_TOPIC, Transcript, TranscriptEnded
from sip_gateway.events import CALLS_TOPIC
from tests.told_call import CALL_ID, STARTED_AT, ToldCall
from trunkline.bus import Subscription
from trunkline.bus.memory import MemoryBus

OTHER_ID = CALL_ID[:-1] + "2"


class TroubledStore(MemoryStore):
    """Is away for its first `away` batches, and never takes `poison`."""

    def __init__(self, *, away: int = 0, poison: str = "") -> None:
        super().__init__()
        self.away = away
        self.poison = poison

    async def apply(self, events: Sequence[StoredEvent], *, now: datetime) -> Applied:
        if events and self.away:
            self.away -= 1
            raise Unavailable("OperationalError")
        texts = [w.text for e in events if isinstance(e, Transcript) for w in e.words]
        if self.poison in texts:
            raise Rejected("UntranslatableCharacter")
        return await super().apply(events, now=now)


class Line:
    """A sink at work, and the bus at both its ends."""

    sink: Sink

    def __init__(self, store: MemoryStore, summaries: Subscription, *, bus: MemoryBus) -> None:
        self.store = store
        self.bus = bus
        self.registry = CollectorRegistry()
        self._summaries = summaries

    async def tell(self, *events: StoredEvent) -> None:
        """Publish as gateway and redaction do."""
        for event in events:
            speech = isinstance(event, Transcript | TranscriptEnded)
            topic = TRANSCRIPTS_TOPIC if speech else CALLS_TOPIC
            await self.bus.publish(topic, event.call_id, msgspec.json.encode(event))

    async def summary(self) -> CallSummary:
        """The next one on the bus."""
        while not (records := await self._summaries.fetch(limit=1, wait_s=5.0)):
            pass
        return msgspec.json.decode(records[0].value, type=CallSummary)

    def count(self, name: str) -> float:
        """A metric."""
        return self.registry.get_sample_value(f"trunkline_analytics_{name}") or 0.0


@asynccontextmanager
async def running(
    store: MemoryStore, *, bus: MemoryBus | None = None, lost_call_s: float = 900.0
) -> AsyncIterator[Line]:
    """A sink for the length of a test; it must drain when told to."""
    bus = bus or MemoryBus()
    line = Line(store, await bus.tail([SUMMARIES_TOPIC], since_s=60.0), bus=bus)
    settings = Settings(lost_call_s=lost_call_s)
    sink = line.sink = Sink(store, bus, settings=settings, registry=line.registry)
    assert sink.ready() == "not started"
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(sink.run(stop))
        yield line
        stop.set()
    assert sink.ready() == "stopped"


def whole_call(call: ToldCall) -> list[StoredEvent]:
    """Both topics, one after the other."""
    return [*call.lifecycle(), *call.speech()]


async def test_a_call_told_on_both_topics_becomes_rows_and_a_summary() -> None:
    async with running(MemoryStore()) as line:
        await line.tell(*whole_call(ToldCall()))
        summary = await line.summary()
        assert (summary.call_id, summary.reason) == (CALL_ID, "bye")
        assert line.sink.ready() == ""
        assert line.count("calls_finalised_total") == 1
        assert line.count("segments_stored_total") == 3
    done = {topic for (topic, _), offset in line.bus.committed(GROUP).items() if offset >= 0}
    assert done == {CALLS_TOPIC, TRANSCRIPTS_TOPIC}


async def test_a_restart_reads_again_and_changes_nothing() -> None:
    store, bus = MemoryStore(), MemoryBus()
    # As if it had died between the database's commit and the bus's.
    await store.apply(whole_call(ToldCall()), now=STARTED_AT)
    async with running(store, bus=bus) as line:
        await line.tell(*whole_call(ToldCall()), *whole_call(ToldCall()))
        assert (await line.summary()).call_id == CALL_ID
        await line.tell(*whole_call(ToldCall(OTHER_ID)))
        assert (await line.summary()).call_id == OTHER_ID
        assert line.count("calls_finalised_total") == 1


async def test_a_summary_left_in_the_outbox_is_published_at_the_start() -> None:
    store = MemoryStore()
    await store.apply(whole_call(ToldCall()), now=STARTED_AT)
    async with running(store) as line:
        assert (await line.summary()).call_id == CALL_ID


async def test_a_database_that_comes_back_gets_everything() -> None:
    async with running(TroubledStore(away=2)) as line:
        await line.tell(*whole_call(ToldCall()))
        assert (await line.summary()).redactions == {"card": 1, "name": 1}


async def test_an_event_that_cannot_be_stored_takes_no_other_with_it() -> None:
    async with running(TroubledStore(poison="canary")) as line:
        poison = ToldCall().said(1, "canary", start_ms=9000)
        await line.tell(*ToldCall().lifecycle(), poison, *ToldCall().speech())
        assert (await line.summary()).redactions == {"card": 1, "name": 1}
        assert line.count("events_rejected_total") == 1


async def test_a_record_that_is_no_event_is_passed_over() -> None:
    async with running(MemoryStore()) as line:
        await line.bus.publish(TRANSCRIPTS_TOPIC, CALL_ID, b'{"type":"Nonsense"}')
        await line.tell(*whole_call(ToldCall()))
        assert (await line.summary()).call_id == CALL_ID


async def test_summaries_wait_for_a_bus_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sink_module, "SWEEP_S", 0.02)
    store, bus = MemoryStore(), MemoryBus()
    async with running(store, bus=bus) as line:
        await line.tell(ToldCall(OTHER_ID).started())
        bus.go_away()
        await store.apply(whole_call(ToldCall()), now=STARTED_AT)
        await bus.come_back()
        assert (await line.summary()).call_id == CALL_ID


async def test_a_silent_call_is_closed_as_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sink_module, "SWEEP_S", 0.02)
    async with running(MemoryStore(), lost_call_s=0.05) as line:
        call = ToldCall()
        await line.tell(call.started(), call.joined(0), call.said(0, "hello", start_ms=0))
        summary = await line.summary()
        assert (summary.reason, summary.transcript_complete) == ("lost", False)
        assert line.count("calls_lost_total") == 1
        assert (await line.store.calls("default", Wanted()))[0].state == "ended"


async def test_a_start_with_a_backlog_loses_no_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sink_module, "SWEEP_S", 0.01)
    store, call = MemoryStore(), ToldCall()
    # Stored long ago; since then the store was stopped, and the call went on.
    await store.apply([call.started(), call.joined(0)], now=STARTED_AT)
    async with running(store) as line:
        await line.tell(*call.lifecycle(), *call.speech())
        assert (await line.summary()).reason == "bye"
        assert line.count("calls_lost_total") == 0
