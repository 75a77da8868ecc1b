"""Real peers call the gateway: sipp over UDP and TCP, plain and SIPREC, and baresip."""

import asyncio
import contextlib
import signal
import socket
from pathlib import Path

import pytest

from sip_gateway.events import (
    CallEnded,
    CallStarted,
    Gap,
    LegHeld,
    LegJoined,
    LegLeft,
    LegResumed,
)
from sip_gateway.settings import Settings
from tests.services.baresip import Phone, baresip
from tests.services.gateway import TestGateway, gateway
from tests.services.sipp import received, sipp
from tests.sip_bench import SDP, message
from trunkline.ports import free_port

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]

TRANSPORTS = pytest.mark.parametrize("transport", ["udp", "tcp"])


def local(*, sip_port: int = 0) -> Settings:
    """Everything on the loopback; each test has its own RTP ports, because they rest after use."""
    return Settings(
        listen_host="127.0.0.1", sip_port=sip_port, rtp_port_first=42000, rtp_port_last=42599
    )


@pytest.fixture(scope="module")
def gateway_settings() -> Settings:
    return local()


@pytest.fixture
def line(quiet_gateway: TestGateway) -> TestGateway:
    return quiet_gateway


@TRANSPORTS
async def test_sipp_places_a_plain_call(line: TestGateway, tmp_path: Path, transport: str) -> None:
    async with sipp(line.port, tmp_path, "plain", "-d", "2000", transport=transport):
        pass
    (ended,) = await line.ended()
    assert ended.reason == "bye"
    (started,) = line.of(CallStarted)
    assert started.ingress == "sip"
    assert line.frames()[0] >= 19
    assert line.lost() == 0


@TRANSPORTS
async def test_sipp_places_a_recording_session(
    line: TestGateway, tmp_path: Path, transport: str
) -> None:
    async with sipp(line.port, tmp_path, "siprec", "-d", "2000", transport=transport):
        pass
    await line.ended()
    (started,) = line.of(CallStarted)
    assert (started.ingress, started.external_id) == ("siprec", "sipp-1")
    legs = [(leg.channel, leg.label, leg.role, leg.participant_name) for leg in line.of(LegJoined)]
    assert legs == [(0, "1", "agent", "Ann Agent"), (1, "2", "customer", "Carl")]
    # sipp sends RTP for the first media line only.
    assert line.frames()[0] >= 19
    assert line.lost() == 0


async def test_a_repeated_invite_and_bye_get_the_same_answer_and_are_one_call(
    line: TestGateway, tmp_path: Path
) -> None:
    async with sipp(line.port, tmp_path, "retransmit"):
        pass
    await line.ended()
    assert len(line.of(CallStarted)) == len(line.of(CallEnded)) == 1
    for method in ("INVITE", "BYE"):
        first, again = received(tmp_path, 200, method)
        assert first.split() == again.split()


@TRANSPORTS
async def test_sipp_cancels_before_the_answer(
    line: TestGateway, tmp_path: Path, transport: str
) -> None:
    line.signal_worker(signal.SIGSTOP)
    try:
        async with sipp(line.port, tmp_path, "cancel", transport=transport):
            pass
    finally:
        line.signal_worker(signal.SIGCONT)
    (ended,) = await line.ended()
    assert ended.reason == "cancelled"


@TRANSPORTS
async def test_sipp_holds_and_resumes(line: TestGateway, tmp_path: Path, transport: str) -> None:
    async with sipp(line.port, tmp_path, "hold", transport=transport):
        pass
    await line.ended()
    (held,), (resumed,) = line.of(LegHeld), line.of(LegResumed)
    assert 800 <= held.at_ms < resumed.at_ms
    assert len(line.of(LegLeft)) == 1
    assert line.of(Gap) == [], "hold is not loss"


async def test_twenty_calls_at_once_lose_nothing(line: TestGateway, tmp_path: Path) -> None:
    many = ("-m", "20", "-r", "20", "-l", "20", "-d", "2000")
    async with sipp(line.port, tmp_path, "plain", *many):
        pass
    assert len(await line.ended(20)) == 20
    assert min(line.frames()) >= 18
    assert line.lost() == 0


async def test_malformed_messages_harm_no_call(line: TestGateway, tmp_path: Path) -> None:
    async with sipp(line.port, tmp_path, "hold"):
        await line.until(lambda: bool(line.of(LegJoined)))
        invite = message("INVITE", body=SDP)
        rubbish = [b"", b"\0" * 1400, invite[:200], invite.replace(b"SIP/2.0", b"SIP/9.9")]
        rubbish += [invite.replace(b"Content-Length: ", b"Content-Length: 9")]
        rubbish += [invite.replace(name, b"X-") for name in (b"Via", b"From", b"CSeq", b"Contact")]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            for data in rubbish * 20:
                udp.sendto(data, ("127.0.0.1", line.port))
        for data in rubbish:
            _, writer = await asyncio.open_connection("127.0.0.1", line.port)
            writer.write(data + b"\r\n\r\n" + b"x" * 70_000)
            writer.close()
    (ended,) = await line.ended()
    assert ended.reason == "bye"
    assert line.lost() == 0


