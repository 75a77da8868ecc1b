"""baresip over TLS with SRTP: over IPv6 too, and a stranger or a call in clear gets nowhere."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from sip_gateway.events import CallStarted, LegJoined
from sip_gateway.settings import Settings
from tests.services.appliance import eventually
from tests.services.authority import Authority, Certified
from tests.services.baresip import Phone, baresip
from tests.services.gateway import gateway

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(180)]

NAME = "sbc.example.com"


def line_settings(authority: Authority, host: str) -> dict[str, object]:
    """TLS and SRTP or nothing, and a certificate with this name."""
    ours = authority.sign(host, "localhost", file="ours")
    return {
        "listen_host": host,
        "sip_port": 0,
        "rtp_port_first": 43900,
        "rtp_port_last": 43999,
        "tls": {
            "port": 0,
            "certificate": ours.certificate,
            "private_key": ours.private_key,
            "ca": authority.ca,
            "require_client_certificate": True,
        },
        "peers": {
            "transports": ["tls"],
            "certificate_names": [NAME],
            "this_machine": False,
        },
        "accepted": {"srtp": "required"},
    }


def phone(
    folder: Path, authority: Authority, certified: Certified | None, *, host: str = "127.0.0.1"
) -> Phone:
    """Trusts the gateway's authority; shows its own certificate, if it has one."""
    config = [f"sip_cafile {authority.ca}"]
    if certified:
        both = folder / "peer.pem"
        texts = (Path(file).read_text() for file in (certified.private_key, certified.certificate))
        both.write_text("".join(texts))
        config.append(f"sip_certificate {both}")
    at = f"[{host}]" if ":" in host else host
    account = f"<sip:ann@{at};transport=tls>;regint=0;mediaenc=srtp-mand"
    return Phone(account, ("g711", "srtp"), config, host)


async def test_a_call_over_ipv6(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    settings = msgspec.convert(line_settings(authority, "::1"), Settings)
    calling = phone(tmp_path, authority, authority.sign(NAME), host="::1")
    async with gateway(tmp_path / "state", settings) as line:
        to = f"sip:line@[::1]:{line.tls_port};transport=tls"
        async with baresip(tmp_path / "phone", calling, to=to):
            pass
        (ended,) = await line.ended()
    assert ended.reason == "bye"
    assert line.frames()[0] >= 30
    assert line.lost() == 0


async def test_a_stranger_and_a_call_in_clear_are_refused(tmp_path: Path) -> None:
    authority, other = Authority(tmp_path), Authority(tmp_path, "other")
    settings = msgspec.convert(line_settings(authority, "127.0.0.1"), Settings)
    known = phone(tmp_path, authority, authority.sign(NAME))
    in_clear = known._replace(account=known.account.replace(";mediaenc=srtp-mand", ""))
    strangers = {
        "no-certificate": phone(tmp_path, authority, None),
        "another-name": _own(tmp_path, authority, authority.sign("else.example.com")),
        "another-authority": _own(tmp_path, authority, other.sign(NAME, file="forged")),
        "in-clear": in_clear,
    }
    async with gateway(tmp_path / "state", settings) as line:
        to = f"sip:line@127.0.0.1:{line.tls_port};transport=tls"
        calls = (_established(tmp_path / name, calling, to) for name, calling in strangers.items())
        assert await asyncio.gather(*calls) == [False] * len(strangers)
        assert line.of(CallStarted) == []
        async with baresip(tmp_path / "known", known, to=to):
            await line.until(lambda: bool(line.of(LegJoined)))
        await line.ended()


async def _established(folder: Path, calling: Phone, to: str) -> bool:
    """Whether a call came about within two seconds; then it is given up, which libre would do half
    a minute later where the connection was closed on it."""
    log = folder / "baresip.log"

    async def over() -> bool:
        return "stop all" in log.read_text(errors="replace")

    async with baresip(folder, calling._replace(seconds=2), to=to) as process:
        await eventually(over, seconds=20, what="two seconds passed")
        if process.returncode is None:
            process.kill()
    return "Call established" in log.read_text(errors="replace")


def _own(tmp_path: Path, authority: Authority, certified: Certified) -> Phone:
    folder = tmp_path / Path(certified.certificate).stem
    folder.mkdir()
    return phone(folder, authority, certified)
