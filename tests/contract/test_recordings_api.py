"""Recordings over HTTP on a real Postgres: ranges, tenants, originals for a reason that is kept."""

import asyncio
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import msgspec
import numpy as np
import psycopg
import pytest
import soundfile
from prometheus_client import CollectorRegistry

from analytics.access.postgres import PostgresAccess
from analytics.api import create_app, recordings
from analytics.api.guard import Guard
from analytics.feed import CaptionFeed
from analytics.recordings.shelf import Shelf
from analytics.recordings.sink import RecordingsSink
from analytics.settings import Settings
from analytics.store.postgres import PostgresStore
from redaction.events import RECORDINGS_TOPIC, RecordingEvent, RecordingReady, RecordingRemoved
from redaction.recording.make import Of, record
from redaction.recording.mutes import CallMutes
from redaction.recording.settings import Settings as RecordingSettings
from tests.contract.test_recording_stage import PATIENCE_S, SOUND, journal, of_state, silent_in
from tests.told_call import CALL_ID, STARTED_AT, ToldCall
from tests.unit.redaction.recording.recorded import END_MS, said
from trunkline.bus import Bus
from trunkline.bus.dead_letters import DeadLetters
from trunkline.bus.memory import MemoryBus
from trunkline.recordings import RecordingPlayer, SoundOfCalls, recordings_of

ORIGIN = "http://trunkline.test"
AUDIO = f"/v1/calls/{CALL_ID}/audio"
NOW = datetime(2025, 11, 21, 8, 0, tzinfo=UTC)


class Api:
    """The app on a database with one finished call that has a recording."""

    def __init__(self, shelf: Shelf, access: PostgresAccess, store: PostgresStore) -> None:
        self.shelf = shelf
        self.access = access
        self.store = store
        self.state = Path()
        self.dsn = ""
        self.ready: RecordingReady | None = None

    async def client(self, role: str = "analyst", tenant_id: str = "default") -> httpx.AsyncClient:
        made = await self.access.create_key(tenant_id, role, role=role, scopes=(), now=NOW)
        registry = CollectorRegistry()
        feed = CaptionFeed(self.store, MemoryBus(), settings=Settings(), registry=registry)
        app = create_app(self.store, self.access, feed=feed)
        player = RecordingPlayer(recordings_of(of_state(self.state)))
        app.include_router(recordings.router(self.shelf, player, Guard(self.access)))
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        headers = {"Authorization": f"Bearer {made.secret}"}
        return httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers)

    def audit(self) -> list[tuple[object, ...]]:
        with psycopg.connect(self.dsn) as connection:
            query = (
                "select action, subject, detail->>'why' from audit where action like 'recording%'"
            )
            return connection.execute(query.encode()).fetchall()


@pytest.fixture
async def api(migrated_dsn: str, tmp_path: Path) -> AsyncIterator[Api]:
    store = await PostgresStore.connect(migrated_dsn)
    shelf = await Shelf.connect(migrated_dsn)
    access = await PostgresAccess.connect(migrated_dsn)
    call = ToldCall()
    await store.apply([*call.lifecycle(), *call.speech()], now=STARTED_AT)
    made = Api(shelf, access, store)
    made.state, made.dsn = tmp_path, migrated_dsn
    made.ready = await recorded(tmp_path)
    yield made
    for one in (store, shelf, access):
        await one.close()


async def recorded(state: Path) -> RecordingReady:
    settings = of_state(state)
    await journal(settings, CALL_ID)
    heard = CallMutes()
    heard.receive(said(1, [("[card]", 6900, 8700)]))
    ready = record(
        Of("default", CALL_ID),
        heard,
        journal=SoundOfCalls(settings),
        recordings=recordings_of(settings),
        settings=RecordingSettings(keep="original", unrecognised="keep", reach_ms=0),
    )
    assert ready is not None
    return ready


def samples(body: bytes) -> np.ndarray[tuple[int, int], np.dtype[np.int16]]:
    read, rate_hz = soundfile.read(io.BytesIO(body), dtype="int16", always_2d=True)
    assert rate_hz == 8000
    return read  # type: ignore[no-any-return]


async def test_an_analyst_hears_the_redacted_recording_of_each_leg_and_the_mix(api: Api) -> None:
    async with await api.client() as client:
        legs = [
            samples((await client.get(AUDIO, params={"channel": channel})).content)[:, 0]
            for channel in ("0", "1")
        ]
        mix = await client.get(AUDIO)
        assert mix.headers["content-type"] == "audio/wav"
        assert mix.headers["cache-control"] == "no-store"
        whole = await client.get(AUDIO, params={"channel": "all", "format": "flac"})
        assert np.array_equal(samples(whole.content), np.stack(legs, axis=1))
        for one in (*legs, samples(mix.content)[:, 0]):
            assert not one[52_000:72_400].any()
            assert one[:51_000].any() and one[73_000:].any()


RANGES: list[tuple[str, int, slice]] = [
    ("bytes=0-9", 206, slice(0, 10)),
    ("bytes=100000-100999", 206, slice(100_000, 101_000)),
    ("bytes=319000-", 206, slice(319_000, None)),
    ("bytes=-44", 206, slice(-44, None)),
    ("bytes=0-", 206, slice(0, None)),
    ("bytes=0-9999999", 206, slice(0, None)),
    ("bytes=5-2", 200, slice(0, None)),
    ("bytes=-", 200, slice(0, None)),
    ("bytes=0-1,5-6", 200, slice(0, None)),
    ("lines=0-1", 200, slice(0, None)),
    ("bytes=9999999-", 416, slice(0, 0)),
    ("bytes=-0", 416, slice(0, 0)),
]


