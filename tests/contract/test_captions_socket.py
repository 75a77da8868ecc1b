"""Live captions over a real websocket, from a real Postgres: bus, store and API together."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest
import websockets
from websockets.asyncio.client import ClientConnection

from tests.serving import Serving, serving
from tests.told_call import CALL_ID, ToldCall


@pytest.fixture
async def line(migrated_dsn: str) -> AsyncIterator[Serving]:
    """Database and bus; each test starts the roles it needs."""
    async with serving(migrated_dsn) as started:
        yield started


def connect(line: Serving, key: str = "", *, query: str = "", **headers: str) -> Any:
    """A captions websocket."""
    if key:
        headers["Authorization"] = f"Bearer {key}"
    url = f"{line.url.replace('http', 'ws', 1)}/v1/captions{query}"
    return websockets.connect(url, additional_headers=headers, proxy=None)


async def receive(socket: ClientConnection) -> dict[str, Any]:
    """The next message."""
    message: dict[str, Any] = json.loads(await asyncio.wait_for(socket.recv(), 10))
    return message


async def until(socket: ClientConnection, kind: str) -> list[dict[str, Any]]:
    """All messages up to the next of this type."""
    messages = [await receive(socket)]
    while messages[-1]["type"] != kind:
        messages.append(await receive(socket))
    return messages


async def test_a_call_is_seen_live_and_then_stored(line: Serving) -> None:
    call, key = ToldCall(), (await line.key()).secret
    async with line.store(), line.serve(), connect(line, key) as socket:
        assert (await receive(socket))["calls"] == []
        await line.tell(*call.lifecycle(), *call.speech())
        messages = await until(socket, "summary")
        assert [m["seq"] for m in messages] == list(range(1, len(messages) + 1))
        assert {m["type"] for m in messages} == {
            "call",
            "leg",
            "segment",
            "gap",
            "call_ended",
            "summary",
        }
        headers = {"Authorization": f"Bearer {key}"}
        async with httpx.AsyncClient(base_url=line.url, headers=headers) as client:
            stored = (await client.get(f"/v1/calls/{CALL_ID}/transcript")).json()
            ready = await client.get("/readyz")
        finals = {m["segment_id"]: m["text"] for m in messages if m.get("is_final")}
        assert finals == {s["segment_id"]: s["text"] for s in stored["segments"]}
        assert stored["summary"] == messages[-1]["summary"]
        assert ready.status_code == 200


async def test_a_client_that_comes_back_has_no_hole_and_no_double(line: Serving) -> None:
    call, key = ToldCall(), (await line.key()).secret
    async with line.serve():
        async with connect(line, key) as socket:
            await receive(socket)
            await line.tell(call.started(), call.said(0, "one", start_ms=0))
            seen = (await until(socket, "segment"))[-1]
        await line.tell(call.said(0, "two", start_ms=1000), call.said(1, "three", start_ms=2000))
        query = f"?epoch={seen['epoch']}&after={seen['seq']}"
        async with connect(line, key, query=query) as socket:
            texts = [(await receive(socket))["text"] for _ in range(2)]
            await line.tell(call.said(0, "four", start_ms=3000))
            texts.append((await receive(socket))["text"])
        assert texts == ["two", "three", "four"]


async def test_after_a_restart_a_client_gets_the_whole_call_in_a_snapshot(line: Serving) -> None:
    call, key = ToldCall(), (await line.key()).secret
    async with line.store():
        async with line.serve(), connect(line, key) as socket:
            await receive(socket)
            await line.tell(call.started(), call.joined(0), call.said(0, "one", start_ms=0))
            seen = (await until(socket, "segment"))[-1]
        await line.tell(call.said(0, "two", start_ms=1000, final=False))
        query = f"?epoch={seen['epoch']}&after={seen['seq']}"
        async with line.serve() as feed:
            await ready(feed.ready)
            async with connect(line, key, query=query) as socket:
                first = await receive(socket)
                assert first["type"] == "snapshot" and first["epoch"] != seen["epoch"]
                texts = [s["text"] for c in first["calls"] for s in c["segments"]]
                while len(texts) < 2:
                    texts += [m["text"] for m in await until(socket, "segment") if "text" in m]
        assert texts == ["one", "two"]


async def ready(check: Any) -> None:
    """Wait until a part is ready."""
    async with asyncio.timeout(10):
        while check():
            await asyncio.sleep(0.01)


async def test_no_caption_waits_for_the_next(line: Serving) -> None:
    call, key = ToldCall(), (await line.key()).secret
    async with line.serve(), connect(line, key, query=f"?call_id={CALL_ID}") as socket:
        await receive(socket)
        await line.tell(call.started())
        await until(socket, "call")
        for i in range(40):
            await line.tell(call.said(0, f"word{i}", start_ms=0, revision=i + 1, final=False))
            assert (await receive(socket))["text"] == f"word{i}"


async def test_nobody_listens_without_the_right(line: Serving) -> None:
    analyst = (await line.key("analyst")).secret
    async with line.serve():
        for key, status in (("", 401), ("tk_" + "x" * 43, 401), (analyst, 403)):
            with pytest.raises(websockets.InvalidStatus) as refused:
                await connect(line, key)
            assert refused.value.response.status_code == status


async def test_a_session_listens_from_its_own_page_only(line: Serving) -> None:
    secret = (await line.key()).secret
    async with line.serve():
        async with httpx.AsyncClient(base_url=line.url) as page:
            await page.post("/v1/session", json={"api_key": secret})
            cookie = f"trunkline_session={page.cookies['trunkline_session']}"
        async with connect(line, Cookie=cookie, Origin=line.url) as socket:
            assert (await receive(socket))["type"] == "snapshot"
        for headers in ({"Cookie": cookie}, {"Cookie": cookie, "Origin": "https://evil.test"}):
            with pytest.raises(websockets.InvalidStatus) as refused:
                await connect(line, **headers)
            assert refused.value.response.status_code == 403


async def test_a_client_that_talks_is_hung_up_on(line: Serving) -> None:
    key = (await line.key()).secret
    async with line.serve(), connect(line, key) as socket:
        await receive(socket)
        await socket.send("hello")
        with pytest.raises(websockets.ConnectionClosedError) as closed:
            await receive(socket)
        assert closed.value.rcvd is not None and closed.value.rcvd.code == 1008


async def test_another_tenant_hears_nothing(line: Serving) -> None:
    key = (await line.key(tenant_id="other")).secret
    async with line.serve(), connect(line, key) as socket:
        assert (await receive(socket))["calls"] == []
        await line.tell(ToldCall().started(), ToldCall().said(0, "ours", start_ms=0))
        await line.tell(ToldCall(CALL_ID[:-1] + "2", tenant_id="other").started())
        assert (await receive(socket))["call_id"] == CALL_ID[:-1] + "2"


async def test_the_delay_of_captions_is_measured_by_stage(line: Serving) -> None:
    call, key = ToldCall(), (await line.key()).secret
    async with line.serve(), connect(line, key) as socket:
        await receive(socket)
        await line.tell(call.started(), call.said(0, "old", start_ms=0))
        await until(socket, "segment")
        now = datetime.now(UTC)
        fresh = msgspec.structs.replace(
            call.said(0, "new", start_ms=5000),
            audio_end_at=now - timedelta(milliseconds=300),
            recognised_at=now - timedelta(milliseconds=100),
            redacted_at=now,
        )
        await line.tell(fresh)
        await until(socket, "segment")
        async with httpx.AsyncClient(base_url=line.url) as client:
            metrics = (await client.get("/metrics")).text
    delay = "trunkline_analytics_caption_delay_seconds"
    assert "trunkline_analytics_caption_clients 1.0" in metrics
    # The first one was redacted before this process began: it is no delay of ours.
    assert f'{delay}_count{{final="true",stage="all"}} 1.0' in metrics
    assert f'{delay}_sum{{final="true",stage="recognise"}} 0.2' in metrics
    assert f'{delay}_sum{{final="true",stage="redact"}} 0.1' in metrics
