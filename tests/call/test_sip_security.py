"""Real peers that must say who they are: baresip over TLS, sipp with a password, strangers."""

import asyncio
import json
import socket
import ssl
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest
import soundfile

from sip_gateway.events import CallStarted, DtmfPressed, LegJoined
from sip_gateway.settings import Settings
from tests.digest_proof import PASSWORD, nonce_of, proof
from tests.services.authority import Authority
from tests.services.baresip import Phone, baresip
from tests.services.gateway import ROOT, TestGateway, gateway
from tests.services.sipp import sipp
from tests.sip_bench import SDP, Inside, build, message

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(120)]

HOST = "127.0.0.1"
FIRST_PORT = 42600


def settings(**changes: object) -> Settings:
    """On the loopback, which is no exception here: the peers of these tests come from it."""
    return msgspec.convert(
        {
            "listen_host": HOST,
            "sip_port": 0,
            "rtp_port_first": FIRST_PORT,
            "rtp_port_last": FIRST_PORT + 299,
            **changes,
        },
        Settings,
    )


def tls_of(authority: Authority, *, mutual: bool = False) -> dict[str, object]:
    ours = authority.sign(HOST, "localhost")
    files = {"port": 0, "certificate": ours.certificate, "private_key": ours.private_key}
    return files | ({"ca": authority.ca, "require_client_certificate": True} if mutual else {})


def users(state: Path, **passwords: str) -> None:
    """Users with SHA-256, `old` with MD5."""
    state.mkdir(parents=True, exist_ok=True)
    file = state / "sip_users.toml"
    lines = [
        f'[{name}]\npassword = "{password}"\nmd5 = {str(name == "old").lower()}\n'
        for name, password in passwords.items()
    ]
    file.write_text("".join(lines))
    file.chmod(0o600)


async def test_baresip_calls_over_tls_and_its_certificate_is_renewed_meanwhile(
    tmp_path: Path,
) -> None:
    authority = Authority(tmp_path)
    peer = authority.sign("sbc.example.com")
    both = tmp_path / "peer.pem"
    both.write_bytes(Path(peer.private_key).read_bytes() + Path(peer.certificate).read_bytes())
    peers = {
        "transports": ["tls"],
        "certificate_names": ["sbc.example.com"],
        "this_machine": False,
    }
    ours = settings(tls=tls_of(authority, mutual=True), peers=peers)
    async with gateway(tmp_path / "state", ours) as line:
        to = f"sip:line@{HOST}:{line.tls_port};transport=tls"
        config = (f"sip_cafile {authority.ca}", f"sip_certificate {both}")
        account = "<sip:ann@127.0.0.1;transport=tls>;regint=0"
        async with baresip(tmp_path, Phone(account, config=config), to=to):
            await line.until(lambda: bool(line.of(LegJoined)))
            authority.sign("renewed.example.com", HOST, file=HOST)
            await until_renewed(line, authority, peer)
        (ended,) = await line.ended()
        assert ended.reason == "bye"
        assert line.frames()[0] >= 25
        assert line.lost() == 0


async def until_renewed(line: TestGateway, authority: Authority, peer: tuple[str, str]) -> None:
    context = ssl.create_default_context(cafile=authority.ca)
    context.load_cert_chain(*peer)
    names: tuple[tuple[str, str], ...] = ()
    async with asyncio.timeout(20):
        while ("DNS", "renewed.example.com") not in names:
            _, writer = await asyncio.open_connection(HOST, line.tls_port, ssl=context)
            names = writer.get_extra_info("peercert")["subjectAltName"]
            writer.close()
            await asyncio.sleep(0.1)