async def test_ranges_are_answered_as_http_has_them(api: Api) -> None:
    async with await api.client() as client:
        whole = (await client.get(AUDIO)).content
        for asked, status, part in RANGES:
            answer = await client.get(AUDIO, headers={"Range": asked})
            assert answer.status_code == status, asked
            assert answer.content == whole[part], asked
            start, end, _ = part.indices(len(whole))
            told = f"bytes {start}-{end - 1}/{len(whole)}" if status == 206 else None
            told = f"bytes */{len(whole)}" if status == 416 else told
            assert answer.headers.get("content-range") == told, asked


REFUSED: list[tuple[str, dict[str, str], int]] = [
    (AUDIO, {"channel": "2"}, 404),
    (AUDIO, {"channel": "all"}, 400),
    (AUDIO, {"channel": "../x"}, 400),
    (AUDIO, {"format": "mp3"}, 400),
    ("/v1/calls/..%2f..%2fetc/audio", {}, 404),
    ("/v1/calls/a.b/audio", {}, 404),
    ("/v1/calls/nosuchcall/audio", {}, 404),
    ("/v1/calls/nosuchcall/recording", {}, 404),
]


async def test_what_is_not_there_is_refused(api: Api) -> None:
    async with await api.client() as client:
        for path, params, status in REFUSED:
            assert (await client.get(path, params=params)).status_code == status, (path, params)


async def test_another_tenant_and_nobody_hear_nothing(api: Api) -> None:
    async with await api.client("admin", tenant_id="other") as client:
        assert (await client.get(AUDIO)).status_code == 404
        client.headers.pop("Authorization")
        assert (await client.get(AUDIO)).status_code == 401


async def test_an_original_is_heard_by_permission_for_a_reason_that_is_kept(api: Api) -> None:
    asked = {"original": "true", "why": "complaint 17", "channel": "1"}
    async with await api.client("analyst") as client:
        assert (await client.get(AUDIO, params=asked)).status_code == 403
    async with await api.client("admin") as client:
        assert (await client.get(AUDIO, params=asked | {"why": " "})).status_code == 400
        assert api.audit() == []
        heard = await client.get(AUDIO, params=asked)
    assert np.array_equal(samples(heard.content)[:, 0], SOUND[::2, 1])
    assert api.audit() == [("recording.original_heard", CALL_ID, "complaint 17")]


async def say(bus: Bus, *events: RecordingEvent) -> None:
    for event in events:
        await bus.publish(RECORDINGS_TOPIC, event.call_id, msgspec.json.encode(event))


async def state_of(
    api: Api, *, revision: int | None = None, state: str = "ready"
) -> dict[str, object]:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            found = await api.shelf.of("default", CALL_ID)
            if found and found.state == state and revision in (None, found.revision):
                return msgspec.structs.asdict(found)
            await asyncio.sleep(0.02)


def recordings_sink(api: Api, bus: Bus) -> RecordingsSink:
    registry = CollectorRegistry()
    return RecordingsSink(
        api.shelf, bus, dead_letters=DeadLetters(bus, registry=registry), registry=registry
    )


async def test_the_table_follows_the_topic_and_replays_change_nothing(api: Api) -> None:
    assert api.ready is not None
    bus, stop = MemoryBus(partitions=1), asyncio.Event()
    sink = recordings_sink(api, bus)
    task = asyncio.create_task(sink.run(stop))
    later = msgspec.structs.replace(api.ready, revision=2, muted_ms=5000)
    await say(bus, api.ready, later, api.ready)
    told = await state_of(api, revision=2)
    assert (told["muted_ms"], told["duration_ms"], told["has_original"]) == (5000, END_MS, True)
    async with await api.client() as client:
        shown = (await client.get(f"/v1/calls/{CALL_ID}/recording")).json()
    assert (shown["state"], shown["muted_ms"]) == ("ready", 5000)
    assert await api.shelf.of("other", CALL_ID) is None
    removed = RecordingRemoved(tenant_id="default", call_id=CALL_ID, why="erased", removed_at=NOW)
    await say(bus, removed, msgspec.structs.replace(later, revision=3))
    told = await state_of(api, state="erased")
    assert told["revision"] == 2 and not told["has_original"]
    stop.set()
    await asyncio.wait_for(task, PATIENCE_S)


async def test_a_recording_waits_for_the_row_of_its_call(api: Api) -> None:
    assert api.ready is not None
    bus, stop = MemoryBus(partitions=1), asyncio.Event()
    other = CALL_ID[:-1] + "9"
    task = asyncio.create_task(recordings_sink(api, bus).run(stop))
    await say(bus, msgspec.structs.replace(api.ready, call_id=other))
    assert await api.shelf.apply([msgspec.structs.replace(api.ready, call_id=other)]) != []
    await api.store.apply(ToldCall(other).lifecycle(), now=NOW)
    async with asyncio.timeout(PATIENCE_S):
        while await api.shelf.of("default", other) is None:
            await asyncio.sleep(0.02)
    stop.set()
    await asyncio.wait_for(task, PATIENCE_S)
    assert silent_in(recordings_of(of_state(api.state)), CALL_ID, tenant_id="default")
