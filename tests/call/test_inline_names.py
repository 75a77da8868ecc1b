"""Calls in line to targets by name: SRV records of a real name server, and a PBX over TLS."""

import contextlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sip_gateway.inline.settings import Inline, Route, TargetTls
from sip_gateway.peers.settings import Tls
from sip_gateway.settings import Settings
from tests.services.authority import Authority, Certified
from tests.services.baresip import Phone, baresip
from tests.services.dnsmasq import name_server
from tests.services.gateway import TestGateway, gateway
from tests.services.sipp import received, sipp
from trunkline.ports import free_port

pytestmark = pytest.mark.timeout(120)

HOST = "127.0.0.1"


def local(inline: Inline, tls: Tls | None = None) -> Settings:
    return Settings(
        listen_host=HOST,
        sip_port=0,
        rtp_port_first=45_000,
        rtp_port_last=45_599,
        tls=tls or Tls(),
        inline=inline,
    )


async def call_through(line: TestGateway, folder: Path, scenario: str = "trunk") -> None:
    """One call of the trunk."""
    options = ("-d", "500") if scenario == "trunk" else ()
    async with sipp(line.port, folder, scenario, *options):
        pass


async def test_a_name_leads_to_its_servers_in_order_and_to_the_next_where_one_is_gone(
    tmp_path: Path,
) -> None:
    ports = [free_port(HOST, udp_too=True) for _ in range(3)]
    records = [
        "naptr-record=pbx.test,10,10,s,SIP+D2U,,_sip._udp.pbx.test",
        *(
            f"srv-host=_sip._udp.pbx.test,{name}.pbx.test,{port},{priority},0"
            for name, port, priority in zip("abc", ports, (10, 20, 30), strict=True)
        ),
        *(f"host-record={name}.pbx.test,{HOST}" for name in "abc"),
    ]
    async with name_server(tmp_path / "names", *records) as names:
        inline = Inline(
            routes=(Route(targets=("sip:pbx.test",)),),
            name_servers=(names.address,),
            ping_every_s=0,
            try_next_after_s=0.5,
        )
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
            deaf.bind((HOST, ports[0]))
            async with (
                gateway(tmp_path / "state", local(inline)) as line,
                sipp(1, tmp_path / "pbx", "pbx", "-p", str(ports[1])),
            ):
                await call_through(line, tmp_path / "trunk")
                (ended,) = await line.ended()
    assert ended.reason == "bye"
    invite = (tmp_path / "pbx" / "messages.log").read_bytes()
    assert b"INVITE sip:line@pbx.test SIP/2.0" in invite, "the name stays in the Request-URI"


@contextlib.asynccontextmanager
async def secure_pbx(folder: Path, own: Certified) -> AsyncIterator[int]:
    """A telephone that takes calls over TLS: its port."""
    port = free_port(HOST, udp_too=True)
    folder.mkdir()
    both = folder / "both.pem"
    both.write_text(Path(own.private_key).read_text() + Path(own.certificate).read_text())
    phone = Phone(
        f"<sip:line@{HOST};transport=tls>;regint=0;audio_codecs=PCMU/8000/1;answermode=auto",
        config=(f"sip_certificate {both}",),
        port=port,
        seconds=20,
    )
    async with baresip(folder, phone) as process:
        yield port + 1  # baresip's own rule
        process.kill()


@pytest.mark.parametrize(("holds", "fits"), [("sip:secure.test", True), ("other.test", False)])
async def test_a_pbx_over_tls_gets_the_call_only_if_its_certificate_names_the_domain(
    tmp_path: Path, holds: str, fits: bool
) -> None:
    authority = Authority(tmp_path)
    ours = authority.sign(HOST, file="ours")
    async with (
        secure_pbx(tmp_path / "pbx", authority.sign(holds, file="pbx")) as port,
        name_server(
            tmp_path / "names",
            f"srv-host=_sips._tcp.secure.test,node.test,{port},1,1",
            f"host-record=node.test,{HOST}",
        ) as names,
    ):
        inline = Inline(
            routes=(Route(targets=("sips:secure.test",)),),
            name_servers=(names.address,),
            ping_every_s=0,
            tls=TargetTls(ca=authority.ca),
        )
        files = Tls(port=0, certificate=ours.certificate, private_key=ours.private_key)
        async with gateway(tmp_path / "state", local(inline, files)) as line:
            await call_through(line, tmp_path / "trunk", "trunk" if fits else "trunk_refused")
            if fits:
                (ended,) = await line.ended()
                assert ended.reason == "bye"
                assert min(line.frames()) >= 3
                return
    assert received(tmp_path / "trunk", 503, "INVITE")
