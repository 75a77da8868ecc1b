"""`trunkline call` with SRTP and a password: our gateway, baresip and kamailio at the far end."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
import soundfile

from sip_gateway.caller.digest import Login
from sip_gateway.caller.place import place_call
from sip_gateway.caller.plan import CallFailed, CallPlan
from sip_gateway.events import LegLeft
from sip_gateway.peers.settings import Peers
from sip_gateway.settings import Accepted, Settings
from sip_gateway.sip.sdes import KEY_BYTES
from tests.digest_proof import PASSWORD
from tests.services.baresip import Phone, baresip
from tests.services.gateway import ROOT, TestGateway, gateway
from tests.services.kamailio import small_pbx
from trunkline.ports import free_port

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]

HOST = "127.0.0.1"
SUITES = pytest.mark.parametrize("suite", list(KEY_BYTES))
SPEECH_S = 1.5


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def line(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[TestGateway]:
    state = tmp_path_factory.mktemp("asking")
    (state / "sip_users.toml").write_text(f'[sbc1]\npassword = "{PASSWORD}"\n')
    (state / "sip_users.toml").chmod(0o600)
    settings = Settings(
        listen_host=HOST,
        sip_port=0,
        rtp_port_first=43600,
        rtp_port_last=43699,
        peers=Peers(digest=True, this_machine=False),
        accepted=Accepted(srtp="required"),
    )
    async with gateway(state, settings) as started:
        yield started


@pytest.fixture
def speech(tmp_path: Path) -> Path:
    samples = np.random.default_rng(1).normal(0, 0.1, (int(8000 * SPEECH_S), 2))
    soundfile.write(tmp_path / "both.wav", samples, 8000, subtype="PCM_16")
    return tmp_path / "both.wav"


@SUITES
async def test_the_gateway_opens_what_the_caller_sealed(
    line: TestGateway, speech: Path, tmp_path: Path, suite: str
) -> None:
    (line.state / "events.jsonl").write_bytes(b"")
    (tmp_path / "password").write_text(PASSWORD + "\n")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "trunkline", "call", str(speech),
        "--to", f"sip:{HOST}:{line.port}", "--srtp", suite,
        "--user", "sbc1", "--password-file", str(tmp_path / "password"),
        cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, said = await process.communicate()
    assert process.returncode == 0, said.decode()
    await line.ended()
    counts = [(leg.packets_received, leg.packets_lost) for leg in line.of(LegLeft)]
    assert counts == [(int(50 * SPEECH_S), 0)] * 2


async def test_a_wrong_password_and_a_call_in_clear_fail(line: TestGateway, speech: Path) -> None:
    plan = CallPlan(HOST, line.port, speech, login=Login("sbc1", "not the password"))
    with pytest.raises(CallFailed, match="401"):
        await place_call(plan)
    plan = CallPlan(HOST, line.port, speech, login=Login("sbc1", PASSWORD))
    with pytest.raises(CallFailed, match="488"):
        await place_call(plan)


@SUITES
async def test_baresip_hears_what_the_caller_sealed(
    speech: Path, tmp_path: Path, suite: str
) -> None:
    port = free_port(HOST, udp_too=True)
    account = f"<sip:ann@{HOST}>;regint=0;answermode=auto;catchall=yes;mediaenc=srtp-mand"
    folder = tmp_path / "phone"
    # sndfile writes what it decodes.
    modules, config = ("g711", "srtp", "sndfile"), (f"snd_path {folder}",)
    phone = Phone(account, modules, config, port=port, seconds=4)
    plan = CallPlan(HOST, port, speech, siprec=False, transport="udp", user="ann", srtp=suite)
    async with baresip(folder, phone):
        async with asyncio.timeout(10):
            while "baresip is ready" not in (folder / "baresip.log").read_text(errors="replace"):
                await asyncio.sleep(0.05)
        report = await place_call(plan)
    assert report.packets_sent == int(50 * SPEECH_S)
    (file,) = folder.glob("dump-*-dec.wav")
    heard, _ = soundfile.read(file)
    assert np.sqrt(np.mean(heard**2)) > 0.02, "silence, or none of what was said"


async def test_kamailio_asks_again_at_the_end_when_its_nonce_is_old(tmp_path: Path) -> None:
    long_s = 3
    noise = np.random.default_rng(1).normal(0, 0.1, (8000 * long_s, 2))
    soundfile.write(tmp_path / "long.wav", noise, 8000, subtype="PCM_16")
    async with small_pbx(tmp_path / "pbx", PASSWORD, asks="MD5", always=True) as pbx:
        account = f"<sip:line@{HOST}:{pbx.port}>;auth_user=line;auth_pass={PASSWORD}"
        phone = Phone(f"{account};regint=60;audio_codecs=PCMU/8000/1;answermode=auto", seconds=20)
        async with baresip(tmp_path / "phone", phone) as answering:
            await pbx.until(lambda: pbx.said("[registered] line") > 0)
            login = Login("line", PASSWORD)
            plan = CallPlan(
                HOST, pbx.port, tmp_path / "long.wav", siprec=False, user="line", login=login
            )
            report = await place_call(plan)
            await pbx.until(lambda: pbx.said("[proved] BYE") > 0)
            answering.kill()
    assert report.packets_sent == 50 * long_s
    assert pbx.said("[asked] BYE") == 1


@pytest.mark.parametrize("kind", ["SHA-256", "MD5"])
async def test_kamailio_takes_the_callers_proof(speech: Path, tmp_path: Path, kind: str) -> None:
    async with small_pbx(tmp_path / "pbx", PASSWORD, asks=kind) as pbx:
        for password, status in ((PASSWORD, 480), ("not the password", 401)):
            plan = CallPlan(
                HOST, pbx.port, speech, siprec=False, login=Login("sbc1", password)
            )  # fmt: skip
            # Nobody is registered: who is let in hears that.
            with pytest.raises(CallFailed, match=str(status)):
                await place_call(plan)
