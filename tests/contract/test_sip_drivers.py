"""The SIP drivers against real sockets of the loopback."""

import asyncio
from collections.abc import AsyncIterator

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
