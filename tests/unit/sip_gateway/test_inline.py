"""Calls in line: what each party is told of what the other says."""

import pytest

from sip_gateway.commands import PauseCall
from sip_gateway.inline import call as calls
from sip_gateway.inline.settings import Route
from sip_gateway.sip.flow import Flow
from sip_gateway.sip.message import Request, Response
from sip_gateway.worker_protocol import (
    CallRefused,
    CloseCall,
    CloseRelays,
    OpenCall,
    OpenRelays,
    PauseLegs,
    PressKey,
    RelaysRefused,
    RelaysSilent,
    UpdateLegs,
)
from tests.line_bench import FIRST, PBX_2, PBX_SDP, SECOND, LineBench
from tests.sip_bench import SDP

HOLD = SDP + "a=inactive\r\n"
WITH_VIDEO = SDP + "m=video 5000 RTP/AVP 99\r\na=rtpmap:99 H264/90000\r\n"
CRYPTO = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:"
KEY_A, KEY_B = (
    "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB",
    "QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJC",
)


def body(message: Request | Response) -> str:
    return message.body.decode()


def opened(bench: LineBench) -> OpenCall:
    (order,) = bench.orders(OpenCall)
    assert isinstance(order, OpenCall)
    return order


def test_an_invite_goes_on_as_it_came_but_for_what_is_ours() -> None:
    bench = LineBench()
    went = bench.trunk(
        "INVITE",
        body=SDP + "a=x-unknown:kept\r\n",
        P_Asserted_Identity="<sip:+4930123@carrier.example>",
        Diversion="<sip:+4940@carrier.example>;reason=busy",
        User_to_User="00abcd;encoding=hex",
        Supported="100rel, replaces, timer",
        Allow="INVITE, REFER, UPDATE",
    )
    assert went.summary() == {"trunk": [100], "pbx": ["INVITE"]}
    invite = went.request("pbx", "INVITE")
    assert invite.uri == "sip:line@pbx1.example"
    assert invite.from_.uri == "sip:ann@example.com"
    assert invite.from_.name == "Ann"
    assert invite.from_.tag != "peer"
    assert invite.to.uri == "sip:line@example.com"
    assert invite.call_id != "call-1"
    assert invite.headers.all("Contact") == ["<sip:trunkline@192.0.2.9:5060>"]
    assert len(invite.headers.all("Via")) == 1
    assert invite.headers.get("Max-Forwards") == "69"
    assert invite.headers.tokens("Supported") == ["100rel", "timer"]
    assert invite.headers.tokens("Allow") == ["invite", "update"]
    assert invite.headers.get("Diversion") == "<sip:+4940@carrier.example>;reason=busy"
    assert invite.headers.get("P-Asserted-Identity") == "<sip:+4930123@carrier.example>"
    assert invite.headers.get("User-to-User") == "00abcd;encoding=hex"
    assert "c=IN IP4 192.0.2.9" in body(invite)
    assert "m=audio 30004 RTP/AVP 8 0 101" in body(invite)
    assert "a=x-unknown:kept" in body(invite)
    assert "192.0.2.1" not in body(invite)


def test_ringing_early_media_and_the_answer_pass_and_both_are_heard_from_then_on() -> None:
    bench = LineBench()
    invite = bench.trunk("INVITE", body=SDP).request("pbx", "INVITE")
    ringing = bench.answer(invite, 180).response("trunk", 180)
    early = bench.answer(invite, 183, body=PBX_SDP).response("trunk", 183)
    assert ringing.to.tag == early.to.tag
    assert "m=audio 30002 RTP/AVP 8 101" in body(early)
    assert bench.orders(OpenCall) == []
    went = bench.answer(invite, 200, body=PBX_SDP)
    assert went.summary() == {"trunk": [200], "pbx": ["ACK"]}
    ok = went.response("trunk", 200)
    assert ok.headers.get("X-Trunkline-Call-ID") == f"{1:032x}"
    assert ok.headers.get("Contact") == "<sip:trunkline@192.0.2.9:5060>"
    order = opened(bench)
    assert [(leg.role, leg.codec, leg.tap) for leg in order.legs] == [
        ("customer", "PCMA", "0a"),
        ("agent", "PCMA", "0b"),
    ]
    (relay,) = [o for o in bench.orders(OpenRelays) if isinstance(o, OpenRelays)][-1].relays
    assert relay.a.remote is not None
    assert relay.b.remote is not None
    assert (relay.a.remote.host, relay.a.remote.port) == ("192.0.2.1", 4000)
    assert (relay.b.remote.host, relay.b.remote.port) == ("198.51.100.1", 6000)
    assert bench.trunk("ACK", tag=ok.to.tag).summary() == {}


