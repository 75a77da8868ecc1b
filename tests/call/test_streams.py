"""A whole conversation of each media-stream dialect at a real gateway: a call like any other."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from sip_gateway.events import CallEnded, CallStarted, Gap, LegHeld, LegJoined, LegResumed
from sip_gateway.settings import Settings
from sip_gateway.streams.server import StreamServer
from sip_gateway.streams.settings import Settings as StreamSettings
from tests.media_line import until
from tests.services.gateway import TestGateway, gateway
from tests.stream_clients import (
    QUEUE,
    Client,
    Forked,
    Plain,
    Talk,
    Telnyx,
    Twilio,
    Vonage,
    clients,
    conversation,
    talking,
)
from tests.stream_dialects import DIALECTS

pytestmark = pytest.mark.timeout(120)

EVERY = [pytest.param(parts, id=parts[0].name) for parts in clients()]


@asynccontextmanager
async def streaming(
    tmp_path: Path, *, reconnect_s: float = 30.0
) -> AsyncIterator[tuple[TestGateway, int]]:
    """A gateway that takes every dialect, and the port of its websockets."""
    calls = Settings(
        listen_host="127.0.0.1", sip_port=0, rtp_port_first=45_300, rtp_port_last=45_499
    )
    stop = asyncio.Event()
    async with gateway(tmp_path / "gateway", calls) as line:
        server = StreamServer(
            StreamSettings(host="127.0.0.1", port=0, reconnect_s=reconnect_s),
            dialects={f"/{name}": dialect for name, dialect in DIALECTS.items()},
            sip=("127.0.0.1", line.port),
            registry=CollectorRegistry(),
        )
        running = asyncio.create_task(server.run(stop))
        try:
            await until(lambda: server.ready() == "")
            yield line, server.port
        finally:
            stop.set()
            await running


@asynccontextmanager
async def all_talking(parts: Sequence[Client], port: int) -> AsyncIterator[list[Talk]]:
    """Every connection of a conversation."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(talking(client, port)) for client in parts]


@pytest.mark.parametrize("parts", EVERY)
async def test_a_whole_conversation(tmp_path: Path, parts: list[Client]) -> None:
    name, known = parts[0].name, conversation()
    async with streaming(tmp_path) as (line, port):
        async with all_talking(parts, port) as talks:
            for talk in talks:
                await talk.start(known)
            await asyncio.gather(*(talk.stream(1000) for talk in talks))
            for talk in talks:
                await talk.end()
        (ended,) = await line.ended()
        (started,) = line.of(CallStarted)
        assert (started.ingress, started.external_id) == (name, known)
        assert started.queue == QUEUE
        joined = line.of(LegJoined)[:2]
        assert [(leg.role, leg.channel) for leg in joined] == [("customer", 0), ("agent", 1)]
        assert len(line.frames()) == 2 and min(line.frames()) >= 9  # of 100 ms
        assert [gap for gap in line.of(Gap) if gap.why == "lost_packets"] == []
        assert ended.reason == "bye"


@pytest.mark.parametrize("client", [Twilio(), Telnyx(), Plain()], ids=lambda client: client.name)
async def test_what_the_platform_lost_is_a_gap_where_it_was(tmp_path: Path, client: Client) -> None:
    async with streaming(tmp_path) as (line, port):
        async with talking(client, port) as talk:
            await talk.start(conversation())
            await talk.stream(600)
            await talk.lose(500)
            await talk.stream(600)
            await talk.end()
        await line.ended()
        gaps = [(gap.start_ms, gap.end_ms) for gap in line.of(Gap) if gap.why == "lost_packets"]
        assert gaps == [(600, 1100)] * 2


