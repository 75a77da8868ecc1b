"""kamailio stands before the gateway: sipp calls it over UDP or TCP, and it calls us over TLS."""

import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest
import pytest_asyncio

from sip_gateway.events import (
    CallEnded,
    CallStarted,
    Gap,
    LegHeld,
    LegJoined,
    LegResumed,
)
from sip_gateway.settings import Settings
from tests.digest_proof import PASSWORD
from tests.services.authority import Authority
from tests.services.gateway import TestGateway, gateway
from tests.services.kamailio import NAME, Kamailio, kamailio
from tests.services.sipp import SCENARIOS, dialled, received, sipp
from trunkline.ports import free_port

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]

HOST = "127.0.0.1"
FIRST_PORT = 43000
TRANSPORTS = pytest.mark.parametrize("transport", ["udp", "tcp"])
LARGE_BYTES = 40_000


class Way(NamedTuple):
    """A proxy and the gateway behind it."""

    proxy: Kamailio
    line: TestGateway


def settings(
    authority: Authority, first_port: int = FIRST_PORT, *, tls_port: int = 0, **changes: object
) -> Settings:
    """TLS alone, and a certificate of both ends."""
    ours = authority.sign(HOST, "localhost", file=f"gateway-{first_port}")
    tls = {"port": tls_port, "certificate": ours.certificate, "private_key": ours.private_key}
    known = {"transports": ["tls"], "certificate_names": [NAME], "this_machine": False}
    values = {
        "listen_host": HOST,
        "sip_port": 0,
        "rtp_port_first": first_port,
        "rtp_port_last": first_port + 199,
        "tls": tls | {"ca": authority.ca, "require_client_certificate": True},
        "peers": known,
    }
    return msgspec.convert(values | changes, Settings)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def way_of_module(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Way]:
    folder = tmp_path_factory.mktemp("proxied")
    authority = Authority(folder)
    async with (
        gateway(folder / "state", settings(authority)) as line,
        kamailio(folder / "proxy", authority, [line.tls_port]) as proxy,
    ):
        yield Way(proxy, line)


@pytest.fixture
def way(way_of_module: Way) -> Way:
    """Through the proxy, with nothing heard yet."""
    (way_of_module.line.state / "events.jsonl").write_bytes(b"")
    return way_of_module


@TRANSPORTS
async def test_a_call_and_its_bye_follow_the_route_set(
    way: Way, tmp_path: Path, transport: str
) -> None:
    async with sipp(way.proxy.port, tmp_path, "plain", "-d", "1500", transport=transport):
        pass
    (ended,) = await way.line.ended()
    assert ended.reason == "bye"
    assert way.line.frames()[0] >= 14
    assert way.line.lost() == 0
    (answer,) = received(tmp_path, 200, "INVITE")
    # The proxy is in it twice, once for each side, and we gave both back.
    assert answer.count(b"\nRecord-Route: ") + answer.count(b",<sip:") == 2


async def test_a_recording_session_with_a_large_body_arrives_whole(
    way: Way, tmp_path: Path
) -> None:
    # Extension data in the middle: names and labels after it are read all the same.
    padding = f"<extensiondata><x:note xmlns:x='urn:x'>{'n' * LARGE_BYTES}</x:note></extensiondata>"
    mark = "<datamode>complete</datamode>\n"
    text = (SCENARIOS / "siprec.xml").read_text()
    assert mark in text
    large = tmp_path / "large.xml"
    large.write_text(text.replace(mark, f"{mark}{padding}\n"))
    async with sipp(way.proxy.port, tmp_path, large, "-d", "1000", transport="tcp"):
        pass
    await way.line.ended()
    legs = [(leg.channel, leg.label, leg.role) for leg in way.line.of(LegJoined)]
    assert legs == [(0, "1", "agent"), (1, "2", "customer")]
    assert way.line.frames()[0] >= 9


async def test_hold_and_resume_by_re_invite(way: Way, tmp_path: Path) -> None:
    async with sipp(way.proxy.port, tmp_path, "hold"):
        pass
    await way.line.ended()
    (held,), (resumed,) = way.line.of(LegHeld), way.line.of(LegResumed)
    assert held.at_ms < resumed.at_ms
    assert way.line.of(Gap) == []


