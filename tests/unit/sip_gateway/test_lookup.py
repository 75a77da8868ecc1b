"""From a target's name to its servers: what is asked of the name servers, and in which order."""

import asyncio
from collections import Counter
from collections.abc import Mapping

import pytest

from sip_gateway.inline.lookup import (
    LATEST_S,
    MOST,
    NOTHING_S,
    Answer,
    Found,
    LookupFailed,
    Naptr,
    Server,
    Srv,
    in_order,
    look_up,
    name_server,
)
from sip_gateway.inline.target import read

A, B, C = "192.0.2.1", "192.0.2.2", "2001:db8::3"
Zone = Mapping[str, object]


class Scripted:
    """Name servers that know what a zone says; `None` says that they do not answer."""

    def __init__(self, zone: Zone, hosts: Mapping[str, str] | None = None) -> None:
        self.zone = zone
        self.hosts = hosts or {}
        self.asked: list[str] = []

    def listed(self, host: str) -> tuple[str, ...]:
        return (self.hosts[host],) if host in self.hosts else ()

    async def naptr(self, host: str) -> Answer[Naptr]:
        return self.answer(f"naptr {host}")  # type: ignore[return-value]

    async def srv(self, host: str) -> Answer[Srv]:
        return self.answer(host)  # type: ignore[return-value]

    async def addresses(self, host: str) -> Answer[str]:
        return self.answer(host)  # type: ignore[return-value]

    def answer(self, name: str) -> object:
        self.asked.append(name)
        answer = self.zone.get(name, Answer())
        if answer is None:
            raise LookupFailed
        return answer


def found(
    text: str, zone: Zone, *, tls: bool = True, lenient: bool = False, **hosts: str
) -> tuple[Found, list[str]]:
    names = Scripted(zone, hosts)
    return asyncio.run(look_up(read(text), names, tls=tls, lenient=lenient)), names.asked


def ways(result: Found) -> list[tuple[str, str, int]]:
    """Transport, address and port, in the order of the priorities."""
    servers = sorted(result.servers, key=lambda server: server.rank)
    return [(server.transport, host, server.port) for server in servers for host in server.hosts]


def test_an_address_is_asked_of_nobody() -> None:
    result, asked = found("sip:192.0.2.7;transport=tcp", {})
    assert (ways(result), asked, result.ttl_s) == ([("tcp", "192.0.2.7", 5060)], [], LATEST_S)
    assert ways(found("sips:[2001:DB8::1]", {})[0]) == [("tls", "2001:db8::1", 5061)]


def test_a_port_that_is_named_leads_to_all_addresses_of_the_name_and_to_no_other_record() -> None:
    result, asked = found("sip:pbx.example:5070", {"pbx.example": Answer((A, B, C), 60.0)})
    assert ways(result) == [("udp", A, 5070), ("udp", B, 5070), ("udp", C, 5070)]
    assert (asked, result.ttl_s) == (["pbx.example"], 60.0)


def test_a_transport_that_is_named_asks_for_its_servers() -> None:
    zone = {
        "_sip._tcp.pbx.example": Answer((Srv(20, 0, 5080, "b.x"), Srv(10, 0, 5081, "a.x")), 300.0),
        "a.x": Answer((A,), 20.0),
        "b.x": Answer((B, C), 600.0),
    }
    result, asked = found("sip:pbx.example;transport=tcp", zone)
    assert ways(result) == [("tcp", A, 5081), ("tcp", B, 5080), ("tcp", C, 5080)]
    assert result.ttl_s == 20.0, "the shortest life of all that was used"
    assert asked[0] == "_sip._tcp.pbx.example"


def test_the_domain_says_which_transport_it_prefers() -> None:
    preferred = (
        Naptr(20, 10, "s", "SIP+D2U", "_sip._udp.x"),
        Naptr(10, 60, "s", "SIP+D2T", "_sip._tcp.x"),
        Naptr(10, 50, "S", "sips+d2t", "_sips._tcp.x"),
        Naptr(5, 5, "u", "E2U+sip", "x"),
        Naptr(5, 5, "s", "SIP+D2S", "_sip._sctp.x"),
    )
    zone = {
        "naptr pbx.example": Answer(preferred, 90.0),
        **{
            f"{name}.x": Answer((Srv(1, 1, port, "a.x"),))
            for name, port in (("_sip._udp", 1), ("_sip._tcp", 2), ("_sips._tcp", 3))
        },
        "a.x": Answer((A,)),
    }
    result, _ = found("sip:pbx.example", zone)
    assert ways(result) == [("tls", A, 3), ("tcp", A, 2), ("udp", A, 1)]
    without, _ = found("sip:pbx.example", zone, tls=False)
    assert ways(without) == [("tcp", A, 2), ("udp", A, 1)]


