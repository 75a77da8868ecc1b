"""The delivery loop over a real Postgres and a real HTTP receiver."""

import asyncio
import contextlib
import re
import sys
from collections.abc import AsyncIterator
from email.utils import formatdate
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import msgspec
import psycopg
import pytest
from fastapi import Response
from prometheus_client import CollectorRegistry

from crm_connectors.deliver import Deliver
from crm_connectors.finalised import SCHEMA_FILE
from crm_connectors.outbox import list_deliveries, retry_now
from crm_connectors.settings import Settings
from crm_connectors.signature import verify
from crm_connectors.webhook import Webhook
from tests.services.crm import Crm, Received, crm_endpoint
from tests.services.deliver_process import load

ROOT = Path(__file__).parents[2]
SECRET = b"a key of more than sixteen bytes"
HASTY = {"retry_first_s": 0.05, "retry_longest_s": 0.2, "attempts": 4, "timeout_s": 5.0}


def call_id(number: int) -> str:
    return f"0190{number:028x}"


@pytest.fixture
async def dsn(migrated_dsn: str) -> str:
    return migrated_dsn


@pytest.fixture
async def crm() -> AsyncIterator[Crm]:
    async with crm_endpoint() as endpoint:
        yield endpoint


async def finish(dsn: str, number: int, *, revision: int = 1) -> None:
    """What the store does when a call is finished."""
    async with await psycopg.AsyncConnection.connect(dsn) as connection:
        await connection.execute("insert into tenants values ('default') on conflict do nothing")
        await connection.execute(
            "insert into calls (tenant_id, call_id, started_at, last_event_at) "
            "values ('default', %s, now(), now()) on conflict do nothing",
            [call_id(number)],
        )
        await connection.execute(
            "insert into outbox (tenant_id, call_id, kind, revision) "
            "values ('default', %s, 'call.finalised', %s)",
            [call_id(number), revision],
        )


async def states(dsn: str) -> dict[str, tuple[str, int, str]]:
    """State, failures and reason by call and revision."""
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
        return {
            f"{one.call_id}-{one.revision}": (one.state, one.failures, one.why)
            for one in await list_deliveries(connection)
        }


async def until_settled(dsn: str) -> dict[str, tuple[str, int, str]]:
    """The states once nothing waits any more."""
    async with asyncio.timeout(20):
        while True:
            found = await states(dsn)
            if found and all(state != "waiting" for state, _, _ in found.values()):
                return found
            await asyncio.sleep(0.05)


def deliver_to(crm: Crm, dsn: str, **changed: Any) -> Deliver:
    settings = msgspec.convert({**HASTY, "webhook_url": crm.url, **changed}, Settings)
    webhook = Webhook(settings, secret=SECRET)
    registry = CollectorRegistry()
    return Deliver(dsn, {"webhook": webhook}, load=load, settings=settings, registry=registry)


@contextlib.asynccontextmanager
async def running(*loops: Deliver) -> AsyncIterator[None]:
    """Run the loops; they must drain within two seconds of being told."""
    stop = asyncio.Event()
    tasks = [asyncio.create_task(loop.run(stop)) for loop in loops]
    try:
        yield
    finally:
        stop.set()
        async with asyncio.timeout(2):
            await asyncio.gather(*tasks)


async def test_a_finished_call_arrives_signed_as_its_schema_says(dsn: str, crm: Crm) -> None:
    async with running(deliver_to(crm, dsn)):
        await finish(dsn, 1)
        (received,) = await crm.has_received(1)
        assert await until_settled(dsn) == {f"{call_id(1)}-1": ("done", 0, "")}
    assert received.key == f"{call_id(1)}-1"
    assert received.headers["trunkline-event"] == "call.finalised"
    signature = received.headers["trunkline-signature"]
    timestamp = int(received.headers["trunkline-timestamp"])
    assert verify(received.body, SECRET, timestamp=timestamp, signature=signature)
    body = msgspec.json.decode(received.body)
    jsonschema.Draft202012Validator(msgspec.json.decode(SCHEMA_FILE.read_bytes())).validate(body)
    assert body["segments"][1]["words"][0]["text"] == "[card]"