def test_telephones_that_ring_at_once_are_dialogs_of_their_own_and_one_is_taken() -> None:
    bench = LineBench()
    invite = bench.trunk("INVITE", body=SDP).request("pbx", "INVITE")
    tags = [bench.answer(invite, 180, tag=tag).response("trunk", 180).to.tag for tag in "ab"]
    assert tags[0] != tags[1]
    assert bench.answer(invite, 200, tag="b", body=PBX_SDP).response("trunk", 200).to.tag == tags[1]
    went = bench.answer(invite, 200, tag="a", body=PBX_SDP)
    assert went.summary() == {"pbx": ["ACK", "BYE"]}
    assert went.request("pbx", "BYE").to.tag == "a"


@pytest.mark.parametrize("status", [404, 486, 600, 302])
def test_a_refusal_goes_back_as_it_is(status: int) -> None:
    bench = LineBench()
    invite = bench.trunk("INVITE", body=SDP).request("pbx", "INVITE")
    went = bench.answer(invite, status, Reason="Q.850;cause=17")
    assert went.summary() == {"trunk": [status], "pbx": ["ACK"]}
    refusal = went.response("trunk", status)
    assert (refusal.reason, refusal.headers.get("Reason")) == ("Whatever", "Q.850;cause=17")
    assert (refusal.headers.get("Contact") is not None) == (status == 302)
    assert bench.orders(CloseRelays) and not bench.orders(OpenCall)
    assert bench.kept == {}


@pytest.mark.parametrize("status", [408, 503])
def test_a_target_that_cannot_is_passed_over(status: int) -> None:
    bench = LineBench()
    invite = bench.trunk("INVITE", body=SDP).request("pbx", "INVITE")
    went = bench.answer(invite, status)
    assert went.summary() == {"pbx": ["ACK"], "pbx_2": ["INVITE"]}
    again = went.request("pbx_2", "INVITE")
    assert again.uri == "sip:line@pbx2.example;transport=tcp"
    assert again.call_id != invite.call_id
    went = bench.answer(again, 503)
    refusal = went.response("trunk", 503)
    assert refusal.headers.get("Retry-After")


def test_a_target_that_says_nothing_is_given_up_and_its_late_answer_is_ended() -> None:
    bench = LineBench()
    invite = bench.trunk("INVITE", body=SDP).request("pbx", "INVITE")
    went = bench.wait(4.0)
    assert went.summary()["pbx_2"] == ["INVITE"]
    assert bench.counts["inline", "failed_over"] == 1
    ringing = bench.answer(invite, 180)
    assert ringing.summary() == {"pbx": ["CANCEL"]}
    late = bench.answer(invite, 200, body=PBX_SDP)
    assert late.summary() == {"pbx": ["ACK", "BYE"]}


def test_a_target_that_rings_is_waited_for() -> None:
    bench = LineBench()
    invite = bench.trunk("INVITE", body=SDP).request("pbx", "INVITE")
    bench.answer(invite, 100, tag="")
    assert bench.wait(60).summary() == {}
    assert bench.answer(invite, 200, body=PBX_SDP).response("trunk", 200)


def test_a_refused_connection_leads_to_the_next_target_at_once() -> None:
    bench = LineBench(routes=[Route(targets=(SECOND, FIRST))])
    bench.trunk("INVITE", body=SDP).request("pbx_2", "INVITE")
    before = len(bench.sent)
    bench.front.unreachable(PBX_2, 5060, now=bench.now)
    assert bench.went(before).summary() == {"pbx": ["INVITE"]}