def calling(
    line: TestGateway, folder: Path, account: str, *modules: str, seconds: int = 4
) -> contextlib.AbstractAsyncContextManager[asyncio.subprocess.Process]:
    """A call of baresip with this account."""
    phone = Phone(f"<sip:ann@127.0.0.1>;regint=0;{account}", modules, seconds=seconds)
    return baresip(folder, phone, to=f"sip:line@127.0.0.1:{line.port}")


async def test_baresip_places_a_plain_call(line: TestGateway, tmp_path: Path) -> None:
    async with calling(line, tmp_path, "audio_codecs=PCMA/8000/1", "g711"):
        pass
    (ended,) = await line.ended()
    assert ended.reason == "bye"
    (leg,) = line.of(LegJoined)
    assert leg.codec == "PCMA"
    assert line.frames()[0] >= 30
    assert line.lost() == 0


async def test_baresip_places_an_encrypted_call(line: TestGateway, tmp_path: Path) -> None:
    account = "audio_codecs=PCMU/8000/1;mediaenc=srtp-mand"
    async with calling(line, tmp_path, account, "g711", "srtp"):
        pass
    (ended,) = await line.ended()
    assert ended.reason == "bye"
    (left,) = line.of(LegLeft)
    assert left.packets_received >= 150
    assert left.mos is not None
    assert left.mos > 4.3
    assert line.frames()[0] >= 30
    assert line.lost() == 0


@pytest.mark.parametrize(
    ("codec", "options"),
    [("G722", "audio_codecs=G722/16000/1"), ("L16", "audio_codecs=L16/16000/1;mediaenc=srtp-mand")],
)
async def test_baresip_calls_in_wideband(
    line: TestGateway, tmp_path: Path, codec: str, options: str
) -> None:
    async with calling(line, tmp_path, options, codec.lower(), "srtp"):
        pass
    await line.ended()
    (leg,) = line.of(LegJoined)
    assert leg.codec == codec
    assert line.frames()[0] >= 30
    assert line.lost() == 0


async def test_an_encrypted_call_survives_a_killed_media_worker(tmp_path: Path) -> None:
    account = "audio_codecs=PCMU/8000/1;mediaenc=srtp-mand"
    async with gateway(tmp_path / "state", local()) as line:
        async with calling(line, tmp_path, account, "g711", "srtp", seconds=7):
            await line.until(lambda: bool(line.of(LegJoined)))
            await asyncio.sleep(1)  # of speech
            line.signal_worker(signal.SIGKILL)
        (ended,) = await line.ended()
    assert ended.reason == "bye"
    assert [gap.why for gap in line.of(Gap)] == ["worker_restarted"]
    (left,) = line.of(LegLeft)
    assert left.packets_received >= 50


@TRANSPORTS
async def test_a_killed_media_worker_comes_back_to_its_call(tmp_path: Path, transport: str) -> None:
    async with gateway(tmp_path / "state", local()) as line:
        async with sipp(line.port, tmp_path, "plain", "-d", "5000", transport=transport):
            await line.until(lambda: bool(line.of(LegJoined)))
            await asyncio.sleep(1)  # of speech
            line.signal_worker(signal.SIGKILL)
        (ended,) = await line.ended()
    assert ended.reason == "bye"
    assert [gap.why for gap in line.of(Gap)] == ["worker_restarted"]
    assert len(line.of(CallStarted)) == 1


async def test_a_call_survives_kill_9_of_signalling_and_its_bye_works(tmp_path: Path) -> None:
    fixed = local(sip_port=free_port("127.0.0.1", udp_too=True))
    async with gateway(tmp_path / "state", fixed) as line:
        async with sipp(line.port, tmp_path, "plain", "-d", "6000"):
            await line.until(lambda: bool(line.of(LegJoined)))
            await asyncio.sleep(1)  # of speech
            await line.kill()
            assert list((line.state / "dialogs").glob("*.dialog"))
            await line.start()
        (ended,) = await line.ended()
        await line.until(lambda: not list((line.state / "dialogs").iterdir()))
    assert ended.reason == "bye"
    assert [gap.why for gap in line.of(Gap)] == ["worker_restarted"]
    assert len(line.of(CallStarted)) == 1


@TRANSPORTS
async def test_a_stop_ends_calls_with_a_bye(tmp_path: Path, transport: str) -> None:
    async with (
        gateway(tmp_path / "state", local()) as line,
        sipp(line.port, tmp_path, "ended_by_gateway", transport=transport),
    ):
        await line.until(lambda: bool(line.of(LegJoined)))
        assert await line.stop() == 0
    (ended,) = line.of(CallEnded)
    assert ended.reason == "shutdown"
    assert not list((line.state / "dialogs").iterdir())
