"""Whole dialogs through the switchboard: plain calls, refusals, changes, ends."""

import pytest

from sip_gateway.audio.codecs import DECODED, OPUS
from sip_gateway.calls.call import unpack
from sip_gateway.sip import sdp
from sip_gateway.sip.message import Request, Response
from sip_gateway.worker_protocol import (
    CallClosed,
    CallRefused,
    CloseCall,
    MediaTimedOut,
    OpenCall,
    UpdateLegs,
)
from tests.sip_bench import SDP, TCP, Bench, message, statuses

OF_THE_INVITE = "SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bK-call-1-INVITE-1;rport"


def last(messages: list[Request | Response]) -> Response:
    assert isinstance(messages[-1], Response)
    return messages[-1]


def opened(bench: Bench) -> OpenCall:
    order = bench.orders(OpenCall)[-1]
    assert isinstance(order, OpenCall)
    return order


def updated(bench: Bench) -> UpdateLegs:
    order = bench.orders(UpdateLegs)[-1]
    assert isinstance(order, UpdateLegs)
    return order


def closed(bench: Bench) -> list[str]:
    return [order.reason for order in bench.orders(CloseCall) if isinstance(order, CloseCall)]


def test_a_plain_call_is_answered_recvonly_with_what_we_decode() -> None:
    bench = Bench()
    responses = bench.send(message("INVITE", body=SDP))
    assert statuses(responses) == [100, 200]
    ok = last(responses)
    assert ok.headers.get("X-Trunkline-Call-ID") == f"{1:032x}"
    assert ok.headers.get("Contact") == "<sip:trunkline@192.0.2.9:5060>"
    assert "rport=5070" in (ok.headers.get("Via") or "")
    (line,) = sdp.parse(ok.body).media
    assert (line.port, line.direction, line.formats) == (20000, "recvonly", ("8", "101"))
    assert line.address == "192.0.2.9"
    (leg,) = opened(bench).legs
    assert (leg.codec, leg.payload_type, leg.telephone_event_type) == ("PCMA", 8, 101)
    assert (leg.participant_name, leg.participant_aor) == ("Ann", "sip:ann@example.com")
    assert opened(bench).ingress == "sip"
    assert opened(bench).external_id == "call-1"


def test_the_answer_is_repeated_until_the_ack_even_over_tcp() -> None:
    bench = Bench()
    tag = last(bench.send(message("INVITE", body=SDP), TCP)).to.tag
    assert statuses(bench.wait(4.0)) == [200, 200, 200]
    bench.send(message("ACK", to_tag=tag, Via="SIP/2.0/TCP h:1;branch=z9hG4bKa"), TCP)
    assert bench.wait(60.0) == []


def test_a_repeated_invite_gets_the_same_answer_and_makes_no_second_call() -> None:
    bench = Bench()
    first = last(bench.send(message("INVITE", body=SDP)))
    again = last(bench.send(message("INVITE", body=SDP)))
    assert bytes(again) == bytes(first)
    assert len(bench.orders(OpenCall)) == 1
    assert bench.counts[("retransmissions", "received")] == 1


def test_a_repeated_invite_before_the_answer_gets_trying_again() -> None:
    bench = Bench()
    bench.patient = True
    assert statuses(bench.send(message("INVITE", body=SDP))) == [100]
    assert statuses(bench.send(message("INVITE", body=SDP))) == [100]


def test_a_bye_ends_the_call_and_its_repeat_gets_200_again() -> None:
    bench = Bench()
    tag = bench.talk()
    bye = message("BYE", cseq=2, to_tag=tag)
    assert statuses(bench.send(bye)) == [200]
    assert closed(bench) == ["bye"]
    assert bench.kept == {}
    assert statuses(bench.send(bye)) == [200]
    assert statuses(bench.send(message("BYE", cseq=3, to_tag=tag))) == [481]
    assert bench.switchboard.active() == 0


def test_an_invite_without_ack_ends_with_a_bye_after_32_seconds() -> None:
    bench = Bench()
    bench.send(message("INVITE", body=SDP))
    assert "BYE" in statuses(bench.wait(33.0))
    assert closed(bench) == ["no_ack"]


