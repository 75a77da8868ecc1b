"""A media worker passes packets on, on real sockets, whatever becomes of those who listen."""

import asyncio
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec
import pytest

from sip_gateway.events import CallStarted, LegJoined, LegLeft
from sip_gateway.rtp.packet import build
from sip_gateway.settings import Settings
from sip_gateway.worker_protocol import (
    CallClosed,
    CallOpened,
    CloseCall,
    CloseRelays,
    OpenRelays,
    PauseLegs,
    Relay,
    RelayEnd,
    RelaysOpened,
    RelaysRefused,
    Remote,
)
from tests.media_line import Worker, open_call, running_worker, two_legs
from tests.rtp_stream import packets, speech

HOST = "127.0.0.1"
OWN_PORTS = Settings(listen_host=HOST, rtp_port_first=44_600, rtp_port_last=44_799)
CALL = "0" * 31 + "1"
LEGS = (f"{CALL}-0", f"{CALL}-1")
MEDIA = [build(packet) for packet in packets(speech(1000), ssrc=1, timestamp=0, sequence=0)]
OTHER = [b"\0\1\0\0" + os.urandom(16), b"\x16\xfe\xff" + os.urandom(60), b"\x80", os.urandom(1400)]
"""STUN, DTLS, a torso, rubbish: none of it is ours to judge."""


class Party:
    """One party's two ports."""

    def __init__(self, host: str = HOST) -> None:
        self.host = host
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        while True:
            self.rtp, self.rtcp = (socket.socket(family, socket.SOCK_DGRAM) for _ in "ab")
            self.rtp.bind((host, 0))
            self.port: int = self.rtp.getsockname()[1]
            try:
                self.rtcp.bind((host, self.port + 1))
            except OSError:
                self.close()
                continue
            break
        for udp in (self.rtp, self.rtcp):
            udp.setblocking(False)

    @property
    def end(self) -> RelayEnd:
        """What signalling would say of it."""
        # As a party may write it, which is not how the kernel does.
        host = "0:0::0001" if self.host == "::1" else self.host
        remote = Remote(host=host, port=self.port, rtcp_host=host, rtcp_port=self.port + 1)
        return RelayEnd(remote=remote)

    async def hear(self, count: int, *, control: bool = False) -> list[bytes]:
        """The next datagrams that come."""
        loop, udp = asyncio.get_running_loop(), self.rtcp if control else self.rtp
        async with asyncio.timeout(10):
            return [await loop.sock_recv(udp, 65_535) for _ in range(count)]

    def heard_nothing(self) -> bool:
        """Whether nothing more has come."""
        try:
            self.rtp.recv(65_535)
        except BlockingIOError:
            return True
        return False

    def close(self) -> None:
        """Free the ports."""
        self.rtp.close()
        self.rtcp.close()


@contextmanager
def parties(a: str = HOST, b: str = HOST) -> Iterator[tuple[Party, Party]]:
    """The caller and the other party."""
    with ExitStack() as stack:
        caller, callee = Party(a), Party(b)
        for party in (caller, callee):
            stack.callback(party.close)
        yield caller, callee


async def relay(worker: Worker, caller: Party, callee: Party, **ports: int) -> dict[str, int]:
    """Have one line relayed between them; our ports by end."""
    a = msgspec.structs.replace(caller.end, port=ports.get("a"))
    b = msgspec.structs.replace(callee.end, port=ports.get("b"))
    worker.signalling.say(OpenRelays(call_id=CALL, relays=(Relay(line=0, a=a, b=b),)))
    opened = await worker.signalling.hear()
    assert isinstance(opened, RelaysOpened), opened
    return opened.ports


async def listen(worker: Worker) -> None:
    """Have both ends listened to."""
    legs = tuple(
        msgspec.structs.replace(leg, tap=tap)
        for leg, tap in zip(two_legs(CALL), ("0a", "0b"), strict=True)
    )
    opening = msgspec.structs.replace(open_call(CALL, legs), ingress="inline")
    worker.signalling.say(opening)
    assert isinstance(await worker.signalling.hear(), CallOpened)


