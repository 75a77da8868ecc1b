"""What a finished call amounted to."""

from random import Random

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from analytics.batch import NO_DAY, StoredEvent, channel_of, day_of
from analytics.events import CallSummary
from analytics.store.memory import MemoryStore
from tests.told_call import CALL_ID, STARTED_AT, ToldCall, at


async def summary_of(events: list[StoredEvent]) -> CallSummary:
    """The summary of one call, by way of the store."""
    store = MemoryStore()
    await store.apply(events, now=STARTED_AT)
    document = await store.transcript("default", CALL_ID)
    assert document is not None and document.summary is not None
    return document.summary


async def test_the_numbers_of_a_small_call() -> None:
    call = ToldCall()
    summary = await summary_of([*call.lifecycle(), *call.speech()])
    agent, customer = summary.legs
    assert (agent.role, agent.talk_ms, agent.words, agent.gap_ms) == ("agent", 2400, 8, 0)
    assert (customer.role, customer.talk_ms, customer.words) == ("customer", 1500, 3)
    assert customer.gap_ms == 400
    assert summary.redactions == {"card": 1, "name": 1}
    assert summary.silence_ms == 10_000 - 2400 - 1500
    assert summary.overlap_ms == 0
    assert (summary.started_at, summary.ended_at) == (at(0), at(10_000))
    assert (summary.ingress, summary.reason, summary.policy_version) == ("siprec", "bye", "p1")


async def test_talking_over_each_other_is_counted_once_as_overlap() -> None:
    call = ToldCall()
    summary = await summary_of(
        [
            *call.lifecycle(),
            call.said(0, "one two three", start_ms=1000),
            call.said(1, "hang on", start_ms=1600),
            call.transcript_ended(at_ms=10_000),
        ]
    )
    assert summary.overlap_ms == 300
    assert summary.silence_ms == 10_000 - 1200


async def test_people_who_share_a_leg_are_counted_by_their_labels() -> None:
    call = ToldCall()
    summary = await summary_of(
        [
            *call.lifecycle(),
            call.said(0, "one two three", start_ms=1000),
            call.said(0, "hang on", start_ms=1600),
            call.corrected(0, 1600, "speaker_2"),
            call.transcript_ended(at_ms=10_000),
        ]
    )
    assert summary.overlap_ms == 300
    told = [(s.speaker, s.talk_ms, s.words) for s in summary.speakers]
    assert told == [("agent", 900, 3), ("speaker_2", 600, 2)]
    assert summary.legs[0].talk_ms == 1200


async def test_a_call_in_which_nobody_spoke_is_all_silence() -> None:
    call = ToldCall()
    summary = await summary_of([*call.lifecycle(), call.transcript_ended(at_ms=10_000)])
    assert (summary.silence_ms, summary.overlap_ms) == (10_000, 0)
    assert [leg.words for leg in summary.legs] == [0, 0]
    assert summary.policy_version == ""


@given(st.randoms(use_true_random=False))
async def test_any_order_of_the_topics_sums_up_to_the_same(rng: Random) -> None:
    call = ToldCall()
    lifecycle: list[StoredEvent] = [*call.lifecycle()]
    speech: list[StoredEvent] = [*call.speech()]
    told: list[StoredEvent] = []
    while lifecycle or speech:
        topic = rng.choice([topic for topic in (lifecycle, speech) if topic])
        told.append(topic.pop(0))
    assert await summary_of(told) == await summary_of([*call.lifecycle(), *call.speech()])


def test_a_summary_goes_over_the_bus_unchanged() -> None:
    empty = CallSummary(
        tenant_id="default",
        call_id=CALL_ID,
        started_at=at(0),
        ended_at=at(5),
        duration_ms=5,
        ingress="sip",
        reason="bye",
        legs=(),
        silence_ms=5,
        overlap_ms=0,
        redactions={"card": 2},
        policy_version="p1",
    )
    assert msgspec.json.decode(msgspec.json.encode(empty), type=CallSummary) == empty


def test_the_day_of_a_call_is_in_its_id() -> None:
    assert day_of(CALL_ID).isoformat() == "2025-11-20"
    assert day_of("call-1") == day_of("z" * 32) == day_of("f" * 12 + "7" + "0" * 19) == NO_DAY


def test_the_channel_of_a_leg_is_in_its_id() -> None:
    assert [channel_of(leg_id) for leg_id in ("abc-1", "abc-12", "abc", "a-99999999")] == [
        1,
        12,
        0,
        0,
    ]
