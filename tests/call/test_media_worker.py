"""The media worker on real sockets: what signalling tells it, what phones send, what it says."""

import asyncio
import socket
import struct
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from sip_gateway.events import CallEnded, Gap, LegHeld, LegJoined, LegLeft, MediaStarted
from sip_gateway.rtp.packet import Packet, build
from sip_gateway.settings import Settings
from sip_gateway.worker_protocol import (
    CallClosed,
    CallOpened,
    CallRefused,
    ClockStarted,
    CloseCall,
    KeepPorts,
    MediaTimedOut,
    Rtcp,
    UpdateLegs,
)
from tests.media_line import Phone, Signalling, Worker, open_call, running_worker, two_legs
from tests.rtp_stream import packets, speech

CALL = "0" * 31 + "1"
OTHER = "0" * 31 + "2"
AGENT, CUSTOMER = f"{CALL}-0", f"{CALL}-1"


def datagrams(sent: Sequence[Packet]) -> list[bytes]:
    return [build(packet) for packet in sent]


def second(of: int = 0, *, ssrc: int = 1) -> list[bytes]:
    """The n-th second of a stream."""
    timestamp, sequence = of * 8000, of * 50
    return datagrams(packets(speech(1000), ssrc=ssrc, timestamp=timestamp, sequence=sequence))


async def close(signalling: Signalling, call_id: str = CALL, *, reason: str = "bye") -> None:
    signalling.say(CloseCall(call_id=call_id, reason=reason))
    while not isinstance(await signalling.hear(), CallClosed):
        pass


async def heard_one_second(worker: Worker, ports: dict[str, int]) -> None:
    for leg_id, port in ports.items():
        Phone(port).send(*second())
        await worker.until(lambda leg=leg_id: len(worker.sink.heard_ms(leg)) == 10)  # type: ignore[misc]


async def test_a_call_is_said_from_its_start_to_its_end_in_order(tmp_path: Path) -> None:
    async with running_worker(tmp_path) as worker:
        ports = await worker.signalling.open(open_call(CALL))
        assert all(port % 2 == 0 for port in ports.values())
        await heard_one_second(worker, ports)
        assert isinstance(await worker.signalling.hear(), ClockStarted)
        await close(worker.signalling)
        sink = worker.sink
        assert sink.names(CALL) == [
            "CallStarted",
            "LegJoined",
            "LegJoined",
            "MediaStarted",
            "LegLeft",
            "LegLeft",
            "CallEnded",
        ]
        assert sink.heard_ms(AGENT) == list(range(0, 1000, 100))
        assert [leg.role for leg in sink.started] == ["agent", "customer"]
        assert sorted(sink.ended) == [AGENT, CUSTOMER]
        left = [event for event in sink.events if isinstance(event, LegLeft)]
        assert {(event.reason, event.packets_received) for event in left} == {("bye", 50)}


async def test_what_the_network_loses_is_said(tmp_path: Path) -> None:
    async with running_worker(tmp_path) as worker:
        ports = await worker.signalling.open(open_call(CALL))
        stream = second()
        Phone(ports[AGENT]).send(*stream[:10], b"rubbish", *stream[15:])
        await worker.until(lambda: len(worker.sink.heard_ms(AGENT)) == 10)
        await close(worker.signalling)
        (gap,) = [event for event in worker.sink.events if isinstance(event, Gap)]
        assert (gap.leg_id, gap.start_ms, gap.end_ms) == (AGENT, 200, 300)
        name = "trunkline_sip_gateway_rtp_packets_total"
        counted = {r: worker.count(name, result=r) for r in ("received", "lost", "malformed")}
        assert counted == {"received": 45.0, "lost": 5.0, "malformed": 1.0}


async def test_the_peer_is_told_how_its_packets_arrive(tmp_path: Path) -> None:
    async with running_worker(tmp_path) as worker:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
            control.bind(("127.0.0.1", 0))
            control.setblocking(False)
            told = Rtcp("127.0.0.1", control.getsockname()[1], mux=False)
            opening = open_call(CALL)
            legs = tuple(msgspec.structs.replace(leg, rtcp=told) for leg in opening.legs[:1])
            ports = await worker.signalling.open(msgspec.structs.replace(opening, legs=legs))
            stream = second()
            Phone(ports[AGENT]).send(*stream[:10], *stream[15:])
            # Its own report comes on the port behind.
            Phone(ports[AGENT] + 1).send(bytes.fromhex("80c80006") + bytes([1] * 24))
            loop = asyncio.get_running_loop()
            report = await asyncio.wait_for(loop.sock_recv(control, 2048), 10)
        await close(worker.signalling)
    _, packet_type, ssrc, lost, last_sender_report = struct.unpack_from("!BB6xII8xI", report)
    assert (packet_type, ssrc, lost & 0xFFFFFF) == (201, 1, 5)
    assert last_sender_report == 0


