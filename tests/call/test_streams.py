"""Whole conversations of each media-stream dialect at a real gateway: calls like any other.

All tests share one gateway, and the conversations of one behaviour go on at the same time.
"""

import asyncio
import contextlib
import re
import sys
import textwrap
import wave
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import pytest
import pytest_asyncio
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
    CELLS,
    OWN,
    QUEUE,
    AudioSocket,
    ChanWebsocket,
    Client,
    Forked,
    Plain,
    Ports,
    Talk,
    Twilio,
    Vonage,
    clients,
    conversation,
    conversing,
    id_of,
    speak,
    talking,
    voice,
)
from tests.stream_dialects import DIALECTS, TOKEN
from tests.stream_dialects import EVERY as EVERY_DIALECT

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]

ROOT = Path(__file__).parents[2]
CALLS = Settings(listen_host="127.0.0.1", sip_port=0, rtp_port_first=45_300, rtp_port_last=45_499)
HANDSHAKE = (
    b"GET /%s?\xe4 HTTP/1.1\r\nHost: \xfc\r\nAuthorization: Bearer \xfc\r\n"
    b"X-Twilio-Signature: \xfc\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)
"""With bytes that are no ASCII."""

Said = TypeVar("Said", bound=Event)
Known = dict[str, str]
"""A conversation's external id by dialect."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def line(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[TestGateway]:
    """The gateway."""
    async with gateway(tmp_path_factory.mktemp("streams"), CALLS) as started:
        yield started


@asynccontextmanager
async def streaming(
    line: TestGateway,
    *,
    reconnect_s: float = 30.0,
    most: int = 200,
    after_close_s: float = 30.0,
    networks: tuple[str, ...] = (),
) -> AsyncIterator[Ports]:
    """Where that gateway takes every dialect."""
    stop = asyncio.Event()
    sockets = AudioSocketSettings(port=0, after_close_s=after_close_s, networks=networks)
    server = StreamServer(
        StreamSettings(
            host="127.0.0.1", port=0, reconnect_s=reconnect_s, most=most, audiosocket=sockets
        ),
        dialects={f"/{name}": dialect for name, dialect in EVERY_DIALECT.items()},
        sip=("127.0.0.1", line.port),
        registry=CollectorRegistry(),
        attributes=CALLS.accepted.attributes,
    )
    running = asyncio.create_task(server.run(stop))
    try:
        await until(lambda: server.ready() == "")
        yield Ports(server.port, server.tcp.port)
    finally:
        stop.set()
        await running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ports(line: TestGateway) -> AsyncIterator[Ports]:
    """Where it is taken with the settings as they are."""
    async with streaming(line) as taken:
        yield taken


def of_call(line: TestGateway, kind: type[Said], known: str) -> list[Said]:
    """The events of one kind of the one call of a conversation."""
    found = {call.call_id for call in line.of(CallStarted) if call.external_id == known}
    assert len(found) <= 1, "it is one call"
    return [event for event in line.of(kind) if event.call_id in found]


async def ended(line: TestGateway, known: Iterable[str]) -> None:
    """All these conversations are over, and what was heard of them is told."""
    for each in known:
        await line.until(lambda each=each: bool(of_call(line, CallEnded, each)))  # type: ignore[misc]


async def all_of(
    line: TestGateway, names: Iterable[str], play: Callable[[list[Client], str], Awaitable[None]]
) -> Known:
    """A conversation of each dialect, at the same time, to their ends."""
    known = {name: conversation() for name in names}
    await asyncio.gather(*(play(clients(name), known[name]) for name in known))
    found = {name: id_of(name, known[name]) for name in known}
    await ended(line, found.values())
    return found


# Of every dialect, or of those that have it.


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def whole(line: TestGateway, ports: Ports) -> Known:
    """From start to end."""

    async def play(parts: list[Client], known: str) -> None:
        async with conversing(parts, ports, known) as talks:
            await speak(talks, 1000)

    return await all_of(line, CELLS["start"], play)


@pytest.mark.parametrize("name", CELLS["start"])
async def test_a_conversation_starts_a_call_that_knows_what_is_told(
    line: TestGateway, whole: Known, name: str
) -> None:
    (started,) = of_call(line, CallStarted, whole[name])
    plain = name == "audiosocket"  # there is room for nothing
    assert started.ingress == name
    assert started.queue == ("" if plain else QUEUE)
    assert started.attributes == ({} if plain else {"ucid": OWN["UCID"]})
    joined = of_call(line, LegJoined, whole[name])[:2]
    assert [(leg.role, leg.channel) for leg in joined] == [("customer", 0), ("agent", 1)]


@pytest.mark.parametrize("name", CELLS["audio"])
async def test_its_audio_is_heard_as_wide_as_it_is(
    line: TestGateway, whole: Known, name: str
) -> None:
    rate_hz = clients(name)[0].rate_hz
    legs = {leg.leg_id: leg for leg in of_call(line, LegJoined, whole[name])}
    heard = [ear for ear in line.of(Heard) if ear.leg_id in legs]
    assert len(heard) == 2
    for ear in heard:
        wide = rate_hz == 16000
        assert ear.frames >= 9 and ear.line_hz == rate_hz  # of 100 ms
        assert legs[ear.leg_id].codec == ("L16" if wide else "PCMU")
        # Noise has half of its power in either half of its spectrum.
        assert 0.4 < ear.above_4_khz < 0.6 if wide else ear.above_4_khz < 0.02
    gaps = of_call(line, Gap, whole[name])
    assert [gap for gap in gaps if gap.why == "lost_packets"] == []


@pytest.mark.parametrize("name", CELLS["end"])
async def test_its_end_is_the_calls_end(line: TestGateway, whole: Known, name: str) -> None:
    assert [end.reason for end in of_call(line, CallEnded, whole[name])] == ["bye"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def losing(line: TestGateway, ports: Ports) -> Known:
    """500 ms, told by the platform."""

    async def play(parts: list[Client], known: str) -> None:
        async with conversing(parts, ports, known) as (talk,):
            await talk.stream(600)
            await talk.lose(500)
            await talk.stream(600)

    return await all_of(line, CELLS["loss"], play)


@pytest.mark.parametrize("name", CELLS["loss"])
async def test_what_the_platform_lost_is_a_gap_where_it_was(
    line: TestGateway, losing: Known, name: str
) -> None:
    gaps = [gap for gap in of_call(line, Gap, losing[name]) if gap.why == "lost_packets"]
    assert [gap.end_ms - gap.start_ms for gap in gaps] == [500] * 2
    # A leg is placed by the arrival of its first packet, and the machine may be busy.
    assert all(600 <= gap.start_ms < 800 for gap in gaps)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def breaking(line: TestGateway, ports: Ports) -> Known:
    """Each connection, as if the machine at its other end died."""

    async def play(parts: list[Client], known: str) -> None:
        async with conversing(parts, ports, known) as talks:
            await speak(talks, 600)
            for talk in talks:
                talk.break_off()
        await asyncio.sleep(0.6)  # what is said meanwhile is lost
        async with conversing(parts, ports, known) as talks:
            await speak(talks, 600)

    return await all_of(line, CELLS["reconnect"], play)


@pytest.mark.parametrize("name", CELLS["reconnect"])
async def test_a_broken_connection_is_a_gap_in_the_same_call(
    line: TestGateway, breaking: Known, name: str
) -> None:
    lost = [gap.end_ms - gap.start_ms for gap in of_call(line, Gap, breaking[name])]
    assert len(lost) == 2 and all(400 <= ms <= 2000 for ms in lost)
    assert len(of_call(line, CallEnded, breaking[name])) == 1


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pausing(line: TestGateway, ports: Ports) -> Known:
    """Paused and resumed in the dialect's own words."""

    async def play(parts: list[Client], known: str) -> None:
        word = "type" if parts[0].name == "stream" else "event"
        async with conversing(parts, ports, known) as (talk,):
            await talk.stream(400)
            await talk.say(**{word: "pause"})
            await line.until(lambda: len(of_call(line, LegHeld, known)) == 2)
            await talk.stream(200)  # sent all the same, and not heard
            await talk.say(**{word: "resume"})
            await line.until(lambda: len(of_call(line, LegResumed, known)) == 2)
            await talk.stream(400)

    return await all_of(line, CELLS["hold, pause"], play)


@pytest.mark.parametrize("name", CELLS["hold, pause"])
async def test_a_pause_is_a_recording_pause(line: TestGateway, pausing: Known, name: str) -> None:
    assert {held.why for held in of_call(line, LegHeld, pausing[name])} == {"recording_pause"}


# Of single dialects.


async def test_the_call_goes_on_until_the_last_leg_is_gone(line: TestGateway) -> None:
    known = conversation()
    async with streaming(line, reconnect_s=0.3) as ports:
        async with conversing([Vonage("customer")], ports, known) as (first,):
            await first.stream(200)
            async with conversing([Vonage("agent")], ports, known) as (second,):
                await second.stream(200)
                second.break_off()
            await first.stream(800)
            assert of_call(line, CallEnded, known) == []
        await ended(line, [known])
    assert len(of_call(line, CallStarted, known)) == 1


async def test_an_audiosocket_that_is_closed_may_come_back_to_its_call(line: TestGateway) -> None:
    known, legs = conversation(), [AudioSocket("customer"), AudioSocket("agent")]
    async with streaming(line, after_close_s=2.0) as ports:
        for _ in range(2):
            async with conversing(legs, ports, known) as talks:
                await speak(talks, 400)
                for talk in talks:
                    await talk.close()
            await asyncio.sleep(0.5)
            assert of_call(line, CallEnded, id_of("audiosocket", known)) == []
        await ended(line, [id_of("audiosocket", known)])
    assert len(of_call(line, Gap, id_of("audiosocket", known))) == 2


async def test_a_fork_may_be_described_by_its_url_alone(line: TestGateway, ports: Ports) -> None:
    known = conversation()
    client = Forked("freeswitch", query=f"?uuid={known}&rate=16000&mix=stereo&queue=sales")
    async with conversing([client], ports, known) as (talk,):
        await talk.stream(400)
    await ended(line, [known])
    (started,) = of_call(line, CallStarted, known)
    assert started.queue == "sales"


async def test_what_breaks_its_protocol_is_sent_away_and_hurts_no_other(
    line: TestGateway, ports: Ports
) -> None:
    known = conversation()
    async with conversing([Plain()], ports, known) as (talk,):
        await talk.stream(200)
        async with talking(Plain(), ports) as other:
            await other.say(
                type="start", conversation=known, parties=[{"role": "agent"}], encoding="pcma"
            )
            await sent_away(other, "error")
        for client in (Twilio(), Vonage("agent")):
            async with talking(client, ports, known) as broken:
                await broken.connection.send("nonsense")
                with pytest.raises(ConnectionClosed) as closed:
                    await broken.hear()
                assert closed.value.rcvd and closed.value.rcvd.code == 1002
        await talk.stream(200)
    await ended(line, [known])
    assert len(of_call(line, CallStarted, known)) == 1


async def sent_away(talk: Talk, why: str) -> None:
    """Told why, and closed."""
    with pytest.raises(ConnectionClosed):
        while why not in str(await talk.hear()):
            pass
        await talk.hear()


async def test_the_published_example_of_our_protocol_works(
    line: TestGateway, ports: Ports, tmp_path: Path
) -> None:
    page = (ROOT / "deploy" / "ingress" / "stream.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"^    import asyncio.*?(?=^\S|\Z)", page, re.MULTILINE | re.DOTALL)
    (tmp_path / "example.py").write_text(textwrap.dedent(program))
    with wave.open(str(tmp_path / "call.wav"), "wb") as wav:
        wav.setparams((2, 2, 16000, 0, "NONE", ""))
        wav.writeframes(Plain().audio(*(voice(500, seed=n, rate_hz=16000) for n in (1, 2)))[0])
    running = await asyncio.create_subprocess_exec(
        sys.executable, "example.py", f"ws://127.0.0.1:{ports.websocket}/stream", TOKEN,
        "call.wav", cwd=tmp_path,
    )  # fmt: skip
    assert await running.wait() == 0
    await ended(line, ["call.wav"])
    legs = [leg.leg_id for leg in of_call(line, LegJoined, "call.wav")]
    assert min(ear.frames for ear in line.of(Heard) if ear.leg_id in legs) >= 4


async def test_who_proves_nothing_is_refused_before_the_upgrade(
    line: TestGateway, ports: Ports
) -> None:
    before = len(line.of(CallStarted))
    for name in DIALECTS:
        with pytest.raises(InvalidStatus) as refused:
            async with connect(f"ws://127.0.0.1:{ports.websocket}/{name}"):
                pass
        assert refused.value.response.status_code == 401
        reader, writer = await asyncio.open_connection("127.0.0.1", ports.websocket)
        writer.write(HANDSHAKE % name.encode())
        assert b" 401 " in await reader.readline()
        writer.close()
    assert len(line.of(CallStarted)) == before


async def test_two_legs_of_either_width_and_a_hangup_after_the_other(
    line: TestGateway, ports: Ports
) -> None:
    every: dict[str, list[Client]] = {
        conversation(): [AudioSocket(leg, rate_hz=16000) for leg in ("customer", "agent")],
        conversation(): [ChanWebsocket(leg, form="ulaw") for leg in ("customer", "agent")],
    }

    async def hang_up(parts: list[Client], known: str) -> None:
        async with conversing(parts[::-1], ports, known) as (agent, customer):
            await speak([customer, agent], 400)
            await agent.end()
            await customer.stream(400)

    await asyncio.gather(*(hang_up(parts, known) for known, parts in every.items()))
    for known in [id_of(parts[0].name, known) for known, parts in every.items()]:
        await ended(line, [known])
        joined = of_call(line, LegJoined, known)
        assert [(leg.role, leg.channel) for leg in joined] == [("customer", 0), ("agent", 1)]


async def test_audiosocket_without_a_signed_uuid_is_cut_off(
    line: TestGateway, ports: Ports
) -> None:
    before = len(line.of(CallStarted))
    for said in (b"GET / HTTP/1.1\r\n\r\n", b"\1\0\x10" + bytes(16) + b"\x10\0\2\0\0"):
        await cut_off(ports, said)
    assert len(line.of(CallStarted)) == before


async def cut_off(ports: Ports, said: bytes = b"") -> None:
    """A connection over TCP that says so and is closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", ports.tcp)
    writer.write(said)
    with contextlib.suppress(ConnectionResetError):
        assert await reader.read() == b""
    writer.close()


async def test_audiosocket_is_for_its_networks(line: TestGateway) -> None:
    async with streaming(line, networks=("10.0.0.0/8",)) as ports:
        await cut_off(ports)


@asynccontextmanager
async def admitted(client: Client, ports: Ports, known: str) -> AsyncIterator[Talk]:
    """A connection, once the server has noticed that the one before it is gone."""
    async with contextlib.AsyncExitStack() as stack:
        talk: Talk | None = None
        async with asyncio.timeout(10):
            while talk is None:
                await asyncio.sleep(0.02)
                with contextlib.suppress(InvalidStatus):
                    (talk,) = await stack.enter_async_context(conversing([client], ports, known))
        yield talk


async def test_at_the_limit_only_those_come_in_who_are_waited_for(line: TestGateway) -> None:
    known = conversation()
    async with streaming(line, most=1) as ports:
        async with conversing([Vonage("customer")], ports, known) as (first,):
            await first.stream(200)
            async with talking(Plain(), ports) as other:  # it may be the leg that is missing
                await other.start(conversation())
                await sent_away(other, "too many conversations")
            async with conversing([Vonage("agent")], ports, known) as (second,):
                await second.stream(200)
                with pytest.raises(InvalidStatus) as refused:
                    async with talking(Plain(), ports):
                        pass
                assert refused.value.response.status_code == 503
                second.break_off()
            async with admitted(Vonage("agent"), ports, known) as again:
                await again.stream(200)
        await ended(line, [known])
    assert len(of_call(line, CallStarted, known)) == 1
