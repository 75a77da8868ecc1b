"""The HTTP API over stores in memory, without a socket."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec
import pytest
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from analytics.access import NewKey
from analytics.access.memory import MemoryAccess
from analytics.api import create_app
from analytics.feed import CaptionFeed
from analytics.settings import Settings
from analytics.store import Unavailable
from analytics.store.memory import MemoryStore
from tests.told_call import CALL_ID, STARTED_AT, ToldCall
from trunkline.bus.memory import MemoryBus

ORIGIN = "http://trunkline.test"
OTHER_ID = CALL_ID[:-1] + "2"


class Api:
    """The app and what it stands on."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.access = MemoryAccess()
        registry = CollectorRegistry()
        feed = CaptionFeed(self.store, MemoryBus(), settings=Settings(), registry=registry)
        self.app: FastAPI = create_app(self.store, self.access, feed=feed)

    async def key(self, role: str = "supervisor", *, tenant_id: str = "default") -> NewKey:
        """A new key."""
        return await self.access.create_key(
            tenant_id, "test", role=role, scopes=(), now=datetime.now(UTC)
        )

    def client(self, secret: str = "", **headers: str) -> httpx.AsyncClient:
        """A client that shows a key."""
        if secret:
            headers["Authorization"] = f"Bearer {secret}"
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers)


@pytest.fixture
async def api() -> Api:
    """An app with one stored call of each of two tenants."""
    started = Api()
    for call in (ToldCall(), ToldCall(OTHER_ID, tenant_id="other")):
        await started.store.apply([*call.lifecycle(), *call.speech()], now=STARTED_AT)
    return started


@pytest.fixture
async def client(api: Api) -> AsyncIterator[httpx.AsyncClient]:
    """A supervisor of the default tenant."""
    async with api.client((await api.key()).secret) as opened:
        yield opened


def problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    """The refusal, checked for its form."""
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert (body["status"], body["type"]) == (status, "about:blank")
    return body


async def test_the_list_has_the_fields_that_clients_rely_on(client: httpx.AsyncClient) -> None:
    (call,) = (await client.get("/v1/calls")).json()["calls"]
    assert call["call_id"] == CALL_ID
    assert (call["state"], call["ingress"], call["duration_ms"]) == ("ended", "siprec", 10_000)
    assert call["legs"][1] == {
        "leg_id": f"{CALL_ID}-1",
        "channel": 1,
        "role": "customer",
        "label": "2",
        "participant_name": "",
    }


async def test_the_list_pages_and_filters(api: Api, client: httpx.AsyncClient) -> None:
    await api.store.apply([ToldCall(CALL_ID[:-1] + "3").started()], now=STARTED_AT)
    newest = (await client.get("/v1/calls", params={"limit": 1})).json()["calls"]
    assert [call["state"] for call in newest] == ["live"]
    query = {"before": newest[0]["call_id"], "state": "ended"}
    (older,) = (await client.get("/v1/calls", params=query)).json()["calls"]
    assert older["call_id"] == CALL_ID


async def test_the_list_shows_one_queue(api: Api, client: httpx.AsyncClient) -> None:
    started = ToldCall(CALL_ID[:-1] + "3").started()
    await api.store.apply([msgspec.structs.replace(started, queue="sales")], now=STARTED_AT)
    (call,) = (await client.get("/v1/calls", params={"queue": "sales"})).json()["calls"]
    assert (call["call_id"], call["queue"]) == (started.call_id, "sales")
    assert (await client.get("/v1/calls", params={"queue": "other"})).json() == {"calls": []}


async def test_the_list_is_asked_by_ids_of_the_contact_centre(
    api: Api, client: httpx.AsyncClient
) -> None:
    started = ToldCall(CALL_ID[:-1] + "3").started()
    ids = {"ucid": "00001001551707824348", "session": "sip:100@host;x=1"}
    await api.store.apply([msgspec.structs.replace(started, attributes=ids)], now=STARTED_AT)
    asked: list[str | list[str]] = [
        "ucid:00001001551707824348",
        "session:sip:100@host;x=1",
        ["UCID:00001001551707824348", "session:sip:100@host;x=1"],
    ]
    for each in asked:
        (call,) = (await client.get("/v1/calls", params={"attribute": each})).json()["calls"]
        assert (call["call_id"], call["attributes"]) == (started.call_id, ids)
    for none in ("ucid:1", "session:sip", ["ucid:00001001551707824348", "session:x"]):
        found = await client.get("/v1/calls", params={"attribute": none})
        assert found.json() == {"calls": []}


