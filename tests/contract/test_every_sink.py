"""A finished call in all its sinks at once: what each role sees, and what a retraction leaves."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import msgspec
import psycopg
import pytest
import websockets
from prometheus_client import CollectorRegistry
from websockets.asyncio.client import ClientConnection

from analytics.batch import CallKey
from analytics.retraction import Mark
from analytics.retractor import Retractor
from analytics.store.postgres import PostgresStore
from crm_connectors.deliver import Deliver
from crm_connectors.settings import Settings
from crm_connectors.webhook import Webhook
from redaction.call.written import written
from redaction.events import TRANSCRIPTS_TOPIC, RedactedWord, Transcript
from tests.services.crm import Crm, crm_endpoint
from tests.serving import Serving, serving
from tests.told_call import CALL_ID, ToldCall
from trunkline.roles.deliver import as_seen_from

SEGMENT = f"{CALL_ID}-1/000002900"
FORMS = {"supervisor": "[card:4242]", "crm": "[card:kbpmfaodlcej]"}


@pytest.fixture
async def line(migrated_dsn: str) -> AsyncIterator[Serving]:
    """Database and bus."""
    async with serving(migrated_dsn) as started:
        yield started


@pytest.fixture
async def crm(line: Serving) -> AsyncIterator[Crm]:
    """What a CRM is sent by the deliver role."""
    store = await PostgresStore.connect(line.dsn)
    stop = asyncio.Event()
    async with crm_endpoint() as endpoint, asyncio.TaskGroup() as tasks:
        settings = Settings(webhook_url=endpoint.url, retry_first_s=0.05)
        deliver = Deliver(
            line.dsn,
            {"webhook": Webhook(settings, secret=b"a key of more than sixteen bytes")},
            load=as_seen_from(store),
            settings=settings,
            registry=CollectorRegistry(),
        )
        tasks.create_task(deliver.run(stop))
        yield endpoint
        stop.set()
    await store.close()


def said() -> Transcript:
    """A final with a name that was missed, and a card that roles see differently."""
    final = ToldCall().said(1, "Margaret here my card is **** thanks", start_ms=2900, revision=9)
    words = list(final.words)
    words[5] = msgspec.structs.replace(words[5], kind="card", confidence=0.0, shown=FORMS)
    return msgspec.structs.replace(
        final, words=tuple(words), written="Margaret here my card is **** thanks"
    )


def call() -> list[Any]:
    """All that is told of it."""
    told = ToldCall()
    return [*told.lifecycle(), said(), told.transcript_ended(at_ms=10_100)]


async def until(socket: ClientConnection, kind: str) -> dict[str, Any]:
    """The next message of this type."""
    async with asyncio.timeout(20):
        while True:
            message: dict[str, Any] = json.loads(await socket.recv())
            if message["type"] == kind:
                return message


def captions(line: Serving, key: str) -> Any:
    """The page that looks at the call."""
    return websockets.connect(
        f"{line.url.replace('http', 'ws', 1)}/v1/captions?call_id={CALL_ID}",
        additional_headers={"Authorization": f"Bearer {key}"},
        proxy=None,
    )


async def answers(line: Serving, key: str) -> dict[str, str]:
    """The transcript in every format."""
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(base_url=line.url, headers=headers, trust_env=False) as web:
        path = f"/v1/calls/{CALL_ID}/transcript"
        return {
            form: (await web.get(path, params={"format": form})).text
            for form in ("json", "text", "vtt", "srt")
        }


async def read_by_analysts(dsn: str) -> str:
    """Everything in the views with words, as a login of the analysts sees it."""
    async with await psycopg.AsyncConnection.connect(dsn) as connection:
        await connection.execute("create role test_sinks in role trunkline_analyst")
        await connection.execute("insert into analyst_tenants values ('test_sinks', 'default')")
        await connection.execute("set session authorization test_sinks")
        rows = await connection.execute(
            "select t::text from v_transcripts t union all select w::text from v_words w"
        )
        read = "\n".join(row for (row,) in await rows.fetchall())
        await connection.rollback()
    return read


async def on_the_bus(line: Serving) -> list[Transcript]:
    """The finals that anyone who reads the topic gets, the newest last."""
    subscription = await line.bus.tail((TRANSCRIPTS_TOPIC,), since_s=60)
    found: list[Transcript] = []
    try:
        while records := await subscription.fetch(wait_s=0.2):
            decoded = [json.loads(record.value) for record in records]
            found += [msgspec.convert(d, Transcript) for d in decoded if d["type"] == "Transcript"]
    finally:
        await subscription.close()
    return found


async def test_each_reader_gets_its_own_form_of_a_masked_word(line: Serving, crm: Crm) -> None:
    supervisor, analyst = await line.key(), await line.key("analyst")
    async with line.store(), line.serve(), captions(line, supervisor.secret) as socket:
        await until(socket, "snapshot")
        await line.tell(*call())
        assert (await until(socket, "segment"))["words"][5]["text"] == "[card:4242]"
        await until(socket, "summary")
        theirs, strict = await answers(line, supervisor.secret), await answers(line, analyst.secret)
        (received,) = await crm.has_received(1)
    sent = received.body.decode()
    views = await read_by_analysts(line.dsn)
    assert all("my card is [card:4242] thanks" in text for text in theirs.values())
    assert all("my card is **** thanks" in text for text in (*strict.values(), views))
    assert "my card is [card:kbpmfaodlcej] thanks" in sent
    for text in (*strict.values(), views):
        assert not [form for form in FORMS.values() if form in text]
    assert "4242" not in sent and "kbpm" not in "".join(theirs.values())


async def test_a_retraction_after_the_end_reaches_every_sink(line: Serving, crm: Crm) -> None:
    key = (await line.key()).secret
    async with line.store(), line.serve(), captions(line, key) as socket:
        await until(socket, "snapshot")
        await line.tell(*call())
        await until(socket, "summary")
        await crm.has_received(1)
        store = await PostgresStore.connect(line.dsn)
        mark = Mark(SEGMENT, 2900, 3200, "name")
        masked = await Retractor(store, write=in_writing).mask_words(
            CallKey("default", CALL_ID), [mark], by="reviewer"
        )
        await store.close()
        assert masked == 1
        message = await until(socket, "segment")
        summary = await until(socket, "summary")
        stored, sent = await answers(line, key), (await crm.has_received(2))[1]
        async with captions(line, key) as late:
            snapshot = json.dumps(await until(late, "snapshot"))
        bus = [final for final in await on_the_bus(line) if final.segment_id == SEGMENT]
    assert message["text"] == "[name] here my card is [card:4242] thanks"
    assert summary["summary"]["redactions"] == {"card": 1, "name": 1}
    views = await read_by_analysts(line.dsn)
    body = sent.body.decode()
    newest = max(bus, key=lambda final: final.revision).words
    everything = [*stored.values(), snapshot, views, body, json.dumps(message), repr(newest)]
    assert not [text for text in everything if "argaret" in text.lower()]
    assert sent.key == f"{CALL_ID}-2" and msgspec.json.decode(sent.body)["revision"] == 2
    assert [final.retraction for final in bus] == [False, True]
    # What else a role may see of the words that stay is still theirs.
    assert "here my card is [card:4242] thanks" in stored["text"]
    assert "here my card is [card:kbpmfaodlcej] thanks" in body


def in_writing(words: Any, language: str) -> str:
    """As the appliance writes it."""
    spoken: tuple[RedactedWord, ...] = tuple(words)
    return written(spoken, language=language)