@TRANSPORTS
async def test_a_call_taken_back_before_its_answer(
    way: Way, tmp_path: Path, transport: str
) -> None:
    way.line.signal_worker(signal.SIGSTOP)
    try:
        async with sipp(way.proxy.port, tmp_path, "cancel", transport=transport):
            pass
    finally:
        way.line.signal_worker(signal.SIGCONT)
    (ended,) = await way.line.ended()
    assert ended.reason == "cancelled"


async def test_both_branches_of_a_fork_are_one_call(way: Way, tmp_path: Path) -> None:
    file = dialled("forked", tmp_path, "plain")
    async with sipp(way.proxy.port, tmp_path, file, "-d", "1000", transport="tcp"):
        pass
    await way.line.ended()
    assert len(way.line.of(CallStarted)) == len(way.line.of(CallEnded)) == 1
    assert len(received(tmp_path, 200, "INVITE")) == 1
    assert way.line.frames()[0] >= 9


async def test_the_end_of_a_call_from_our_side_goes_back_through_the_proxy(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    async with (
        gateway(tmp_path / "state", settings(authority, FIRST_PORT + 200)) as line,
        kamailio(tmp_path / "proxy", authority, [line.tls_port]) as proxy,
        sipp(proxy.port, tmp_path, "ended_by_gateway"),
    ):
        await line.until(lambda: bool(line.of(LegJoined)))
        assert await line.stop() == 0
    (ended,) = line.of(CallEnded)
    assert ended.reason == "shutdown"


async def test_a_caller_behind_the_proxy_proves_its_user(tmp_path: Path) -> None:
    """Where no certificate name is listed, the proxy's word is not enough."""
    authority = Authority(tmp_path)
    state = tmp_path / "state"
    state.mkdir()
    (state / "sip_users.toml").write_text(f'[old]\npassword = "{PASSWORD}"\nmd5 = true\n')
    (state / "sip_users.toml").chmod(0o600)
    peers = {"digest": True, "this_machine": False}
    async with (
        gateway(state, settings(authority, FIRST_PORT + 200, peers=peers)) as line,
        kamailio(tmp_path / "proxy", authority, [line.tls_port]) as proxy,
    ):
        async with sipp(proxy.port, tmp_path, "authenticated", "-d", "1000"):
            pass
        (ended,) = await line.ended()
    assert ended.reason == "bye"
    assert len(received(tmp_path, 401, "INVITE")) == 1
    assert len(line.of(CallStarted)) == 1


async def test_calls_go_to_the_next_gateway_when_one_refuses_or_is_dead(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    # Two RTP ports are one leg: a second call gets 503.
    last_port = FIRST_PORT + 401
    small = settings(authority, FIRST_PORT + 400, tls_port=free_port(HOST), rtp_port_last=last_port)
    async with (
        gateway(tmp_path / "first", small) as first,
        gateway(tmp_path / "second", settings(authority, FIRST_PORT + 200)) as second,
        kamailio(tmp_path / "proxy", authority, [first.tls_port, second.tls_port]) as proxy,
    ):
        async with sipp(proxy.port, tmp_path / "a", "plain", "-d", "2000"):
            await first.until(lambda: bool(first.of(LegJoined)))
            async with sipp(proxy.port, tmp_path / "b", "plain", "-d", "500"):
                pass
        for line in (first, second):
            (ended,) = await line.ended()
            assert ended.reason == "bye"
            assert line.lost() == 0
        assert proxy.said("[next] after 503") == 1
        assert received(tmp_path / "b", 503, "INVITE") == []

        address = f"sip:{HOST}:{first.tls_port}"
        await first.kill()
        await proxy.until(lambda: proxy.said(f"[down] {address}") == 1)
        async with sipp(proxy.port, tmp_path / "c", "plain", "-d", "500"):
            pass
        await second.ended(2)
        await first.start()
        await proxy.until(lambda: proxy.said(f"[up] {address}") == 1)
    assert [len(line.of(CallStarted)) for line in (first, second)] == [1, 2]
