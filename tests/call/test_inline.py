"""Calls in line, between real peers: sipp as trunk and as PBX, baresip on both ends."""

import asyncio
import contextlib
import secrets
import signal
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
import soundfile

from sip_gateway.events import CallEnded, CallStarted, Gap, LegHeld, LegJoined, LegLeft, LegResumed
from sip_gateway.inline.settings import Inline, Route
from sip_gateway.settings import Settings
from tests.services.gateway import TestGateway, gateway
from tests.services.sipp import SCENARIOS, received, sipp
from tests.services.telephone import telephone as baresip

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]

HOST = "127.0.0.1"
TRANSPORTS = pytest.mark.parametrize("transport", ["udp", "tcp"])


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind((HOST, 0))
        return int(udp.getsockname()[1])


PBX, OTHER_PBX, BARESIP = free_port(), free_port(), free_port()


def to(*targets: str, called: str) -> Route:
    """A route of calls to this number."""
    return Route(called=(called,), targets=targets)


def at(port: int, transport: str = "udp") -> str:
    return f"sip:{HOST}:{port};transport={transport}"


def local(*, sip_port: int = 0, ping_every_s: float = 0.0) -> Settings:
    """Everything on the loopback; the number that is called says which PBX takes the call."""
    routes = (
        to(at(PBX), called="line"),
        to(at(PBX, "tcp"), called="tcp"),
        to(at(OTHER_PBX), at(PBX), called="silent"),
        to(at(OTHER_PBX, "tcp"), at(PBX), called="refusing"),
        to(at(OTHER_PBX, "tcp"), called="nobody"),
        to(at(BARESIP), called="phone"),
    )
    return Settings(
        listen_host=HOST,
        sip_port=sip_port,
        rtp_port_first=44_000,
        rtp_port_last=44_599,
        inline=Inline(routes=routes, ping_every_s=ping_every_s, try_next_after_s=0.5),
    )


@pytest.fixture(scope="module")
def gateway_settings() -> Settings:
    return local()


@pytest.fixture
def line(quiet_gateway: TestGateway) -> TestGateway:
    return quiet_gateway


@contextlib.asynccontextmanager
async def pbx(
    folder: Path, scenario: str | Path, *options: str, port: int = 0, transport: str = "udp"
) -> AsyncIterator[Path]:
    """A PBX that takes one call while it lasts; its folder holds what it was sent."""
    place = folder / f"pbx-{Path(scenario).stem}"
    here = ("-p", str(port or PBX), *options)
    async with sipp(1, place, scenario, *here, transport=transport):
        async with asyncio.timeout(10):
            while not listens(port or PBX, transport):
                await asyncio.sleep(0.02)
        yield place


def listens(port: int, transport: str) -> bool:
    kind = socket.SOCK_STREAM if transport == "tcp" else socket.SOCK_DGRAM
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind == socket.SOCK_STREAM:
            return probe.connect_ex((HOST, port)) == 0
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
        return False


def changed(folder: Path, scenario: str, old: str, new: str) -> Path:
    """A scenario with one thing changed throughout."""
    text = (SCENARIOS / f"{scenario}.xml").read_text()
    assert old in text
    (folder / f"{scenario}.xml").write_text(text.replace(old, new))
    return folder / f"{scenario}.xml"


def calling(folder: Path, number: str, scenario: str = "trunk") -> Path:
    """A caller's scenario that calls this number."""
    return changed(folder, scenario, "sip:line@[remote_ip]", f"sip:{number}@[remote_ip]")


@TRANSPORTS
async def test_a_call_passes_and_both_sides_are_heard(
    line: TestGateway, tmp_path: Path, transport: str
) -> None:
    number = {"udp": "line", "tcp": "tcp"}[transport]
    trunk = calling(tmp_path, number)
    async with (
        pbx(tmp_path, "pbx", transport=transport),
        sipp(line.port, tmp_path, trunk, "-d", "2000", transport=transport),
    ):
        pass
    (ended,) = await line.ended()
    assert ended.reason == "bye"
    (started,) = line.of(CallStarted)
    assert started.ingress == "inline"
    legs = [(leg.channel, leg.role, leg.codec) for leg in line.of(LegJoined)]
    assert legs == [(0, "customer", "PCMU"), (1, "agent", "PCMU")]
    assert min(line.frames()) >= 18
    assert line.lost() == 0
    assert received(tmp_path, 180, "INVITE")


async def test_early_media_passes_before_the_answer(line: TestGateway, tmp_path: Path) -> None:
    async with pbx(tmp_path, "pbx_early"), sipp(line.port, tmp_path, "trunk", "-d", "1500"):
        pass
    await line.ended()
    (progress,) = received(tmp_path, 183, "INVITE")
    assert b"m=audio 44" in progress
    left = {leg.leg_id[-1]: leg.packets_received for leg in line.of(LegLeft)}
    # What was played before the answer was passed on, and is none of the call's.
    assert 60 <= left["1"] <= 90