async def test_our_own_caller_calls_over_tls(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    noise = np.random.default_rng(1).normal(0, 0.1, (8000 * 2, 2))
    soundfile.write(tmp_path / "both.wav", noise, 8000, subtype="PCM_16")
    async with gateway(tmp_path / "state", settings(tls=tls_of(authority))) as line:
        argv = [sys.executable, "-m", "trunkline", "call", str(tmp_path / "both.wav")]
        argv += ["--to", f"sip:localhost:{line.tls_port};transport=tls"]
        for trusted, status in ((["--tls-ca", authority.ca], 0), ([], 1)):
            process = await asyncio.create_subprocess_exec(
                *argv, *trusted, cwd=ROOT,
                stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            )  # fmt: skip
            out, err = await process.communicate()
            assert process.returncode == status, err.decode()
            assert bool(out) is not bool(status)
        assert b"certificate" in err
        await line.ended()
        (started,) = line.of(CallStarted)
        assert started.ingress == "siprec"


async def test_sipp_proves_its_user_and_who_guesses_gets_no_call(tmp_path: Path) -> None:
    peers = {"digest": True, "this_machine": False}
    state = tmp_path / "state"
    users(state, old=PASSWORD)
    async with gateway(state, settings(peers=peers)) as line:
        async with sipp(line.port, tmp_path, "authenticated", "-d", "1000"):
            pass
        (ended,) = await line.ended()
        assert ended.reason == "bye"
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
            peer.connect((HOST, line.port))
            peer.settimeout(10.0)
            via = f"SIP/2.0/UDP {HOST}:{peer.getsockname()[1]};rport;branch=z9hG4bK"
            statuses, given = [], ""
            for cseq, password in enumerate((*"abcdef", PASSWORD), 1):
                headers = {"Via": f"{via}{cseq}", "Authorization": given}
                peer.send(build("INVITE", Inside(), cseq=cseq, body=SDP, headers=headers))
                answer = peer.recv(65536).decode()
                statuses.append(answer[8:11])
                if statuses[-1] == "401":
                    given = proof(nonce_of(answer), "old", password, kind="MD5")
            assert statuses == ["401"] * 6 + ["403"], "the right password comes too late"
        assert len(line.of(CallStarted)) == 1


async def test_baresip_proves_its_user_with_md5_over_tls(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    state = tmp_path / "state"
    users(state, sbc1="quite another one", old=PASSWORD)
    ours = settings(tls=tls_of(authority), peers={"digest": True, "this_machine": False})
    async with gateway(state, ours) as line:
        to = f"sip:line@{HOST}:{line.tls_port};transport=tls"
        account = f"<sip:old@127.0.0.1;transport=tls>;regint=0;auth_pass={PASSWORD}"
        config = (f"sip_cafile {authority.ca}",)
        async with baresip(tmp_path, Phone(account, config=config), to=to):
            pass
        (ended,) = await line.ended()
        assert ended.reason == "bye"


@pytest.mark.parametrize("refuse", ["silence", "403"])
async def test_a_stranger_gets_what_was_set_and_a_call_of_a_peer_goes_on(
    tmp_path: Path, refuse: str
) -> None:
    peers = {"networks": ["127.0.0.2/32"], "this_machine": False, "refuse": refuse}
    async with gateway(tmp_path / "state", settings(peers=peers)) as line:
        to = (HOST, line.port)
        stranger, known = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
        for udp, host in ((stranger, "127.0.0.1"), (known, "127.0.0.2")):
            udp.bind((host, 0))
            udp.settimeout(1.0)
        via = f"SIP/2.0/UDP 127.0.0.2:{known.getsockname()[1]};branch=z9hG4bK1;rport"
        for _ in range(50):
            stranger.sendto(message("INVITE", body=SDP), to)
            stranger.sendto(message("OPTIONS"), to)
        known.sendto(message("OPTIONS", Via=via), to)
        assert known.recv(4096).startswith(b"SIP/2.0 200")
        got = []
        try:
            while True:
                got.append(stranger.recv(4096)[:11])
        except TimeoutError:
            pass
        assert set(got) == (set() if refuse == "silence" else {b"SIP/2.0 403"})
        assert len(got) <= 6, "a bucket, not a mirror"
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            reader, writer = await asyncio.open_connection(*to)
            writer.write(message("OPTIONS"))
            await reader.readexactly(1)
        assert line.of(CallStarted) == []
        stranger.close()
        known.close()


async def test_a_key_told_by_info_is_counted_and_kept_nowhere(tmp_path: Path) -> None:
    async with gateway(tmp_path / "state", settings()) as line:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
            peer.connect((HOST, line.port))
            peer.settimeout(10.0)
            via = f"SIP/2.0/UDP {HOST}:{peer.getsockname()[1]};rport;branch=z9hG4bK"

            def ask(data: bytes) -> bytes:
                peer.send(data)
                while (answer := peer.recv(65536)).startswith(b"SIP/2.0 100"):
                    pass
                return answer

            answer = ask(message("INVITE", body=SDP, Via=f"{via}1"))
            tag = answer.split(b"\r\nTo: ")[1].split(b"tag=")[1].split(b"\r\n")[0].decode()
            inside = Inside(to_tag=tag)
            peer.send(message("ACK", inside, Via=f"{via}2"))
            for cseq, body in enumerate(("Signal=7\r\nDuration=180\r\n", "Signal=*\r\n"), 2):
                told = ask(
                    message(
                        "INFO",
                        inside,
                        cseq=cseq,
                        body=body,
                        Via=f"{via}i{cseq}",
                        Content_Type="application/dtmf-relay",
                    )  # fmt: skip
                )
                assert told.startswith(b"SIP/2.0 200")
            await line.until(lambda: len(line.of(DtmfPressed)) == 2)
            assert ask(message("BYE", inside, cseq=9, Via=f"{via}3")).startswith(b"SIP/2.0 200")
        (started,) = line.of(CallStarted)
        assert [pressed.count for pressed in line.of(DtmfPressed)] == [1, 1]
        assert {pressed.leg_id for pressed in line.of(DtmfPressed)} == {f"{started.call_id}-0"}
        await line.ended()
    for event in (tmp_path / "state" / "events.jsonl").read_text().splitlines():
        assert not {"key", "symbol", "digit"} & set(json.loads(event))
