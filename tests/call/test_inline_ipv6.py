"""Calls in line over IPv6, and between the versions of IP, between real telephones."""

from pathlib import Path

import pytest

from sip_gateway.events import LegJoined
from sip_gateway.inline.settings import Inline, Route
from sip_gateway.settings import Settings
from tests.services.baresip import Phone, baresip
from tests.services.gateway import gateway
from trunkline.ports import free_port

pytestmark = pytest.mark.timeout(120)


@pytest.mark.parametrize(("a", "b"), [("127.0.0.1", "::1"), ("::1", "127.0.0.1")])
async def test_telephones_talk_through_us_over_either_version_of_ip(
    tmp_path: Path, a: str, b: str
) -> None:
    port = free_port(b, udp_too=True)
    callee, caller = (
        Phone(
            f"<sip:phone@{_sip(host)}>;regint=0;audio_codecs=PCMA/8000/1{mode}",
            host=host,
            port=at,
            seconds=seconds,
        )
        for host, at, mode, seconds in ((b, port, ";answermode=auto", 30), (a, 0, "", 4))
    )
    settings = Settings(
        listen_host="::",
        sip_port=0,
        rtp_port_first=45_600,
        rtp_port_last=45_899,
        inline=Inline(routes=(Route(targets=(f"sip:{_sip(b)}:{port}",)),), ping_every_s=0),
    )
    async with (
        gateway(tmp_path / "state", settings) as line,
        baresip(tmp_path / "callee", callee) as answering,
    ):
        to = f"sip:phone@{_sip(a)}:{line.port}"
        async with baresip(tmp_path / "caller", caller, to=to):
            pass
        (ended,) = await line.ended()
        answering.kill()
    assert ended.reason == "bye"
    assert [leg.codec for leg in line.of(LegJoined)] == ["PCMA", "PCMA"]
    assert min(line.frames()) >= 15
    assert line.lost() == 0


def _sip(host: str) -> str:
    return f"[{host}]" if ":" in host else host
