"""Who is let in, and what the others get and cost."""

from collections import Counter

import msgspec
import pytest

from sip_gateway.peers.bucket import Buckets, owner
from sip_gateway.peers.gate import Gate
from sip_gateway.peers.settings import Peers
from sip_gateway.settings import Settings
from sip_gateway.sip.flow import Flow
from sip_gateway.sip.message import Response
from sip_gateway.sip.parsing import parse
from tests.sip_bench import SDP, message

SBC = "10.1.2.3"
STRANGER = "203.0.113.9"


class Door:
    """A gate with what it counted."""

    def __init__(self, *, listen_host: str = "0.0.0.0", **peers: object) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()
        self.gate = Gate(
            msgspec.convert(peers, Peers),
            listen_host=listen_host,
            tally=lambda what, kind: self.counts.update([(what, kind)]),
        )

    def drops(self, host: str, now: float = 0.0) -> bool:
        return self.gate.drops(host, now=now)

    def admits(self, transport: str, host: str, *names: str) -> bool:
        flow = Flow(transport, "10.1.0.1", 5061, host, 40000)
        return self.gate.admits(flow, frozenset(names), now=0.0)

    def answers(self, data: bytes, host: str = STRANGER) -> list[Response]:
        answers = self.gate.answer(data, Flow("udp", "10.1.0.1", 5060, host, 5060))
        assert answers is not None
        read = [parse(answer.data) for answer in answers]
        return [response for response in read if isinstance(response, Response)]


def test_by_default_everybody_is_let_in() -> None:
    door = Door()
    assert not door.drops(STRANGER)
    assert door.gate.answer(b"", Flow("udp", "10.1.0.1", 5060, STRANGER, 5060)) is None
    assert all(door.admits(transport, STRANGER) for transport in ("tcp", "tls"))
    assert Peers().open_to_all


@pytest.mark.parametrize(
    ("host", "known"),
    [
        (SBC, True),
        ("10.2.0.1", False),
        (STRANGER, False),
        ("2001:db8::7", True),
        ("2001:db9::7", False),
        ("nonsense", False),
        ("127.0.0.1", True),
        ("::1", True),
        ("10.9.9.9", True),
    ],
)
def test_the_networks_this_machine_and_nobody_else_are_let_in(host: str, known: bool) -> None:
    door = Door(networks=["10.1.0.0/16", "2001:db8::/32"], listen_host="10.9.9.9")
    assert door.drops(host) is not known
    assert door.admits("tcp", host) is known
    assert door.counts == ({} if known else {("peers", "network"): 2})


def test_this_machine_is_a_stranger_where_a_proxy_runs_beside_us() -> None:
    assert Door(networks=["10.1.0.0/16"], this_machine=False).drops("127.0.0.1")


def test_a_peer_that_speaks_in_clear_is_refused_where_only_tls_is_taken() -> None:
    door = Door(transports=["tls"])
    assert door.drops(SBC)
    assert not door.admits("tcp", SBC)
    assert door.admits("tls", SBC)
    assert not door.drops("127.0.0.1"), "media streams come in clear from this machine"


def test_a_certificate_must_hold_one_of_the_names() -> None:
    door = Door(certificate_names=["SBC1.example.com", "sip:trunk.example.net"])
    assert door.admits("tls", SBC, "other.example.com", "sbc1.example.com")
    assert not door.admits("tls", SBC, "sbc1.example.com.evil.example")
    assert not door.admits("tls", SBC)
    assert door.counts == {("peers", "certificate"): 2}
    assert door.gate.vouched_for(Flow("tls", "10.1.0.1", 5061, SBC, 1))
    assert not door.gate.vouched_for(Flow("tcp", "10.1.0.1", 5061, SBC, 1))


def test_silence_is_silence_for_options_too() -> None:
    door = Door(networks=["10.1.0.0/16"])
    assert door.drops(STRANGER)
    assert door.answers(message("OPTIONS")) == []
    assert door.answers(message("INVITE", body=SDP)) == []


def test_a_stranger_gets_403_and_no_more_of_them_than_the_bucket_holds() -> None:
    door = Door(networks=["10.1.0.0/16"], refuse="403", refusals_per_s=1.0)
    passed = [not door.drops(STRANGER) for _ in range(100)]
    assert sum(passed) == 5
    assert not door.drops(STRANGER, now=1.0)
    assert door.drops(STRANGER, now=1.1)
    (refused,) = door.answers(message("INVITE", body=SDP))
    assert (refused.status, bool(refused.to.tag)) == (403, True)
    (again,) = door.answers(message("INVITE", body=SDP))
    assert bytes(again) == bytes(refused)
    assert door.answers(message("ACK")) == []
    assert door.answers(b"\0" * 100) == []


def test_options_of_strangers_are_answered_where_that_is_wanted_and_nothing_else() -> None:
    door = Door(networks=["10.1.0.0/16"], options="answer")
    (ok,) = door.answers(message("OPTIONS"))
    assert (ok.status, "invite" in ok.headers.tokens("Allow")) == (200, True)
    assert door.answers(message("INVITE", body=SDP)) == []


def test_a_source_is_logged_once_a_minute_and_many_forged_ones_no_more_than_sixty_times() -> None:
    door = Door(networks=["10.1.0.0/16"])
    for second in range(59):
        door.drops(STRANGER, now=second)
    (line,) = door.gate.turned_away()
    assert (line.host, line.reason) == (STRANGER, "network")
    door.drops(STRANGER, now=61.0)
    assert len(door.gate.turned_away()) == 1
    for i in range(10_000):
        door.drops(f"198.51.{i % 100}.{i // 100}", now=200.0)
    assert len(door.gate.turned_away()) == 60


def test_a_million_sources_are_remembered_in_bounded_memory() -> None:
    buckets = Buckets(1.0, burst=1.0, remembered=10)
    for i in range(1000):
        assert buckets.take(f"192.0.2.{i}", now=0.0)
    assert len(buckets) == 10


def test_a_bucket_refills_with_time_and_never_overflows() -> None:
    buckets = Buckets(0.5, burst=2.0)
    assert [buckets.take("a", now=0.0) for _ in range(3)] == [True, True, False]
    assert buckets.empty("a", now=1.0)
    assert [buckets.take("a", now=2.0), buckets.take("a", now=2.0)] == [True, False]
    assert [buckets.take("a", now=1000.0) for _ in range(3)] == [True, True, False]


def test_all_addresses_of_an_ipv6_network_have_one_bucket() -> None:
    assert owner("2001:db8:1:2:3::4") == owner("2001:db8:1:2:ffff::1") == "2001:db8:1:2"
    assert owner("2001:db8::1") == owner("2001:db8::2")
    assert owner("192.0.2.1") == "192.0.2.1"


@pytest.mark.parametrize(
    "wrong",
    [
        {"peers": {"networks": ["10.1.0.1/16"]}},
        {"peers": {"networks": ["sbc.example.com"]}},
        {"peers": {"certificate_names": ["sbc"]}},
        {"peers": {"transports": ["tls"]}},
        {"peers": {"realm": 'a"b'}},
        {"peers": {"refusals_per_s": 0}},
        {"tls": {"certificate": "a.pem"}},
        {"tls": {"certificate": "a", "private_key": "b", "require_client_certificate": True}},
    ],
    ids=str,
)
def test_settings_that_would_not_protect_stop_the_start(wrong: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(wrong, Settings)