def test_cancel_before_the_answer_gives_487_and_closes_the_call() -> None:
    bench = Bench()
    bench.patient = True
    bench.send(message("INVITE", body=SDP))
    cancel = message(
        "CANCEL", Via="SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bK-call-1-INVITE-1;rport"
    )
    responses = bench.send(cancel)
    assert [(m.status, m.cseq.method) for m in responses if isinstance(m, Response)] == [
        (200, "CANCEL"),
        (487, "INVITE"),
    ]
    assert closed(bench) == ["cancelled"]
    assert bench.counts[("invites", "cancelled")] == 1


def test_cancel_after_the_answer_changes_nothing() -> None:
    bench = Bench()
    bench.talk()
    cancel = message(
        "CANCEL", Via="SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bK-call-1-INVITE-1;rport"
    )
    assert statuses(bench.send(cancel)) == [200]
    assert bench.switchboard.active() == 1


def test_cancel_of_nothing_gets_481() -> None:
    assert statuses(Bench().send(message("CANCEL"))) == [481]


def test_options_tells_what_we_can_do() -> None:
    ok = last(Bench().send(message("OPTIONS")))
    assert ok.status == 200
    assert "update" in ok.headers.tokens("Allow")
    assert "siprec" in ok.headers.tokens("Supported")
    assert "application/rs-metadata+xml" in ok.headers.tokens("Accept")


def test_options_gets_503_while_no_media_worker_is_up() -> None:
    bench = Bench()
    bench.switchboard.worker_down(0, now=bench.now)
    refused = last(bench.send(message("OPTIONS")))
    assert (refused.status, refused.headers.get("Retry-After")) == (503, "10")


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (message("REFER"), 405),
        (message("MESSAGE"), 405),
        (message("SUBSCRIBE"), 405),
        (message("PUBLISH"), 405),
        (message("INFO"), 481),
        (message("PRACK"), 481),
        (message("REGISTER"), 405),
        (message("FLY"), 501),
        (message("BYE"), 481),
        (message("BYE", to_tag="unknown"), 481),
        (message("INVITE", body=SDP, to_tag="unknown"), 481),
        (message("INVITE", body=SDP, Require="gruu, siprec"), 420),
        (message("INVITE", body=SDP, Content_Type="text/html"), 415),
        (message("INVITE", body=SDP, Content_Encoding="gzip"), 415),
        (message("INVITE", body=SDP, Contact=""), 400),
        (message("INVITE", body=SDP, Contact="<tel:+1>"), 400),
        (message("INVITE", body="no sdp"), 400),
        (message("INVITE", body=SDP.replace("8 0 101", "18")), 488),
        (message("INVITE", body=SDP.replace("RTP/AVP", "RTP/SAVP")), 488),
        (message("INVITE", body=SDP.replace("audio", "video")), 488),
        (message("INVITE", body=SDP, Session_Expires="30", Supported="timer"), 422),
        (message("INVITE", body=SDP, Session_Expires="soon"), 400),
    ],
    ids=lambda value: value if isinstance(value, int) else "",
)
def test_what_we_do_not_do_is_refused_with_the_status_of_the_rfc(
    request_: bytes, status: int
) -> None:
    bench = Bench()
    assert statuses(bench.send(request_))[-1] == status
    assert bench.switchboard.active() == 0
    assert bench.kept == {}


def test_420_names_exactly_the_extensions_we_lack() -> None:
    refused = last(Bench().send(message("INVITE", body=SDP, Require="gruu, 100rel")))
    assert refused.headers.get("Unsupported") == "gruu"


def test_405_lists_the_methods_we_take() -> None:
    for method in ("REFER", "MESSAGE", "SUBSCRIBE", "PUBLISH", "REGISTER"):
        assert "invite" in last(Bench().send(message(method))).headers.tokens("Allow")


def test_a_copy_of_an_invite_that_came_another_way_is_482() -> None:
    bench = Bench()
    bench.patient = True
    bench.send(message("INVITE", body=SDP))
    other_way = message("INVITE", body=SDP, Via="SIP/2.0/UDP 192.0.2.2;branch=z9hG4bKother")
    assert statuses(bench.send(other_way)) == [482]


def test_a_late_copy_that_came_another_way_is_482_too() -> None:
    bench = Bench()
    bench.talk()
    bench.wait(60.0)
    other_way = message("INVITE", body=SDP, Via="SIP/2.0/UDP 192.0.2.2;branch=z9hG4bKother")
    assert statuses(bench.send(other_way)) == [482]