def test_targets_that_answer_no_options_get_no_calls_and_the_trunk_is_told() -> None:
    bench = LineBench(ping_every_s=10, down_after=2, routes=[
        Route(targets=(FIRST,), sources=("192.0.2.0/24",))
    ])  # fmt: skip
    assert bench.trunk("OPTIONS", Call_ID="o1").summary() == {"trunk": [200]}
    bench.wait(16)
    assert bench.trunk("OPTIONS", Call_ID="o2").summary() == {"trunk": [503]}
    refusal = bench.trunk("INVITE", body=SDP).response("trunk", 503)
    assert refusal.headers.get("Retry-After") == "5"
    for seconds in (5, 10):
        newest = max(m.via.branch for m in bench.wait(seconds).pbx)
        for asked in bench.went(0).pbx:
            if isinstance(asked, Request) and asked.via.branch == newest:
                bench.answer(asked, 404)
    assert bench.trunk("INVITE", body=SDP, Call_ID="c2").request("pbx", "INVITE")


def test_cancel_passes_on_once_something_came_back() -> None:
    bench = LineBench()
    invite = bench.trunk("INVITE", body=SDP).request("pbx", "INVITE")
    via = "SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bK-call-1-INVITE-1;rport"
    assert bench.trunk("CANCEL", Via=via).summary() == {"trunk": [200, 487]}
    assert bench.answer(invite, 180).summary() == {"pbx": ["CANCEL"]}
    assert bench.answer(invite, 487).summary() == {"pbx": ["ACK"]}
    assert bench.kept == {}
    assert bench.orders(CloseRelays)


def test_cancel_tells_why_and_an_answer_that_crosses_it_is_ended() -> None:
    bench = LineBench()
    invite = bench.trunk("INVITE", body=SDP).request("pbx", "INVITE")
    bench.answer(invite, 180)
    via = "SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bK-call-1-INVITE-1;rport"
    why = 'SIP;cause=200;text="Call completed elsewhere"'
    cancel = bench.trunk("CANCEL", Via=via, Reason=why).request("pbx", "CANCEL")
    assert cancel.headers.get("Reason") == why
    assert cancel.via.branch == invite.via.branch
    assert bench.answer(invite, 200, body=PBX_SDP).summary() == {"pbx": ["ACK", "BYE"]}


@pytest.mark.parametrize("party", ["trunk", "pbx"])
def test_bye_goes_to_the_other_side(party: str) -> None:
    bench = LineBench()
    talking = bench.talk(offer=SDP)
    if party == "trunk":
        went = bench.trunk("BYE", cseq=2, tag=talking.tag, Reason="Q.850;cause=16")
        other = "pbx"
    else:
        went = bench.pbx(talking.invite, "BYE", cseq=1, Reason="Q.850;cause=16")
        other = "trunk"
    assert went.summary() == {party: [200], other: ["BYE"]}
    assert went.request(other, "BYE").headers.get("Reason") == "Q.850;cause=16"
    (close,) = bench.orders(CloseCall)
    assert isinstance(close, CloseCall)
    assert close.reason == "bye"
    assert bench.kept == {}


def test_hold_passes_is_seen_and_ends_nothing() -> None:
    bench = LineBench()
    talking = bench.talk(offer=SDP)
    went = bench.trunk("INVITE", cseq=2, tag=talking.tag, body=HOLD)
    again = went.request("pbx", "INVITE")
    assert (again.call_id, again.cseq.number) == (talking.invite.call_id, 2)
    assert "a=inactive" in body(again)
    went = bench.answer(again, 200, body=PBX_SDP + "a=inactive\r\n")
    assert went.summary() == {"trunk": [200], "pbx": ["ACK"]}
    bench.trunk("ACK", cseq=2, tag=talking.tag)
    update = bench.orders(UpdateLegs)[-1]
    assert isinstance(update, UpdateLegs)
    assert [leg.held for leg in update.legs] == [True, True]
    went = bench.pbx(talking.invite, "INVITE", cseq=1, body=PBX_SDP)
    theirs = went.request("trunk", "INVITE")
    bench.put(_ok(theirs, SDP), _trunk())
    update = bench.orders(UpdateLegs)[-1]
    assert isinstance(update, UpdateLegs)
    assert [leg.held for leg in update.legs] == [False, False]
    assert len({leg.leg_id for leg in update.legs}) == 2


