"""The compliance part of the HTTP API over a real Postgres: who may, what is refused and how."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from prometheus_client import CollectorRegistry

from analytics.access import Principal
from analytics.access.postgres import PostgresAccess
from analytics.api import create_app
from analytics.compliance.desk import Desk
from analytics.compliance.documents import ReviewItem
from analytics.compliance.draws import Draws, Wanted
from analytics.feed import CaptionFeed
from analytics.settings import Settings
from analytics.store.postgres import PostgresStore
from tests.told_call import STARTED_AT, ToldCall
from trunkline.bus.memory import MemoryBus
from trunkline.reviewing import open_desk
from trunkline.settings import ApplianceSettings
from trunkline.settings import Settings as Whole

ORIGIN = "http://trunkline.test"
NOW = datetime(2025, 11, 21, 8, 0, tzinfo=UTC)


class Api:
    """The app on a database with one finished call, drawn for review."""

    def __init__(self, store: PostgresStore, access: PostgresAccess, *, desk: Desk) -> None:
        self.access = access
        self.desk = desk
        registry = CollectorRegistry()
        feed = CaptionFeed(store, MemoryBus(), settings=Settings(), registry=registry)
        self.app = create_app(store, access, feed=feed, desk=desk)

    async def secret(self, role: str, tenant_id: str = "default") -> str:
        made = await self.access.create_key(tenant_id, role, role=role, scopes=(), now=NOW)
        return made.secret

    def client(self, secret: str = "") -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers)


@pytest.fixture
async def api(migrated_dsn: str, tmp_path: Path) -> AsyncIterator[Api]:
    settings = Whole(appliance=ApplianceSettings(state_dir=str(tmp_path)))
    store = await PostgresStore.connect(migrated_dsn)
    access = await PostgresAccess.connect(migrated_dsn)
    desk = await open_desk(settings, migrated_dsn, store)
    draws = await Draws.connect(migrated_dsn)
    call = ToldCall()
    await store.apply([*call.lifecycle(), *call.speech()], now=STARTED_AT)
    wanted = Wanted("default", STARTED_AT.date(), 10)
    await draws.draw(wanted, now=NOW, actor="operator")
    yield Api(store, access, desk=desk)
    for part in (draws, desk, access, store):
        await part.close()


@pytest.fixture
async def officer(api: Api) -> AsyncIterator[httpx.AsyncClient]:
    async with api.client(await api.secret("compliance")) as client:
        yield client


PATHS = ("/v1/compliance/summary", "/v1/compliance/reviews/next")


@pytest.mark.parametrize("role", ["supervisor", "analyst", "service"])
async def test_only_compliance_and_admin_keys_may(api: Api, role: str) -> None:
    async with api.client(await api.secret(role)) as client:
        for path in PATHS:
            answer = await client.get(path)
            assert answer.status_code == 403
            assert answer.headers["content-type"] == "application/problem+json"
        answer = await client.post("/v1/compliance/reviews/1", json={"revision": 1})
        assert answer.status_code == 403
    async with api.client(await api.secret("admin")) as client:
        assert [(await client.get(path)).status_code for path in PATHS] == [200, 200]
    async with api.client() as client:
        assert [(await client.get(path)).status_code for path in PATHS] == [401, 401]


async def test_the_summary_is_of_the_days_asked_for(officer: httpx.AsyncClient) -> None:
    answer = await officer.get("/v1/compliance/summary?from=2025-11-01&to=2025-11-30")
    body = answer.json()
    assert (body["from"], body["to"], body["tenant_id"]) == ("2025-11-01", "2025-11-30", "default")
    assert (body["total"]["calls"], body["total"]["touched"], body["total"]["spans"]) == (1, 1, 2)
    assert [(kind["kind"], kind["spans"]) for kind in body["kinds"]] == [("card", 1), ("name", 1)]
    assert (body["reviews"]["drawn"], body["reviews"]["open"]) == (3, 3)
    latest = (await officer.get("/v1/compliance/summary")).json()
    assert latest["total"]["calls"] == 0
    assert (latest["reviews"]["open"], latest["reviews"]["waiting"]) == (0, 3)


@pytest.mark.parametrize(
    "query",
    ["from=2025-11-30&to=2025-11-01", "from=2020-01-01&to=2025-01-01", "from=x", "to=9999-12-31"],
)
async def test_days_that_make_no_period_are_refused(officer: httpx.AsyncClient, query: str) -> None:
    answer = await officer.get(f"/v1/compliance/summary?{query}")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_queue_is_worked_through_to_its_end(api: Api, officer: httpx.AsyncClient) -> None:
    seen = set()
    for left in (3, 2, 1):
        item = (await officer.get("/v1/compliance/reviews/next")).json()
        assert item["left"] == left
        turn = item["turns"][item["at"]]
        seen.add(turn["segment_id"])
        verdict = {"revision": item["revision"]}
        answer = await officer.post(f"/v1/compliance/reviews/{item['review_id']}", json=verdict)
        assert answer.json() == {"review_id": item["review_id"], "masked": True, "left": left - 1}
    assert len(seen) == 3
    assert (await officer.get("/v1/compliance/reviews/next")).status_code == 204


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not JSON",
        b"\xff",
        b"[]",
        b"{}",
        b'{"revision": "1"}',
        b'{"revision": 1, "surprise": 1}',
        b'{"revision": 1, "marks": [{"mark": "good", "first": 0, "last": 0}]}',
    ],
)
async def test_a_verdict_that_is_none_is_refused_and_not_repeated(
    officer: httpx.AsyncClient, body: bytes
) -> None:
    item = (await officer.get("/v1/compliance/reviews/next")).json()
    answer = await officer.post(f"/v1/compliance/reviews/{item['review_id']}", content=body)
    assert answer.status_code == 400
    assert answer.json()["detail"] == "Not as expected: the verdict."


async def test_refusals_say_what_to_do(api: Api, officer: httpx.AsyncClient) -> None:
    item = (await officer.get("/v1/compliance/reviews/next")).json()
    path = f"/v1/compliance/reviews/{item['review_id']}"
    revision = item["revision"]
    assert (await officer.post(path, json={"revision": revision + 1})).status_code == 409
    outside = {"mark": "missed", "first": 0, "last": 99, "kind": "card"}
    answer = await officer.post(path, json={"revision": revision, "marks": [outside]})
    assert (answer.status_code, answer.json()["detail"]) == (
        400,
        "Not as expected: a mark lies outside the segment.",
    )
    unknown = await officer.post("/v1/compliance/reviews/999999", json={"revision": 1})
    assert unknown.status_code == 409
    assert (await officer.post("/v1/compliance/reviews/0", json={})).status_code == 400
    async with api.client(await api.secret("compliance", "other")) as stranger:
        assert (await stranger.post(path, json={"revision": revision})).status_code == 409
        assert (await stranger.get("/v1/compliance/reviews/next")).status_code == 204


async def test_another_site_cannot_mark_with_a_reviewers_cookie(api: Api) -> None:
    async with api.client() as client:
        login = {"api_key": await api.secret("compliance")}
        assert (await client.post("/v1/session", json=login)).status_code == 200
        item = (await client.get("/v1/compliance/reviews/next")).json()
        path = f"/v1/compliance/reviews/{item['review_id']}"
        verdict = {"revision": item["revision"]}
        foreign = await client.post(path, json=verdict, headers={"Origin": "http://evil.test"})
        assert foreign.status_code == 403
        assert (await client.post(path, json=verdict)).status_code == 403
        own = await client.post(path, json=verdict, headers={"Origin": ORIGIN})
        assert own.status_code == 200


async def test_without_the_tenants_key_nothing_is_kept(api: Api, tmp_path: Path) -> None:
    folder = tmp_path / "keys" / "tenants"
    folder.mkdir(parents=True)
    (folder / "default.key").write_text("damaged")
    async with api.client(await api.secret("compliance")) as client:
        item = (await client.get("/v1/compliance/reviews/next")).json()
        path = f"/v1/compliance/reviews/{item['review_id']}"
        answer = await client.post(path, json={"revision": item["revision"]})
        assert (answer.status_code, answer.headers["content-type"]) == (
            503,
            "application/problem+json",
        )
        again = (await client.get("/v1/compliance/reviews/next")).json()
        assert again["review_id"] == item["review_id"]


async def test_a_reviewer_sees_what_the_strictest_role_sees(
    api: Api, officer: httpx.AsyncClient
) -> None:
    who = Principal("k", "default", "", "compliance", ("compliance",))
    item = await api.desk.next(who, now=datetime.now(UTC))
    assert isinstance(item, ReviewItem)
    for turn in item.turns:
        assert {word.text for word in turn.words if word.kind} <= {"[card]", "[name]"}
        assert not any(hasattr(word, "shown") for word in turn.words)
