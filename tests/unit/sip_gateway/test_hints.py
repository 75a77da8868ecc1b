"""What a call says of itself is understood or passed over, and never costs the call."""

import argparse

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sip_gateway.caller.user_agent import Body, CallingAgent, Ends
from sip_gateway.calls import hints
from sip_gateway.calls.call import Call, unpack
from sip_gateway.calls.hints import PHRASES, PROFILE, QUEUE
from sip_gateway.settings import Settings
from sip_gateway.sip.message import Request, request
from sip_gateway.sip.parsing import parse
from sip_gateway.worker_protocol import CallHints, HintedPhrase, OpenCall
from tests.sip_bench import SDP, Bench, message, statuses
from trunkline.cli import call


def invite(*fields: tuple[str, str], uri: str = "sip:line@example.com") -> Request:
    return request("INVITE", uri, headers=fields)


def phrases(*values: str) -> tuple[tuple[str, float], ...] | None:
    """Text and weight of each, None where the header is passed over."""
    read = hints.read(invite(*((PHRASES, value) for value in values)), {})
    assert read.ignored in ((), (PHRASES,))
    return None if read.ignored else tuple((p.text, p.weight) for p in read.hints.phrases)


def test_a_call_says_its_queue_and_profile() -> None:
    read = hints.read(invite((QUEUE, " card services "), (PROFILE, "low_latency")), {})
    assert read == hints.Read(CallHints(queue="card services", profile="low_latency"))


def test_a_call_without_headers_has_no_hints() -> None:
    assert hints.read(invite(), {}) == hints.Read(CallHints())


@pytest.mark.parametrize(
    ("values", "found"),
    [
        (["Harbor Bank"], (("Harbor Bank", 2.0),)),
        (
            ["Harbor Bank;weight=4, Plan%20Q7 ; weight=-1.5"],
            (("Harbor Bank", 4.0), ("Plan Q7", -1.5)),
        ),
        (["Zo%C3%AB", "Smith%2C Inc"], (("Zoë", 2.0), ("Smith, Inc", 2.0))),
        (["Zoë"], (("Zoë", 2.0),)),
        ([""], ()),
        ([" a,, b ,"], (("a", 2.0), ("b", 2.0))),
    ],
)
def test_phrases_are_read(values: list[str], found: tuple[tuple[str, float], ...]) -> None:
    assert phrases(*values) == found


@pytest.mark.parametrize(
    "value",
    [
        "x;weight=heavy",
        "x;weight=99",
        "x;weight=nan",
        "x;weight=",
        "x;boost=3",
        "%FF%FE",
        "x%00y",
        "a" * 101,
        ",".join(["x"] * 51),
        "y" * 5000,
        ";weight=1",
    ],
)
def test_phrases_that_are_wrong_or_too_many_are_passed_over(value: str) -> None:
    assert phrases(value) is None


@pytest.mark.parametrize("value", ["q" * 65, "sales;drop", "-x", "x\ty", "ä"])
def test_a_queue_of_another_form_is_passed_over(value: str) -> None:
    assert hints.read(invite((QUEUE, value)), {}) == hints.Read(CallHints(), (QUEUE,))


def test_two_queues_are_none() -> None:
    assert hints.read(invite((QUEUE, "a"), (QUEUE, "b")), {}).ignored == (QUEUE,)


@pytest.mark.parametrize(
    ("uri", "queue"),
    [
        ("sip:4711@recorder.example.com", "claims"),
        ("sip:4712@recorder.example.com", ""),
        ("sip:recorder.example.com", ""),
        ("tel:4711", ""),
    ],
)
def test_the_called_user_stands_for_a_queue_where_the_header_is_missing(
    uri: str, queue: str
) -> None:
    queues = {"4711": "claims"}
    assert hints.read(invite(uri=uri), queues).hints.queue == queue
    assert hints.read(invite((QUEUE, "sales"), uri=uri), queues).hints.queue == "sales"


@given(st.lists(st.text(st.characters(blacklist_characters="\r\n\0"), max_size=60), max_size=4))
def test_any_header_is_understood_or_passed_over(values: list[str]) -> None:
    fields = [(name, value) for name in (QUEUE, PROFILE, PHRASES) for value in values]
    read = hints.read(invite(*fields), {})
    assert all(0 < len(p.text) <= 100 and abs(p.weight) <= 10 for p in read.hints.phrases)


def test_hints_go_to_the_worker_and_stay_with_the_call_on_disk() -> None:
    bench = Bench()
    sent = message(
        "INVITE", body=SDP, X_Trunkline_Queue="sales", X_Trunkline_Phrases="Ada;weight=3"
    )
    assert statuses(bench.send(sent)) == [100, 200]
    wanted = CallHints(queue="sales", phrases=(HintedPhrase(text="Ada", weight=3.0),))
    (order,) = bench.orders(OpenCall)
    assert isinstance(order, OpenCall) and order.hints == wanted
    (record,) = bench.kept.values()
    assert unpack(record).open(resumed=True).hints == wanted


def test_a_hint_that_cannot_be_used_costs_one_note_and_one_count_and_not_the_call() -> None:
    bench = Bench()
    sent = message("INVITE", body=SDP, X_Trunkline_Profile="turbo!", X_Trunkline_Queue="sales")
    assert statuses(bench.send(sent)) == [100, 200]
    assert bench.counts[("hints", "ignored")] == 1
    noted = [note for note in bench.notes if note.what == "header ignored"]
    assert [note.reason for note in noted] == [PROFILE]
    (order,) = bench.orders(OpenCall)
    assert isinstance(order, OpenCall) and order.hints == CallHints(queue="sales")


def test_a_call_that_an_older_release_kept_is_taken_up_again() -> None:
    bench = Bench()
    bench.send(message("INVITE", body=SDP))
    (record,) = bench.kept.values()
    raw = msgspec.msgpack.decode(record, type=dict[str, msgspec.Raw])
    del raw["hints"]
    old = unpack(msgspec.msgpack.encode(raw))
    assert isinstance(old, Call) and old.hints == CallHints()


def test_an_older_worker_protocol_message_still_decodes() -> None:
    bench = Bench()
    bench.send(message("INVITE", body=SDP))
    (order,) = bench.orders(OpenCall)
    raw = msgspec.json.decode(msgspec.json.encode(order), type=dict[str, msgspec.Raw])
    del raw["hints"]
    assert msgspec.json.decode(msgspec.json.encode(raw), type=OpenCall) == order


def test_queues_by_called_user_are_a_setting() -> None:
    settings = msgspec.convert({"queues": {"4711": "claims"}}, Settings)
    assert settings.queues == {"4711": "claims"}


def test_our_own_caller_says_what_it_was_told_to() -> None:
    args = argparse.Namespace(queue="sales", profile="", phrase=["Harbor Bank", "Smith, Inc; Ltd"])
    told = call.headers(args)
    ends = Ends("tcp", "192.0.2.2", 40_000, "sip:192.0.2.1:5060", "<sip:a@example.com>", told)
    agent = CallingAgent(ends, siprec=True, tokens=["call-1", "tag-1", "branch-1"])
    agent.invite(Body("application/sdp", SDP.encode()), now=0.0)
    (sent,) = agent.to_send(now=0.0)
    invited = parse(sent)
    assert isinstance(invited, Request)
    read = hints.read(invited, {})
    assert read.ignored == ()
    assert read.hints.queue == "sales"
    assert [p.text for p in read.hints.phrases] == ["Harbor Bank", "Smith, Inc; Ltd"]