def test_offers_that_cross_get_491_and_a_second_one_of_the_same_side_500() -> None:
    bench = LineBench()
    talking = bench.talk(offer=SDP)
    again = bench.trunk("INVITE", cseq=2, tag=talking.tag, body=HOLD).request("pbx", "INVITE")
    assert bench.pbx(talking.invite, "INVITE", cseq=1, body=PBX_SDP).summary() == {"pbx": [491]}
    assert bench.pbx(talking.invite, "UPDATE", cseq=2, body=PBX_SDP).summary() == {"pbx": [491]}
    second = bench.trunk("UPDATE", cseq=3, tag=talking.tag, body=SDP)
    assert second.response("trunk", 500).headers.get("Retry-After") is not None
    # Another may go before: the target's own 491 is the trunk's.
    assert bench.answer(again, 491).summary() == {"trunk": [491], "pbx": ["ACK"]}
    assert bench.pbx(talking.invite, "INVITE", cseq=3, body=PBX_SDP).request("trunk", "INVITE")


def test_a_refused_change_leaves_what_was() -> None:
    bench = LineBench()
    talking = bench.talk(offer=SDP)
    moved = SDP.replace("c=IN IP4 192.0.2.1", "c=IN IP4 192.0.2.77")
    again = bench.trunk("INVITE", cseq=2, tag=talking.tag, body=moved).request("pbx", "INVITE")
    bench.answer(again, 488)
    (relay,) = [o for o in bench.orders(OpenRelays) if isinstance(o, OpenRelays)][-1].relays
    assert relay.a.remote is not None
    assert relay.a.remote.host == "192.0.2.1"
    assert bench.orders(UpdateLegs) == []


def test_a_line_that_joins_later_waits_for_its_ports() -> None:
    bench = LineBench()
    talking = bench.talk(offer=SDP)
    bench.patient = True
    assert bench.trunk("INVITE", cseq=2, tag=talking.tag, body=WITH_VIDEO).summary() == {
        "trunk": [100]
    }
    bench.patient = False
    before = len(bench.sent)
    bench.obey(bench.orders(OpenRelays)[-1])
    invite = bench.went(before).request("pbx", "INVITE")
    assert "m=video 30008 RTP/AVP 99" in body(invite)


def test_a_change_for_which_there_is_no_port_goes_on_without_that_line() -> None:
    bench = LineBench()
    talking = bench.talk(offer=SDP)
    bench.patient = True
    bench.trunk("INVITE", cseq=2, tag=talking.tag, body=WITH_VIDEO)
    went = bench.say(RelaysRefused(call_id=f"{1:032x}", why="no port"))
    assert "m=video 0 RTP/AVP 99" in body(went.request("pbx", "INVITE"))


def test_an_offer_left_to_the_target_is_answered_in_the_ack() -> None:
    bench = LineBench()
    invite = bench.trunk("INVITE").request("pbx", "INVITE")
    assert invite.body == b""
    went = bench.answer(invite, 200, body=PBX_SDP)
    assert went.summary() == {"trunk": [200]}
    ok = went.response("trunk", 200)
    assert "c=IN IP4 192.0.2.9" in body(ok)
    ack = bench.trunk("ACK", tag=ok.to.tag, body=SDP).request("pbx", "ACK")
    assert "m=audio 30004 RTP/AVP 8 0 101" in body(ack)
    assert [leg.codec for leg in opened(bench).legs] == ["PCMA", "PCMA"]


