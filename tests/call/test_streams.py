"""A whole conversation of each media-stream dialect at a real gateway: a call like any other."""

import asyncio
import contextlib
import re
import sys
import textwrap
import wave
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TypeVar

import pytest
from prometheus_client import CollectorRegistry
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from sip_gateway.events import CallEnded, CallStarted, Event, Gap, LegHeld, LegJoined, LegResumed
from sip_gateway.settings import Settings
from sip_gateway.streams.server import StreamServer
from sip_gateway.streams.settings import AudioSocket as AudioSocketSettings
from sip_gateway.streams.settings import Settings as StreamSettings
from tests.media_line import until
from tests.services.gateway import TestGateway, gateway
from tests.services.gateway_process import Heard
from tests.stream_clients import (
    OWN,
    QUEUE,
    AudioSocket,
    ChanWebsocket,
    Client,
    Forked,
    Plain,
    Ports,
    Talk,
    Telnyx,
    Twilio,
    Vonage,
    clients,
    conversation,
    id_of,
    talking,
    voice,
)
from tests.stream_dialects import DIALECTS, TOKEN
from tests.stream_dialects import EVERY as EVERY_DIALECT

pytestmark = pytest.mark.timeout(120)

ROOT = Path(__file__).parents[2]
HANDSHAKE = (
    b"GET /%s?\xe4 HTTP/1.1\r\nHost: \xfc\r\nAuthorization: Bearer \xfc\r\n"
    b"X-Twilio-Signature: \xfc\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)
"""With bytes that are no ASCII."""

Said = TypeVar("Said", bound=Event)
EVERY = [pytest.param(parts, id=parts[0].name) for parts in clients()]


@asynccontextmanager
async def streaming(
    tmp_path: Path, *, reconnect_s: float = 30.0, most: int = 200
) -> AsyncIterator[tuple[TestGateway, Ports]]:
    """A gateway that takes every dialect, and its ports."""
    calls = Settings(
        listen_host="127.0.0.1", sip_port=0, rtp_port_first=45_300, rtp_port_last=45_499
    )
    stop = asyncio.Event()
    async with gateway(tmp_path / "gateway", calls) as line:
        server = StreamServer(
            StreamSettings(
                host="127.0.0.1",
                port=0,
                reconnect_s=reconnect_s,
                most=most,
                audiosocket=AudioSocketSettings(port=0),
            ),
            dialects={f"/{name}": dialect for name, dialect in EVERY_DIALECT.items()},
            sip=("127.0.0.1", line.port),
            registry=CollectorRegistry(),
            attributes=calls.accepted.attributes,
        )
        running = asyncio.create_task(server.run(stop))
        try:
            await until(lambda: server.ready() == "")
            yield line, Ports(server.port, server.tcp.port)
        finally:
            stop.set()
            await running


@asynccontextmanager
async def all_talking(
    parts: Sequence[Client], ports: Ports, known: str
) -> AsyncIterator[list[Talk]]:
    """Every connection of a conversation."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(talking(client, ports, known)) for client in parts]


@pytest.mark.parametrize("parts", EVERY)
async def test_a_whole_conversation(tmp_path: Path, parts: list[Client]) -> None:
    name, known = parts[0].name, conversation()
    async with streaming(tmp_path) as (line, ports):
        async with all_talking(parts, ports, known) as talks:
            for talk in talks:
                await talk.start(known)
            await asyncio.gather(*(talk.stream(1000) for talk in talks))
            for talk in talks:
                await talk.end()
        (ended,) = await line.ended()
        (started,) = line.of(CallStarted)
        assert (started.ingress, started.external_id) == (name, id_of(parts[0], known))
        plain = name == "audiosocket"  # there is room for nothing
        assert started.queue == ("" if plain else QUEUE)
        assert started.attributes == ({} if plain else {"ucid": OWN["UCID"]})
        joined = line.of(LegJoined)[:2]
        assert [(leg.role, leg.channel) for leg in joined] == [("customer", 0), ("agent", 1)]
        assert len(line.frames()) == 2 and min(line.frames()) >= 9  # of 100 ms
        assert [gap for gap in line.of(Gap) if gap.why == "lost_packets"] == []
        assert ended.reason == "bye"


def of_call(line: TestGateway, kind: type[Said], known: str) -> list[Said]:
    """The events of one kind of the one call of a conversation."""
    (call_id,) = {call.call_id for call in line.of(CallStarted) if call.external_id == known}
    return [event for event in line.of(kind) if event.call_id == call_id]


async def test_what_the_platform_lost_is_a_gap_where_it_was(tmp_path: Path) -> None:
    telling: dict[str, Client] = {
        conversation(): client for client in (Twilio(), Twilio("signalwire"), Telnyx(), Plain())
    }

    async def lose(client: Client, ports: Ports, known: str) -> None:
        async with talking(client, ports, known) as talk:
            await talk.start(known)
            await talk.stream(600)
            await talk.lose(500)
            await talk.stream(600)
            await talk.end()

    async with streaming(tmp_path) as (line, ports):
        await asyncio.gather(*(lose(client, ports, known) for known, client in telling.items()))
        await line.ended(calls=len(telling))
        for known, client in telling.items():
            gaps = [gap for gap in of_call(line, Gap, known) if gap.why == "lost_packets"]
            assert [gap.end_ms - gap.start_ms for gap in gaps] == [500] * 2, client.name
            # A leg is placed by the arrival of its first packet, and the machine may be busy.
            assert all(600 <= gap.start_ms < 800 for gap in gaps), client.name


async def test_a_broken_connection_is_a_gap_in_the_same_call(tmp_path: Path) -> None:
    every = {conversation(): parts for parts in clients()}

    async def break_off(parts: list[Client], ports: Ports, known: str) -> None:
        async with all_talking(parts, ports, known) as talks:
            for talk in talks:
                await talk.start(known)
            await asyncio.gather(*(talk.stream(600) for talk in talks))
            for talk in talks:
                talk.connection.transport.abort()
        await asyncio.sleep(0.6)  # what is said meanwhile is lost
        async with all_talking(parts, ports, known) as talks:
            for talk in talks:
                await talk.start(known)
            await asyncio.gather(*(talk.stream(600) for talk in talks))
            for talk in talks:
                await talk.end()

    async with streaming(tmp_path) as (line, ports):
        await asyncio.gather(*(break_off(parts, ports, known) for known, parts in every.items()))
        await line.ended(calls=len(every))
        for known, parts in every.items():
            known = id_of(parts[0], known)
            lost = [gap.end_ms - gap.start_ms for gap in of_call(line, Gap, known)]
            assert len(lost) == 2 and all(400 <= ms <= 2000 for ms in lost), parts[0].name
            assert len(of_call(line, CallEnded, known)) == 1


async def test_a_pause_is_a_recording_pause(tmp_path: Path) -> None:
    pausing: dict[str, tuple[Client, str]] = {
        conversation(): (Plain(), "type"),
        conversation(): (Forked("freeswitch"), "event"),
        conversation(): (Forked("jambonz"), "event"),
    }

    async def pause(client: Client, word: str, known: str) -> None:
        async with talking(client, ports, known) as talk:
            await talk.start(known)
            await talk.stream(400)
            await talk.say(**{word: "pause"})
            await line.until(lambda: len(of_call(line, LegHeld, known)) == 2)
            await talk.stream(200)  # sent all the same, and not heard
            await talk.say(**{word: "resume"})
            await line.until(lambda: len(of_call(line, LegResumed, known)) == 2)
            await talk.stream(400)
            await talk.end()

    async with streaming(tmp_path) as (line, ports):
        await asyncio.gather(*(pause(*told, known) for known, told in pausing.items()))
        await line.ended(calls=len(pausing))
        assert {held.why for held in line.of(LegHeld)} == {"recording_pause"}


async def test_the_call_goes_on_until_the_last_leg_is_gone(tmp_path: Path) -> None:
    known = conversation()
    async with streaming(tmp_path, reconnect_s=0.3) as (line, ports):
        async with talking(Vonage("customer"), ports) as first:
            await first.start(known)
            await first.stream(200)
            async with talking(Vonage("agent"), ports) as second:
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
    async with streaming(tmp_path) as (line, ports):
        async with talking(client, ports) as talk:
            await talk.stream(400)
            await talk.end()
        await line.ended()
        (started,) = line.of(CallStarted)
        assert (started.external_id, started.queue) == ("u-1", "sales")


async def test_what_breaks_its_protocol_is_sent_away_and_hurts_no_other(tmp_path: Path) -> None:
    known = conversation()
    async with streaming(tmp_path) as (line, ports):
        async with talking(Plain(), ports) as talk:
            await talk.start(known)
            await talk.stream(200)
            async with talking(Plain(), ports) as other:
                await other.say(
                    type="start", conversation=known, parties=[{"role": "agent"}], encoding="pcma"
                )
                with pytest.raises(ConnectionClosed):
                    while "error" not in str(await other.hear()):
                        pass
                    await other.hear()
            for client in (Twilio(), Vonage("agent")):
                async with talking(client, ports, known) as broken:
                    await broken.connection.send("nonsense")
                    with pytest.raises(ConnectionClosed) as closed:
                        await broken.hear()
                    assert closed.value.rcvd and closed.value.rcvd.code == 1002
            await talk.stream(200)
            await talk.end()
        await line.ended()
        assert len(line.of(CallStarted)) == 1


async def test_the_published_example_of_our_protocol_works(tmp_path: Path) -> None:
    page = (ROOT / "deploy" / "ingress" / "stream.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"^    import asyncio.*?(?=^\S|\Z)", page, re.MULTILINE | re.DOTALL)
    (tmp_path / "example.py").write_text(textwrap.dedent(program))
    with wave.open(str(tmp_path / "call.wav"), "wb") as wav:
        wav.setparams((2, 2, 16000, 0, "NONE", ""))
        wav.writeframes(Plain().audio(*(voice(500, seed=n, rate_hz=16000) for n in (1, 2)))[0])
    async with streaming(tmp_path) as (line, ports):
        running = await asyncio.create_subprocess_exec(
            sys.executable, "example.py", f"ws://127.0.0.1:{ports.websocket}/stream", TOKEN,
            "call.wav", cwd=tmp_path,
        )  # fmt: skip
        assert await running.wait() == 0
        await line.ended()
        (started,) = line.of(CallStarted)
        assert (started.ingress, started.external_id) == ("stream", "call.wav")
        assert min(line.frames()) >= 4


async def test_who_proves_nothing_is_refused_before_the_upgrade(tmp_path: Path) -> None:
    async with streaming(tmp_path) as (line, ports):
        for name in DIALECTS:
            with pytest.raises(InvalidStatus) as refused:
                async with connect(f"ws://127.0.0.1:{ports.websocket}/{name}"):
                    pass
            assert refused.value.response.status_code == 401
        for name in DIALECTS:
            reader, writer = await asyncio.open_connection("127.0.0.1", ports.websocket)
            writer.write(HANDSHAKE % name.encode())
            assert b" 401 " in await reader.readline()
            writer.close()
        assert line.of(CallStarted) == []


async def test_two_legs_of_either_width_and_a_hangup_after_the_other(tmp_path: Path) -> None:
    every: dict[str, list[Client]] = {
        conversation(): [AudioSocket(leg, rate_hz=16000) for leg in ("customer", "agent")],
        conversation(): [ChanWebsocket(leg, form="ulaw") for leg in ("customer", "agent")],
    }

    async def hang_up(parts: list[Client], ports: Ports, known: str) -> None:
        async with all_talking(parts, ports, known) as (customer, agent):
            for talk in (agent, customer):
                await talk.start(known)
            await asyncio.gather(customer.stream(400), agent.stream(400))
            await agent.end()
            await customer.stream(400)
            await customer.end()

    async with streaming(tmp_path) as (line, ports):
        await asyncio.gather(*(hang_up(parts, ports, known) for known, parts in every.items()))
        await line.ended(calls=len(every))
        for known, parts in every.items():
            known = id_of(parts[0], known)
            joined = of_call(line, LegJoined, known)
            assert [(leg.role, leg.channel) for leg in joined] == [("customer", 0), ("agent", 1)]
            assert len(of_call(line, CallStarted, known)) == 1


async def test_audiosocket_without_a_signed_uuid_is_cut_off(tmp_path: Path) -> None:
    async with streaming(tmp_path) as (line, ports):
        for said in (b"GET / HTTP/1.1\r\n\r\n", b"\1\0\x10" + bytes(16) + b"\x10\0\2\0\0"):
            reader, writer = await asyncio.open_connection("127.0.0.1", ports.tcp)
            writer.write(said)
            with contextlib.suppress(ConnectionResetError):
                assert await reader.read() == b""
            writer.close()
        known = conversation()
        async with all_talking([AudioSocket("customer")], ports, known) as (talk,):
            await talk.start(known)
            await talk.stream(300)
            await talk.end()
        await line.ended()
        assert len(line.of(CallStarted)) == 1


async def test_a_wide_stream_stays_wide(tmp_path: Path) -> None:
    every = {
        conversation(): parts for parts in clients() if parts[0].rate_hz == 16000 or len(parts) == 2
    }

    async def talk_wide(parts: list[Client], ports: Ports, known: str) -> None:
        async with all_talking(parts, ports, known) as talks:
            for talk in talks:
                await talk.start(known)
            await asyncio.gather(*(talk.stream(600) for talk in talks))
            for talk in talks:
                await talk.end()

    async with streaming(tmp_path) as (line, ports):
        await asyncio.gather(*(talk_wide(parts, ports, known) for known, parts in every.items()))
        await line.ended(calls=len(every))
        heard = {leg.leg_id: leg for leg in line.of(Heard)}
        for known, parts in every.items():
            for leg in of_call(line, LegJoined, id_of(parts[0], known)):
                ear = heard[leg.leg_id]
                wide = parts[0].rate_hz == 16000
                assert ear.line_hz == parts[0].rate_hz, parts[0].name
                assert leg.codec == ("L16" if wide else "PCMU")
                # Noise has half of its power in either half of its spectrum.
                assert 0.4 < ear.above_4_khz < 0.6 if wide else ear.above_4_khz < 0.02


@asynccontextmanager
async def admitted(client: Client, ports: Ports) -> AsyncIterator[Talk]:
    """A connection, once the server has noticed that the one before it is gone."""
    async with AsyncExitStack() as stack:
        talk: Talk | None = None
        async with asyncio.timeout(10):
            while talk is None:
                await asyncio.sleep(0.02)
                with contextlib.suppress(InvalidStatus):
                    talk = await stack.enter_async_context(talking(client, ports))
        yield talk


async def test_at_the_limit_only_those_come_in_who_are_waited_for(tmp_path: Path) -> None:
    known = conversation()
    async with streaming(tmp_path, most=1) as (line, ports):
        async with talking(Vonage("customer"), ports) as first:
            await first.start(known)
            await first.stream(200)
            async with talking(Plain(), ports) as other:  # it may be the leg that is missing
                await other.start(conversation())
                with pytest.raises(ConnectionClosed):
                    while "too many conversations" not in str(await other.hear()):
                        pass
                    await other.hear()
            async with talking(Vonage("agent"), ports) as second:
                await second.start(known)
                await second.stream(200)
                with pytest.raises(InvalidStatus) as refused:
                    async with talking(Plain(), ports):
                        pass
                assert refused.value.response.status_code == 503
                second.connection.transport.abort()
            async with admitted(Vonage("agent"), ports) as again:
                await again.start(known)
                await again.stream(200)
                await again.end()
            await first.end()
        await line.ended()
        assert len(line.of(CallStarted)) == 1


async def test_audiosocket_is_for_its_networks() -> None:
    stop = asyncio.Event()
    server = StreamServer(
        StreamSettings(
            host="127.0.0.1",
            port=0,
            audiosocket=AudioSocketSettings(port=0, networks=("10.0.0.0/8",)),
        ),
        dialects={"/audiosocket": EVERY_DIALECT["audiosocket"]},
        sip=("127.0.0.1", 9),
        registry=CollectorRegistry(),
    )
    running = asyncio.create_task(server.run(stop))
    await until(lambda: server.ready() == "")
    reader, writer = await asyncio.open_connection("127.0.0.1", server.tcp.port)
    with contextlib.suppress(ConnectionResetError):
        assert await reader.read() == b""
    writer.close()
    stop.set()
    await running