async def test_a_fault_in_one_leg_ends_that_leg_and_disturbs_nothing_else(tmp_path: Path) -> None:
    async with running_worker(tmp_path) as worker:
        worker.sink.faulty_leg = AGENT
        ports = await worker.signalling.open(open_call(CALL))
        others = await worker.signalling.open(open_call(OTHER))
        Phone(ports[AGENT]).send(*second())
        await worker.until(lambda: "LegLeft" in worker.sink.names(CALL))
        Phone(ports[CUSTOMER]).send(*second())
        Phone(others[f"{OTHER}-0"]).send(*second())
        await worker.until(lambda: len(worker.sink.heard_ms(CUSTOMER)) == 10)
        await worker.until(lambda: len(worker.sink.heard_ms(f"{OTHER}-0")) == 10)
        await close(worker.signalling)
        left = [event for event in worker.sink.events if isinstance(event, LegLeft)]
        assert [(event.leg_id, event.reason) for event in left] == [
            (AGENT, "fault"),
            (CUSTOMER, "bye"),
        ]
        assert worker.count("trunkline_sip_gateway_media_faults_total") == 1


async def test_hold_resume_and_a_leg_that_goes_and_one_that_comes(tmp_path: Path) -> None:
    async with running_worker(tmp_path) as worker:
        signalling, sink = worker.signalling, worker.sink
        ports = await signalling.open(open_call(CALL))
        await heard_one_second(worker, ports)
        assert isinstance(await signalling.hear(), ClockStarted)
        agent, customer = two_legs(CALL)
        held = msgspec.structs.replace(agent, held=True)
        signalling.say(UpdateLegs(call_id=CALL, legs=(held, customer)))
        opened = await signalling.hear()
        assert isinstance(opened, CallOpened)
        assert opened.rtp_ports == ports
        assert sink.held == [AGENT]
        third = msgspec.structs.replace(customer, leg_id=f"{CALL}-2", channel=2, role="speaker_3")
        named = msgspec.structs.replace(agent, participant_name="Ann")
        signalling.say(UpdateLegs(call_id=CALL, legs=(named, third)))
        opened = await signalling.hear()
        assert isinstance(opened, CallOpened)
        assert set(opened.rtp_ports) - set(ports) == {f"{CALL}-2"}
        await worker.until(lambda: "LegLeft" in sink.names(CALL))
        await close(signalling)
        said = sink.names(CALL)[4:]
        assert said == [
            "LegHeld",
            "LegJoined",
            "LegResumed",
            "LegJoined",
            "LegLeft",
            "LegLeft",
            "LegLeft",
            "CallEnded",
        ]
        (at,) = [event for event in sink.events if isinstance(event, LegHeld)]
        assert at.at_ms == 1000
        again = [event for event in sink.events if isinstance(event, LegJoined)]
        assert [event.participant_name for event in again] == ["", "", "Ann", ""]


async def test_a_call_whose_worker_died_goes_on_with_another_on_the_same_ports(
    tmp_path: Path,
) -> None:
    async with running_worker(tmp_path) as first:
        ports = await first.signalling.open(open_call(CALL))
        await heard_one_second(first, ports)
        started = await first.signalling.hear()
        assert isinstance(started, ClockStarted)
        assert first.core is not None
        first.core.note_open_segment(CUSTOMER, 700)
        first.signalling.hang_up_abruptly()
        assert first.task is not None
        await first.task
        assert "CallEnded" not in first.sink.names(CALL)
        assert sorted(first.sink.ended) == [AGENT, CUSTOMER]
    async with running_worker(tmp_path) as successor:
        agent, customer = two_legs(CALL)
        legs = (
            msgspec.structs.replace(agent, rtp_port=ports[AGENT]),
            msgspec.structs.replace(customer, rtp_port=ports[CUSTOMER]),
        )
        # As if five seconds had passed since.
        began = started.clock_started_at - timedelta(seconds=5)
        again = msgspec.structs.replace(open_call(CALL, legs, resumed=True), clock_started_at=began)
        assert await successor.signalling.open(again) == ports
        for port in ports.values():
            Phone(port).send(*second(3))
        await successor.until(lambda: len(successor.sink.frames) == 20)
        await close(successor.signalling)
        sink = successor.sink
        assert sink.names(CALL) == ["Gap", "Gap", "LegLeft", "LegLeft", "CallEnded"]
        gaps = {event.leg_id: event for event in sink.events if isinstance(event, Gap)}
        assert {gap.why for gap in gaps.values()} == {"worker_restarted"}
        assert gaps[AGENT].start_ms == 1000
        # What the recogniser had begun and not finished is missing from its start on.
        assert gaps[CUSTOMER].start_ms == 700
        assert gaps[AGENT].end_ms == sink.heard_ms(AGENT)[0] >= 5000
        assert list((tmp_path / "heard").iterdir()) == []


