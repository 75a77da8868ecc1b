"""The SIP drivers against real sockets of the loopback."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sip_gateway.drivers import tcp
from sip_gateway.drivers.tcp import TcpDriver
from sip_gateway.drivers.udp import UdpDriver, address_toward
from sip_gateway.sip.flow import Flow, Outgoing
from tests.sip_bench import message

OPTIONS = message("OPTIONS")
Came = asyncio.Queue[tuple[bytes, Flow]]


@pytest.fixture
def came() -> Came:
    return Came()


@pytest.fixture
async def listening(came: Came) -> AsyncIterator[TcpDriver]:
    driver = TcpDriver(lambda data, flow: came.put_nowait((data, flow)))
    await driver.start("127.0.0.1", 0)
    yield driver
    driver.close()


async def test_a_message_in_pieces_arrives_whole_and_its_answer_goes_back(
    listening: TcpDriver, came: Came
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", listening.port)
    writer.write(OPTIONS[:40])
    await writer.drain()
    writer.write(OPTIONS[40:] + OPTIONS)
    for _ in range(2):
        data, flow = await came.get()
        assert data == OPTIONS
    assert flow == Flow("tcp", "127.0.0.1", listening.port, *writer.get_extra_info("sockname"))
    listening.send(Outgoing(flow, b"answer", 1))
    assert await reader.readexactly(6) == b"answer"
    writer.close()


async def test_a_keep_alive_is_answered(listening: TcpDriver) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", listening.port)
    writer.write(b"\r\n\r\n")
    assert await reader.readexactly(2) == b"\r\n"
    writer.close()


async def test_an_answer_whose_connection_is_gone_goes_to_where_the_peer_listens(
    listening: TcpDriver, came: Came
) -> None:
    answered: asyncio.Queue[bytes] = asyncio.Queue()

    async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answered.put_nowait(await reader.readexactly(6))
        writer.write(OPTIONS)

    server = await asyncio.start_server(peer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    gone = Flow("tcp", "127.0.0.1", listening.port, "127.0.0.1", 1)
    listening.send(Outgoing(gone, b"answer", port))
    assert await answered.get() == b"answer"
    data, flow = await came.get()
    assert (data, flow.remote_port) == (OPTIONS, port), "both ways on the new connection"
    server.close()


async def test_a_peer_that_does_not_listen_is_given_up(listening: TcpDriver) -> None:
    gone = Flow("tcp", "127.0.0.1", listening.port, "127.0.0.1", 1)
    listening.send(Outgoing(gone, b"answer", 1))
    reader, writer = await asyncio.open_connection("127.0.0.1", listening.port)
    writer.write(b"\r\n\r\n")
    assert await reader.readexactly(2) == b"\r\n", "and others are served"
    writer.close()


async def test_a_stream_without_boundaries_is_closed_after_its_head_was_delivered(
    listening: TcpDriver, came: Came
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", listening.port)
    writer.write(OPTIONS.replace(b"Content-Length: 0", b"Content-Length: 99999999"))
    data, _ = await came.get()
    assert data.startswith(b"OPTIONS")
    assert await reader.read() == b""
    writer.close()


async def test_a_message_that_never_ends_is_cut_off(
    listening: TcpDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp, "PARTIAL_MESSAGE_S", 0.05)
    reader, writer = await asyncio.open_connection("127.0.0.1", listening.port)
    writer.write(OPTIONS[:40])
    with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
        await reader.readexactly(1)
    writer.close()


async def test_beyond_the_limit_connections_are_closed_at_once(
    listening: TcpDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp, "MAX_CONNECTIONS", 1)
    reader, writer = await asyncio.open_connection("127.0.0.1", listening.port)
    writer.write(b"\r\n\r\n")
    await reader.readexactly(2)
    other, second = await asyncio.open_connection("127.0.0.1", listening.port)
    with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
        await other.readexactly(1)
    writer.close()
    second.close()


async def test_datagrams_come_with_the_address_that_the_peer_reached(came: Came) -> None:
    ours = UdpDriver(lambda data, flow: came.put_nowait((data, flow)))
    back = Came()
    peer = UdpDriver(lambda data, flow: back.put_nowait((data, flow)))
    await ours.start("0.0.0.0", 0)
    await peer.start("127.0.0.1", 0)
    peer.send(Outgoing(Flow("udp", "", 0, "127.0.0.1", ours.port), b"ping", 0))
    data, flow = await came.get()
    assert (data, flow) == (b"ping", Flow("udp", "127.0.0.1", ours.port, "127.0.0.1", peer.port))
    ours.send(Outgoing(flow._replace(remote_host="2001:db8::1"), b"nowhere", 0))
    ours.send(Outgoing(flow, b"pong", 0))
    assert (await back.get())[0] == b"pong"
    ours.close()
    peer.close()


def test_our_address_toward_a_peer_is_the_routed_one() -> None:
    assert address_toward("127.0.0.1") == "127.0.0.1"


async def is_cut(reader: asyncio.StreamReader) -> bool:
    """Whether the connection ends without a byte for us."""
    try:
        return await reader.read(1) == b""
    except ConnectionResetError:
        return True


async def test_a_connection_that_says_nothing_is_cut_and_counted(
    came: Came, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp, "SILENT_S", 0.05)
    counts: Counter[tuple[str, str]] = Counter()
    driver = TcpDriver(
        lambda data, flow: came.put_nowait((data, flow)),
        tally=lambda what, kind: counts.update([(what, kind)]),
    )
    await driver.start("127.0.0.1", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", driver.port)
    assert await is_cut(reader)
    assert counts == {("peers", "silent"): 1}
    writer.close()
    driver.close()


async def test_a_connection_that_spoke_once_is_cut_when_it_is_idle_for_long(
    listening: TcpDriver, came: Came, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp, "SILENT_S", 0.05)
    monkeypatch.setattr(tcp, "IDLE_S", 0.2)
    reader, writer = await asyncio.open_connection("127.0.0.1", listening.port)
    writer.write(OPTIONS)
    await came.get()
    assert await is_cut(reader)
    writer.close()


async def test_one_peer_takes_not_all_connections(
    listening: TcpDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp, "MAX_PER_PEER", 1)
    reader, writer = await asyncio.open_connection("127.0.0.1", listening.port)
    writer.write(b"\r\n\r\n")
    await reader.readexactly(2)
    same, second = await asyncio.open_connection("127.0.0.1", listening.port)
    assert await is_cut(same)
    other, third = await asyncio.open_connection(
        "127.0.0.1", listening.port, local_addr=("127.0.0.2", 0)
    )
    third.write(b"\r\n\r\n")
    assert await other.readexactly(2) == b"\r\n", "another peer is served"
    for each in (writer, second, third):
        each.close()


async def test_a_message_byte_by_byte_is_cut_though_bytes_come(
    listening: TcpDriver, came: Came, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp, "PARTIAL_MESSAGE_S", 0.1)
    reader, writer = await asyncio.open_connection("127.0.0.1", listening.port)
    ended = asyncio.ensure_future(is_cut(reader))
    for byte in OPTIONS:
        if ended.done():
            break
        writer.write(bytes([byte]))
        await asyncio.wait([ended], timeout=0.01)
    assert await ended
    assert came.empty()
    writer.close()


async def test_a_peer_that_pings_and_never_reads_is_cut(
    listening: TcpDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp, "MAX_UNSENT_BYTES", 1000)
    reader, writer = await asyncio.open_connection("127.0.0.1", listening.port, limit=1)
    with pytest.raises((ConnectionResetError, BrokenPipeError)):
        async with asyncio.timeout(20):
            while True:
                writer.write(b"\r\n\r\n" * 50_000)
                await writer.drain()
    writer.close()


async def test_torture_messages_over_sockets_have_the_same_outcome(
    listening: TcpDriver, came: Came
) -> None:
    data = Path(__file__).parents[1] / "data" / "rfc4475"
    for name in ("wsinv", "intmeth", "longreq", "transports", "badvers", "scalar02"):
        sent = (data / f"{name}.dat").read_bytes()
        _, writer = await asyncio.open_connection("127.0.0.1", listening.port)
        writer.write(sent)
        received, _ = await came.get()
        assert received == sent
        writer.close()
    for name in ("ncl", "mcl01"):
        reader, writer = await asyncio.open_connection("127.0.0.1", listening.port)
        writer.write((data / f"{name}.dat").read_bytes())
        await came.get()
        assert await is_cut(reader), "nobody knows where the next message begins"
        writer.close()
