"""Transactions against the timers of RFC 3261 table 4 and the figures of RFC 6026."""

import pytest

from sip_gateway.sip.answer import Answer
from sip_gateway.sip.answer import State as AnswerState
from sip_gateway.sip.deadlines import Deadlines
from sip_gateway.sip.transaction import (
    INVITE_SERVER,
    NON_INVITE_CLIENT,
    NON_INVITE_SERVER,
    State,
    Transaction,
)


def run(machine: Transaction | Answer, *, until: float) -> list[float]:
    """Be the driver: jump from timer to timer, return when each copy left."""
    sent_at = [0.0 for _ in machine.to_send(now=0.0)]
    while (now := machine.next_timer()) is not None and now <= until:
        sent_at += [now for _ in machine.to_send(now=now)]
    return sent_at


def refused(*, reliable: bool = False) -> Transaction:
    invite = Transaction(INVITE_SERVER, reliable=reliable, now=0.0)
    invite.send_response(486, b"486", now=0.0)
    return invite


def test_a_refusal_is_repeated_up_to_t2_until_timer_h() -> None:
    invite = refused()
    copies = [0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert run(invite, until=100.0) == copies
    assert invite.state is State.TERMINATED


def test_an_ack_stops_a_refusal_and_timer_i_forgets_it() -> None:
    invite = refused()
    invite.to_send(now=0.0)
    invite.receive_ack(now=0.2)
    assert invite.next_timer() == pytest.approx(5.2)
    assert run(invite, until=100.0) == []
    assert invite.state is State.TERMINATED


def test_over_tcp_a_refusal_is_sent_once_and_its_ack_ends_it() -> None:
    invite = refused(reliable=True)
    assert run(invite, until=10.0) == [0.0]
    invite.receive_ack(now=10.0)
    assert invite.state is State.TERMINATED


def test_a_repeated_invite_gets_the_last_provisional_again() -> None:
    invite = Transaction(INVITE_SERVER, reliable=False, now=0.0)
    invite.send_response(100, b"100", now=0.0)
    invite.to_send(now=0.0)
    invite.receive_request(now=0.4)
    assert invite.to_send(now=0.4) == [b"100"]
    assert invite.repeats == 1


def test_an_accepted_invite_absorbs_repeats_until_timer_l() -> None:
    invite = Transaction(INVITE_SERVER, reliable=True, now=0.0)
    invite.send_response(200, b"200", now=0.0)
    assert invite.to_send(now=0.0) == [b"200"]
    invite.receive_request(now=1.0)
    assert (invite.to_send(now=1.0), invite.state) == ([], State.ACCEPTED)
    assert invite.next_timer() == 32.0
    invite.to_send(now=32.0)
    assert invite.state is State.TERMINATED


@pytest.mark.parametrize(("reliable", "over_at"), [(False, 32.0), (True, 0.0)])
def test_a_completed_request_is_answered_again_for_timer_j(reliable: bool, over_at: float) -> None:
    bye = Transaction(NON_INVITE_SERVER, reliable=reliable, now=0.0)
    bye.receive_request(now=0.0)
    assert bye.to_send(now=0.0) == [], "nothing to repeat before an answer"
    bye.send_response(200, b"200", now=0.0)
    assert bye.to_send(now=0.0) == [b"200"]
    assert (bye.next_timer() or 0.0) == over_at
    bye.receive_request(now=0.0)
    assert bye.to_send(now=0.0) == ([] if reliable else [b"200"])


def test_our_request_is_repeated_by_timer_e_and_given_up_by_timer_f() -> None:
    bye = Transaction(NON_INVITE_CLIENT, reliable=False, now=0.0)
    bye.send_request(b"BYE", now=0.0)
    copies = [0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert run(bye, until=100.0) == copies
    assert bye.state is State.TERMINATED


def test_after_a_provisional_our_request_is_repeated_every_t2() -> None:
    bye = Transaction(NON_INVITE_CLIENT, reliable=False, now=0.0)
    bye.send_request(b"BYE", now=0.0)
    bye.to_send(now=0.0)
    bye.receive_response(100, now=0.1)
    assert run(bye, until=13.0) == [0.5, 4.5, 8.5, 12.5]


def test_only_the_first_final_response_counts() -> None:
    bye = Transaction(NON_INVITE_CLIENT, reliable=False, now=0.0)
    bye.send_request(b"BYE", now=0.0)
    assert bye.receive_response(200, now=0.1)
    assert not bye.receive_response(200, now=0.2)
    assert bye.next_timer() == pytest.approx(5.1)


def test_an_answer_is_repeated_until_its_ack() -> None:
    answer = Answer(b"200", cseq=1, now=0.0)
    assert run(answer, until=12.0) == [0.0, 0.5, 1.5, 3.5, 7.5, 11.5]
    assert answer.receive_ack()
    assert not answer.receive_ack()
    assert run(answer, until=100.0) == []


def test_an_answer_without_ack_is_abandoned_after_64_t1() -> None:
    answer = Answer(b"200", cseq=1, now=0.0)
    run(answer, until=100.0)
    assert answer.state is AnswerState.ABANDONED


def test_a_repeated_invite_gets_the_answer_at_once() -> None:
    answer = Answer(b"200", cseq=1, now=0.0)
    answer.to_send(now=0.0)
    answer.receive_invite(now=0.2)
    assert answer.to_send(now=0.2) == [b"200"]


def test_deadlines_come_due_in_order_and_only_as_last_set() -> None:
    deadlines: Deadlines[str] = Deadlines()
    deadlines.set("a", 3.0)
    deadlines.set("b", 1.0)
    deadlines.set("a", 2.0)
    deadlines.set("c", 1.5)
    deadlines.set("c", None)
    assert deadlines.next() == 1.0
    assert deadlines.due(now=5.0) == ["b", "a"]
    assert deadlines.next() is None