async def test_a_call_for_which_there_is_no_port_is_refused(tmp_path: Path) -> None:
    few = Settings(listen_host="127.0.0.1", rtp_port_first=47_900, rtp_port_last=47_903)
    async with running_worker(tmp_path, few) as worker:
        await worker.signalling.open(open_call(CALL))
        worker.signalling.say(open_call(OTHER))
        assert isinstance(await worker.signalling.hear(), CallRefused)
        assert worker.sink.names(OTHER) == []
        await close(worker.signalling)
        assert worker.sink.names(CALL)[-1] == "CallEnded"


async def test_a_call_without_media_times_out_once_and_is_left_to_signalling(
    tmp_path: Path,
) -> None:
    quick = Settings(
        listen_host="127.0.0.1",
        rtp_port_first=42_300,
        rtp_port_last=42_399,
        media_timeout_s=0.5,
    )
    async with running_worker(tmp_path, quick) as worker:
        held = two_legs(OTHER, held=True)
        await worker.signalling.open(open_call(OTHER, held))
        await worker.signalling.open(open_call(CALL))
        said = await worker.signalling.hear()
        assert said == MediaTimedOut(call_id=CALL)
        await close(worker.signalling, reason="media_timeout")
        (ended,) = [event for event in worker.sink.events if isinstance(event, CallEnded)]
        assert (ended.call_id, ended.reason, ended.ended_ms) == (CALL, "media_timeout", 0)


async def test_a_worker_told_to_stop_takes_no_call_and_waits_for_its_calls_to_be_closed(
    tmp_path: Path,
) -> None:
    async with running_worker(tmp_path) as worker:
        await worker.signalling.open(open_call(CALL))
        worker.stop.set()
        await worker.until(lambda: worker.core is not None and worker.core.ready() != "")
        worker.signalling.say(open_call(OTHER))
        assert isinstance(await worker.signalling.hear(), CallRefused)
        await close(worker.signalling, reason="shutdown")
        assert worker.task is not None
        await asyncio.wait_for(worker.task, 5)
        assert worker.sink.names(CALL)[-1] == "CallEnded"
        assert not any(isinstance(event, MediaStarted) for event in worker.sink.events)


async def test_a_kept_port_passes_from_call_to_call_and_waits_in_between(tmp_path: Path) -> None:
    async with running_worker(tmp_path) as worker:
        signalling, sink = worker.signalling, worker.sink
        ports = await signalling.open(open_call(CALL))
        signalling.say(KeepPorts(call_id=CALL, ports=tuple(ports.values())))
        await heard_one_second(worker, ports)
        assert isinstance(await signalling.hear(), ClockStarted)
        again = tuple(
            msgspec.structs.replace(leg, rtp_port=port)
            for leg, port in zip(two_legs(OTHER), ports.values(), strict=True)
        )
        # Both calls have legs of the same ports for a moment: the first call's end comes later.
        opened = await signalling.open(msgspec.structs.replace(open_call(OTHER), legs=again))
        assert set(opened.values()) == set(ports.values())
        Phone(ports[AGENT]).send(*second(1, ssrc=9))
        await worker.until(lambda: len(sink.heard_ms(f"{OTHER}-0")) == 10)
        assert len(sink.heard_ms(AGENT)) == 10, "not a word of the next conversation"
        await close(signalling)
        await close(signalling, OTHER)
        assert sink.names(CALL)[-3:] == ["LegLeft", "LegLeft", "CallEnded"]
        # Nobody has the ports now, and yet nobody else may: the third conversation gets them.
        third = "0" * 31 + "3"
        Phone(ports[AGENT]).send(*second(2, ssrc=9))
        third_legs = tuple(
            msgspec.structs.replace(leg, rtp_port=port)
            for leg, port in zip(two_legs(third), ports.values(), strict=True)
        )
        await signalling.open(msgspec.structs.replace(open_call(third), legs=third_legs))
        Phone(ports[AGENT]).send(*second(3, ssrc=9))
        await worker.until(lambda: len(sink.heard_ms(f"{third}-0")) == 10)
        signalling.say(KeepPorts(call_id=CALL, ports=()))
        await close(signalling, third)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
            free.bind(("127.0.0.1", ports[AGENT]))


async def test_ports_that_wait_are_free_when_their_recording_session_ends(tmp_path: Path) -> None:
    async with running_worker(tmp_path) as worker:
        signalling = worker.signalling
        ports = await signalling.open(open_call(CALL))
        signalling.say(KeepPorts(call_id=CALL, ports=tuple(ports.values())))
        await close(signalling)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken, pytest.raises(OSError):
            taken.bind(("127.0.0.1", ports[AGENT]))
        signalling.say(KeepPorts(call_id=CALL, ports=()))
        await signalling.open(open_call(OTHER))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
            free.bind(("127.0.0.1", ports[AGENT]))
