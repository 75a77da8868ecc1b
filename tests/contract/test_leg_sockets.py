"""Where a leg's datagrams come from, over the loopback: polled, and waited for."""

import asyncio
import errno
import socket
from collections.abc import Awaitable, Callable
from contextlib import closing
from time import monotonic

import pytest

from sip_gateway.media.leg_socket import LegSocket
from sip_gateway.media.polled_socket import Mailbag, open_polled
from sip_gateway.media.rtp_socket import MAX_DATAGRAM_BYTES, open_socket
from sip_gateway.media.sockets import Sockets

HOST = "127.0.0.1"
Open = Callable[[int], Awaitable[LegSocket]]


async def polled(port: int) -> LegSocket:
    return open_polled(HOST, port, Mailbag())


async def waited_for(port: int) -> LegSocket:
    return await open_socket(HOST, port)


@pytest.fixture(params=[polled, waited_for])
def open_(request: pytest.FixtureRequest) -> Open:
    opened: Open = request.param
    return opened


async def taken(rtp: LegSocket, count: int) -> list[tuple[bytes, float]]:
    """So many datagrams, however many calls they take."""
    came: list[tuple[bytes, float]] = []
    async with asyncio.timeout(5):
        while len(came) < count:
            came += rtp.take()
            await asyncio.sleep(0.001)
    return came


def sender() -> closing[socket.socket]:
    return closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))


async def test_what_comes_is_taken_in_order_with_the_time_it_came(open_: Open) -> None:
    rtp = await open_(0)
    sent = [bytes([n]) * (n + 1) for n in range(100)]
    with sender() as udp:
        before = monotonic()
        for data in sent:
            udp.sendto(data, (HOST, rtp.port))
        came = await taken(rtp, len(sent))
    assert [data for data, _ in came] == sent
    times = [at for _, at in came]
    # The kernel's clock and ours are read one after the other: either may be a little ahead.
    assert before - 0.001 <= times[0] <= times[-1] <= monotonic() + 0.001
    assert times == sorted(times)
    assert rtp.take() == []
    rtp.close()


async def test_what_is_too_long_is_dropped_and_counted(open_: Open) -> None:
    rtp = await open_(0)
    with sender() as udp:
        for size in (MAX_DATAGRAM_BYTES, MAX_DATAGRAM_BYTES + 1, 9000, 0, 1):
            udp.sendto(bytes(size), (HOST, rtp.port))
        came = await taken(rtp, 3)
    assert [len(data) for data, _ in came] == [MAX_DATAGRAM_BYTES, 0, 1]
    assert rtp.dropped == 2
    rtp.close()


async def test_a_port_is_one_sockets_until_it_is_closed(open_: Open) -> None:
    rtp = await open_(0)
    with pytest.raises(OSError) as refused:
        await open_(rtp.port)
    assert refused.value.errno == errno.EADDRINUSE
    rtp.close()
    rtp.close()
    assert rtp.take() == []
    again = await Sockets(HOST).open_again(rtp.port)
    assert again.port == rtp.port
    again.close()


async def test_what_is_sent_comes_from_the_port_and_nobody_there_is_no_fault(open_: Open) -> None:
    rtp = await open_(0)
    with sender() as udp:
        udp.bind((HOST, 0))
        udp.settimeout(5)
        there = udp.getsockname()[1]
        rtp.send(b"report", HOST, there)
        data, peer = await asyncio.to_thread(udp.recvfrom, 100)
        assert (data, peer[1]) == (b"report", rtp.port)
    rtp.send(b"report", HOST, there)
    rtp.send(b"report", "::1", 9)
    assert rtp.take() == []
    rtp.close()
    rtp.send(b"report", HOST, there)
