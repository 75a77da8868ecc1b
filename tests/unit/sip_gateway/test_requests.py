"""INFO, reliable provisional responses, load, TLS in dialogs: each against its RFC."""

import msgspec
import pytest

from sip_gateway.sip import info
from sip_gateway.sip.flow import Flow, contact, toward
from sip_gateway.sip.message import Request, Response
from sip_gateway.sip.parsing import parse
from sip_gateway.sip.screening import Refusal
from sip_gateway.worker_protocol import LoadTold, MediaTimedOut, OpenCall, PressKey
from tests.sip_bench import SDP, UDP, Bench, Inside, message, statuses

TLS = Flow("tls", "192.0.2.9", 5061, "192.0.2.1", 40001)
LIMIT = {"refuse_above_load": 1.0}
RELAY, PLAIN = "application/dtmf-relay", "application/dtmf"


def pressed(bench: Bench) -> list[PressKey]:
    return [order for _, order in bench.told if isinstance(order, PressKey)]


def info_of(body: str, kind: str, package: str = "") -> Request:
    request = parse(message("INFO", body=body, Content_Type=kind, Info_Package=package))
    assert isinstance(request, Request)
    return request


@pytest.mark.parametrize(
    ("body", "kind", "symbol", "duration_ms"),
    [
        ("Signal=5\r\nDuration=160\r\n", RELAY, "5", 160),
        ("Signal= #\r\nDuration = 250\r\n", RELAY, "#", 250),
        ("signal=d\n", RELAY, "D", info.USUAL_MS),
        ("Signal=10\r\n", RELAY, "*", info.USUAL_MS),
        ("Signal=1\r\nDuration=999999\r\n", RELAY, "1", info.LONGEST_MS),
        ("7", PLAIN, "7", info.USUAL_MS),
        ("11\r\n", PLAIN, "#", info.USUAL_MS),
    ],
)
def test_both_ways_to_tell_a_key_are_read(
    body: str, kind: str, symbol: str, duration_ms: int
) -> None:
    told = info.read(info_of(body, kind))
    assert isinstance(told, info.Keyed) and told.key is not None
    assert told.key.among(symbol)
    assert told.duration_ms == duration_ms


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (info_of("Duration=5\r\n", RELAY), 400),
        (info_of("\r\n", PLAIN), 400),
        (info_of("<volume/>", "application/media_control+xml"), 415),
        (info_of("x", RELAY, "foo"), 469),
    ],
    ids=lambda value: value if isinstance(value, int) else "",
)
def test_an_info_that_tells_something_else_is_refused(request_: Request, status: int) -> None:
    told = info.read(request_)
    assert isinstance(told, Refusal) and told.status == status


def test_a_hook_flash_is_no_key_and_an_empty_info_is_a_ping() -> None:
    flash = info.read(info_of("Signal=16\r\n", RELAY))
    assert isinstance(flash, info.Keyed) and flash.key is None
    ping = parse(message("INFO"))
    assert isinstance(ping, Request) and info.read(ping) is None


def test_a_key_press_goes_to_the_worker_without_the_key_unless_a_rule_asks_for_it() -> None:
    for pause, symbol in (({}, ""), ({"pause_keys": "*7"}, "7")):
        bench = Bench(pause=pause)
        inside = Inside(to_tag=bench.talk())
        press = message("INFO", inside, cseq=2, body="Signal=7\r\n", Content_Type=RELAY)
        assert statuses(bench.send(press)) == [200]
        assert statuses(bench.send(press)) == [200], "a repeat"
        (told,) = pressed(bench)
        assert told.symbol == symbol
        assert "7" not in repr(told).partition("call_id")[0]
        assert "symbol" not in repr(told)
        assert all(b"Signal" not in record for record in bench.kept.values())
        assert not any("7" in note.reason for note in bench.notes)


def test_an_info_of_no_call_is_481_and_one_out_of_order_500() -> None:
    bench = Bench()
    assert statuses(bench.send(message("INFO"))) == [481]
    other = "SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bK-other;rport"
    inside = Inside(to_tag=bench.talk())
    assert statuses(bench.send(message("INFO", inside, cseq=1, Via=other))) == [500]


def test_an_info_while_a_reinvite_waits_is_answered() -> None:
    bench = Bench()
    inside = Inside(to_tag=bench.talk())
    bench.patient = True
    bench.send(message("INVITE", inside, cseq=2, body=SDP))
    assert statuses(bench.send(message("INFO", inside, cseq=3))) == [200]


def test_a_refer_inside_a_call_gets_405_and_the_call_goes_on() -> None:
    bench = Bench()
    inside = Inside(to_tag=bench.talk())
    (refused,) = bench.send(message("REFER", inside, cseq=2, Refer_To="<sip:else@example.com>"))
    assert isinstance(refused, Response)
    assert (refused.status, "refer" in refused.headers.tokens("Allow")) == (405, False)
    assert statuses(bench.send(message("BYE", inside, cseq=3))) == [200]


def test_100rel_may_be_required_as_nothing_but_100_precedes_our_answer() -> None:
    bench = Bench()
    answered = bench.send(message("INVITE", body=SDP, Require="100rel"))
    assert statuses(answered) == [100, 200]
    assert isinstance(answered[0], Response) and isinstance(answered[1], Response)
    assert "RSeq" not in answered[0].headers
    assert "100rel" in answered[1].headers.tokens("Supported")
    inside = Inside(to_tag=answered[1].to.tag)
    assert statuses(bench.send(message("PRACK", inside, cseq=2, RAck="1 1 INVITE"))) == [481]


