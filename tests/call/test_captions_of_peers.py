"""What real peers say becomes captions: baresip over TLS and SRTP, a caller of our extension."""

import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import pytest
import pytest_asyncio
import soundfile

from deploy.webhook_receiver import Receiver
from sip_gateway.audio import g711
from tests.services.appliance import CALLS, TestAppliance, appliance, eventually
from tests.services.authority import Authority
from tests.services.baresip import Phone, baresip
from tests.services.captions import watching
from tests.services.extension_process import PASSWORD, needs_pyvoip, running
from tests.services.kamailio import Kamailio, small_pbx
from tests.services.sipp import dialled, sipp
from trunkline.ports import free_port

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]

HOST = "127.0.0.1"
USER = "900"
SPEECH_MS = 9_000


class Site(NamedTuple):
    """An appliance, reached over TLS and through a small PBX."""

    line: TestAppliance
    tls_port: int
    authority: Authority
    pbx: Kamailio


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    authority = Authority(folder)
    ours = authority.sign(HOST, "localhost", file="ours")
    password = folder / "keys" / "extension.password"
    password.parent.mkdir()
    password.write_text(PASSWORD + "\n")
    password.chmod(0o600)
    async with small_pbx(tmp_path_factory.mktemp("pbx"), PASSWORD) as pbx:
        settings = {
            "listen_host": HOST,
            "sip_port": 0,
            "tls": {
                "port": free_port(HOST),
                "certificate": ours.certificate,
                "private_key": ours.private_key,
                "ca": authority.ca,
                "require_client_certificate": True,
            },
            "extension": {
                "server": HOST,
                "port": pbx.port,
                "user": USER,
                "sip_port": free_port(HOST, udp_too=True),
            },
        }
        with Receiver() as receiver:
            async with appliance(folder, receiver, sip_gateway=settings) as line:
                yield Site(line, settings["tls"]["port"], authority, pbx)  # type: ignore[index]


async def test_baresip_over_tls_with_srtp(site: Site, tmp_path: Path) -> None:
    speech = tmp_path / "agent.wav"
    pcm, rate_hz = soundfile.read(CALLS / "d01_bank_card" / "agent.wav", dtype="int16")
    soundfile.write(speech, pcm[: SPEECH_MS * rate_hz // 1000], rate_hz)
    own = site.authority.sign("sbc.example.com")
    both = tmp_path / "peer.pem"
    both.write_text(Path(own.private_key).read_text() + Path(own.certificate).read_text())
    phone = Phone(
        f"<sip:ann@{HOST};transport=tls>;regint=0;mediaenc=srtp-mand",
        ("g711", "srtp"),
        (f"sip_cafile {site.authority.ca}", f"sip_certificate {both}"),
        speech=speech,
        seconds=SPEECH_MS // 1000,
    )
    before = await _calls(site)
    to = f"sip:line@{HOST}:{site.tls_port};transport=tls"
    async with baresip(tmp_path / "phone", phone, to=to):
        pass
    await _check_heard(site, before)


async def test_a_caller_of_our_extension_whom_a_stop_hangs_up(site: Site, tmp_path: Path) -> None:
    needs_pyvoip()
    pcm, _ = soundfile.read(CALLS / "d01_bank_card" / "agent.wav", dtype="int16")
    (tmp_path / "speech.ulaw").write_bytes(g711.encode(pcm[: 8 * SPEECH_MS].tobytes(), "PCMU"))
    before = await _calls(site)
    written = str(site.line.state / "run" / "settings.toml")
    role = ("-m", "trunkline", "run", "extension", "--settings", written)
    async with running(*role) as extension, watching(site.line) as watcher:
        await site.pbx.until(lambda: site.pbx.said(f"[registered] {USER}") >= 1)
        async with sipp(site.pbx.port, tmp_path, dialled(USER, tmp_path, "ended_by_gateway")):

            async def final() -> bool:
                return any(m["type"] == "segment" and m["is_final"] for m in watcher.messages)

            await eventually(final, seconds=40, what="a caption")
            extension.send_signal(signal.SIGTERM)
    await _check_heard(site, before)


async def _calls(site: Site) -> set[str]:
    return {call["call_id"] for call in (await site.line.get("/v1/calls")).json()["calls"]}


async def _check_heard(site: Site, before: set[str]) -> None:
    async def told() -> bool:
        return len(await _calls(site)) == len(before) + 1

    await eventually(told, seconds=30, what="the call is stored")
    (call_id,) = await _calls(site) - before
    document = await site.line.transcript(call_id)
    text = " ".join(segment["text"] for segment in document["segments"]).lower()
    assert "thank you for calling" in text
    assert document["gaps"] == []
