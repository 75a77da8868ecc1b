"""Names of targets, asked of a real name server (dnsmasq)."""

import asyncio
from pathlib import Path

import pytest

from sip_gateway.drivers import name_servers, names
from sip_gateway.drivers.names import DnsNames
from sip_gateway.inline.finder import Asked, Finder
from sip_gateway.inline.lookup import Answer, LookupFailed, Naptr, Srv
from sip_gateway.inline.pings import Reached
from sip_gateway.inline.target import read
from tests.services.dnsmasq import name_server

RECORDS = (
    "host-record=a.test,192.0.2.1,20",
    "host-record=a.test,2001:db8::1,20",
    "cname=alias.test,a.test,7",
    "srv-host=_sip._tcp.pbx.test,a.test,5070,10,60",
    "srv-host=_sip._tcp.pbx.test,b.test,5071,20,0",
    "srv-host=_sip._udp.pbx.test",
    "naptr-record=pbx.test,10,50,s,SIP+D2T,,_sip._tcp.pbx.test",
)


async def test_every_record_is_read_with_its_life(tmp_path: Path) -> None:
    async with name_server(tmp_path, *RECORDS, ttl_s=33) as server:
        dns = DnsNames([server.address])
        assert await dns.addresses("a.test") == Answer(("192.0.2.1", "2001:db8::1"), 20.0)
        assert await dns.addresses("alias.test") == Answer(("192.0.2.1", "2001:db8::1"), 7.0)
        assert await DnsNames([server.address], families=(6,)).addresses("a.test") == Answer(
            ("2001:db8::1",), 20.0
        )
        told = await dns.srv("_sip._tcp.pbx.test")
        assert set(told.records) == {Srv(10, 60, 5070, "a.test"), Srv(20, 0, 5071, "b.test")}
        assert told.ttl_s == 33.0
        (not_here,) = (await dns.srv("_sip._udp.pbx.test")).records
        assert not_here.host == ""
        told_naptr = await dns.naptr("pbx.test")
        assert told_naptr.records == (Naptr(10, 50, "s", "SIP+D2T", "_sip._tcp.pbx.test"),)
        assert (await dns.srv("nowhere.test")).records == ()
        assert (await dns.addresses("nowhere.test")).records == ()


@pytest.mark.parametrize("name", ["a.test", "a..test", "x" * 70 + ".test", ""])
async def test_a_silent_name_server_and_an_impossible_name_are_failures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(name_servers, "ONE_S", 0.1)
    monkeypatch.setattr(name_servers, "ALL_S", 0.2)
    async with name_server(tmp_path) as server:
        await server.stop()
        for ask in (dns := DnsNames([server.address])).addresses, dns.srv:
            with pytest.raises(LookupFailed):
                await ask(name)


async def test_the_hosts_file_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "hosts").write_text("# pbx\n192.0.2.8 other PBX # pbx3\n\n::1 pbx\nbroken pbx\n")
    monkeypatch.setattr(names, "HOSTS", tmp_path / "hosts")
    assert DnsNames().listed("pbx") == ("192.0.2.8", "::1")
    assert DnsNames(families=(4,)).listed("Pbx") == ("192.0.2.8",)
    assert DnsNames().listed("pbx3") == ()
    monkeypatch.setattr(names, "HOSTS", tmp_path / "none")
    assert DnsNames().listed("pbx") == ()


async def test_a_target_that_moves_is_followed_and_kept_while_nobody_knows_it(
    tmp_path: Path,
) -> None:
    seen: asyncio.Queue[list[tuple[str, int]]] = asyncio.Queue()
    failures: asyncio.Queue[str] = asyncio.Queue()

    def found(name: str, servers: list[Reached]) -> None:
        flows = [flow for reached in servers for flow in reached.flows]
        seen.put_nowait([(flow.remote_host, flow.remote_port) for flow in flows])

    def at(port: int) -> tuple[str, ...]:
        return (f"srv-host=_sip._udp.pbx.test,a.test,{port}", "host-record=a.test,127.0.0.1")

    target = read("sip:pbx.test;transport=udp")
    stop = asyncio.Event()
    async with name_server(tmp_path, *at(5070)) as server:
        finder = Finder(
            {target.text: target},
            Asked(DnsNames([server.address]), lambda what, kind: failures.put_nowait(kind)),
            ports=lambda transport: 5060,
            found=found,  # type: ignore[arg-type]
        )
        await finder.look()
        assert await seen.get() == [("127.0.0.1", 5070)]
        async with asyncio.timeout(20), asyncio.TaskGroup() as group:
            group.create_task(finder.run(stop))
            await server.tell(*at(5071))
            while await seen.get() != [("127.0.0.1", 5071)]:
                pass
            await server.tell()
            assert await failures.get() == "not_found"
            assert seen.empty() or {place for place in seen.get_nowait()} == {("127.0.0.1", 5071)}
            stop.set()