async def test_the_readmes_snippet_tells_genuine_deliveries_from_others(dsn: str, crm: Crm) -> None:
    snippet = re.search(
        r"```python\n(.*?)```", (ROOT / "crm_connectors" / "README.md").read_text(), re.DOTALL
    )
    assert snippet
    names: dict[str, Any] = {}
    exec(snippet.group(1), names)
    async with running(deliver_to(crm, dsn)):
        await finish(dsn, 1)
        (received,) = await crm.has_received(1)
    headers = {name.title(): value for name, value in received.headers.items()}
    assert names["is_genuine"](headers, received.body, SECRET)
    assert not names["is_genuine"](headers, received.body + b" ", SECRET)
    assert not names["is_genuine"](headers, received.body, SECRET + b"x")
    late = headers | {"Trunkline-Timestamp": str(int(headers["Trunkline-Timestamp"]) - 400)}
    assert not names["is_genuine"](late, received.body, SECRET)


async def test_a_receiver_in_trouble_is_tried_again_under_the_same_key(dsn: str, crm: Crm) -> None:
    answers = [503, 500, 200]
    crm.answer = lambda _: Response("secret of the receiver", answers.pop(0))
    async with running(deliver_to(crm, dsn)):
        await finish(dsn, 1)
        received = await crm.has_received(3)
        assert await until_settled(dsn) == {f"{call_id(1)}-1": ("done", 2, "")}
    assert {one.key for one in received} == {f"{call_id(1)}-1"}


@pytest.mark.parametrize("as_date", [False, True])
async def test_retry_after_is_honoured(dsn: str, crm: Crm, as_date: bool) -> None:
    def answer(received: Received) -> Response:
        if len(crm.received) > 1:
            return Response(status_code=200)
        # A date has whole seconds: two of them are at least one.
        at = formatdate(float(received.headers["trunkline-timestamp"]) + 2, usegmt=True)
        return Response(status_code=429, headers={"Retry-After": at if as_date else "1"})

    crm.answer = answer
    async with running(deliver_to(crm, dsn)):
        await finish(dsn, 1)
        first, second = await crm.has_received(2)
    assert second.at - first.at >= 1.0


async def test_a_refused_call_is_parked_with_its_reason_and_others_go_on(
    dsn: str, crm: Crm, caplog: pytest.LogCaptureFixture
) -> None:
    def answer(received: Received) -> Response:
        refused = received.key.startswith(call_id(1))
        return Response("secret of the receiver", 400 if refused else 200)

    crm.answer = answer
    async with running(deliver_to(crm, dsn)):
        await finish(dsn, 1)
        await finish(dsn, 2)
        settled = await until_settled(dsn)
    assert settled[f"{call_id(1)}-1"] == ("parked", 1, "HTTP 400")
    assert settled[f"{call_id(2)}-1"] == ("done", 0, "")
    assert len(crm.received) == 2
    assert "secret" not in caplog.text


async def test_a_call_is_parked_when_its_attempts_run_out_and_an_operator_may_retry_it(
    dsn: str, crm: Crm
) -> None:
    crm.answer = lambda _: Response(status_code=503)
    async with running(deliver_to(crm, dsn)):
        await finish(dsn, 1)
        assert await until_settled(dsn) == {f"{call_id(1)}-1": ("parked", 4, "HTTP 503")}
        crm.answer = lambda _: Response(status_code=204)
        async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
            (parked,) = await list_deliveries(connection, states=["parked"])
            assert await retry_now(connection, parked.outbox_id)
            assert not await retry_now(connection, parked.outbox_id + 1)
        await crm.has_received(5)
        assert await until_settled(dsn) == {f"{call_id(1)}-1": ("done", 0, "")}


