"""What is left of calls when a media worker, or the signalling process itself, dies."""

from datetime import UTC, datetime

from sip_gateway.calls.answering import REOPEN_TIMES
from sip_gateway.sip.message import Response
from sip_gateway.worker_protocol import (
    CallRefused,
    ClockStarted,
    CloseCall,
    OpenCall,
    UpdateLegs,
)
from tests.sip_bench import SDP, TCP, Bench, message, statuses

CALL_ID = f"{1:032x}"
STARTED_AT = datetime(2026, 1, 1, 12, tzinfo=UTC)


def die(bench: Bench, worker: int = 0) -> None:
    bench.switchboard.worker_down(worker, now=bench.now)
    bench.settle()
    bench.told.clear()


def come_back(bench: Bench, worker: int = 0) -> None:
    bench.switchboard.worker_up(worker, now=bench.now)
    bench.settle()


def test_a_worker_that_comes_back_gets_its_call_on_the_same_port_and_clock() -> None:
    bench = Bench()
    bench.talk()
    bench.say(ClockStarted(call_id=CALL_ID, clock_started_at=STARTED_AT))
    die(bench)
    come_back(bench)
    (opened,) = bench.orders(OpenCall)
    assert isinstance(opened, OpenCall)
    assert opened.resumed
    assert opened.legs[0].rtp_port == 20000
    assert opened.clock_started_at == STARTED_AT


def test_a_bye_while_the_worker_is_away_closes_the_call_when_it_is_back() -> None:
    bench = Bench()
    tag = bench.talk()
    die(bench)
    assert statuses(bench.send(message("BYE", cseq=2, to_tag=tag))) == [200]
    assert list(bench.kept) == [CALL_ID]
    come_back(bench)
    assert [type(order) for _, order in bench.told] == [OpenCall, CloseCall]
    assert bench.kept == {}


def test_hold_while_the_worker_is_away_is_answered_and_told_later() -> None:
    bench = Bench()
    tag = bench.talk()
    die(bench)
    hold = message("INVITE", cseq=2, to_tag=tag, body=SDP + "a=inactive\r\n")
    assert statuses(bench.send(hold)) == [100, 200]
    come_back(bench)
    (opened,) = bench.orders(OpenCall)
    assert isinstance(opened, OpenCall)
    assert opened.legs[0].held


def test_an_invite_that_loses_its_worker_is_refused_and_closed_later() -> None:
    bench = Bench()
    bench.patient = True
    bench.send(message("INVITE", body=SDP))
    before = len(bench.sent)
    die(bench)
    assert statuses(bench.received(since=before)) == [503]
    bench.patient = False
    come_back(bench)
    assert [type(order) for _, order in bench.told] == [OpenCall, CloseCall]
    assert bench.kept == {}


def test_while_no_worker_is_up_new_calls_get_503() -> None:
    bench = Bench()
    die(bench)
    refused = bench.send(message("INVITE", body=SDP))[-1]
    assert isinstance(refused, Response)
    assert (refused.status, refused.headers.get("Retry-After")) == (503, "5")


def test_a_worker_that_cannot_take_a_call_up_is_asked_again() -> None:
    bench = Bench()
    bench.talk()
    die(bench)
    bench.patient = True
    come_back(bench)
    bench.say(CallRefused(call_id=CALL_ID, why="address in use"))
    bench.patient = False
    bench.wait(0.6)
    assert len(bench.orders(OpenCall)) == 2
    assert bench.switchboard.active() == 1


def test_a_call_that_cannot_be_taken_up_at_all_ends_with_a_bye_and_is_closed() -> None:
    bench = Bench()
    bench.talk()
    die(bench)
    bench.patient = True
    come_back(bench)
    before = len(bench.sent)
    for _ in range(REOPEN_TIMES + 1):
        bench.say(CallRefused(call_id=CALL_ID, why="address in use"))
        bench.patient = len(bench.orders(OpenCall)) <= REOPEN_TIMES
        bench.wait(0.5)
    assert statuses(bench.received(since=before))[0] == "BYE"
    opened = bench.orders(OpenCall)[-1]
    assert isinstance(opened, OpenCall)
    assert opened.legs[0].rtp_port is None
    assert [order.reason for order in bench.orders(CloseCall) if isinstance(order, CloseCall)] == [
        "fault"
    ]


def test_the_calls_of_another_worker_are_left_alone() -> None:
    bench = Bench(media_workers=2)
    bench.talk()
    bench.talk(Call_ID="call-2", Via="SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bK-2")
    die(bench, 1)
    come_back(bench, 1)
    assert [worker for worker, _ in bench.told] == [1]


def test_after_a_restart_the_call_is_taken_up_and_bye_still_works() -> None:
    before = Bench()
    tag = before.talk()
    before.say(ClockStarted(call_id=CALL_ID, clock_started_at=STARTED_AT))
    after = Bench(kept=before.kept)
    (opened,) = after.orders(OpenCall)
    assert isinstance(opened, OpenCall)
    assert (opened.resumed, opened.legs[0].rtp_port) == (True, 20000)
    assert opened.clock_started_at == STARTED_AT
    assert after.switchboard.active() == 1
    assert statuses(after.send(message("BYE", cseq=2, to_tag=tag), TCP)) == [200]
    assert after.kept == {}


def test_after_a_restart_reinvites_go_on_where_they_were() -> None:
    before = Bench()
    tag = before.talk()
    after = Bench(kept=before.kept)
    hold = message("INVITE", cseq=2, to_tag=tag, body=SDP + "a=sendonly\r\n")
    assert statuses(after.send(hold)) == [100, 200]
    (update,) = after.orders(UpdateLegs)
    assert isinstance(update, UpdateLegs)
    assert update.legs[0].held, "that the call was two-way is remembered"
    assert statuses(after.send(message("INVITE", cseq=2, to_tag=tag, body=SDP, Via=OTHER))) == [500]


OTHER = "SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bK-other"


def test_after_a_restart_a_repeated_invite_gets_the_answer_of_before() -> None:
    before = Bench()
    before.talk()
    first = next(m for m in before.received() if isinstance(m, Response) and m.status == 200)
    after = Bench(kept=before.kept)
    (again,) = after.send(message("INVITE", body=SDP))
    assert bytes(again) == bytes(first)


def test_after_a_restart_a_call_that_was_being_set_up_is_closed() -> None:
    before = Bench()
    before.patient = True
    before.send(message("INVITE", body=SDP))
    after = Bench(kept=before.kept)
    assert [type(order) for _, order in after.told] == [OpenCall, CloseCall]
    assert after.kept == {}


def test_after_a_restart_session_timers_run_on() -> None:
    before = Bench()
    before.talk(Session_Expires="90", Supported="timer")
    after = Bench(kept=before.kept)
    assert "BYE" in statuses(after.wait(61.0))