def test_at_max_calls_new_calls_are_busy_and_the_old_ones_go_on() -> None:
    bench = Bench(max_calls=1)
    tag = bench.talk()
    busy = bench.send(message("INVITE", body=SDP, Call_ID="call-2"))
    assert statuses(busy) == [100, 486]
    assert last(busy).headers.get("Retry-After") == "5"
    assert statuses(bench.send(message("BYE", cseq=2, to_tag=tag))) == [200]
    assert statuses(bench.send(message("INVITE", cseq=9, body=SDP, Call_ID="call-3"))) == [100, 200]


def test_requests_out_of_order_get_500() -> None:
    bench = Bench()
    tag = bench.talk()
    bench.send(message("OPTIONS", cseq=5, to_tag=tag))
    assert statuses(bench.send(message("BYE", cseq=4, to_tag=tag))) == [500]
    assert bench.switchboard.active() == 1


def test_a_second_reinvite_before_the_first_is_answered_gets_500_and_retry_after() -> None:
    bench = Bench()
    tag = bench.talk()
    bench.patient = True
    bench.send(message("INVITE", cseq=2, to_tag=tag, body=SDP))
    overlapping = last(bench.send(message("INVITE", cseq=3, to_tag=tag, body=SDP)))
    assert overlapping.status == 500
    assert 0 <= int(overlapping.headers.get("Retry-After") or "-1") <= 10


HOLDS = {
    "sendonly": SDP + "a=sendonly\r\n",
    "inactive": SDP + "a=inactive\r\n",
    "c=0.0.0.0": SDP.replace("c=IN IP4 192.0.2.1", "c=IN IP4 0.0.0.0"),
    "port 0": SDP.replace("audio 4000", "audio 0"),
}


@pytest.mark.parametrize("how", HOLDS)
def test_hold_keeps_the_leg_and_resume_brings_it_back(how: str) -> None:
    bench = Bench()
    tag = bench.talk()
    held = last(bench.send(message("INVITE", cseq=2, to_tag=tag, body=HOLDS[how])))
    assert held.status == 200
    (leg,) = updated(bench).legs
    assert (leg.held, leg.rtp_port) == (True, 20000)
    (line,) = sdp.parse(held.body).media
    assert line.port == (0 if how == "port 0" else 20000)
    resumed = last(bench.send(message("INVITE", cseq=3, to_tag=tag, body=SDP)))
    (line,) = sdp.parse(resumed.body).media
    assert (line.port, line.direction) == (20000, "recvonly")
    (leg,) = updated(bench).legs
    assert (leg.held, leg.channel) == (False, 0)


def test_a_call_that_offers_sendonly_from_the_start_is_not_on_hold() -> None:
    bench = Bench()
    bench.talk(SDP + "a=sendonly\r\n")
    assert not opened(bench).legs[0].held


def test_a_reinvite_with_nothing_we_decode_gets_488_and_changes_nothing() -> None:
    bench = Bench()
    tag = bench.talk()
    worse = SDP.replace("8 0 101", "18")
    refused = bench.send(message("INVITE", cseq=2, to_tag=tag, body=worse))
    assert statuses(refused)[-1] == 488
    assert bench.orders(UpdateLegs) == []


def test_a_codec_in_use_is_kept_while_it_is_offered() -> None:
    bench = Bench()
    tag = bench.talk()
    swapped = SDP.replace("8 0 101", "0 8 101")
    bench.send(message("INVITE", cseq=2, to_tag=tag, body=swapped))
    assert updated(bench).legs[0].codec == "PCMA"


def test_a_new_description_gets_a_new_version_and_the_same_one_does_not() -> None:
    bench = Bench()
    first = sdp.parse(last(bench.send(message("INVITE", body=SDP))).body)
    tag = last(bench.received()).to.tag
    bench.send(message("ACK", to_tag=tag))
    same = sdp.parse(last(bench.send(message("INVITE", cseq=2, to_tag=tag, body=SDP))).body)
    hold = HOLDS["inactive"]
    other = sdp.parse(last(bench.send(message("INVITE", cseq=3, to_tag=tag, body=hold))).body)
    assert first.session_id == same.session_id == other.session_id
    assert [int(s.version) for s in (first, same, other)] == [1, 1, 2]


def test_update_without_a_body_refreshes_and_tells_no_worker() -> None:
    bench = Bench()
    tag = bench.talk()
    ok = last(bench.send(message("UPDATE", cseq=2, to_tag=tag)))
    assert (ok.status, ok.body) == (200, b"")
    assert bench.orders(UpdateLegs) == []


