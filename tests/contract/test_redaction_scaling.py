"""Several redact processes share the calls: whoever joins, leaves or dies, the output is one's."""

import asyncio
import itertools
import secrets
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from prometheus_client import CollectorRegistry

from redaction.events import TRANSCRIPTS_TOPIC, Transcript, TranscriptEnded, TranscriptEvent
from redaction.process.stage import RedactStage
from redaction.settings import Settings
from tests.contract.bus_places import PARTITIONS, KafkaPlace, PostgresPlace, until
from tests.contract.redact_members import Member, RenamedBus, start_redactor
from tests.spoken_pii.dialogues import personal_calls
from tests.spoken_pii.errors import NONE
from tests.spoken_pii.stream import stream
from triton_models.events import RAW_TOPIC, RawTranscript, RawTranscriptEnded
from trunkline.bus import Bus, Subscription
from trunkline.bus.memory import MemoryBus
from trunkline.bus.share import partition_of
from trunkline.embedded.postgres import EmbeddedPostgres

CALLS = 10
QUARTERS = 4
_DECODER: msgspec.json.Decoder[TranscriptEvent] = msgspec.json.Decoder(TranscriptEvent)

RawEvent = RawTranscript | RawTranscriptEnded
Told = dict[str, list[RawEvent]]
"""Call -> its raw events."""


def told_calls() -> Told:
    """Calls full of personal data, every one with partials, on all partitions."""
    calls = itertools.islice(personal_calls("dev", rounds=1, rates=NONE), CALLS)
    told: Told = {}
    for call in calls:
        end = RawTranscriptEnded(
            tenant_id="t", call_id=call.name, ended_at=datetime(2026, 1, 1, tzinfo=UTC)
        )
        told[call.name] = [*(heard.event for heard in stream(call)), end]
    return told


def quarter(told: Told, number: int) -> Told:
    """A part of each call."""
    parts: Told = {}
    for call_id, events in told.items():
        size = -(-len(events) // QUARTERS)
        parts[call_id] = events[number * size : (number + 1) * size]
    return parts


async def publish(bus: Bus, told: Told) -> None:
    """The calls side by side, each in its order."""

    async def tell(events: Sequence[RawEvent]) -> None:
        for event in events:
            await bus.publish(RAW_TOPIC, event.call_id, msgspec.json.encode(event))

    await asyncio.gather(*map(tell, told.values()))


class Output:
    """All that was published, call by call, in order."""

    def __init__(self, subscription: Subscription) -> None:
        self._subscription = subscription
        self.events: dict[str, list[TranscriptEvent]] = {}

    async def covers(self, told: Told) -> None:
        """Read until the last of these events has come out of every call."""

        async def all_there() -> bool:
            for record in await self._subscription.fetch(wait_s=0.2):
                event = _DECODER.decode(record.value)
                self.events.setdefault(event.call_id, []).append(event)
            return all(self._has(events[-1]) for events in told.values())

        await until(all_there)

    def _has(self, raw: RawEvent) -> bool:
        come = self.events.get(raw.call_id, [])
        if isinstance(raw, RawTranscriptEnded):
            return any(isinstance(event, TranscriptEnded) for event in come)
        return any(
            isinstance(event, Transcript)
            and event.segment_id == raw.segment_id
            and event.revision // 10_000 >= raw.revision
            for event in come
        )

    def last(self) -> dict[str, tuple[object, ...]]:
        """What stands in each segment at the end."""
        newest: dict[str, Transcript] = {}
        for event in itertools.chain.from_iterable(self.events.values()):
            if isinstance(event, Transcript):
                before = newest.get(event.segment_id)
                if before is None or event.revision >= before.revision:
                    newest[event.segment_id] = event
        return {
            key: (e.revision, e.is_final, e.words, e.written, e.policy_version)
            for key, e in newest.items()
        }


async def one_workers(told: Told) -> Output:
    """What a single process makes of the calls."""
    bus, stop = MemoryBus(partitions=PARTITIONS), asyncio.Event()
    await publish(bus, told)
    stage = RedactStage(bus, Settings(), registry=CollectorRegistry())
    running = asyncio.create_task(stage.run(stop))
    output = Output(await bus.tail([TRANSCRIPTS_TOPIC], since_s=1e6))
    await output.covers(told)
    stop.set()
    await running
    return output


@pytest.fixture(scope="module")
def killed_postgres() -> Iterator[EmbeddedPostgres]:
    with tempfile.TemporaryDirectory(prefix="trunkline-test-") as folder:
        Path(folder).chmod(0o711)
        server = EmbeddedPostgres(Path(folder, "data"), Path(folder, "run"))
        server.start()
        yield server
        server.stop()


@pytest.fixture(params=["postgres", "kafka"])
def place(request: pytest.FixtureRequest) -> PostgresPlace | KafkaPlace:
    if request.param == "postgres":
        return PostgresPlace(request.getfixturevalue("killed_postgres"))
    return KafkaPlace(request.getfixturevalue("kafka_broker"))


@pytest.fixture
async def members() -> AsyncIterator[list[Member]]:
    """Killed at the end, whatever became of them."""
    started: list[Member] = []
    yield started
    for member in started:
        if member.is_running:
            await member.kill()


def assert_in_order(told: Told, output: Output) -> None:
    """Finals come out in the order they went in, and nothing new after the end."""
    for call_id, events in told.items():
        said = [e for e in events if not isinstance(e, RawTranscriptEnded)]
        come = output.events[call_id]
        end = next(i for i, e in enumerate(come) if isinstance(e, TranscriptEnded))
        shown = [e for e in come[:end] if isinstance(e, Transcript)]
        firsts = dict.fromkeys(e.segment_id for e in shown if e.is_final)
        assert list(firsts) == [e.segment_id for e in said if e.is_final]


async def test_calls_stay_whole_while_members_join_die_and_leave(
    place: PostgresPlace | KafkaPlace, members: list[Member]
) -> None:
    # Short: names of topics may not be long.
    told, name = told_calls(), f"s{secrets.token_hex(4)}"
    parts = [quarter(told, number) for number in range(QUARTERS)]
    assert len({partition_of(call_id, PARTITIONS) for call_id in told}) > PARTITIONS // 2
    bus = RenamedBus(place.new_bus(), name)
    output = Output(await bus.tail([TRANSCRIPTS_TOPIC], since_s=1e6))

    async def join() -> Member:
        members.append(await start_redactor(place.spec, name))
        return members[-1]

    first = await join()
    await first.reads(PARTITIONS)
    await publish(bus, parts[0])
    await output.covers(parts[0])

    second = await join()
    await asyncio.gather(first.reads(PARTITIONS // 2), second.reads(PARTITIONS // 2))
    first.keys.clear()
    await publish(bus, parts[1])
    await output.covers(parts[1])
    assert first.keys and second.keys and not first.keys & second.keys
    assert first.keys | second.keys == set(told)

    await first.kill()
    await publish(bus, parts[2])
    await asyncio.gather(second.reads(PARTITIONS), output.covers(parts[2]))
    assert second.keys == set(told)

    third = await join()
    await asyncio.gather(second.reads(PARTITIONS // 2), third.reads(PARTITIONS // 2))
    assert await second.stop() == 0
    await publish(bus, parts[3])
    await asyncio.gather(third.reads(PARTITIONS), output.covers(parts[3]))
    assert await third.stop() == 0
    await bus.close()

    assert output.last() == (await one_workers(told)).last()
    assert_in_order(told, output)