def test_a_reliable_ringing_is_acknowledged_by_the_trunk_itself() -> None:
    bench = LineBench()
    invite = bench.trunk("INVITE", cseq=7, body=SDP, Supported="100rel").request("pbx", "INVITE")
    went = bench.answer(invite, 183, body=PBX_SDP, Require="100rel", RSeq="41")
    early = went.response("trunk", 183)
    assert (early.headers.get("Require"), early.headers.get("RSeq")) == ("100rel", "41")
    went = bench.trunk("PRACK", cseq=8, tag=early.to.tag, RAck="41 7 INVITE")
    prack = went.request("pbx", "PRACK")
    assert prack.headers.get("RAck") == "41 1 INVITE"
    assert bench.answer(prack, 200).summary() == {"trunk": [200]}
    # Its answer was in the ringing; the 200 need not say it again.
    assert bench.answer(invite, 200).summary() == {"trunk": [200], "pbx": ["ACK"]}
    assert len(opened(bench).legs) == 2


def test_session_timers_pass_and_a_session_that_is_not_refreshed_ends_both_ways() -> None:
    bench = LineBench()
    invite = bench.trunk(
        "INVITE", body=SDP, Supported="timer", Session_Expires="180;refresher=uac", Min_SE="90"
    ).request("pbx", "INVITE")
    assert invite.headers.get("Session-Expires") == "180;refresher=uac"
    ok = bench.answer(invite, 200, body=PBX_SDP).response("trunk", 200)
    # The PBX has no timers: the trunk is to refresh alone.
    assert ok.headers.get("Session-Expires") == "180;refresher=uac"
    assert "timer" in (ok.headers.get("Require") or "")
    bench.trunk("ACK", tag=ok.to.tag)
    bench.wait(100)
    update = bench.trunk(
        "UPDATE", cseq=2, tag=ok.to.tag, Supported="timer", Session_Expires="180;refresher=uac"
    ).request("pbx", "UPDATE")
    assert bench.answer(update, 200).response("trunk", 200)
    assert bench.wait(140).summary() == {}
    assert bench.wait(8.1).summary() == {"trunk": ["BYE"], "pbx": ["BYE"]}
    (close,) = bench.orders(CloseCall)
    assert isinstance(close, CloseCall)
    assert close.reason == "session_expired"


def test_keys_told_by_info_pass_on_and_are_counted() -> None:
    bench = LineBench()
    talking = bench.talk(offer=SDP)
    info = bench.trunk(
        "INFO",
        cseq=2,
        tag=talking.tag,
        body="Signal=5\r\nDuration=160\r\n",
        Content_Type="application/dtmf-relay",
    ).request("pbx", "INFO")
    assert (info.content_type, info.body) == (
        "application/dtmf-relay",
        b"Signal=5\r\nDuration=160\r\n",
    )
    assert bench.answer(info, 200).summary() == {"trunk": [200]}
    (press,) = bench.orders(PressKey)
    assert isinstance(press, PressKey)
    assert (press.leg_id, press.symbol) == (f"{1:032x}-0", "")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Max_Forwards": "0"}, 483),
        ({"Require": "replaces"}, 420),
        ({"Content_Type": "application/sdp", "body": "v=1"}, 400),
        ({"Contact": ""}, 400),
    ],
)
def test_what_cannot_go_on_is_refused(headers: dict[str, str], status: int) -> None:
    bench = LineBench()
    told = {"body": SDP} | headers
    assert bench.trunk("INVITE", **told).summary() == {"trunk": [status]}  # type: ignore[arg-type]


@pytest.mark.parametrize(("uri", "status"), [("sip:@", 400), ("tel:;x", 400), ("urn:x", 416)])
def test_a_number_that_is_none_is_refused(uri: str, status: int) -> None:
    bench = LineBench()
    went = bench.put(_invite(uri, "c1").replace(b"192.0.2.100", b"192.0.2.1"), _trunk())
    assert went.summary() == {"trunk": [status]}


def test_our_own_invite_that_comes_back_is_a_loop() -> None:
    bench = LineBench()
    invite = bench.trunk("INVITE", body=SDP).request("pbx", "INVITE")
    vias = ("SIP/2.0/UDP 198.51.100.1;branch=z9hG4bK-loop", invite.headers.get("Via") or "")
    went = bench.trunk("INVITE", body=SDP, Call_ID=invite.call_id, Via=vias)
    assert went.response("trunk", 482)