def test_an_update_before_the_answer_finds_no_dialog() -> None:
    bench = Bench()
    bench.patient = True
    bench.send(message("INVITE", body=SDP))
    assert statuses(bench.send(message("UPDATE", to_tag="guess", cseq=2, body=SDP))) == [481]


def test_a_cancel_that_overtakes_its_invite_is_481_and_the_invite_is_a_call() -> None:
    bench = Bench()
    via = "SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bK-call-1-INVITE-1;rport"
    assert statuses(bench.send(message("CANCEL", Via=via))) == [481]
    assert statuses(bench.send(message("INVITE", body=SDP, Via=via))) == [100, 200]


def test_while_the_recogniser_is_full_new_calls_get_503_and_old_ones_go_on() -> None:
    bench = Bench(peers=LIMIT)
    tag = bench.talk()
    bench.say(LoadTold(load=1.2))
    refused = bench.send(message("INVITE", body=SDP, Call_ID="call-2"))
    assert statuses(refused) == [100, 503]
    assert isinstance(refused[-1], Response) and refused[-1].headers.get("Retry-After") == "5"
    assert statuses(bench.send(message("OPTIONS", Call_ID="o"))) == [200]
    assert statuses(bench.send(message("INVITE", to_tag=tag, cseq=2, body=SDP))) == [100, 200]
    bench.say(LoadTold(load=0.9))
    again = message("INVITE", cseq=2, body=SDP, Call_ID="call-2")
    assert statuses(bench.send(again)) == [100, 200]


def test_a_full_worker_is_passed_over_and_a_dead_one_forgets_its_load() -> None:
    bench = Bench(peers=LIMIT, media_workers=2)
    bench.say(LoadTold(load=3.0), worker=0)
    for number in range(3):
        bench.send(message("INVITE", body=SDP, Call_ID=f"call-{number}"))
    assert [worker for worker, order in bench.told if isinstance(order, OpenCall)] == [1, 1, 1]
    bench.switchboard.worker_down(0, now=bench.now)
    bench.switchboard.worker_up(0, now=bench.now)
    bench.send(message("INVITE", body=SDP, Call_ID="call-9"))
    assert [worker for worker, order in bench.told if isinstance(order, OpenCall)][-1] == 0


def test_by_default_no_load_refuses_a_call() -> None:
    bench = Bench()
    bench.say(LoadTold(load=9.0))
    assert statuses(bench.send(message("INVITE", body=SDP))) == [100, 200]


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("<sip:ann@192.0.2.1:5061;transport=tls>", "<sip:trunkline@192.0.2.9:5061;transport=tls>"),
        ("<sips:ann@192.0.2.1:5061>", "<sips:trunkline@192.0.2.9:5061;transport=tcp>"),
    ],
)
def test_our_contact_over_tls_is_a_sips_uri_if_the_peers_is(theirs: str, ours: str) -> None:
    bench = Bench()
    answered = bench.send(message("INVITE", body=SDP, Contact=theirs), TLS)[-1]
    assert isinstance(answered, Response)
    assert answered.headers.get("Contact") == ours


def test_our_bye_of_a_call_over_tls_says_so_and_stays_in_it() -> None:
    bench = Bench()
    headers = {"Contact": "<sip:ann@192.0.2.1;transport=tcp>"}
    answered = bench.send(message("INVITE", body=SDP, Contact=headers["Contact"]), TLS)[-1]
    assert isinstance(answered, Response)
    via = "SIP/2.0/TLS h:1;branch=z9hG4bKa"
    bench.send(message("ACK", to_tag=answered.to.tag, Via=via), TLS)
    (bye,) = bench.say(MediaTimedOut(call_id=f"{1:032x}"))
    assert isinstance(bye, Request) and bye.method == "BYE"
    assert (bye.headers.get("Via") or "").startswith("SIP/2.0/TLS 192.0.2.9:5061;")
    assert bench.sent[-1].flow == TLS


@pytest.mark.parametrize(
    ("uri", "flow", "transport", "port"),
    [
        ("sip:a@192.0.2.7;transport=tls", TLS, "tls", 5061),
        ("sips:a@192.0.2.7", TLS, "tls", 5061),
        ("sips:a@192.0.2.7:7000;transport=tcp", TLS, "tls", 7000),
        ("sip:a@192.0.2.7;transport=udp", TLS, "tls", 40001),
        ("sip:a@192.0.2.7;transport=tls", UDP, "udp", 5070),
        ("sips:a@192.0.2.7", UDP, "udp", 5070),
        ("sip:a@192.0.2.7", UDP, "udp", 5060),
    ],
)
def test_no_request_of_ours_leaves_tls_or_enters_it(
    uri: str, flow: Flow, transport: str, port: int
) -> None:
    hop = toward(uri, flow)
    assert (hop.flow.transport, hop.connect_port) == (transport, port)


def test_an_ipv6_peer_gets_our_address_in_brackets_and_its_sdp() -> None:
    flow = Flow("udp", "2001:db8::9", 5060, "2001:db8::1", 5070)
    assert contact(flow, host=flow.local_host) == "<sip:trunkline@[2001:db8::9]:5060>"
    answered = Bench().send(message("INVITE", body=SDP), flow)[-1]
    assert isinstance(answered, Response)
    assert b"c=IN IP6 2001:db8::9" in answered.body


def test_a_key_press_survives_the_wire_to_the_worker() -> None:
    press = PressKey(call_id="c", leg_id="c-0", duration_ms=100, symbol="4")
    assert msgspec.json.decode(msgspec.json.encode(press), type=PressKey) == press