@pytest.mark.parametrize("parts", EVERY)
async def test_a_broken_connection_is_a_gap_in_the_same_call(
    tmp_path: Path, parts: list[Client]
) -> None:
    known = conversation()
    async with streaming(tmp_path) as (line, port):
        async with all_talking(parts, port) as talks:
            for talk in talks:
                await talk.start(known)
            await asyncio.gather(*(talk.stream(600) for talk in talks))
            for talk in talks:
                talk.connection.transport.abort()
        await asyncio.sleep(0.6)  # what is said meanwhile is lost
        async with all_talking(parts, port) as talks:
            for talk in talks:
                await talk.start(known)
            await asyncio.gather(*(talk.stream(600) for talk in talks))
            for talk in talks:
                await talk.end()
        await line.ended()
        assert len(line.of(CallStarted)) == len(line.of(CallEnded)) == 1
        gaps = [gap.end_ms - gap.start_ms for gap in line.of(Gap)]
        assert len(gaps) == 2 and all(400 <= lost <= 1500 for lost in gaps)


@pytest.mark.parametrize(
    ("client", "word"),
    [(Plain(), "type"), (Forked("freeswitch"), "event"), (Forked("jambonz"), "event")],
    ids=["stream", "freeswitch", "jambonz"],
)
async def test_a_pause_is_a_recording_pause(tmp_path: Path, client: Client, word: str) -> None:
    async with streaming(tmp_path) as (line, port):
        async with talking(client, port) as talk:
            await talk.start(conversation())
            await talk.stream(400)
            await talk.say(**{word: "pause"})
            await line.until(lambda: len(line.of(LegHeld)) == 2)
            await talk.stream(200)  # sent all the same, and not heard
            await talk.say(**{word: "resume"})
            await line.until(lambda: len(line.of(LegResumed)) == 2)
            await talk.stream(400)
            await talk.end()
        await line.ended()
        assert {held.why for held in line.of(LegHeld)} == {"recording_pause"}


async def test_the_call_goes_on_until_the_last_leg_is_gone(tmp_path: Path) -> None:
    known = conversation()
    async with streaming(tmp_path, reconnect_s=0.3) as (line, port):
        async with talking(Vonage("customer"), port) as first:
            await first.start(known)
            await first.stream(200)
            async with talking(Vonage("agent"), port) as second:
                await second.start(known)
                await second.stream(200)
                second.connection.transport.abort()
            await first.stream(800)
            assert line.of(CallEnded) == []
            await first.end()
        await line.ended()
        assert len(line.of(CallStarted)) == 1


async def test_a_fork_may_be_described_by_its_url_alone(tmp_path: Path) -> None:
    client = Forked("freeswitch", query="?uuid=u-1&rate=16000&mix=stereo&queue=sales")
    async with streaming(tmp_path) as (line, port):
        async with talking(client, port) as talk:
            await talk.stream(400)
            await talk.end()
        await line.ended()
        (started,) = line.of(CallStarted)
        assert (started.external_id, started.queue) == ("u-1", "sales")


async def test_a_stream_that_is_not_what_it_was_is_sent_away(tmp_path: Path) -> None:
    known = conversation()
    async with streaming(tmp_path) as (line, port):
        async with talking(Plain(), port) as talk:
            await talk.start(known)
            await talk.stream(200)
            async with talking(Plain(), port) as other:
                await other.say(
                    type="start", conversation=known, parties=[{"role": "agent"}], encoding="pcma"
                )
                with pytest.raises(ConnectionClosed):
                    while "error" not in str(await other.connection.recv()):
                        pass
                    await other.connection.recv()
            await talk.stream(200)
            await talk.end()
        await line.ended()
        assert len(line.of(CallStarted)) == 1


async def test_who_proves_nothing_is_refused_before_the_upgrade(tmp_path: Path) -> None:
    async with streaming(tmp_path) as (line, port):
        for name in DIALECTS:
            with pytest.raises(InvalidStatus) as refused:
                async with connect(f"ws://127.0.0.1:{port}/{name}"):
                    pass
            assert refused.value.response.status_code == 401
        assert line.of(CallStarted) == []
