"""Registrations with carriers: how they are kept up, and whose calls come by them."""

import re

import msgspec
import pytest

from sip_gateway.caller.digest import Login
from sip_gateway.inline.settings import Inline, Registered, Route
from sip_gateway.sip.message import Request
from tests.line_bench import FIRST, PBX_2, PBX_SDP, SECOND, LineBench, Went
from tests.sip_bench import SDP, UDP, Inside, build

USER = "4930123"
CHALLENGE = 'Digest realm="carrier", nonce="{}", qop="auth", algorithm=SHA-256'
PASSWORD = {"carrier": Login(USER, "a long password")}


def bench(**registered: object) -> LineBench:
    """A carrier, known as `pbx`, where we register; its calls go to `pbx_2`."""
    carrier = {"name": "carrier", "registrar": FIRST, "user": USER, **registered}
    made = LineBench(
        registrations=[carrier],
        routes=[Route(targets=(SECOND,), registration="carrier"), Route(targets=(FIRST,))],
    )
    made.desk.log_in(PASSWORD)
    return made


def registers(went: Went) -> list[Request]:
    return [m for m in went.pbx if isinstance(m, Request) and m.method == "REGISTER"]


def asked(made: LineBench, seconds: float = 0.0) -> Request:
    (request,) = registers(made.wait(seconds))
    return request


def bound(made: LineBench, expires: int = 600) -> Request:
    """Register; the request that was taken."""
    request = asked(made)
    made.answer(request, 200, Contact=f"{contact(request)};expires={expires}")
    assert made.desk.registered() == 1
    return request


def contact(request: Request) -> str:
    return (request.headers.get("Contact") or "").rpartition(";expires")[0]


def given(request: Request, name: str = "Authorization") -> tuple[str, str]:
    found = re.search(r'nonce="(\w+)".*nc=(\w+)', request.headers.get(name) or "")
    return (found[1], found[2]) if found else ("", "")


def test_we_register_prove_it_and_do_so_again_before_the_time_is_over() -> None:
    made = bench()
    first = asked(made)
    assert first.uri == "sip:pbx1.example"
    assert first.to.uri == first.from_.uri == f"sip:{USER}@pbx1.example"
    assert re.fullmatch(rf"<sip:{USER}@192.0.2.9:5060;line=\w{{24}}>", contact(first))
    (second,) = registers(made.answer(first, 401, WWW_Authenticate=CHALLENGE.format("n1")))
    assert (second.cseq.number, given(second)) == (2, ("n1", "00000001"))
    assert second.call_id == first.call_id
    others = "<sip:else@192.0.2.77>;expires=30, "
    made.answer(second, 200, Contact=f"{others}{contact(second)};expires=120")
    assert made.desk.registered() == 1
    assert registers(made.wait(89)) == []
    again = asked(made, 1)
    assert given(again) == ("n1", "00000002"), "the nonce serves on"
    assert contact(again) == contact(first)


def test_a_carrier_that_falls_silent_is_asked_again_and_the_binding_is_over_in_time() -> None:
    made = bench()
    bound(made, 120)
    asked(made, 90)
    made.wait(29)
    assert made.desk.registered() == 1
    made.wait(2)
    assert made.desk.registered() == 0
    assert made.counts["inline", "lapsed"] == 1
    made.wait(60)
    assert registers(made.wait(60)), "it is asked on and on"


def test_a_refusal_is_no_reason_to_ask_all_the_time() -> None:
    made = bench()
    times = []
    for _ in range(9):
        while not (requests := registers(made.wait(1.0))):
            pass
        times.append(made.now)
        made.answer(requests[0], 403)
    pauses = [round(b - a) for a, b in zip(times, times[1:], strict=False)]
    assert pauses == [5, 10, 20, 40, 80, 160, 300, 300]
    assert made.counts["inline", "register_failed"] == 9


def test_a_wrong_password_is_not_sent_twice() -> None:
    made = bench()
    (second,) = registers(made.answer(asked(made), 401, WWW_Authenticate=CHALLENGE.format("n1")))
    assert registers(made.answer(second, 401, WWW_Authenticate=CHALLENGE.format("n2"))) == []


def test_a_carrier_that_wants_longer_bindings_gets_them() -> None:
    made = bench()
    (second,) = registers(made.answer(asked(made), 423, Min_Expires="3600"))
    assert second.headers.get("Expires") == "3600"
    assert registers(made.answer(second, 423, Min_Expires="3600")) == []


def test_the_binding_is_taken_away_when_we_stop() -> None:
    made = bench()
    bound(made)
    before = len(made.sent)
    made.front.drain(now=made.now)
    (last,) = registers(made.went(before))
    assert last.headers.get("Expires") == "0"
    (proven,) = registers(made.answer(last, 401, WWW_Authenticate=CHALLENGE.format("n9")))
    assert given(proven)[0] == "n9"
    assert not made.front.drained()
    made.answer(proven, 200)
    assert made.front.drained()
    assert registers(made.wait(3600)) == []


def test_a_connection_that_is_over_is_a_reason_to_register_anew() -> None:
    made = LineBench(
        registrations=[{"name": "carrier", "registrar": SECOND, "user": USER}],
        routes=[Route(targets=(FIRST,))],
    )
    made.desk.log_in(PASSWORD)
    (request,) = (m for m in made.wait(0).pbx_2 if isinstance(m, Request))
    assert ";transport=tcp;line=" in contact(request)
    made.answer(request, 200, Contact=f"{contact(request)};expires=600")
    made.front.gone(PBX_2._replace(remote_port=1), now=made.now)
    assert made.wait(5).pbx_2 == []
    made.front.gone(PBX_2, now=made.now)
    (again,) = made.wait(1).pbx_2
    assert isinstance(again, Request) and again.method == "REGISTER"