def test_cancel_of_a_reinvite_leaves_the_call_as_it_was() -> None:
    bench = Bench()
    tag = bench.talk()
    bench.patient = True
    bench.send(message("INVITE", cseq=2, to_tag=tag, body=HOLDS["inactive"]))
    via = "SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bK-call-1-INVITE-2;rport"
    assert statuses(bench.send(message("CANCEL", cseq=2, to_tag=tag, Via=via))) == [200, 487]
    assert not updated(bench).legs[0].held
    assert bench.switchboard.active() == 1


def test_a_worker_that_does_not_answer_costs_the_invite_not_the_gateway() -> None:
    bench = Bench()
    bench.patient = True
    bench.send(message("INVITE", body=SDP))
    refused = bench.wait(5.0)
    assert statuses(refused)[-1] == 500
    assert closed(bench) == ["fault"]


def test_a_worker_without_ports_gives_503() -> None:
    bench = Bench()
    bench.patient = True
    bench.send(message("INVITE", body=SDP))
    assert statuses(bench.say(CallRefused(call_id=f"{1:032x}", why="no port"))) == [503]
    assert bench.kept == {}


def test_an_offer_left_to_us_is_answered_in_the_ack() -> None:
    bench = Bench()
    ok = last(bench.send(message("INVITE")))
    (line,) = sdp.parse(ok.body).media
    offered = [codec.name for codec in line.codecs]
    assert offered[:4] == ["G722", "PCMU", "PCMA", "TELEPHONE-EVENT"]
    assert offered[4:] == (["OPUS", "TELEPHONE-EVENT"] if OPUS in DECODED else [])
    answer = SDP.replace("8 0 101", "8") + "a=sendonly\r\n"
    bench.send(message("ACK", to_tag=ok.to.tag, body=answer))
    (leg,) = updated(bench).legs
    assert (leg.codec, leg.payload_type, leg.held) == ("PCMA", 8, False)


def test_an_offer_of_ours_without_an_answer_ends_the_call() -> None:
    bench = Bench()
    ok = last(bench.send(message("INVITE")))
    assert statuses(bench.send(message("ACK", to_tag=ok.to.tag))) == ["BYE"]
    assert closed(bench) == ["no_media"]


def test_a_reinvite_without_offer_gets_ours_and_needs_no_worker() -> None:
    bench = Bench()
    tag = bench.talk()
    ok = last(bench.send(message("INVITE", cseq=2, to_tag=tag)))
    assert sdp.parse(ok.body).media[0].port == 20000
    assert statuses(bench.send(message("INVITE", cseq=3, to_tag=tag, body=SDP))) == [491]
    bench.send(message("ACK", cseq=2, to_tag=tag, body=HOLDS["inactive"]))
    assert updated(bench).legs[0].held


def test_media_silence_ends_the_call_with_a_bye_to_the_route_and_target() -> None:
    bench = Bench()
    routes = ("<sip:192.0.2.50;lr>", "<sip:192.0.2.51:5080;lr>")
    bench.talk(Record_Route=routes)
    (bye,) = bench.say(MediaTimedOut(call_id=f"{1:032x}"))
    assert isinstance(bye, Request)
    assert (bye.method, bye.uri) == ("BYE", "sip:ann@192.0.2.1:5070")
    assert tuple(bye.headers.all("Route")) == routes
    assert (bye.from_.tag, bye.to.tag) == (f"{1:016x}", "peer")
    assert bench.sent[-1].flow.remote_host == "192.0.2.50"
    assert closed(bench) == ["media_timeout"]
    bench.respond_ok(bye)
    assert bench.wait(60.0) == []


def test_our_bye_is_repeated_when_nobody_answers() -> None:
    bench = Bench()
    bench.talk()
    bench.say(MediaTimedOut(call_id=f"{1:032x}"))
    assert statuses(bench.wait(4.0)) == ["BYE"] * 3


def test_our_bye_takes_the_connection_that_the_peer_opened() -> None:
    bench = Bench()
    target = "<sip:ann@192.0.2.1:5070;transport=tcp>"
    tag = last(bench.send(message("INVITE", body=SDP, Contact=target), TCP)).to.tag
    bench.send(message("ACK", to_tag=tag), TCP)
    bench.say(MediaTimedOut(call_id=f"{1:032x}"))
    assert bench.sent[-1].flow == TCP
    assert bench.sent[-1].connect_port == 5070, "if that connection is gone"