@pytest.mark.parametrize(
    "query",
    [
        {"attribute": "ucid"},
        {"attribute": ":1"},
        {"attribute": "ucid:"},
        {"attribute": "ucid:a\x00b"},
        {"attribute": "u:" + 201 * "x"},
        {"attribute": 17 * ["u:1"]},
        {"limit": "0"},
        {"limit": "201"},
        {"limit": "x"},
        {"state": "odd"},
        {"before": "\0"},
        {"queue": "x" * 65},
    ],
)
async def test_a_bad_query_is_refused_and_not_repeated(
    client: httpx.AsyncClient, query: dict[str, str]
) -> None:
    body = problem(await client.get("/v1/calls", params=query), 400)
    assert body["detail"] == f"Not as expected: {next(iter(query))}."


async def test_one_call_comes_with_its_summary(client: httpx.AsyncClient) -> None:
    call = (await client.get(f"/v1/calls/{CALL_ID}")).json()
    assert call["summary"]["redactions"] == {"card": 1, "name": 1}


async def test_the_transcript_is_the_stored_document(client: httpx.AsyncClient) -> None:
    document = (await client.get(f"/v1/calls/{CALL_ID}/transcript")).json()
    assert document["call"]["call_id"] == CALL_ID
    assert [segment["text"] for segment in document["segments"]][1] == "my card is [card] [name]"
    assert document["segments"][1]["words"][3] == {
        "text": "[card]",
        "start_ms": 3800,
        "end_ms": 4100,
        "confidence": 0.0,
        "kind": "card",
    }
    assert document["gaps"][0]["why"] == "lost_packets"
    assert document["summary"]["duration_ms"] == 10_000


@pytest.mark.parametrize(
    ("form", "media_type", "begins"),
    [
        ("text", "text/plain", "00:00  Alice: good morning"),
        ("vtt", "text/vtt", "WEBVTT\n\n1\n00:00:00.500 -->"),
        ("srt", "application/x-subrip", "1\n00:00:00,500 -->"),
    ],
)
async def test_the_transcript_comes_in_other_formats(
    client: httpx.AsyncClient, form: str, media_type: str, begins: str
) -> None:
    answer = await client.get(f"/v1/calls/{CALL_ID}/transcript", params={"format": form})
    assert answer.headers["content-type"].startswith(media_type)
    assert answer.text.startswith(begins)


@pytest.mark.parametrize("path", ["", "/transcript"])
async def test_another_tenants_call_is_as_if_it_were_not(
    client: httpx.AsyncClient, path: str
) -> None:
    assert (await client.get(f"/v1/calls/{CALL_ID}{path}")).status_code == 200
    problem(await client.get(f"/v1/calls/{OTHER_ID}{path}"), 404)


@pytest.mark.parametrize("secret", ["", "tk_short", "tk_" + "x" * 43])
async def test_without_a_working_key_nothing_is_told(api: Api, secret: str) -> None:
    async with api.client(secret) as client:
        for path in ("/v1/calls", f"/v1/calls/{CALL_ID}", f"/v1/calls/{CALL_ID}/transcript"):
            answer = await client.get(path)
            problem(answer, 401)
            assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_a_revoked_key_ends_at_once_and_so_does_its_session(api: Api) -> None:
    made = await api.key()
    async with api.client() as page:
        await page.post("/v1/session", json={"api_key": made.secret})
        assert (await page.get("/v1/calls")).status_code == 200
        await api.access.revoke_key("default", made.key.key_id, now=datetime.now(UTC))
        problem(await page.get("/v1/calls"), 401)
    async with api.client(made.secret) as client:
        problem(await client.get("/v1/calls"), 401)


async def test_a_key_without_the_scope_is_refused(api: Api) -> None:
    made = await api.access.create_key(
        "default", "screens", role="service", scopes=("captions",), now=datetime.now(UTC)
    )
    async with api.client(made.secret) as client:
        problem(await client.get("/v1/calls"), 403)


