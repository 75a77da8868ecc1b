"""Every message of RFC 4475 through the parser and the switchboard, with the outcome we promise."""

import tomllib
from pathlib import Path

import pytest

from sip_gateway.sip.message import Request, Response
from sip_gateway.sip.parsing import parse
from sip_gateway.worker_protocol import OpenCall
from tests.sip_bench import SDP, UDP, Bench, message, statuses

DATA = Path(__file__).parents[2] / "data" / "rfc4475"
EXPECTED = tomllib.loads((DATA / "expected.toml").read_text())


def raw(name: str) -> bytes:
    return (DATA / f"{name}.dat").read_bytes()


def request(name: str) -> Request:
    read = parse(raw(name))
    assert isinstance(read, Request)
    return read


def final(bench: Bench, data: bytes) -> bytes:
    """The last thing that is sent back; empty if nothing is."""
    before = len(bench.sent)
    bench.put(data)
    return bench.sent[-1].data if len(bench.sent) > before else b""


def test_every_message_of_the_archive_has_its_expected_outcome() -> None:
    assert {path.stem for path in DATA.glob("*.dat")} == EXPECTED.keys()
    assert len(EXPECTED) == 49


@pytest.mark.parametrize("name", EXPECTED)
def test_each_message_has_the_outcome_we_promise(name: str) -> None:
    bench, expected = Bench(), EXPECTED[name]
    said = final(bench, raw(name))
    if expected["outcome"] == "dropped":
        assert said == b""
        counted = expected.get("counted")
        assert sum(bench.counts.values()) == bench.counts[("malformed", counted)] == bool(counted)
    else:
        assert said.startswith(f"SIP/2.0 {expected['outcome']} ".encode())
        assert bench.sent[-1].flow.remote_host == UDP.remote_host, "never where the message says"
    # And the gateway goes on.
    assert statuses(bench.send(message("INVITE", body=SDP, Call_ID="next")))[-1] == 200


@pytest.mark.parametrize("name", EXPECTED)
def test_a_repeated_message_makes_no_second_call(name: str) -> None:
    bench = Bench()
    bench.put(raw(name))
    bench.put(raw(name))
    assert bench.switchboard.active() <= 1


def test_a_message_with_its_headers_end_restored_is_answered_liberally() -> None:
    assert final(Bench(), raw("baddn") + b"\r\n").startswith(b"SIP/2.0 200 ")


def test_what_stands_behind_a_message_in_its_datagram_is_not_read() -> None:
    bench = Bench()
    bench.put(raw("dblreq"))
    assert bench.orders(OpenCall) == []


def test_the_short_tortuous_invite_means_what_it_says() -> None:
    read = request("wsinv")
    assert (read.to.tag, read.from_.tag) == ("1918181833n", "98asjd8")
    assert read.from_.name == 'J Rosenberg \\"'
    assert read.cseq == (9, "INVITE")
    assert read.headers.get("Max-Forwards") == "0068"
    assert read.headers.get("NewFangledHeader") == "newfangled value continued newfangled value"
    assert read.headers.get("UnknownHeaderWithUnusualValue") == ";;,,;;,;"
    assert len(read.headers.all("Via")) == 3
    assert read.via.branch == "390skdjuw"
    assert len(read.body) == 150


def test_escaped_control_characters_and_odd_tokens_are_read() -> None:
    read = request("intmeth")
    assert read.method == "!interesting-Method0123456789_*+`.%indeed'~"
    assert read.to.name == "BEL:\x07 NUL:\x00 DEL:\x7f"
    assert read.from_.tag == "_token~1'+`*%!-."
    assert read.from_.name == "token1~` token2'+_ token3*%!.-"
    assert read.call_id == "intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{"


def test_an_escaped_zero_byte_is_taken_in_a_name_only() -> None:
    odd = "<sip:a\\\0b@192.0.2.1>"
    for data in (
        message("INVITE", body=SDP, Call_ID=odd),
        message("INVITE", body=SDP, Contact=odd),
    ):
        assert final(Bench(), data).startswith(b"SIP/2.0 400 ")


def test_long_values_are_kept_whole() -> None:
    read = request("longreq")
    assert len(read.to.uri) > 200 and len(read.call_id) > 100
    assert len(read.headers.all("Via")) == 34


def test_a_refused_extension_is_named() -> None:
    said = parse(final(Bench(), raw("bext01")))
    assert isinstance(said, Response)
    unsupported = said.headers.tokens("Unsupported")
    assert unsupported == ["nothingsupportsthis", "nothingsupportsthiseither"]


def test_our_bye_to_a_peer_of_rfc_2543_goes_to_its_from_by_its_strict_route() -> None:
    bench = Bench()
    answer = parse(final(bench, raw("inv2543")))
    assert isinstance(answer, Response) and answer.status == 200
    ack = raw("inv2543").partition(b"Content-Type")[0].replace(b"INVITE", b"ACK")
    to = f"ss1.example.net;user=phone;tag={answer.to.tag}"
    bench.put(ack.replace(b"ss1.example.net;user=phone", to.encode()) + b"\r\n")
    before = len(bench.sent)
    bench.switchboard.drain(now=bench.now)
    bench.settle()
    (bye,) = bench.received(since=before)
    assert isinstance(bye, Request) and bye.method == "BYE"
    assert bye.uri == "sip:UserB@example.com;maddr=ss1.example.com"
    target = "<sip:+13035551111@ift.client.example.net;user=phone>"
    assert bye.headers.all("Route") == [target]


@pytest.mark.parametrize("line", [b"SIP/2.0 4294967301 x", b"SIP/3.0 200 OK", b"SIP/2.0  100"])
def test_what_begins_like_a_response_is_never_answered(line: bytes) -> None:
    data = raw("bigcode").partition(b"\r\n")[2]
    assert final(Bench(), line + b"\r\n" + data) == b""
