"""Registration with a carrier, which kamailio is: calls both ways, with digest."""

from pathlib import Path

import pytest

from sip_gateway.inline.settings import Inline, Registered, Route
from sip_gateway.settings import Settings
from tests.digest_proof import PASSWORD
from tests.services.baresip import Phone, baresip
from tests.services.gateway import gateway
from tests.services.kamailio import Kamailio, small_pbx
from tests.services.sipp import SCENARIOS, sipp
from trunkline.ports import free_port

pytestmark = pytest.mark.timeout(120)

HOST = "127.0.0.1"
USER = "4930123"


def registered(carrier: Kamailio, *routes: Route, transport: str = "udp") -> Settings:
    there = f"sip:{HOST}:{carrier.port};transport={transport}"
    return Settings(
        listen_host=HOST,
        sip_port=0,
        rtp_port_first=46_000,
        rtp_port_last=46_399,
        inline=Inline(
            routes=(*routes, Route(targets=(there,))),
            registrations=(Registered(name="carrier", registrar=there, user=USER),),
            ping_every_s=0,
        ),
    )


def state(folder: Path) -> Path:
    folder.mkdir()
    (folder / "carrier.password").write_text(PASSWORD)
    return folder


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_a_carriers_call_comes_by_our_registration_and_goes_to_the_pbx(
    tmp_path: Path, transport: str
) -> None:
    pbx_port = free_port(HOST, udp_too=True)
    ours = Route(targets=(f"sip:{HOST}:{pbx_port}",), registration="carrier")
    caller = tmp_path / "caller.xml"
    caller.write_text((SCENARIOS / "trunk.xml").read_text().replace("sip:line@", f"sip:{USER}@"))
    async with (
        small_pbx(tmp_path / "carrier", PASSWORD) as carrier,
        gateway(state(tmp_path / "state"), registered(carrier, ours, transport=transport)) as line,
    ):
        await carrier.until(lambda: carrier.said(f"[registered] {USER}") > 0)
        async with (
            sipp(1, tmp_path / "pbx", "pbx", "-p", str(pbx_port)),
            sipp(carrier.port, tmp_path / "caller", caller, "-d", "500"),
        ):
            pass
        (ended,) = await line.ended()
        assert ended.reason == "bye"
        assert await line.stop() == 0
        await carrier.until(lambda: carrier.said(f"[registered] {USER}") > 1)
    invite = (tmp_path / "pbx" / "messages.log").read_bytes()
    assert f"INVITE sip:{USER}@{HOST}:{pbx_port} SIP/2.0".encode() in invite


@pytest.mark.parametrize("kind", ["SHA-256", "MD5"])
async def test_a_call_to_the_carrier_proves_who_we_are(tmp_path: Path, kind: str) -> None:
    async with small_pbx(tmp_path / "carrier", PASSWORD, asks=kind) as carrier:
        account = f"<sip:line@{HOST}:{carrier.port}>;auth_user=line;auth_pass={PASSWORD}"
        phone = Phone(f"{account};regint=60;audio_codecs=PCMU/8000/1;answermode=auto", seconds=30)
        async with baresip(tmp_path / "phone", phone) as answering:
            if kind == "MD5":  # baresip knows no other hash
                await carrier.until(lambda: carrier.said("[registered] line") > 0)
            async with gateway(state(tmp_path / "state"), registered(carrier)) as line:
                await carrier.until(lambda: carrier.said(f"[registered] {USER}") > 0)
                if kind == "MD5":
                    async with sipp(line.port, tmp_path / "trunk", "trunk", "-d", "500"):
                        pass
                    (ended,) = await line.ended()
                    assert ended.reason == "bye"
            answering.kill()


async def test_a_carrier_that_asks_in_every_request_is_told_with_fresh_nonces(
    tmp_path: Path,
) -> None:
    async with small_pbx(tmp_path / "carrier", PASSWORD, asks="MD5", always=True) as carrier:
        account = f"<sip:line@{HOST}:{carrier.port}>;auth_user=line;auth_pass={PASSWORD}"
        phone = Phone(f"{account};regint=60;audio_codecs=PCMU/8000/1;answermode=auto", seconds=30)
        async with baresip(tmp_path / "phone", phone) as answering:
            await carrier.until(lambda: carrier.said("[registered] line") > 0)
            async with gateway(state(tmp_path / "state"), registered(carrier)) as line:
                await carrier.until(lambda: carrier.said(f"[registered] {USER}") > 0)
                async with sipp(line.port, tmp_path / "trunk", "trunk", "-d", "3000"):
                    pass
                (ended,) = await line.ended()
                await carrier.until(lambda: carrier.said("[proved] BYE") > 0)
            answering.kill()
    assert ended.reason == "bye"
    assert carrier.said("[asked] BYE") == 1
