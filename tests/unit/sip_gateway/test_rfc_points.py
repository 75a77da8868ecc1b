"""Single sentences of RFC 3261 and RFC 4028 that are easily missed."""

import pytest

from sip_gateway.inline.settings import Route
from sip_gateway.sip import exchange
from sip_gateway.sip.flow import Flow, our_host
from sip_gateway.sip.message import Request, Response, reply
from tests.line_bench import FIRST, LineBench
from tests.sip_bench import SDP, UDP, Bench, Inside, message, statuses


def test_a_100_says_the_timestamp_of_the_request_back() -> None:
    """RFC 3261 section 8.2.6.1."""
    bench = Bench()
    first, *_ = bench.send(message("INVITE", body=SDP, Timestamp="54.2"))
    assert isinstance(first, Response)
    assert (first.status, first.headers.get("Timestamp")) == (100, "54.2")


@pytest.mark.parametrize(
    ("asked", "least", "agreed"),
    [("1800", "90", "1800"), ("90000", "", "7200"), ("90000", "10000", "10000"), ("95", "x", "95")],
)
def test_no_session_is_shorter_than_anybody_on_the_way_can_live_with(
    asked: str, least: str, agreed: str
) -> None:
    """RFC 4028 section 9."""
    bench = Bench()
    sent = bench.send(
        message("INVITE", body=SDP, Session_Expires=asked, Min_SE=least, Supported="timer")
    )
    ok = sent[-1]
    assert isinstance(ok, Response)
    assert ok.headers.get("Session-Expires") == f"{agreed};refresher=uac"


def refreshing() -> tuple[Bench, Request]:
    """A call whose session we refresh, and our first UPDATE."""
    bench = Bench()
    bench.talk(Session_Expires="90;refresher=uas", Supported="timer", Allow="INVITE, UPDATE")
    (update,) = bench.wait(45.1)
    assert isinstance(update, Request)
    return bench, update


def answered(bench: Bench, request: Request, status: int, **headers: str) -> list[Request]:
    fields = [(name.replace("_", "-"), value) for name, value in headers.items()]
    sent = bench.send(bytes(reply(request, status, headers=fields)))
    return [m for m in sent if isinstance(m, Request)]


def test_a_refresh_that_was_too_short_is_sent_again_with_the_interval_that_is_wanted() -> None:
    """RFC 4028 section 7.3."""
    bench, update = refreshing()
    (again,) = answered(bench, update, 422, Min_SE="300")
    assert again.headers.get("Session-Expires") == "300;refresher=uac"
    assert again.cseq.number == update.cseq.number + 1
    assert answered(bench, again, 422, Min_SE="300") == [], "but not for ever"


@pytest.mark.parametrize("status", [491, 500])
def test_a_refresh_that_the_peer_could_not_take_now_is_tried_again_soon(status: int) -> None:
    bench, update = refreshing()
    assert answered(bench, update, status) == []
    (again,) = bench.wait(10.1)
    assert isinstance(again, Request) and again.method == "UPDATE"
    assert answered(bench, again, 200) == []
    assert bench.wait(40.0) == []


def test_the_peer_may_take_over_refreshing_and_change_the_interval() -> None:
    """RFC 4028 section 7.2: what the 2xx says holds."""
    bench, update = refreshing()
    answered(bench, update, 200, Session_Expires="120;refresher=uas")
    assert bench.wait(87.0) == []
    assert "BYE" in statuses(bench.wait(2.0))


def test_beyond_its_limit_a_call_is_refused_at_once_and_those_there_are_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bench = Bench()
    inside = Inside(to_tag=bench.talk())
    monkeypatch.setattr(exchange, "MAX_TRANSACTIONS", 2)
    bench.send(message("OPTIONS", Call_ID="options"))
    invite = message("INVITE", body=SDP, Call_ID="call-2")
    refused = [response for _ in "ab" for response in bench.send(invite)]
    assert [r.status for r in refused if isinstance(r, Response)] == [503, 503]
    assert {r.headers.get("Retry-After") for r in refused} == {"5"}
    assert len({r.to.tag for r in refused}) == 1, "nothing is kept, and a repeat gets the same"
    assert bench.counts["refusals", "overload"] == 2
    assert statuses(bench.send(message("BYE", inside, cseq=2))) == [200]


def test_a_call_in_line_is_refused_likewise(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = LineBench()
    monkeypatch.setattr(exchange, "MAX_TRANSACTIONS", 0)
    assert bench.trunk("INVITE", body=SDP).summary() == {}, "far beyond the limit: silence"
    monkeypatch.setattr(exchange, "MAX_TRANSACTIONS", 1)
    bench.put(message("INVITE", body=SDP, Call_ID="call-1"), UDP)
    went = bench.put(message("INVITE", body=SDP, Call_ID="call-2"), UDP)
    assert went.response("trunk", 503).headers.get("Retry-After") == "5"


@pytest.mark.parametrize(
    ("advertised", "local", "told"),
    [
        ("", "192.0.2.9", "192.0.2.9"),
        ("203.0.113.9", "192.0.2.9", "203.0.113.9"),
        ("sip.example.com", "2001:db8::9", "sip.example.com"),
        ("203.0.113.9", "2001:db8::9", "2001:db8::9"),
        ("2001:db8::1", "192.0.2.9", "192.0.2.9"),
    ],
)
def test_nobody_is_told_an_address_of_the_other_version_of_ip(
    advertised: str, local: str, told: str
) -> None:
    assert our_host(advertised, Flow("udp", local, 5060, local, 5060)) == told


def test_calls_that_pass_and_calls_that_end_with_us_share_one_limit() -> None:
    bench = LineBench(max_calls=1, routes=[Route(targets=(FIRST,), called=("line",))])
    bench.talk(offer=SDP)
    recorded = message("INVITE", body=SDP, Call_ID="call-2").replace(b"sip:line@", b"sip:other@")
    refused = bench.put(recorded, UDP).response("trunk", 486)
    assert refused.headers.get("Retry-After") == "5"