def test_a_transfer_is_declined_and_strange_methods_are_not_passed() -> None:
    bench = LineBench()
    talking = bench.talk(offer=SDP)
    assert bench.trunk("REFER", cseq=2, tag=talking.tag).summary() == {"trunk": [603]}
    assert bench.trunk("MESSAGE", cseq=3, tag=talking.tag).summary() == {"trunk": [405]}
    assert bench.trunk("OPTIONS", cseq=4, tag=talking.tag).summary() == {"trunk": [200]}
    assert bench.trunk("INFO", cseq=3, tag=talking.tag).summary() == {"trunk": [500]}


def test_a_2xx_is_repeated_until_its_ack_and_without_one_both_sides_are_ended() -> None:
    bench = LineBench()
    invite = bench.trunk("INVITE", body=SDP).request("pbx", "INVITE")
    bench.answer(invite, 200, body=PBX_SDP)
    assert bench.wait(3.6).summary() == {"trunk": [200, 200, 200]}
    assert bench.answer(invite, 200, body=PBX_SDP).summary() == {"pbx": ["ACK"]}
    bench.wait(28)
    went = bench.wait(0.5)
    assert went.summary() == {"trunk": ["BYE"], "pbx": ["BYE"]}


def test_a_pbx_that_hangs_up_before_the_ack_ends_the_trunk_after_it() -> None:
    bench = LineBench()
    invite = bench.trunk("INVITE", body=SDP).request("pbx", "INVITE")
    ok = bench.answer(invite, 200, body=PBX_SDP).response("trunk", 200)
    assert bench.pbx(invite, "BYE", cseq=1).summary() == {"pbx": [200]}
    assert bench.trunk("ACK", tag=ok.to.tag).summary() == {"trunk": ["BYE"]}


def test_what_we_cannot_read_is_passed_and_said() -> None:
    bench = LineBench()
    g729 = PBX_SDP.replace("RTP/AVP 8 101", "RTP/AVP 18 101")
    bench.talk(offer=SDP.replace("RTP/AVP 8", "RTP/AVP 18 8"), answer=g729)
    order = opened(bench)
    assert order.legs == ()
    assert order.attributes == {calls.UNHEARD: "G729/8000"}
    assert bench.counts["inline", "unheard"] == 1


def test_keys_that_pass_in_the_descriptions_let_us_listen_to_an_encrypted_call() -> None:
    bench = LineBench()
    offer = SDP.replace("RTP/AVP", "RTP/SAVP") + f"{CRYPTO}{KEY_A}\r\n"
    answer = PBX_SDP.replace("RTP/AVP", "RTP/SAVP") + f"{CRYPTO}{KEY_B}\r\n"
    talking = bench.talk(offer=offer, answer=answer)
    assert f"{CRYPTO}{KEY_A}" in body(talking.invite)
    keys = [leg.srtp.remote for leg in opened(bench).legs if leg.srtp]
    assert keys == [b"A" * 30, b"B" * 30]


def test_encryption_whose_keys_do_not_pass_here_is_said() -> None:
    bench = LineBench()
    secure = ("RTP/AVP", "UDP/TLS/RTP/SAVP")
    bench.talk(offer=SDP.replace(*secure), answer=PBX_SDP.replace(*secure))
    assert opened(bench).attributes == {calls.UNHEARD: "UDP/TLS/RTP/SAVP"}


def test_payload_types_are_those_of_who_receives() -> None:
    bench = LineBench()
    events = "a=rtpmap:101 telephone-event/8000"
    other = PBX_SDP.replace("8 101", "8 96").replace(events, "a=rtpmap:96 telephone-event/8000")
    bench.talk(offer=SDP, answer=other)
    assert [leg.telephone_event_type for leg in opened(bench).legs] == [96, 101]