async def end(worker: Worker, *, listened: bool = True) -> None:
    worker.signalling.say(CloseRelays(call_id=CALL))
    if listened:
        worker.signalling.say(CloseCall(call_id=CALL, reason="bye"))
        while not isinstance(await worker.signalling.hear(), CallClosed):
            pass


async def exchange(caller: Party, callee: Party, ports: dict[str, int], sent: list[bytes]) -> None:
    """Everything passes both ways, as it was and in order."""
    for data in sent:
        caller.rtp.sendto(data, (caller.host, ports["0a"]))
        callee.rtp.sendto(data[::-1], (callee.host, ports["0b"]))
        assert await callee.hear(1) == [data]
        assert await caller.hear(1) == [data[::-1]]


@pytest.mark.parametrize(
    ("ours", "a", "b"), [("::1", "::1", "::1"), ("::", HOST, "::1"), ("::", "::1", HOST)]
)
async def test_packets_pass_between_all_versions_of_ip(
    tmp_path: Path, ours: str, a: str, b: str
) -> None:
    settings = msgspec.structs.replace(OWN_PORTS, listen_host=ours)
    async with running_worker(tmp_path, settings) as worker:
        with parties(a, b) as (caller, callee):
            ports = await relay(worker, caller, callee)
            await exchange(caller, callee, ports, OTHER)
            caller.rtcp.sendto(b"report", (a, ports["0a"] + 1))
            assert await callee.hear(1, control=True) == [b"report"]
            await end(worker, listened=False)


async def test_the_same_bytes_pass_both_ways_and_both_ends_are_heard(tmp_path: Path) -> None:
    async with running_worker(tmp_path, OWN_PORTS) as worker:
        with parties() as (caller, callee):
            ports = await relay(worker, caller, callee)
            await exchange(caller, callee, ports, OTHER)
            await listen(worker)
            for data in MEDIA:
                caller.rtp.sendto(data, (HOST, ports["0a"]))
                callee.rtp.sendto(data, (HOST, ports["0b"]))
            assert await callee.hear(len(MEDIA)) == MEDIA
            assert await caller.hear(len(MEDIA)) == MEDIA
            for leg_id in LEGS:
                await worker.until(lambda leg=leg_id: len(worker.sink.heard_ms(leg)) == 10)  # type: ignore[misc]
            caller.rtcp.sendto(b"report", (HOST, ports["0a"] + 1))
            assert await callee.hear(1, control=True) == [b"report"]
            await end(worker)
        await worker.until(
            lambda: worker.count("trunkline_sip_gateway_relay_packets_total", result="passed") > 100
        )


async def test_what_passes_passes_when_nobody_can_listen(tmp_path: Path) -> None:
    async with running_worker(tmp_path, OWN_PORTS) as worker:
        worker.sink.faulty_leg = LEGS[0]
        with parties() as (caller, callee):
            ports = await relay(worker, caller, callee)
            await listen(worker)
            await exchange(caller, callee, ports, MEDIA)
            await worker.until(lambda: "LegLeft" in worker.sink.names(CALL))
            left = [event for event in worker.sink.events if isinstance(event, LegLeft)]
            assert [(event.leg_id, event.reason) for event in left] == [(LEGS[0], "fault")]
            await exchange(caller, callee, ports, MEDIA * 20)
            await end(worker)


async def test_a_call_that_cannot_be_opened_is_relayed_all_the_same(tmp_path: Path) -> None:
    async with running_worker(tmp_path, OWN_PORTS) as worker:

        def broken(leg: object) -> None:
            raise RuntimeError("no recogniser")

        worker.sink.start_leg = broken  # type: ignore[method-assign]
        with parties() as (caller, callee):
            ports = await relay(worker, caller, callee)
            legs = tuple(msgspec.structs.replace(leg, tap="0a") for leg in two_legs(CALL))
            worker.signalling.say(open_call(CALL, legs))
            await exchange(caller, callee, ports, MEDIA)
            await end(worker)
        assert worker.count("trunkline_sip_gateway_media_faults_total") > 0


