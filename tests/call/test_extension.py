"""We are an extension of a small PBX: kamailio registers us, sipp calls us through it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest
import pytest_asyncio

from sip_gateway.events import CallStarted, Gap, LegHeld, LegJoined, LegResumed
from sip_gateway.extension.settings import Extension
from sip_gateway.settings import Settings
from tests.services.extension_process import PASSWORD, needs_pyvoip, running
from tests.services.gateway import TestGateway, gateway
from tests.services.kamailio import Kamailio, small_pbx
from tests.services.sipp import dialled, received, sipp
from trunkline.ports import free_port

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]

HOST = "127.0.0.1"
USER = "900"


class Office(NamedTuple):
    """A PBX, our gateway, and us as its extension."""

    pbx: Kamailio
    line: TestGateway
    extension: asyncio.subprocess.Process


def dialling(folder: Path, scenario: str) -> Path:
    """A scenario that calls the extension."""
    return dialled(USER, folder, scenario)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office_of_module(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    needs_pyvoip()
    folder = tmp_path_factory.mktemp("office")
    line_settings = Settings(
        listen_host=HOST, sip_port=0, rtp_port_first=44700, rtp_port_last=44799
    )
    async with (
        small_pbx(folder / "pbx", PASSWORD) as pbx,
        gateway(folder / "state", line_settings) as line,
    ):
        ours = Extension(
            server=HOST,
            port=pbx.port,
            user=USER,
            sip_port=free_port(HOST, udp_too=True),
            max_calls=2,
        )
        (folder / "extension.json").write_bytes(msgspec.json.encode(ours))
        words = ("-m", "tests.services.extension_process", str(folder / "extension.json"))
        async with running(*words, str(line.port)) as extension:
            await pbx.until(lambda: pbx.said(f"[registered] {USER}") == 1)
            yield Office(pbx, line, extension)


@pytest.fixture
def office(office_of_module: Office) -> Office:
    """The office, with nothing heard yet."""
    (office_of_module.line.state / "events.jsonl").write_bytes(b"")
    return office_of_module


async def test_a_call_to_the_extension_is_heard_by_our_own_media_path(
    office: Office, tmp_path: Path
) -> None:
    async with sipp(office.pbx.port, tmp_path, dialling(tmp_path, "plain"), "-d", "2000"):
        pass
    (ended,) = await office.line.ended()
    assert ended.reason == "bye"
    (started,), (leg,) = office.line.of(CallStarted), office.line.of(LegJoined)
    assert (started.ingress, leg.codec) == ("extension", "PCMU")
    assert office.line.frames()[0] >= 19
    assert office.line.lost() == 0
    (answer,) = received(tmp_path, 200, "INVITE")
    # The port in pyVoIP's answer is a media worker's.
    port = int(answer.partition(b"m=audio ")[2].split()[0])
    assert 44700 <= port <= 44799


async def test_hold_goes_through_to_our_gateway(office: Office, tmp_path: Path) -> None:
    async with sipp(office.pbx.port, tmp_path, dialling(tmp_path, "hold")):
        pass
    await office.line.ended()
    (held,), (resumed,) = office.line.of(LegHeld), office.line.of(LegResumed)
    assert held.at_ms < resumed.at_ms
    assert office.line.of(Gap) == []


async def test_more_calls_than_allowed_are_told_busy(office: Office, tmp_path: Path) -> None:
    async with contextlib.AsyncExitStack() as calls:
        for name in ("a", "b"):
            file = dialling(tmp_path / name, "plain")
            at = tmp_path / name
            await calls.enter_async_context(sipp(office.pbx.port, at, file, "-d", "6000"))
        await office.line.until(lambda: len(office.line.of(LegJoined)) == 2)
        third = tmp_path / "c"
        with pytest.raises(AssertionError):
            async with sipp(office.pbx.port, third, dialling(third, "plain"), "-d", "500"):
                pass
    assert received(third, 486, "INVITE")
    assert len(await office.line.ended(2)) == 2
