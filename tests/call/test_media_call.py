"""Our own caller places calls at the gateway's real processes: what is sent is what is heard."""

import asyncio
import signal
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
import soundfile

from sip_gateway.caller.place import place_call
from sip_gateway.caller.plan import CallFailed, CallPlan
from sip_gateway.events import (
    CallStarted,
    Gap,
    LegHeld,
    LegJoined,
    LegLeft,
    LegResumed,
    MediaStarted,
)
from sip_gateway.settings import Settings
from tests.services.gateway import TestGateway, gateway
from trunkline.ports import free_port

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]


def settings(*, max_calls: int = 10, sip_port: int = 0) -> Settings:
    return Settings(
        listen_host="127.0.0.1",
        sip_port=sip_port,
        rtp_port_first=44_000,
        rtp_port_last=44_599,
        max_calls=max_calls,
    )


@pytest.fixture(scope="module")
def gateway_settings() -> Settings:
    # Killed and started again, it is found by its callers where its port is fixed.
    return settings(sip_port=free_port("127.0.0.1", udp_too=True))


@pytest.fixture
def line(quiet_gateway: TestGateway) -> TestGateway:
    return quiet_gateway


@pytest.fixture
def speech(tmp_path: Path) -> tuple[Path, Path]:
    """Three seconds of noise for each party."""
    paths = tmp_path / "agent.wav", tmp_path / "customer.wav"
    for path in paths:
        samples = np.random.default_rng(1).normal(0, 0.1, 24_000)
        soundfile.write(path, samples, 8000, subtype="PCM_16")
    return paths


def plan(line: TestGateway, speech: tuple[Path, Path], **changes: object) -> CallPlan:
    return CallPlan("127.0.0.1", line.port, *speech, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("transport", "siprec", "codec"),
    [("tcp", True, "PCMU"), ("udp", True, "PCMA"), ("udp", False, "PCMU"), ("tcp", False, "PCMA")],
)
async def test_a_call_is_heard_whole(
    line: TestGateway, speech: tuple[Path, Path], transport: str, siprec: bool, codec: str
) -> None:
    began: list[tuple[str, datetime]] = []
    report = await place_call(
        plan(line, speech, transport=transport, siprec=siprec, codec=codec),
        on_started=lambda call_id, at: began.append((call_id, at)),
    )
    (ended,) = await line.ended()
    legs = 2 if siprec else 1
    assert (report.packets_sent, report.duration_ms) == (150 * legs, 3000)
    assert report.bye_answered and not report.ended_by_far_end
    (started,) = line.of(CallStarted)
    assert report.call_id == ended.call_id == started.call_id == began[0][0]
    assert started.ingress == ("siprec" if siprec else "sip")
    joined = line.of(LegJoined)
    assert [leg.codec for leg in joined] == [codec] * legs
    if siprec:
        assert [leg.role for leg in joined] == ["agent", "customer"]
    left = line.of(LegLeft)
    assert [(leg.packets_received, leg.packets_lost) for leg in left] == [(150, 0)] * legs
    assert all(3000 <= leg.at_ms <= 3015 for leg in left)  # both legs start within a packet
    assert line.frames() == [30] * legs
    (media,) = line.of(MediaStarted)
    assert abs((media.clock_started_at - began[0][1]).total_seconds()) < 0.5


async def test_packets_left_out_are_gaps_of_as_much_time(
    line: TestGateway, speech: tuple[Path, Path]
) -> None:
    report = await place_call(plan(line, speech, loss=0.1, loss_seed=3))
    await line.ended()
    assert report.packets_left_out > 10
    gaps = line.of(Gap)
    missing_ms = sum(gap.end_ms - gap.start_ms for gap in gaps)
    # What is missing at a leg's very start or end is before its first or after its last packet.
    ends_ms = sum(3000 - leg.at_ms for leg in line.of(LegLeft))
    assert 20 * report.packets_left_out - 40 <= missing_ms + ends_ms
    assert missing_ms <= 20 * report.packets_left_out
    assert {gap.why for gap in gaps} == {"lost_packets"}


async def test_hold_is_said_and_is_no_loss(line: TestGateway, speech: tuple[Path, Path]) -> None:
    report = await place_call(plan(line, speech, holds=((1000, 2000),)))
    await line.ended()
    assert report.packets_sent < 220
    held, resumed = line.of(LegHeld), line.of(LegResumed)
    assert len(held) == len(resumed) == 2
    assert all(900 <= event.at_ms <= 1100 for event in held)
    assert all(1900 <= event.at_ms <= 2300 for event in resumed)
    assert line.of(Gap) == []
    assert all(leg.at_ms >= 2900 for leg in line.of(LegLeft))


async def test_a_call_goes_on_while_its_media_worker_is_killed(
    line: TestGateway, speech: tuple[Path, Path]
) -> None:
    calling = asyncio.create_task(place_call(plan(line, (speech[0], speech[1]))))
    await line.until(lambda: bool(line.of(MediaStarted)))
    await asyncio.sleep(1.2)  # speech that was heard: the gap must start after it
    line.signal_worker(signal.SIGKILL)
    report = await calling
    (ended,) = await line.ended()
    assert ended.call_id == report.call_id
    assert len(line.of(CallStarted)) == 1
    gaps = [gap for gap in line.of(Gap) if gap.why == "worker_restarted"]
    assert len(gaps) == 2
    assert all(500 <= gap.start_ms <= 1500 for gap in gaps)


async def test_a_call_goes_on_while_the_signalling_process_is_killed(
    line: TestGateway, speech: tuple[Path, Path]
) -> None:
    calling = asyncio.create_task(place_call(plan(line, speech)))
    await line.until(lambda: bool(line.of(MediaStarted)))
    await line.kill()
    await line.start()
    report = await calling
    (ended,) = await line.ended()
    assert (ended.call_id, ended.reason) == (report.call_id, "bye")
    assert report.bye_answered
    assert len(line.of(CallStarted)) == 1


async def test_a_refusal_says_why(tmp_path: Path, speech: tuple[Path, Path]) -> None:
    async with gateway(tmp_path / "full", settings(max_calls=1)) as line:
        first = asyncio.create_task(place_call(plan(line, speech)))
        await line.until(lambda: bool(line.of(CallStarted)))
        with pytest.raises(CallFailed, match="refused: 486 Busy Here") as refused:
            await place_call(plan(line, speech))
        assert refused.value.status == 486
        await first
        assert len(await line.ended()) == 1


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_where_nobody_listens_the_call_fails_at_once(
    speech: tuple[Path, Path], transport: str
) -> None:
    nobody = CallPlan("127.0.0.1", 9, *speech, transport=transport)
    async with asyncio.timeout(5):
        with pytest.raises(CallFailed):
            await place_call(nobody)