@pytest.mark.parametrize("host", ["phone.example.com", "[2001:db8::1]"])
def test_our_bye_goes_to_who_spoke_last_where_its_contact_leads_nowhere(host: str) -> None:
    bench = Bench()
    bench.talk(Contact=f"<sip:ann@{host}>")
    bench.say(MediaTimedOut(call_id=f"{1:032x}"))
    assert bench.sent[-1].flow.remote_host == "192.0.2.1"
    assert bench.sent[-1].flow.remote_port == 5070


def test_an_invite_that_waits_when_we_drain_gets_503() -> None:
    bench = Bench()
    bench.patient = True
    bench.send(message("INVITE", body=SDP))
    before = len(bench.sent)
    bench.switchboard.drain(now=bench.now)
    bench.settle()
    assert statuses(bench.received(since=before)) == [503]


def test_our_bye_waits_for_the_ack() -> None:
    bench = Bench()
    ok = last(bench.send(message("INVITE", body=SDP)))
    assert "BYE" not in statuses(bench.say(MediaTimedOut(call_id=f"{1:032x}")))
    assert statuses(bench.send(message("ACK", to_tag=ok.to.tag))) == ["BYE"]


def test_a_session_timer_is_agreed_and_its_lapse_ends_the_call() -> None:
    bench = Bench()
    bench.talk(Session_Expires="90", Supported="timer")
    ok = next(m for m in bench.received() if isinstance(m, Response) and m.status == 200)
    assert ok.headers.get("Session-Expires") == "90;refresher=uac"
    assert "timer" in ok.headers.tokens("Require")
    assert "BYE" not in statuses(bench.wait(59.0))
    assert "BYE" in statuses(bench.wait(2.0))
    assert closed(bench) == ["session_expired"]


def test_a_refresh_keeps_the_session_alive() -> None:
    bench = Bench()
    tag = bench.talk(Session_Expires="90", Supported="timer")
    bench.wait(50.0)
    bench.send(message("UPDATE", cseq=2, to_tag=tag, Session_Expires="90", Supported="timer"))
    bench.wait(50.0)
    assert bench.switchboard.active() == 1


def test_we_refresh_where_the_peer_leaves_it_to_us() -> None:
    bench = Bench()
    bench.talk(Session_Expires="90;refresher=uas", Supported="timer", Allow="INVITE, UPDATE")
    (update,) = bench.wait(45.1)
    assert isinstance(update, Request) and update.method == "UPDATE"
    bench.respond_ok(update)
    bench.wait(44.0)
    assert bench.switchboard.active() == 1


def test_drain_refuses_new_calls_and_says_bye_to_the_others() -> None:
    bench = Bench()
    bench.talk()
    before = len(bench.sent)
    bench.switchboard.drain(now=bench.now)
    bench.settle()
    (bye,) = bench.received(since=before)
    assert isinstance(bye, Request) and bye.method == "BYE"
    assert closed(bench) == ["shutdown"]
    refused = last(bench.send(message("INVITE", body=SDP, Call_ID="call-2")))
    assert (refused.status, refused.headers.get("Retry-After")) == (503, "5")
    assert not bench.switchboard.drained()
    bench.respond_ok(bye)
    assert bench.switchboard.drained()


def test_a_call_is_kept_before_its_answer_leaves_and_forgotten_when_closed() -> None:
    bench = Bench()
    bench.patient = True
    bench.send(message("INVITE", body=SDP))
    assert unpack(bench.kept[f"{1:032x}"]).closing == "fault", "a crash now must close it"
    bench.patient = False
    bench.obey(0, opened(bench))
    bench.settle()
    assert unpack(bench.kept[f"{1:032x}"]).closing == ""


def test_new_calls_go_to_the_worker_with_the_fewest() -> None:
    bench = Bench(media_workers=2)
    for number in range(4):
        bench.send(message("INVITE", cseq=number + 1, body=SDP, Call_ID=f"call-{number}"))
    assert [w for w, order in bench.told if isinstance(order, OpenCall)] == [0, 1, 0, 1]


def test_a_call_closed_by_its_worker_alone_is_not_ours_to_forget() -> None:
    bench = Bench()
    bench.talk()
    bench.say(CallClosed(call_id=f"{1:032x}"))
    assert bench.switchboard.active() == 1