async def test_what_is_played_before_the_answer_is_heard_where_that_is_wanted(
    tmp_path: Path,
) -> None:
    inline = msgspec.structs.replace(local().inline, hear_early=True)
    settings = msgspec.structs.replace(local(), inline=inline)
    async with gateway(tmp_path / "state", settings) as line:
        async with pbx(tmp_path, "pbx_early"), sipp(line.port, tmp_path, "trunk", "-d", "1500"):
            pass
        (ended,) = await line.ended()
    assert ended.reason == "bye"
    left = {leg.leg_id[-1]: leg.packets_received for leg in line.of(LegLeft)}
    assert left["1"] >= 105, "a second before the answer and a second and a half behind it"


async def test_busy_is_told_as_it_is(line: TestGateway, tmp_path: Path) -> None:
    trunk = changed(tmp_path, "trunk_refused", 'response="503"', 'response="486"')
    async with pbx(tmp_path, "pbx_busy"), sipp(line.port, tmp_path, trunk):
        pass
    assert line.events() == []


async def test_a_caller_that_gives_up_is_given_up_at_the_pbx(
    line: TestGateway, tmp_path: Path
) -> None:
    async with pbx(tmp_path, "pbx_rings"), sipp(line.port, tmp_path, "trunk_cancel"):
        pass
    assert line.events() == []


async def test_a_target_that_says_nothing_is_passed_over(line: TestGateway, tmp_path: Path) -> None:
    trunk = calling(tmp_path, "silent")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind((HOST, OTHER_PBX))
        async with pbx(tmp_path, "pbx"), sipp(line.port, tmp_path, trunk, "-d", "500"):
            pass
    (ended,) = await line.ended()
    assert ended.reason == "bye"


async def test_a_target_that_is_not_there_is_passed_over(line: TestGateway, tmp_path: Path) -> None:
    trunk = calling(tmp_path, "refusing")
    async with pbx(tmp_path, "pbx"), sipp(line.port, tmp_path, trunk, "-d", "500"):
        pass
    (ended,) = await line.ended()
    assert ended.reason == "bye"


async def test_a_target_that_takes_no_calls_is_passed_over(
    line: TestGateway, tmp_path: Path
) -> None:
    trunk = calling(tmp_path, "silent")
    async with (
        pbx(tmp_path, "pbx_down", port=OTHER_PBX),
        pbx(tmp_path, "pbx"),
        sipp(line.port, tmp_path, trunk, "-d", "500"),
    ):
        pass
    (ended,) = await line.ended()
    assert ended.reason == "bye"


async def test_without_any_target_the_trunk_is_told_to_come_back(
    line: TestGateway, tmp_path: Path
) -> None:
    async with sipp(line.port, tmp_path, calling(tmp_path, "nobody", "trunk_refused")):
        pass
    (refusal,) = received(tmp_path, 503, "INVITE")
    assert b"Retry-After:" in refusal


async def test_a_target_that_answers_no_options_gets_no_call(tmp_path: Path) -> None:
    asked = Route(targets=(at(OTHER_PBX), at(BARESIP)), sources=("127.0.0.0/8",))
    alone = Inline(routes=(asked,), ping_every_s=0.3, down_after=1, up_after=1)
    settings = msgspec.structs.replace(local(), inline=alone)
    async with gateway(tmp_path / "state", settings) as line:
        # Nobody answers; who asks us is told so as well.
        await line.until(lambda: ask(line.port) == 503)
        async with baresip(tmp_path / "pbx", port=BARESIP, account="audio_codecs=PCMU/8000/1"):
            await line.until(lambda: ask(line.port) == 200)
            async with sipp(line.port, tmp_path, calling(tmp_path, "phone"), "-d", "500"):
                pass
        (ended,) = await line.ended()
        assert ended.reason == "bye"
        await line.until(lambda: ask(line.port) == 503)