def test_without_a_preference_all_transports_are_asked_for_and_without_servers_the_name() -> None:
    zone = {"_sip._tcp.pbx.example": Answer((Srv(1, 1, 5070, "a.x"),)), "a.x": Answer((A,))}
    result, asked = found("sip:pbx.example", zone)
    assert ways(result) == [("tcp", A, 5070)]
    services = ("_sip._udp", "_sip._tcp", "_sips._tcp")
    assert [name for name in asked[1:] if name != "a.x"] == [f"{s}.pbx.example" for s in services]
    plain, _ = found("sip:pbx.example", {"pbx.example": Answer((A,), 3000.0)})
    assert (ways(plain), plain.ttl_s) == ([("udp", A, 5060)], NOTHING_S)


def test_sips_is_reached_over_tls_alone() -> None:
    zone = {"_sips._tcp.pbx.example": Answer((Srv(1, 1, 5081, "a.x"),)), "a.x": Answer((A,))}
    result, asked = found("sips:pbx.example", zone)
    assert (ways(result), asked) == ([("tls", A, 5081)], ["_sips._tcp.pbx.example", "a.x"])


def test_servers_that_are_said_not_to_be_there_are_not_looked_for_elsewhere() -> None:
    zone = {"_sip._udp.pbx.example": Answer((Srv(0, 0, 0, ""),)), "pbx.example": Answer((A,))}
    with pytest.raises(LookupFailed):
        found("sip:pbx.example;transport=udp", zone)


def test_a_server_without_an_address_costs_only_itself() -> None:
    records = (Srv(1, 0, 5060, "gone.x"), Srv(2, 0, 5060, "a.x"))
    zone = {"_sip._udp.pbx.example": Answer(records, 600.0), "gone.x": None, "a.x": Answer((A,))}
    result, _ = found("sip:pbx.example;transport=udp", zone)
    assert (ways(result), result.ttl_s) == ([("udp", A, 5060)], NOTHING_S)


def test_silent_name_servers_change_nothing_unless_nothing_is_known() -> None:
    zone = {"naptr pbx.example": None, "_sip._tcp.pbx.example": None, "pbx.example": Answer((A,))}
    with pytest.raises(LookupFailed):
        found("sip:pbx.example", zone)
    result, _ = found("sip:pbx.example", zone, lenient=True)
    assert ways(result) == [("udp", A, 5060)]
    with pytest.raises(LookupFailed):
        found("sip:nowhere.example", {}, lenient=True)


def test_what_the_hosts_file_says_is_not_asked_of_name_servers() -> None:
    result, asked = found("sip:pbx", {}, pbx=A)
    assert (ways(result), asked) == ([("udp", A, 5060)], [])


def test_a_name_with_very_many_addresses_leads_to_some() -> None:
    many = tuple(f"10.0.{n >> 8}.{n & 255}" for n in range(4000))
    assert len(ways(found("sip:pbx.example:5060", {"pbx.example": Answer(many)})[0])) == MOST
    records = tuple(Srv(1, 1, 5060, f"h{n}.x") for n in range(4000))
    zone = {"_sip._udp.p": Answer(records)} | {f"h{n}.x": Answer(many) for n in range(4000)}
    assert len(ways(found("sip:p;transport=udp", zone)[0])) == MOST


def server(priority: int, weight: int, host: str) -> Server:
    return Server((0, priority), weight, "udp", 5060, (host,))


def test_priorities_come_one_after_the_other_and_weights_share_the_calls() -> None:
    servers = [server(2, 0, C), server(1, 30, A), server(1, 10, B)]
    firsts: Counter[str] = Counter()
    for number in range(41):
        ordered = in_order(servers, chance=lambda most, n=number: min(n, most))  # type: ignore[misc]
        assert ordered[2].hosts == (C,)
        firsts[ordered[0].hosts[0]] += 1
    assert firsts == {A: 31, B: 10}


def test_a_server_without_weight_is_hardly_ever_first() -> None:
    servers = [server(1, 10, A), server(1, 0, B)]
    firsts = [in_order(servers, chance=lambda most, n=n: min(n, most))[0].hosts for n in range(11)]  # type: ignore[misc]
    assert firsts == [(B,)] + [(A,)] * 10


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("192.0.2.53", ("192.0.2.53", 53)),
        ("192.0.2.53:5353", ("192.0.2.53", 5353)),
        ("2001:db8::53", ("2001:db8::53", 53)),
        ("[2001:db8::53]:5353", ("2001:db8::53", 5353)),
    ],
)
def test_name_servers_are_addresses(text: str, server: tuple[str, int]) -> None:
    assert name_server(text) == server
