"""The recording stage over real buses and a real journal; a kill leaves journal or recording."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np
import pytest
from prometheus_client import CollectorRegistry

from redaction.events import (
    RECORDINGS_TOPIC,
    TRANSCRIPTS_TOPIC,
    RecordingEvent,
    RecordingReady,
    RecordingRemoved,
    TranscriptEnded,
)
from redaction.recording.folder import Recordings
from redaction.recording.settings import Settings as RecordingSettings
from redaction.recording.stage import RecordStage
from sip_gateway.events import CALLS_TOPIC, AudioFrame, CallEnded, CallStarted, Event
from sip_gateway.journal.writer import JournalWriter
from tests.contract.bus_places import open_bus
from tests.unit.redaction.recording.recorded import END_MS, noise, said
from trunkline.bus import Bus
from trunkline.bus.memory import MemoryBus
from trunkline.bus.sealed import load_or_create_key
from trunkline.recordings import SoundOfCalls, recordings_of
from trunkline.settings import Settings

PATIENCE_S = 20.0
NOW = datetime.now(UTC)
CALL = f"{int(NOW.timestamp() * 1000):012x}7a1bb9c0ffee00000001"
SOUND = noise(END_MS * 16)
"""Of which the journal keeps every second sample."""

_DECODER: msgspec.json.Decoder[RecordingEvent] = msgspec.json.Decoder(RecordingEvent)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return of_state(tmp_path)


def of_state(state: Path) -> Settings:
    return msgspec.convert({"appliance": {"state_dir": str(state)}}, Settings)


@contextlib.asynccontextmanager
async def running(
    bus: Bus, settings: Settings, recording: RecordingSettings | None = None
) -> AsyncIterator[RecordStage]:
    stage, stop = new_stage(bus, settings, recording), asyncio.Event()
    task = asyncio.create_task(stage.run(stop))
    try:
        yield stage
    finally:
        stop.set()
        await asyncio.wait_for(task, PATIENCE_S)


def new_stage(
    bus: Bus, settings: Settings, recording: RecordingSettings | None = None
) -> RecordStage:
    return RecordStage(
        bus,
        recording or RecordingSettings(unrecognised="keep", reach_ms=0),
        journal=SoundOfCalls(settings),
        recordings=recordings_of(settings),
        registry=CollectorRegistry(),
    )


async def journal(settings: Settings, call_id: str = CALL, *, closed: bool = True) -> None:
    """Both legs of a call as the gateway leaves them."""
    key = load_or_create_key(settings.state_dir / "keys" / "journal.key")
    writer = JournalWriter(settings.state_dir / "journal", key=key, registry=CollectorRegistry())
    for channel in (0, 1):
        leg_id = f"{call_id}-{channel}"
        writer.start_leg(leg_id, call_id=call_id, channel=channel)
        for start_ms in range(0, END_MS, 100):
            pcm = SOUND[start_ms * 16 : (start_ms + 100) * 16, channel]
            writer.append(
                AudioFrame(
                    tenant_id="t", call_id=call_id, leg_id=leg_id, start_ms=start_ms,
                    rate_hz=16_000, pcm=pcm.tobytes(), captured_at=NOW,
                )
            )  # fmt: skip
    if closed:
        await writer.close_call(call_id)
    writer.close()


def started(call_id: str = CALL) -> CallStarted:
    return CallStarted(tenant_id="t", call_id=call_id, started_at=NOW, ingress="siprec")


def ended(call_id: str = CALL) -> CallEnded:
    return CallEnded(tenant_id="t", call_id=call_id, ended_at=NOW, ended_ms=END_MS, reason="bye")


def transcript_ended(call_id: str = CALL) -> TranscriptEnded:
    return TranscriptEnded(tenant_id="t", call_id=call_id, ended_at=NOW)


def card(
    start_ms: int, end_ms: int, *, call_id: str = CALL, revision: int = 1, retraction: bool = False
) -> Event:
    one = said(1, [("[card]", start_ms, end_ms)], revision=revision)
    leg_id = f"{call_id}-1"
    return msgspec.structs.replace(
        one, call_id=call_id, leg_id=leg_id, segment_id=f"{leg_id}/{start_ms:09d}",
        retraction=retraction,
    )  # fmt: skip


async def tell(bus: Bus, *events: Event) -> None:
    for event in events:
        is_speech = type(event).__name__.startswith("Transcript")
        topic = TRANSCRIPTS_TOPIC if is_speech else CALLS_TOPIC
        await bus.publish(topic, event.call_id, msgspec.json.encode(event))


async def told(bus: Bus, count: int) -> list[RecordingEvent]:
    """The first `count` events about recordings."""
    subscription = await bus.tail([RECORDINGS_TOPIC], since_s=3600)
    events: list[RecordingEvent] = []
    async with asyncio.timeout(PATIENCE_S):
        while len(events) < count:
            events += [_DECODER.decode(r.value) for r in await subscription.fetch(wait_s=0.1)]
    await subscription.close()
    return events


async def until_gone(settings: Settings, call_id: str = CALL) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while call_id in SoundOfCalls(settings).calls():
            await asyncio.sleep(0.02)


def silent_in(
    recordings: Recordings, call_id: str = CALL, *, tenant_id: str = "t"
) -> list[tuple[int, int]]:
    """Stretches, in whole seconds, in which both legs are silent; elsewhere both are untouched."""
    with recordings.open(tenant_id, call_id) as recording:
        sound = np.concatenate(list(recording.blocks()))
    seconds = np.arange(len(sound)) // 8000
    silent = [s for s in range(END_MS // 1000) if not sound[seconds == s].any()]
    for second in set(range(END_MS // 1000)) - set(silent):
        part = slice(second * 8000 + 800, second * 8000 + 3200)  # pads reach into the rest
        assert np.array_equal(sound[part], SOUND[::2][part]), second
    return [(s, s + 1) for s in silent]


async def test_an_ended_call_becomes_a_recording_and_its_journal_goes(settings: Settings) -> None:
    bus = MemoryBus(partitions=2)
    await journal(settings)
    async with running(bus, settings) as stage:
        await tell(bus, started(), card(6900, 8700), transcript_ended(), ended())
        (ready,) = await told(bus, 1)
        await until_gone(settings)
        assert stage.ready() == ""
    assert isinstance(ready, RecordingReady)
    assert (ready.tenant_id, ready.call_id, ready.revision) == ("t", CALL, 1)
    assert (ready.duration_ms, ready.muted_ms) == (END_MS, 2550)
    assert silent_in(recordings_of(settings)) == [(7, 8), (8, 9)]


async def test_a_stage_that_starts_later_finds_what_was_said_before(settings: Settings) -> None:
    bus = MemoryBus(partitions=2)
    await journal(settings)
    await tell(bus, started(), card(6900, 8700), transcript_ended(), ended())
    async with running(bus, settings):
        (ready,) = await told(bus, 1)
    assert isinstance(ready, RecordingReady) and ready.muted_ms == 2550


async def test_a_late_correction_mutes_the_recording_further_also_after_a_restart(
    settings: Settings,
) -> None:
    bus = MemoryBus(partitions=2)
    await journal(settings)
    async with running(bus, settings):
        await tell(bus, started(), card(6900, 8700), transcript_ended(), ended())
        await told(bus, 1)
        await until_gone(settings)
        await tell(bus, card(13_900, 14_700, revision=7, retraction=True))
        again = (await told(bus, 2))[1]
    assert isinstance(again, RecordingReady) and again.revision == 2
    await tell(bus, card(16_900, 17_700, revision=8, retraction=True))
    async with running(bus, settings):
        third = (await told(bus, 3))[2]
    assert isinstance(third, RecordingReady) and third.revision == 3
    assert silent_in(recordings_of(settings)) == [(7, 8), (8, 9), (14, 15), (17, 18)]


async def test_a_call_that_was_not_seen_from_its_start_is_silent(settings: Settings) -> None:
    bus = MemoryBus(partitions=2)
    await journal(settings)
    async with running(bus, settings):
        await tell(bus, transcript_ended(), ended())
        (ready,) = await told(bus, 1)
    assert isinstance(ready, RecordingReady) and ready.muted_ms == END_MS
    assert len(silent_in(recordings_of(settings))) == END_MS // 1000


async def test_a_transcript_that_cannot_be_read_silences_its_call_and_no_other(
    settings: Settings,
) -> None:
    bus = MemoryBus(partitions=2)
    other = CALL[:-1] + "2"
    await journal(settings)
    await journal(settings, other)
    async with running(bus, settings):
        await tell(bus, started(), started(other))
        await bus.publish(TRANSCRIPTS_TOPIC, CALL, b"{")
        await bus.publish(CALLS_TOPIC, other, b'{"type":"SomethingNew"}')
        for call_id in (CALL, other):
            await tell(bus, transcript_ended(call_id), ended(call_id))
        ready = {one.call_id: one for one in await told(bus, 2)}
    assert {k: r.muted_ms for k, r in ready.items() if isinstance(r, RecordingReady)} == {
        CALL: END_MS, other: 0,
    }  # fmt: skip


async def test_nothing_is_kept_if_the_settings_say_so(settings: Settings) -> None:
    bus = MemoryBus(partitions=2)
    await journal(settings)
    async with running(bus, settings, RecordingSettings(keep="nothing")):
        await tell(bus, started(), transcript_ended(), ended())
        await until_gone(settings)
    assert recordings_of(settings).kept() == []


async def test_recordings_go_when_they_are_too_old(settings: Settings) -> None:
    bus = MemoryBus(partitions=2)
    old = "019aa09969c07a1bb9c0ffee00000001"
    await journal(settings, old)
    for keep_days in (0, 90):
        async with running(bus, settings, RecordingSettings(keep_days=keep_days)):
            await tell(bus, started(old), transcript_ended(old), ended(old))
            await until_gone(settings, old)
            events = await told(bus, 2 if keep_days else 1)
        assert len(recordings_of(settings).kept()) == (0 if keep_days else 1)
    assert isinstance(events[-1], RecordingRemoved) and events[-1].why == "expired"


async def test_a_journal_of_another_key_is_left_alone_and_told(settings: Settings) -> None:
    bus = MemoryBus(partitions=2)
    await journal(settings)
    key_file = settings.state_dir / "keys" / "journal.key"
    key_file.unlink()
    async with running(bus, settings) as stage:
        await tell(bus, started(), transcript_ended(), ended())
        async with asyncio.timeout(PATIENCE_S):
            while "cannot be made" not in stage.ready():
                await asyncio.sleep(0.02)
    assert SoundOfCalls(settings).calls() == [CALL]


@pytest.mark.parametrize("kill_at", ["sealed", "renamed", "told"])
async def test_a_kill_leaves_journal_or_recording_and_the_next_start_finishes(
    settings: Settings, postgres_dsn: str, kill_at: str
) -> None:
    """SIGKILL before the rename, after it, and before the journal goes."""
    bus = open_bus("postgres", postgres_dsn)
    await journal(settings)
    await tell(bus, started(), card(6900, 8700), transcript_ended(), ended())
    command = [sys.executable, "-m", "tests.contract.test_recording_stage", kill_at]
    died = await asyncio.to_thread(
        subprocess.run, [*command, str(settings.state_dir), postgres_dsn], timeout=60, check=False
    )
    assert died.returncode == -signal.SIGKILL
    assert SoundOfCalls(settings).calls() == [CALL]
    assert recordings_of(settings).has("t", CALL) == (kill_at != "sealed")
    async with running(bus, settings):
        events = await told(bus, 2 if kill_at == "told" else 1)
        await until_gone(settings)
    await bus.close()
    assert {one.revision for one in events if isinstance(one, RecordingReady)} == {1}
    assert silent_in(recordings_of(settings)) == [(7, 8), (8, 9)]
    assert not list(recordings_of(settings).folder.rglob("*.partial"))


async def be_killed(kill_at: str, state: Path, dsn: str) -> None:
    """The stage in a process of its own, killed at one of three moments."""

    def die(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    bus = open_bus("postgres", dsn)
    stage = new_stage(bus, of_state(state))
    if kill_at == "sealed":
        Path.replace = die  # type: ignore[method-assign, assignment]
    elif kill_at == "renamed":
        bus.publish = die  # type: ignore[method-assign, assignment]
    else:
        SoundOfCalls.remove = die  # type: ignore[method-assign, assignment]
    await stage.run(asyncio.Event())


def main(arguments: Sequence[str]) -> None:
    asyncio.run(be_killed(arguments[0], Path(arguments[1]), arguments[2]))


if __name__ == "__main__":
    main(sys.argv[1:])