async def test_a_pause_stops_listening_and_nothing_else(tmp_path: Path) -> None:
    async with running_worker(tmp_path, OWN_PORTS) as worker:
        with parties() as (caller, callee):
            ports = await relay(worker, caller, callee)
            await listen(worker)
            await exchange(caller, callee, ports, MEDIA[:10])
            started = next(e for e in worker.sink.events if isinstance(e, CallStarted))
            worker.signalling.say(PauseLegs(call_id=CALL, at=started.started_at, why="api"))
            await worker.until(lambda: len(worker.sink.paused) == 2)
            await exchange(caller, callee, ports, MEDIA[10:])
            await end(worker)
        assert worker.sink.heard_ms(LEGS[0]) == []


async def test_strangers_are_neither_passed_on_nor_answered(tmp_path: Path) -> None:
    async with running_worker(tmp_path, OWN_PORTS) as worker:
        with parties() as (caller, callee), parties() as (stranger, _):
            ports = await relay(worker, caller, callee)
            stranger.rtp.sendto(b"let me in", (HOST, ports["0a"]))
            await exchange(caller, callee, ports, MEDIA)
            assert callee.heard_nothing()
            assert stranger.heard_nothing()
            await end(worker, listened=False)


@pytest.mark.parametrize("sources", [(HOST,), ("*",)])
async def test_behind_nat_packets_go_where_they_come_from(
    tmp_path: Path, sources: tuple[str, ...]
) -> None:
    async with running_worker(tmp_path, OWN_PORTS) as worker:
        with parties() as (told, callee), parties() as (caller, _):
            a = msgspec.structs.replace(told.end, sources=sources)
            line = Relay(line=0, a=a, b=callee.end)
            worker.signalling.say(OpenRelays(call_id=CALL, relays=(line,)))
            opened = await worker.signalling.hear()
            assert isinstance(opened, RelaysOpened)
            await exchange(caller, callee, opened.ports, MEDIA)
            await end(worker, listened=False)


async def test_another_worker_takes_the_call_over_without_a_packet_lost(tmp_path: Path) -> None:
    with parties() as (caller, callee):
        async with running_worker(tmp_path, OWN_PORTS) as worker:
            ports = await relay(worker, caller, callee)
            await listen(worker)
            assert worker.core is not None
            assert worker.task is not None
            worker.signalling.hang_up_abruptly()
            await worker.task
            await exchange(caller, callee, ports, MEDIA)
            async with running_worker(tmp_path, OWN_PORTS) as successor:
                assert ports == await relay(successor, caller, callee, a=ports["0a"], b=ports["0b"])
                await exchange(caller, callee, ports, MEDIA)
                await exchange(caller, callee, ports, MEDIA)
                await end(successor, listened=False)
        assert len([e for e in worker.sink.events if isinstance(e, LegJoined)]) == 2


async def test_a_relaying_process_that_dies_is_said_and_started_again(tmp_path: Path) -> None:
    async with running_worker(tmp_path, OWN_PORTS) as worker:
        with parties() as (caller, callee):
            ports = await relay(worker, caller, callee)
            children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
            names = {pid: Path(f"/proc/{pid}/cmdline").read_bytes() for pid in children}
            (pid,) = [pid for pid, name in names.items() if b"relay_process" in name]
            os.kill(int(pid), signal.SIGKILL)
            assert isinstance(await worker.signalling.hear(), RelaysRefused)
            assert ports == await relay(worker, caller, callee, a=ports["0a"], b=ports["0b"])
            await exchange(caller, callee, ports, MEDIA)
            await end(worker, listened=False)


async def test_without_ports_a_relay_is_refused_and_another_worker_s_are_left_alone(
    tmp_path: Path,
) -> None:
    async with running_worker(tmp_path, OWN_PORTS) as worker:
        with parties() as (caller, callee):
            taken = msgspec.structs.replace(caller.end, port=callee.port)
            line = Relay(line=0, a=taken, b=callee.end)
            worker.signalling.say(OpenRelays(call_id=CALL, relays=(line,)))
            assert isinstance(await worker.signalling.hear(), RelaysRefused)