def test_routes_are_chosen_by_number_and_source_and_recordings_stay_ours() -> None:
    bench = LineBench(
        routes=[
            Route(targets=(FIRST,), called=("li",), sources=("192.0.2.0/28",)),
            Route(targets=(SECOND,), called=("+49",), caller="agent"),
        ]
    )
    assert bench.trunk("INVITE", body=SDP).request("pbx", "INVITE")
    other = Flow("udp", "192.0.2.9", 5060, "192.0.2.100", 5060)
    before = len(bench.sent)
    bench.front.receive(_invite("sip:+4930@x", "c2"), other, now=bench.now)
    assert bench.went(before).request("pbx_2", "INVITE").uri.startswith("sip:+4930@pbx2.example")
    before = len(bench.sent)
    bench.front.receive(_invite("tel:+4930;phone-context=x", "c3"), other, now=bench.now)
    uri = bench.went(before).request("pbx_2", "INVITE").uri
    assert uri == "sip:+4930@pbx2.example;user=phone;transport=tcp"
    # Nobody's, and a recording session: answered by ourselves.
    switchboard = bench.trunk("INVITE", body=SDP, Call_ID="c4", Require="siprec")
    assert "pbx" not in switchboard.summary()


def test_a_call_is_taken_up_again_after_a_restart() -> None:
    before = LineBench()
    talking = before.talk(offer=SDP)
    bench = LineBench(kept=before.kept)
    assert [type(order) for order in bench.told] == [OpenRelays, OpenCall]
    relays, call = bench.told
    assert isinstance(relays, OpenRelays)
    assert isinstance(call, OpenCall)
    assert (relays.relays[0].a.port, relays.relays[0].b.port) == (30_002, 30_004)
    assert call.resumed
    # The ACK was lost with the process that had it to send, and the answer perhaps too.
    assert bench.answer(talking.invite, 200, body=PBX_SDP).request("pbx", "ACK").cseq.number == 1
    assert bench.trunk("INVITE", body=SDP).response("trunk", 200).to.tag == talking.tag
    went = bench.pbx(talking.invite, "BYE", cseq=1)
    assert went.summary() == {"pbx": [200], "trunk": ["BYE"]}
    assert bench.kept == {}


def test_a_worker_that_will_not_listen_does_not_end_the_call() -> None:
    bench = LineBench()
    bench.patient = False
    talking = bench.talk(offer=SDP)
    bench.patient = True
    bench.say(CallRefused(call_id=f"{1:032x}", why="fault"))
    assert bench.wait(30).summary() == {}
    assert bench.desk.active() == 1
    assert len(bench.orders(OpenCall)) > 1, "it is asked again"
    assert bench.trunk("BYE", cseq=2, tag=talking.tag).request("pbx", "BYE")


def test_a_worker_that_dies_gets_the_call_back_on_its_ports() -> None:
    bench = LineBench()
    bench.talk(offer=SDP)
    bench.front.worker_down(0, now=bench.now)
    bench.told.clear()
    bench.front.worker_up(0, now=bench.now)
    bench.settle()
    relays = bench.told[0]
    assert isinstance(relays, OpenRelays)
    assert relays.relays[0].a.port == 30_002
    assert isinstance(bench.told[1], OpenCall)


def test_without_ports_the_trunk_is_told_to_come_back() -> None:
    bench = LineBench()
    bench.patient = True
    bench.trunk("INVITE", body=SDP)
    went = bench.say(RelaysRefused(call_id=f"{1:032x}", why="no port"))
    assert went.response("trunk", 503).headers.get("Retry-After")


def test_a_call_in_which_nothing_passes_is_ended_but_not_on_hold() -> None:
    bench = LineBench(silence_ends_s=60)
    talking = bench.talk(offer=SDP)
    silent = RelaysSilent(call_id=f"{1:032x}", seconds=61)
    again = bench.trunk("INVITE", cseq=2, tag=talking.tag, body=HOLD).request("pbx", "INVITE")
    bench.answer(again, 200, body=PBX_SDP + "a=inactive\r\n")
    bench.trunk("ACK", cseq=2, tag=talking.tag)
    assert bench.say(silent).summary() == {}
    again = bench.trunk("INVITE", cseq=3, tag=talking.tag, body=SDP).request("pbx", "INVITE")
    bench.answer(again, 200, body=PBX_SDP)
    bench.trunk("ACK", cseq=3, tag=talking.tag)
    assert bench.say(silent).summary() == {"trunk": ["BYE"], "pbx": ["BYE"]}