async def test_a_redirect_is_not_followed(dsn: str, crm: Crm) -> None:
    crm.answer = lambda _: Response(status_code=307, headers={"Location": crm.url})
    async with running(deliver_to(crm, dsn)):
        await finish(dsn, 1)
        settled = await until_settled(dsn)
    assert settled[f"{call_id(1)}-1"][0] == "parked"
    assert len(crm.received) == 1


async def test_a_receiver_that_never_answers_times_out_and_is_tried_again(
    dsn: str, crm: Crm
) -> None:
    crm.release.clear()
    async with running(deliver_to(crm, dsn, timeout_s=0.3)):
        await finish(dsn, 1)
        await crm.has_received(2)
        crm.release.set()
        settled = await until_settled(dsn)
    state, failures, _ = settled[f"{call_id(1)}-1"]
    assert state == "done" and failures >= 1


async def test_a_receiver_that_is_not_there_is_waited_for(dsn: str) -> None:
    async with crm_endpoint() as gone:
        pass
    loop = deliver_to(gone, dsn, attempts=2)
    async with running(loop):
        await finish(dsn, 1)
        settled = await until_settled(dsn)
    assert settled[f"{call_id(1)}-1"] == ("parked", 2, "ConnectError")


async def test_calls_finished_before_the_start_are_delivered(dsn: str, crm: Crm) -> None:
    for number in range(3):
        await finish(dsn, number)
    async with running(deliver_to(crm, dsn)):
        settled = await until_settled(dsn)
    assert {state for state, _, _ in settled.values()} == {"done"}
    assert len(crm.received) == 3


async def test_several_loops_never_deliver_the_same_row_twice(dsn: str, crm: Crm) -> None:
    crm.release.clear()
    for number in range(30):
        await finish(dsn, number)
    async with running(*(deliver_to(crm, dsn) for _ in range(3))):
        await crm.has_received(5)
        crm.release.set()
        for number in range(30, 60):
            await finish(dsn, number)
        await crm.has_received(60)
        await until_settled(dsn)
    keys = [one.key for one in crm.received]
    assert sorted(keys) == sorted(f"{call_id(number)}-1" for number in range(60))
    assert crm.most_under_way >= 5


async def test_a_loop_killed_in_mid_delivery_is_followed_by_the_same_delivery(
    dsn: str, crm: Crm, tmp_path: Path
) -> None:
    secret_file = tmp_path / "secret"
    secret_file.write_bytes(SECRET)
    crm.release.clear()
    victim = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.services.deliver_process", dsn, crm.url, str(secret_file),
        cwd=ROOT,
    )  # fmt: skip
    try:
        await finish(dsn, 1)
        await crm.has_received(1)
    finally:
        victim.kill()
        await victim.wait()
    crm.release.set()
    async with running(deliver_to(crm, dsn)):
        first, second = await crm.has_received(2)
        settled = await until_settled(dsn)
    assert (first.key, first.body) == (second.key, second.body)
    assert settled == {f"{call_id(1)}-1": ("done", 0, "")}


async def test_an_overtaken_revision_is_not_sent(dsn: str, crm: Crm) -> None:
    await finish(dsn, 1, revision=1)
    await finish(dsn, 1, revision=2)
    async with running(deliver_to(crm, dsn)):
        settled = await until_settled(dsn)
    assert [one.key for one in crm.received] == [f"{call_id(1)}-2"]
    assert settled[f"{call_id(1)}-1"][0] == "superseded"
    assert msgspec.json.decode(crm.received[0].body)["revision"] == 2


async def test_the_loop_survives_a_database_that_drops_every_connection(dsn: str, crm: Crm) -> None:
    loop = deliver_to(crm, dsn)
    assert loop.ready() != ""
    async with running(loop):
        await finish(dsn, 1)
        await crm.has_received(1)
        assert loop.ready() == ""
        async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
            await connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where datname = current_database() and pid <> pg_backend_pid()"
            )
        await finish(dsn, 2)
        received = await crm.has_received(2)
        await until_settled(dsn)
    assert {one.key for one in received} >= {f"{call_id(1)}-1", f"{call_id(2)}-1"}