async def test_the_page_logs_in_with_a_key_and_out_again(api: Api) -> None:
    made = await api.key()
    async with api.client(Origin=ORIGIN) as page:
        answer = await page.post("/v1/session", json={"api_key": made.secret})
        cookie = answer.headers["set-cookie"]
        assert made.secret not in cookie
        for part in ("HttpOnly", "SameSite=strict", "Path=/", "Max-Age=43200"):
            assert part in cookie
        assert answer.json() == {
            "tenant_id": "default",
            "name": "test",
            "role": "supervisor",
            "scopes": ["calls", "captions", "control"],
        }
        assert (await page.get("/v1/session")).json()["role"] == "supervisor"
        assert (await page.get("/v1/calls")).status_code == 200
        token = page.cookies["trunkline_session"]
        assert (await page.delete("/v1/session")).status_code == 204
        page.cookies.set("trunkline_session", token)
        problem(await page.get("/v1/session"), 401)


async def test_the_cookie_is_secure_behind_tls(api: Api) -> None:
    made = await api.key()
    async with api.client() as page:
        page.base_url = httpx.URL("https://trunkline.test")
        answer = await page.post("/v1/session", json={"api_key": made.secret})
        assert "Secure" in answer.headers["set-cookie"]
        assert "strict-transport-security" in answer.headers


@pytest.mark.parametrize("origin", ["https://evil.test", "null", ""])
async def test_another_site_can_neither_log_in_nor_out(api: Api, origin: str) -> None:
    made = await api.key()
    async with api.client() as page:
        await page.post("/v1/session", json={"api_key": made.secret})
        headers = {"Origin": origin} if origin else {}
        problem(await page.delete("/v1/session", headers=headers), 403)
        if origin:
            body = {"api_key": made.secret}
            problem(await page.post("/v1/session", json=body, headers=headers), 403)
        assert (await page.get("/v1/session")).status_code == 200


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[1]", b'{"api_key": 5}', b'{"api_key": "tk_canary", "x": 1}', b"\xff"]
)
async def test_a_bad_login_is_refused_and_not_repeated(api: Api, body: bytes) -> None:
    async with api.client() as page:
        headers = {"Content-Type": "application/json"}
        answer = await page.post("/v1/session", content=body, headers=headers)
        problem(answer, 400)
        assert "canary" not in answer.text


async def test_a_wrong_key_does_not_log_in(api: Api) -> None:
    async with api.client() as page:
        answer = await page.post("/v1/session", json={"api_key": "tk_" + "y" * 43})
        problem(answer, 401)
        assert "set-cookie" not in answer.headers


async def test_a_large_body_is_refused_before_it_is_read(api: Api) -> None:
    async def endless() -> AsyncIterator[bytes]:
        raise AssertionError("the body was read")
        yield b""

    async with api.client() as page:
        problem(await page.post("/v1/session", content=b"x" * 20_000), 413)
        problem(await page.post("/v1/session", content=endless()), 413)


@pytest.mark.parametrize("path", ["/", "/static/app.js", "/v1/calls", "/nothing"])
async def test_every_answer_is_hardened(client: httpx.AsyncClient, path: str) -> None:
    headers = (await client.get(path)).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == ("no-store" if "/v1/" in path else headers["cache-control"])


async def test_unknown_paths_and_methods_are_problems(client: httpx.AsyncClient) -> None:
    problem(await client.get("/nothing"), 404)
    problem(await client.get("/static/../settings.py"), 404)
    problem(await client.post("/v1/calls"), 405)


async def test_the_page_needs_nothing_from_elsewhere(client: httpx.AsyncClient) -> None:
    page = await client.get("/")
    assert page.headers["content-type"].startswith("text/html")
    assert "http://" not in page.text and "https://" not in page.text
    assert "<style" not in page.text and "style=" not in page.text
    script = await client.get("/static/app.js")
    assert script.headers["content-type"].startswith("text/javascript")
    seen = {"If-None-Match": script.headers["etag"]}
    assert (await client.get("/static/app.js", headers=seen)).status_code == 304


async def test_a_database_that_is_away_is_a_503_that_says_when_to_try_again(
    api: Api, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(tenant_id: str, call_id: str) -> None:
        raise Unavailable("OperationalError")

    monkeypatch.setattr(api.store, "call", away)
    answer = await client.get(f"/v1/calls/{CALL_ID}")
    problem(answer, 503)
    assert answer.headers["retry-after"] == "2"
