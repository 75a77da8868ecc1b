"""`trunkline calls`, `transcript` and the caption recorder against the real API on loopback."""

import argparse
import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from prometheus_client import CollectorRegistry

from analytics.access.memory import MemoryAccess
from analytics.api import create_app
from analytics.feed import CaptionFeed
from analytics.settings import Settings
from analytics.store.memory import MemoryStore
from redaction.events import TRANSCRIPTS_TOPIC, TranscriptEvent
from sip_gateway.events import CALLS_TOPIC, CallEvent
from tests.told_call import CALL_ID, ToldCall
from trunkline import api_client
from trunkline.bus.memory import MemoryBus
from trunkline.cli import calls, transcript
from trunkline.evaluate.recorder import CaptionRecorder
from trunkline.observe import bind, serve_http

NOW = datetime(2025, 11, 20, 9, 31, tzinfo=UTC)


@dataclass
class Serving:
    """The API, and what feeds it."""

    url: str
    key_file: Path
    store: MemoryStore
    bus: MemoryBus
    feed: CaptionFeed

    async def tell(self, *events: CallEvent | TranscriptEvent) -> None:
        """Publish as gateway and redaction do, and store."""
        for event in events:
            speech = isinstance(event, TranscriptEvent)
            topic = TRANSCRIPTS_TOPIC if speech else CALLS_TOPIC
            await self.bus.publish(topic, event.call_id, msgspec.json.encode(event))
        await self.store.apply(list(events), now=NOW)

    async def command(self, *words: str) -> int:
        """Run a subcommand as the command line does; its exit code."""
        parser = argparse.ArgumentParser()
        subparsers = parser.add_subparsers()
        commands = {"calls": calls, "transcript": transcript}
        for command in commands.values():
            command.add_parser(subparsers)
        where = ["--url", self.url, "--api-key-file", str(self.key_file)]
        return await asyncio.to_thread(commands[words[0]].run, parser.parse_args([*words, *where]))


@contextlib.asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[Serving]:
    """The API over memory, with a key."""
    store, access, bus = MemoryStore(), MemoryAccess(), MemoryBus()
    made = await access.create_key("default", "test", role="service", scopes=(), now=NOW)
    key_file = folder / "key"
    key_file.write_text(f"{made.secret}\n")
    feed = CaptionFeed(store, bus, settings=Settings(), registry=CollectorRegistry())
    listener = bind("127.0.0.1", 0)
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(feed.run(stop))
        tasks.create_task(serve_http(create_app(store, access, feed=feed), listener, stop=stop))
        try:
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            yield Serving(url, key_file, store, bus, feed)
        finally:
            stop.set()


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Serving]:
    async with serving(tmp_path) as started:
        yield started


def whole_call(call: ToldCall) -> list[CallEvent | TranscriptEvent]:
    return [*call.lifecycle(), *call.speech()]


async def test_calls_lists_live_and_ended_ones(
    api: Serving, capsys: pytest.CaptureFixture[str]
) -> None:
    live = ToldCall("019aa09969c07a1bb9c0ffee00000002")
    await api.tell(*whole_call(ToldCall()), live.started(), live.joined(0))
    assert await api.command("calls") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line[:32].strip() for line in lines] == ["CALL ID", live.call_id, CALL_ID]
    assert "agent (Alice), customer" in lines[2]
    assert await api.command("calls", "--live", "--json") == 0
    (only,) = capsys.readouterr().out.splitlines()
    assert (json.loads(only)["call_id"], json.loads(only)["state"]) == (live.call_id, "live")


async def test_calls_pages_through_a_long_list(
    api: Serving, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_client, "PAGE", 3)
    ids = [f"019aa09969c07a1bb9c0ffee{number:08x}" for number in range(8)]
    for call_id in ids:
        await api.tell(ToldCall(call_id).started())
    for limit, expected in ((7, 7), (8, 8), (20, 8)):
        assert await api.command("calls", "--json", "--limit", str(limit)) == 0
        found = [json.loads(line)["call_id"] for line in capsys.readouterr().out.splitlines()]
        assert found == ids[::-1][:expected]


