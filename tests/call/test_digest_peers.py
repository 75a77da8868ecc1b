"""Real software proves who it is: sippy by SHA-256 (RFC 8760), sipp and baresip know MD5 alone."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from sip_gateway.events import CallStarted
from sip_gateway.peers.settings import Peers
from sip_gateway.settings import Settings
from tests.digest_proof import PASSWORD
from tests.services.gateway import TestGateway, gateway
from tests.services.sipp import sipp
from tests.services.sippy import sippy_calls

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]

USERS = f"""
[sbc1]
password = "{PASSWORD}"
[old]
password = "{PASSWORD}"
md5 = true
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def line(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[TestGateway]:
    state = tmp_path_factory.mktemp("digest")
    (state / "sip_users.toml").write_text(USERS)
    (state / "sip_users.toml").chmod(0o600)
    settings = Settings(
        listen_host="127.0.0.1",
        sip_port=0,
        rtp_port_first=43800,
        rtp_port_last=43899,
        peers=Peers(digest=True, this_machine=False),
    )
    async with gateway(state, settings) as started:
        yield started


@pytest.mark.parametrize(
    ("user", "kind"), [("sbc1", "any"), ("sbc1", "SHA-256"), ("old", "any"), ("old", "MD5")]
)
async def test_sippy_proves_its_user(line: TestGateway, user: str, kind: str) -> None:
    before = len(line.of(CallStarted))
    assert await sippy_calls(line.port, user, PASSWORD, kind) == [200]
    ended = await line.ended(before + 1)
    assert ended[-1].reason == "bye"


@pytest.mark.parametrize(
    ("user", "password", "kind"),
    [
        ("sbc1", "not the password", "any"),
        ("nobody", PASSWORD, "any"),
        ("sbc1", PASSWORD, "MD5"),  # it is asked for SHA-256 only, and gives up
        ("old", PASSWORD, "SHA-512-256"),  # we have no such hash
    ],
)
async def test_sippy_is_refused(line: TestGateway, user: str, password: str, kind: str) -> None:
    before = len(line.of(CallStarted))
    assert await sippy_calls(line.port, user, password, kind) == [401]
    assert len(line.of(CallStarted)) == before


async def test_sipp_knows_md5_alone(line: TestGateway, tmp_path: Path) -> None:
    before = len(line.of(CallStarted))
    async with sipp(line.port, tmp_path, "authenticated", "-d", "500"):
        pass
    assert len(await line.ended(before + 1)) == before + 1