def ask(port: int) -> int:
    """What OPTIONS gets."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.settimeout(2)
        udp.bind((HOST, 0))
        here = f"{HOST}:{udp.getsockname()[1]}"
        token = secrets.token_hex(4)
        lines = (
            f"OPTIONS sip:{HOST}:{port} SIP/2.0",
            f"Via: SIP/2.0/UDP {here};branch=z9hG4bK-{token};rport",
            f"From: <sip:sbc@{here}>;tag={token}",
            f"To: <sip:{HOST}:{port}>",
            f"Call-ID: {token}",
            "CSeq: 1 OPTIONS",
            "Max-Forwards: 70",
            "Content-Length: 0",
        )
        udp.sendto("\r\n".join((*lines, "", "")).encode(), (HOST, port))
        return int(udp.recv(4096).split()[1])


@pytest.mark.parametrize("encryption", ["", ";mediaenc=srtp-mand"])
async def test_two_telephones_talk_through_us_and_both_are_heard(
    line: TestGateway, tmp_path: Path, encryption: str
) -> None:
    account = f"audio_codecs=PCMA/8000/1{encryption}"
    dial = ("-e", f"/dial sip:phone@{HOST}:{line.port}", "-t", "5")
    async with baresip(tmp_path / "pbx", port=BARESIP, account=account) as there:
        async with baresip(tmp_path / "caller", *dial, account=account) as here:
            pass
        (ended,) = await line.ended()
    assert ended.reason == "bye"
    assert [leg.codec for leg in line.of(LegJoined)] == ["PCMA", "PCMA"]
    assert min(line.frames()) >= 30
    assert line.lost() == 0
    for folder in (here, there):
        (file,) = folder.glob("*-dec.wav")
        heard, rate_hz = soundfile.read(file)
        assert (abs(heard) > 0.01).sum() > 2 * rate_hz, "noise, for some seconds"


async def test_hold_passes_and_is_seen(line: TestGateway, tmp_path: Path) -> None:
    async with pbx(tmp_path, "pbx_held") as place, sipp(line.port, tmp_path, "trunk_hold"):
        pass
    await line.ended()
    assert b"a=inactive" in (place / "messages.log").read_bytes()
    assert len(line.of(LegHeld)) == len(line.of(LegResumed)) == 2
    assert len(line.of(LegJoined)) == 2
    assert line.of(Gap) == [], "hold is not loss"


class Telephone(asyncio.DatagramProtocol):
    """The PBX's end of the audio: keeps what comes."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []

    def datagram_received(self, data: bytes, addr: tuple[str | object, int]) -> None:
        self.heard.append(data)

    def numbers(self) -> list[int]:
        """The sequence numbers that came, in the order they were sent."""
        return sorted(int.from_bytes(data[2:4]) for data in self.heard)


@contextlib.asynccontextmanager
async def telephone(folder: Path) -> AsyncIterator[tuple[Telephone, Path]]:
    """A telephone, and the scenario of a PBX that has it."""
    loop = asyncio.get_running_loop()
    transport, phone = await loop.create_datagram_endpoint(Telephone, local_addr=(HOST, 0))
    port = transport.get_extra_info("sockname")[1]
    mute = changed(folder, "pbx", '<action><exec rtp_stream="speech.ulaw,1,0"/></action>', "")
    mute.write_text(mute.read_text().replace("[rtpstream_audio_port]", str(port)))
    yield phone, mute
    transport.close()


async def test_the_audio_goes_on_without_a_gap_over_kill_9_of_signalling_and_bye_works(
    tmp_path: Path,
) -> None:
    fixed = local(sip_port=free_port())
    async with telephone(tmp_path) as (phone, mute), gateway(tmp_path / "state", fixed) as line:
        async with (
            pbx(tmp_path, mute),
            sipp(line.port, tmp_path, "trunk", "-d", "8000"),
        ):
            await line.until(lambda: bool(line.of(LegJoined)))
            await line.until(lambda: len(phone.heard) > 50)
            await line.kill()
            assert list((line.state / "dialogs").glob("*.dialog"))
            await line.start()
        (ended,) = await line.ended()
        await line.until(lambda: not list((line.state / "dialogs").iterdir()))
    assert ended.reason == "bye"
    assert len(line.of(CallStarted)) == 1
    assert {gap.why for gap in line.of(Gap)} == {"worker_restarted"}
    numbers = phone.numbers()
    assert len(numbers) >= 390
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


async def test_a_killed_media_worker_comes_back_to_its_call_which_has_lost_nothing(
    tmp_path: Path,
) -> None:
    async with (
        telephone(tmp_path) as (phone, mute),
        gateway(tmp_path / "state", local()) as line,
    ):
        async with pbx(tmp_path, mute), sipp(line.port, tmp_path, "trunk", "-d", "6000"):
            await line.until(lambda: len(phone.heard) > 50)
            line.signal_worker(signal.SIGKILL)
            heard = len(phone.heard)
            await line.until(lambda: len(phone.heard) > heard + 50)
        (ended,) = await line.ended()
    assert ended.reason == "bye"
    assert {gap.why for gap in line.of(Gap)} == {"worker_restarted"}
    numbers = phone.numbers()
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


async def test_a_stop_ends_both_sides_with_a_bye(tmp_path: Path) -> None:
    async with gateway(tmp_path / "state", local()) as line, pbx(tmp_path, "pbx"):
        trunk = changed(tmp_path, "ended_by_gateway", "INVITE sip:", "INVITE sip:")
        trunk.write_text(
            trunk.read_text().replace(
                '<recv response="100" optional="true"/>',
                '<recv response="100" optional="true"/><recv response="180" optional="true"/>',
                1,
            )
        )
        async with sipp(line.port, tmp_path, trunk):
            await line.until(lambda: bool(line.of(LegJoined)))
            assert await line.stop() == 0
    (ended,) = line.of(CallEnded)
    assert ended.reason == "shutdown"
    assert not list((line.state / "dialogs").iterdir())