@pytest.mark.parametrize(
    ("form", "begins"), [("text", ""), ("vtt", "WEBVTT"), ("srt", "1\n"), ("json", "{")]
)
async def test_a_transcript_is_printed_in_each_format(
    api: Serving, capsys: pytest.CaptureFixture[str], form: str, begins: str
) -> None:
    await api.tell(*whole_call(ToldCall()))
    assert await api.command("transcript", CALL_ID, "--format", form) == 0
    out = capsys.readouterr().out
    assert out.startswith(begins)
    assert "[card]" in out and "good morning how can I help" in out


@pytest.mark.parametrize("words", [("transcript", "0" * 32), ("transcript", "0" * 32, "--follow")])
async def test_an_unknown_call_is_said_in_one_line(
    api: Serving, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    assert await api.command(*words) == 1
    assert capsys.readouterr().err == "trunkline: There is no such call.\n"


async def test_a_wrong_key_and_a_wrong_address_are_said_in_one_line(
    api: Serving, capsys: pytest.CaptureFixture[str]
) -> None:
    api.key_file.write_text("tk_wrong")
    assert await api.command("calls") == 1
    assert "does not accept this API key" in capsys.readouterr().err
    api.url = "http://127.0.0.1:9"
    assert await api.command("calls") == 1
    assert "does not answer (ConnectError)" in capsys.readouterr().err


async def test_follow_prints_each_final_once_until_the_call_is_stored(
    api: Serving, capsys: pytest.CaptureFixture[str]
) -> None:
    call = ToldCall()
    await api.tell(call.started(), call.joined(0), call.joined(1))
    await api.tell(call.said(0, "good morning", start_ms=500))
    following = asyncio.create_task(api.command("transcript", CALL_ID, "--follow"))
    await until(lambda: api.feed.clients == 1)
    await api.tell(
        call.said(1, "my card", start_ms=2000, revision=1, final=False),
        call.said(1, "my card is [card]", start_ms=2000, revision=2),
        call.said(1, "my card is [card]", start_ms=2000, revision=3),
    )
    await api.tell(call.ended(at_ms=9000), call.said(0, "goodbye", start_ms=8000))
    await api.tell(call.transcript_ended(at_ms=9000))
    (entry,) = await api.store.unpublished()
    await api.bus.publish("trunkline.summaries", CALL_ID, msgspec.json.encode(entry.summary))
    assert await following == 0
    assert capsys.readouterr().out.splitlines() == [
        "00:00  agent: good morning",
        "00:02  customer: my card is [card]",
        "00:08  agent: goodbye",
    ]


async def test_the_recorder_notes_when_each_caption_came_and_takes_up_a_lost_connection(
    api: Serving,
) -> None:
    call = ToldCall()
    access = api_client.Access(api.url, api.key_file.read_text().strip())
    recorder, stop = CaptionRecorder(access), asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(recorder.run(stop))
        await recorder.connected.wait()
        began = time.time()
        await api.tell(call.started(), call.joined(0))
        await api.tell(call.said(0, "good morning", start_ms=500, final=False))
        await until(lambda: len(recorder.shown[CALL_ID]) == 1)
        await recorder.break_connection()
        await api.tell(call.said(0, "good morning", start_ms=500, revision=2))
        await until(lambda: len(recorder.shown[CALL_ID]) == 2)
        stop.set()
    assert recorder.connections == 2
    partial, final = recorder.shown[CALL_ID]
    assert (partial.segment.is_final, final.segment.is_final) == (False, True)
    assert began <= partial.at <= final.at <= time.time()


async def until(holds: Callable[[], bool]) -> None:
    """Poll a condition."""
    async with asyncio.timeout(10):
        while not holds():
            await asyncio.sleep(0.02)