def test_a_pause_reaches_the_worker_and_is_kept() -> None:
    bench = LineBench()
    bench.talk(offer=SDP)
    call_id = f"{1:032x}"
    at = calls.unpack(bench.kept[call_id]).started_at
    bench.front.command(PauseCall(tenant_id="default", call_id=call_id, at=at, by="key"))
    bench.settle()
    assert len(bench.orders(PauseLegs)) == 1
    kept = calls.unpack(bench.kept[call_id]).pause
    assert kept is not None
    assert kept.why == "api"


def test_a_stop_ends_all_calls_both_ways_and_takes_no_more() -> None:
    bench = LineBench()
    bench.talk(offer=SDP)
    ringing = bench.trunk("INVITE", body=SDP, Call_ID="c2").request("pbx", "INVITE")
    bench.answer(ringing, 180, tag="t2")
    before = len(bench.sent)
    bench.front.drain(now=bench.now)
    went = bench.went(before)
    assert went.summary() == {"trunk": ["BYE", 503], "pbx": ["BYE", "CANCEL"]}
    assert bench.trunk("INVITE", body=SDP, Call_ID="c3").response("trunk", 503)


def _trunk() -> Flow:
    return Flow("udp", "192.0.2.9", 5060, "192.0.2.1", 5070)


def _invite(uri: str, call_id: str) -> bytes:
    lines = (
        f"INVITE {uri} SIP/2.0",
        f"Via: SIP/2.0/UDP 192.0.2.100;branch=z9hG4bK-{call_id};rport",
        "From: <sip:a@b>;tag=x",
        f"To: <{uri}>",
        f"Call-ID: {call_id}",
        "CSeq: 1 INVITE",
        "Contact: <sip:a@192.0.2.100>",
        "Content-Type: application/sdp",
        f"Content-Length: {len(SDP)}",
    )
    return "\r\n".join((*lines, "", SDP)).encode()


def _ok(request: Request, text: str) -> bytes:
    lines = ["SIP/2.0 200 OK"]
    for name in ("Via", "From", "To", "Call-ID", "CSeq"):
        lines += [f"{name}: {value}" for value in request.headers.all(name)]
    lines += ["Contact: <sip:ann@192.0.2.1:5070>", "Content-Type: application/sdp"]
    return ("\r\n".join([*lines, f"Content-Length: {len(text)}", "", ""]) + text).encode()


def test_what_is_said_before_the_answer_is_heard_where_that_is_wanted() -> None:
    bench = LineBench(hear_early=True)
    invite = bench.trunk("INVITE", body=SDP).request("pbx", "INVITE")
    assert bench.answer(invite, 183, body=PBX_SDP).summary() == {"trunk": [183]}
    order = opened(bench)
    assert [(leg.role, leg.participant_aor) for leg in order.legs] == [
        ("customer", "sip:ann@example.com"),
        ("agent", "sip:line@example.com"),
    ]
    bench.answer(invite, 200, body=PBX_SDP)
    assert len(bench.orders(OpenCall)) == 1
    assert bench.orders(UpdateLegs) == [], "the same legs go on"


@pytest.mark.parametrize(("status", "reason"), [(487, "refused"), (486, "refused")])
def test_a_call_that_was_heard_and_never_answered_ends(status: int, reason: str) -> None:
    bench = LineBench(hear_early=True)
    invite = bench.trunk("INVITE", body=SDP).request("pbx", "INVITE")
    bench.answer(invite, 183, body=PBX_SDP)
    bench.answer(invite, status)
    (close,) = bench.orders(CloseCall)
    assert isinstance(close, CloseCall)
    assert (close.reason, bench.kept) == (reason, {})


def test_a_call_that_was_heard_while_it_rang_ends_with_the_process_that_rang() -> None:
    bench = LineBench(hear_early=True)
    invite = bench.trunk("INVITE", body=SDP).request("pbx", "INVITE")
    bench.answer(invite, 183, body=PBX_SDP)
    assert bench.kept
    again = LineBench(kept=bench.kept, hear_early=True)
    assert [type(order) for order in again.told] == [CloseRelays, OpenCall, CloseCall]
    assert (again.kept, again.front.active()) == ({}, 0)