def incoming(made: LineBench, uri: str, **headers: str) -> Went:
    """The trunk's INVITE to this Request-URI."""
    data = build("INVITE", Inside(), cseq=1, body=SDP, headers=headers)
    return made.put(data.replace(b"sip:line@192.0.2.9", uri.encode(), 1), UDP)


def test_a_call_to_our_contact_came_by_the_registration_and_is_for_whom_it_says() -> None:
    uris = []
    for called, number in (("", "line"), ("<sip:+4940@carrier>", "+4940")):
        made = bench()
        uris.append(contact(bound(made)).strip("<>"))
        told = {"P-Called-Party-ID": called} if called else {}
        invite = incoming(made, uris[-1], **told).request("pbx_2", "INVITE")
        assert invite.uri.startswith(f"sip:{number}@pbx2.example")
    assert uris[0] == uris[1], "the same after a restart"
    stranger = incoming(made, f"sip:{USER}@192.0.2.9:5060;line={'0' * 24}", Call_ID="other")
    assert stranger.request("pbx", "INVITE"), "a line that is not ours is none"


def test_a_carrier_that_asks_who_calls_is_told_in_every_request() -> None:
    made = bench()
    invite = made.trunk("INVITE", body=SDP).request("pbx", "INVITE")
    went = made.answer(invite, 407, Proxy_Authenticate=CHALLENGE.format("n1"))
    assert went.summary() == {"pbx": ["ACK", "INVITE"]}
    proven = went.request("pbx", "INVITE")
    assert (proven.cseq.number, given(proven, "Proxy-Authorization")) == (2, ("n1", "00000001"))
    assert proven.call_id == invite.call_id
    went = made.answer(proven, 200, body=PBX_SDP)
    assert went.request("pbx", "ACK").cseq.number == 2
    tag = went.response("trunk", 200).to.tag
    made.trunk("ACK", tag=tag)
    update = made.trunk("UPDATE", cseq=2, tag=tag, body=SDP).request("pbx", "UPDATE")
    assert (update.cseq.number, given(update, "Proxy-Authorization")[1]) == (3, "00000002")
    stale = CHALLENGE.format("n2") + ", stale=true"
    went = made.answer(update, 407, Proxy_Authenticate=stale)
    assert went.summary() == {"pbx": ["UPDATE"]}
    again = went.request("pbx", "UPDATE")
    assert (again.cseq.number, given(again, "Proxy-Authorization")) == (4, ("n2", "00000001"))
    made.answer(again, 200, body=PBX_SDP)
    bye = made.trunk("BYE", cseq=3, tag=tag).request("pbx", "BYE")
    assert (bye.cseq.number, given(bye, "Proxy-Authorization")[1]) == (5, "00000002")
    stale = CHALLENGE.format("n3") + ", stale=true"
    bye = made.answer(bye, 407, Proxy_Authenticate=stale).request("pbx", "BYE")
    assert (bye.cseq.number, given(bye, "Proxy-Authorization")) == (6, ("n3", "00000001"))
    made.answer(bye, 200)


def test_a_proof_in_vain_is_the_trunks_to_know() -> None:
    made = bench()
    invite = made.trunk("INVITE", body=SDP).request("pbx", "INVITE")
    went = made.answer(invite, 401, WWW_Authenticate=CHALLENGE.format("n1"))
    again = went.request("pbx", "INVITE")
    went = made.answer(again, 401, WWW_Authenticate=CHALLENGE.format("n2"))
    assert went.summary() == {"pbx": ["ACK"], "trunk": [401]}


def test_a_cancel_takes_back_the_invite_that_was_proven() -> None:
    made = bench()
    invite = made.trunk("INVITE", body=SDP).request("pbx", "INVITE")
    went = made.answer(invite, 407, Proxy_Authenticate=CHALLENGE.format("n1"))
    proven = went.request("pbx", "INVITE")
    made.answer(proven, 180)
    via = "SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bK-call-1-INVITE-1;rport"
    cancel = made.trunk("CANCEL", Via=via).request("pbx", "CANCEL")
    assert (cancel.via.branch, cancel.cseq.number) == (proven.via.branch, 2)
    assert "Proxy-Authorization" not in cancel.headers


@pytest.mark.parametrize(
    "wrong",
    [
        {"user": ""},
        {"name": ""},
        {"user": "a b"},
        {"domain": "x>y"},
        {"registrar": "carrier.example"},
        {"expires_s": 10},
        {"name": "../x"},
    ],
)
def test_registrations_that_cannot_work_stop_the_start(wrong: dict[str, object]) -> None:
    carrier = {"name": "carrier", "registrar": FIRST, "user": USER, **wrong}
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"registrations": [carrier]}, Inline)


def test_a_route_names_a_registration_that_is_there() -> None:
    with pytest.raises(ValueError, match="registration"):
        Inline(routes=(Route(targets=(FIRST,), registration="carrier"),))
    one = Registered(name="carrier", registrar=FIRST, user=USER)
    with pytest.raises(ValueError, match="one name"):
        Inline(registrations=(one, one))
