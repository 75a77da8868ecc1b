"""Pausing over the API: who may, what it answers, and that it waits for the listening node."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx
import msgspec
import pytest
from prometheus_client import CollectorRegistry

from analytics import pausing
from analytics.access.memory import MemoryAccess
from analytics.api import create_app
from analytics.feed import CaptionFeed
from analytics.pausing import Pausing
from analytics.settings import Settings
from analytics.store.memory import MemoryStore
from sip_gateway.commands import COMMANDS_TOPIC, PauseCall
from tests.listening_node import Node
from tests.told_call import ToldCall
from trunkline.bus.memory import MemoryBus

ORIGIN = "http://desk.example"
LIVE = "019aa09969c07a1bb9c0ffee00000002"
ENDED = "019aa09969c07a1bb9c0ffee00000003"


class Desk:
    """The app, its feed and one listening node, with a live call and one that is over."""

    def __init__(self) -> None:
        self.bus, self.store, self.access = MemoryBus(), MemoryStore(), MemoryAccess()
        registry = CollectorRegistry()
        self.feed = CaptionFeed(self.store, self.bus, settings=Settings(), registry=registry)
        self.node = Node(self.bus, ToldCall(LIVE))
        self.app = create_app(
            self.store, self.access, feed=self.feed, pausing=Pausing(self.bus, self.feed)
        )

    async def client(
        self, role: str = "supervisor", *, tenant_id: str = "default"
    ) -> httpx.AsyncClient:
        key = await self.access.create_key(
            tenant_id, "test", role=role, scopes=(), now=datetime.now(UTC)
        )
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.app, raise_app_exceptions=False),
            base_url=ORIGIN,
            headers={"Authorization": f"Bearer {key.secret}"},
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Desk"]:
        call, over = ToldCall(LIVE), ToldCall(ENDED)
        now = datetime.now(UTC)
        await self.store.apply([call.started(), call.joined(0), call.joined(1)], now=now)
        await self.store.apply([*over.lifecycle(), *over.speech()], now=now)
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            work = [tasks.create_task(part.run(stop)) for part in (self.feed, self.node)]
            while self.feed.ready() or self.node.reader.ready():
                await asyncio.sleep(0)
            yield self
            for task in work:
                task.cancel()


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with Desk().running() as running:
        yield running


async def post(desk: Desk, what: str, call_id: str = LIVE, *, role: str = "supervisor") -> int:
    async with await desk.client(role) as client:
        answer = await client.post(f"/v1/calls/{call_id}/{what}")
    kind = "application/json" if answer.status_code == 200 else "application/problem+json"
    assert answer.headers["content-type"] == kind
    if answer.status_code == 200:
        assert answer.json() == {"call_id": call_id, "paused": what == "pause"}
    return answer.status_code


async def test_a_pause_answers_when_the_node_has_confirmed_it_and_may_be_repeated(
    desk: Desk,
) -> None:
    for what in ("pause", "pause", "resume", "resume", "pause"):
        assert await post(desk, what) == 200
        call = desk.feed.find("default", LIVE)
        assert call is not None
        assert call.paused == ("api" if what == "pause" else "")
    obeyed = desk.node.obeyed
    assert [type(one).__name__ for one in obeyed[:3]] == ["PauseCall", "PauseCall", "ResumeCall"]
    assert all(before.at < after.at for before, after in zip(obeyed, obeyed[1:], strict=False))
    assert {one.tenant_id for one in obeyed} == {"default"}


async def test_unknown_calls_other_tenants_and_calls_that_are_over_are_refused(desk: Desk) -> None:
    assert await post(desk, "pause", "0" * 32) == 404
    assert await post(desk, "pause", ENDED) == 409
    assert await post(desk, "resume", ENDED) == 409
    async with await desk.client(tenant_id="other") as client:
        assert (await client.post(f"/v1/calls/{LIVE}/pause")).status_code == 404
    assert desk.node.obeyed == []


@pytest.mark.parametrize(
    ("role", "status"),
    [("admin", 200), ("supervisor", 200), ("service", 200), ("analyst", 403), ("compliance", 403)],
)
async def test_who_may_pause(desk: Desk, role: str, status: int) -> None:
    assert await post(desk, "pause", role=role) == status


async def test_a_page_of_another_site_cannot_pause(desk: Desk) -> None:
    key = await desk.access.create_key(
        "default", "t", role="supervisor", scopes=(), now=datetime.now(UTC)
    )
    transport = httpx.ASGITransport(app=desk.app)
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
        await client.post("/v1/session", json={"api_key": key.secret})
        path = f"/v1/calls/{LIVE}/pause"
        assert (await client.post(path)).status_code == 403
        evil = {"origin": "https://evil.example"}
        assert (await client.post(path, headers=evil)).status_code == 403
        assert (await client.post(path, headers={"origin": ORIGIN})).status_code == 200


async def test_a_pause_that_nobody_confirms_is_said_not_to_be(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pausing, "CONFIRMED_S", 0.02)
    desk.node.deaf = True
    assert await post(desk, "pause") == 504


async def test_without_the_bus_nothing_is_paused_and_that_is_said(desk: Desk) -> None:
    desk.bus.go_away()
    assert await post(desk, "pause") == 503


async def test_commands_that_are_old_or_unreadable_are_passed_over(desk: Desk) -> None:
    old = PauseCall(tenant_id="default", call_id=LIVE, at=datetime(2020, 1, 1, tzinfo=UTC), by="k")
    await desk.bus.publish(COMMANDS_TOPIC, LIVE, msgspec.json.encode(old))
    await desk.bus.publish(COMMANDS_TOPIC, LIVE, b"{rubbish")
    assert await post(desk, "pause") == 200
    assert len(desk.node.obeyed) == 1
