"""Who gets which caption line."""

import json
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.captions import ALL, LIST, CaptionHub, Cursor, View
from analytics.live_call import CaptionEvent
from analytics.store import OpenCall
from analytics.store.memory import MemoryStore
from redaction.events import Transcript
from sip_gateway.events import LegHeld
from tests.told_call import CALL_ID, STARTED_AT, ToldCall, at

EVERYTHING = View("default", ALL)
OTHER_ID = CALL_ID[:-1] + "2"


def tell(hub: CaptionHub, events: Sequence[CaptionEvent], *, now: float = 0.0) -> None:
    """Let the hub take events in."""
    for event in events:
        hub.receive(event, now=now)


def drain(hub: CaptionHub, cursor: Cursor) -> list[dict[str, Any]]:
    """Everything that is there for a client, decoded."""
    received: list[dict[str, Any]] = []
    while lines := hub.to_send(cursor, limit=3):
        received += [json.loads(line.text) for line in lines]
    return received


class Page:
    """A client as the web page is one: it keeps what it is told."""

    def __init__(self) -> None:
        self.segments: dict[str, dict[str, Any]] = {}
        self.epoch, self.seq = "", 0
        self.snapshots = 0

    def take(self, messages: Sequence[dict[str, Any]]) -> None:
        """Apply messages; numbers must have no hole and no double."""
        for message in messages:
            if message["type"] == "snapshot":
                self.snapshots += 1
                self.segments = {
                    segment["segment_id"]: segment
                    for call in message["calls"]
                    for segment in call["segments"]
                }
            else:
                assert message["seq"] == self.seq + 1
                if message["type"] == "segment":
                    self.segments[message["segment_id"]] = message
            self.epoch, self.seq = message["epoch"], message["seq"]

    def texts(self) -> list[tuple[str, bool]]:
        """What is on the screen."""
        ordered = sorted(self.segments.values(), key=lambda s: (s["start_ms"], s["channel"]))
        return [(segment["text"], segment["is_final"]) for segment in ordered]


def test_a_new_client_first_gets_everything_then_each_change() -> None:
    hub, call = CaptionHub("e", keep=100), ToldCall()
    tell(hub, [call.started(), call.joined(0)])
    cursor = hub.join(EVERYTHING)
    (snapshot,) = drain(hub, cursor)
    assert snapshot["type"] == "snapshot"
    assert [c["call_id"] for c in snapshot["calls"]] == [CALL_ID]
    assert [leg["role"] for leg in snapshot["calls"][0]["legs"]] == ["agent"]
    tell(hub, [call.said(0, "good", start_ms=0, final=False), call.gap(0, 0, 60)])
    said, gap = drain(hub, cursor)
    assert (said["type"], said["text"], said["is_final"]) == ("segment", "good", False)
    assert {"audio_end_at", "recognised_at", "redacted_at", "revision", "words"} <= said.keys()
    assert (gap["type"], gap["end_ms"], gap["why"]) == ("gap", 60, "lost_packets")
    assert drain(hub, cursor) == []


def test_a_gap_shrinks_as_it_is_filled_and_is_gone_from_the_next_snapshot() -> None:
    hub, call = CaptionHub("e", keep=100), ToldCall()
    tell(hub, [call.started(), call.joined(0), call.gap(0, 1_000, 3_000)])
    cursor = hub.join(EVERYTHING)
    (snapshot,) = drain(hub, cursor)
    assert [gap["start_ms"] for gap in snapshot["calls"][0]["gaps"]] == [1_000]
    late = msgspec.structs.replace(call.said(0, "said late", start_ms=1_100), recovered=True)
    fills = [call.filled(0, 1_000, 2_000), call.filled(0, 1_000, 3_000)]
    tell(hub, [late, *fills, *fills, call.gap(0, 1_000, 3_000)])
    said, half, whole = drain(hub, cursor)
    assert said["recovered"]
    assert (half["start_ms"], half["end_ms"], half["told_from_ms"]) == (2_000, 3_000, 1_000)
    assert (whole["start_ms"], whole["end_ms"], whole["told_from_ms"]) == (3_000, 3_000, 1_000)
    (again,) = drain(hub, hub.join(EVERYTHING))
    assert again["calls"][0]["gaps"] == []


def test_a_partial_becomes_final_in_place_and_never_comes_back() -> None:
    hub, call, page = CaptionHub("e", keep=100), ToldCall(), Page()
    cursor = hub.join(EVERYTHING)
    tell(hub, [call.started(), call.said(1, "my card is", start_ms=0, final=False)])
    tell(hub, [call.said(1, "my card is [card]", start_ms=0, revision=2)])
    tell(hub, [call.said(1, "my card is four", start_ms=0, revision=9, final=False)])
    page.take(drain(hub, cursor))
    assert page.texts() == [("my card is [card]", True)]


def test_a_final_is_replaced_only_by_a_higher_revision() -> None:
    hub, call, page = CaptionHub("e", keep=100), ToldCall(), Page()
    cursor = hub.join(EVERYTHING)
    tell(hub, [call.started(), call.said(1, "it is [pin]", start_ms=0, revision=3)])
    tell(hub, [call.said(1, "it is sesame", start_ms=0, revision=2)])
    tell(hub, [call.said(1, "it is sesame", start_ms=0, revision=3)])
    page.take(drain(hub, cursor))
    assert page.texts() == [("it is [pin]", True)]
    tell(hub, [call.said(1, "[pin]", start_ms=0, revision=4)])
    page.take(drain(hub, cursor))
    assert page.texts() == [("[pin]", True)]


def test_a_corrected_speaker_is_shown_on_the_final_and_on_one_that_comes_later() -> None:
    hub, call, page = CaptionHub("e", keep=100), ToldCall(), Page()
    tell(hub, [call.started(), call.joined(0), call.said(0, "hello there", start_ms=0)])
    cursor = hub.join(EVERYTHING)
    page.take(drain(hub, cursor))
    tell(hub, [call.corrected(0, 0, "speaker_2"), call.corrected(0, 900, "speaker_3")])
    tell(hub, [call.said(0, "and me", start_ms=900), call.corrected(0, 0, "speaker_2")])
    messages = drain(hub, cursor)
    assert len(messages) == 2
    page.take(messages)
    shown = [(s["text"], s["speaker"]) for s in page.segments.values()]
    assert shown == [("hello there", "speaker_2"), ("and me", "speaker_3")]


def test_a_replay_sends_nothing() -> None:
    hub, call = CaptionHub("e", keep=100), ToldCall()
    cursor = hub.join(EVERYTHING)
    events: list[CaptionEvent] = [
        call.started(),
        call.joined(0),
        call.said(0, "hi", start_ms=0),
        call.gap(0, 0, 9),
    ]
    tell(hub, [*events, call.ended(at_ms=900)])
    drain(hub, cursor)
    tell(hub, [*events, call.ended(at_ms=900)])
    assert drain(hub, cursor) == []


def test_a_client_that_comes_back_gets_what_it_missed_and_nothing_twice() -> None:
    hub, call, page = CaptionHub("e", keep=100), ToldCall(), Page()
    cursor = hub.join(EVERYTHING)
    tell(hub, [call.started(), call.said(0, "one", start_ms=0)])
    page.take(drain(hub, cursor))
    hub.leave(cursor, now=1.0)
    tell(hub, [call.said(0, "two", start_ms=1000), call.said(1, "three", start_ms=2000)])
    missed = drain(hub, hub.join(EVERYTHING, epoch=page.epoch, after=page.seq))
    assert [message["text"] for message in missed] == ["two", "three"]
    page.take(missed)
    assert page.snapshots == 1
    again = hub.join(EVERYTHING, epoch=page.epoch, after=page.seq)
    assert drain(hub, again) == []


@pytest.mark.parametrize("after", [-1, 3, 99])
def test_a_place_that_is_not_in_the_ring_gets_a_snapshot(after: int) -> None:
    hub, call = CaptionHub("e", keep=2), ToldCall()
    first = hub.join(EVERYTHING)
    tell(hub, [call.started(), *(call.said(0, "x", start_ms=1000 * i) for i in range(9))])
    back = hub.join(EVERYTHING, epoch=first.channel.epoch, after=after)
    (snapshot,) = drain(hub, back)
    assert (snapshot["type"], snapshot["seq"]) == ("snapshot", 10)


def test_another_epoch_gets_a_snapshot() -> None:
    hub, page = CaptionHub("before", keep=100), Page()
    page.take(drain(hub, hub.join(EVERYTHING)))
    restarted = CaptionHub("after", keep=100)
    cursor = restarted.join(EVERYTHING, epoch=page.epoch, after=page.seq)
    assert [message["type"] for message in drain(restarted, cursor)] == ["snapshot"]


def test_a_slow_client_gets_a_fresh_snapshot_instead_of_a_queue() -> None:
    hub, call, page = CaptionHub("e", keep=5), ToldCall(), Page()
    cursor = hub.join(EVERYTHING)
    page.take(drain(hub, cursor))
    tell(hub, [call.started(), *(call.said(0, f"{i}", start_ms=1000 * i) for i in range(50))])
    page.take(drain(hub, cursor))
    assert page.snapshots == 2
    assert len(page.texts()) == 50


@given(
    cuts=st.lists(st.tuples(st.integers(0, 6), st.sampled_from(["stay", "drop", "lag"]))),
    keep=st.integers(1, 8),
    seed=st.randoms(use_true_random=False),
)
def test_whatever_happens_to_a_client_it_ends_with_what_was_said(
    cuts: list[tuple[int, str]], keep: int, seed: Any
) -> None:
    call, hub, page = ToldCall(), CaptionHub("e", keep=keep), Page()
    events: list[CaptionEvent] = [*call.lifecycle(), *call.speech()]
    events += seed.choices(events, k=6)
    cursor = hub.join(EVERYTHING)
    for count, fate in cuts:
        tell(hub, events[:count])
        events = events[count:]
        if fate == "drop":
            hub.leave(cursor, now=0.0)
            cursor = hub.join(EVERYTHING, epoch=page.epoch, after=page.seq)
        if fate != "lag":
            page.take(drain(hub, cursor))
    tell(hub, events)
    page.take(drain(hub, cursor))
    assert page.texts() == [
        ("good morning how can I help", True),
        ("my card is [card] [name]", True),
        ("thank you", True),
    ]


def test_one_tenant_gets_nothing_of_another_not_even_numbers() -> None:
    hub = CaptionHub("e", keep=100)
    cursor = hub.join(View("other", ALL))
    assert drain(hub, cursor)[0]["calls"] == []
    tell(hub, [*ToldCall().lifecycle(), *ToldCall().speech()])
    assert drain(hub, cursor) == []
    tell(hub, [ToldCall(OTHER_ID, tenant_id="other").started()])
    assert [message["seq"] for message in drain(hub, cursor)] == [1]
    assert drain(hub, hub.join(View("other", CALL_ID)))[0]["calls"] == []


def test_a_view_of_one_call_has_that_call_only_and_its_own_numbers() -> None:
    hub, one, other = CaptionHub("e", keep=100), ToldCall(), ToldCall(OTHER_ID)
    cursor = hub.join(View("default", CALL_ID))
    drain(hub, cursor)
    tell(hub, [other.started(), one.started(), other.said(0, "no", start_ms=0)])
    tell(hub, [one.said(0, "yes", start_ms=0)])
    assert [m["seq"] for m in drain(hub, cursor)] == [1, 2]
    elsewhere = hub.join(View("default", OTHER_ID), epoch=cursor.channel.epoch, after=2)
    (snapshot,) = drain(hub, elsewhere)
    assert [c["call_id"] for c in snapshot["calls"]] == [OTHER_ID]


def test_the_list_has_calls_and_legs_without_speech() -> None:
    hub, call = CaptionHub("e", keep=100), ToldCall()
    cursor = hub.join(View("default", LIST))
    drain(hub, cursor)
    tell(hub, [*call.lifecycle(), *call.speech()])
    kinds = {message["type"] for message in drain(hub, cursor)}
    assert kinds == {"call", "leg", "call_ended"}
    (snapshot,) = drain(hub, hub.join(View("default", LIST)))
    assert snapshot["calls"][0]["segments"] == []


def test_a_held_leg_is_said_and_said_again_when_it_is_back() -> None:
    hub, call = CaptionHub("e", keep=100), ToldCall()
    cursor = hub.join(EVERYTHING)
    drain(hub, cursor)
    held = LegHeld(tenant_id="default", call_id=CALL_ID, leg_id=call.leg_id(1), at_ms=10)
    tell(hub, [call.started(), call.joined(1), held, call.left(1, at_ms=20)])
    legs = [m for m in drain(hub, cursor) if m["type"] == "leg"]
    assert [(leg["held"], leg["left_ms"]) for leg in legs] == [
        (False, None),
        (True, None),
        (False, 20),
    ]
    assert legs[1]["role"] == "customer"


def test_speech_before_its_call_is_held_until_the_call_is_known() -> None:
    hub, call = CaptionHub("e", keep=100), ToldCall()
    cursor = hub.join(EVERYTHING)
    drain(hub, cursor)
    tell(hub, [call.said(0, "early", start_ms=0)])
    assert drain(hub, cursor) == []
    tell(hub, [call.started()])
    assert [message["type"] for message in drain(hub, cursor)] == ["call", "segment"]


def test_speech_whose_call_never_comes_is_shown_after_a_while() -> None:
    hub, call = CaptionHub("e", keep=100), ToldCall()
    cursor = hub.join(EVERYTHING)
    drain(hub, cursor)
    tell(hub, [call.said(0, "early", start_ms=2000)], now=10.0)
    hub.tick(now=14.9)
    assert drain(hub, cursor) == []
    hub.tick(now=15.0)
    shown = drain(hub, cursor)
    assert [message["type"] for message in shown] == ["call", "segment"]
    assert shown[0]["started_at"].startswith(at(0).isoformat()[:19])


def test_the_tail_end_of_a_finished_call_makes_no_live_call() -> None:
    hub, call = CaptionHub("e", keep=100), ToldCall()
    cursor = hub.join(EVERYTHING)
    drain(hub, cursor)
    tell(hub, [call.said(0, "bye", start_ms=9000), call.transcript_ended(at_ms=10_000)])
    hub.tick(now=60.0)
    assert drain(hub, cursor) == [] and hub.live == 0


async def stored(*events: Any) -> OpenCall:
    """A call in progress, by way of the store."""
    store = MemoryStore()
    await store.apply(events, now=STARTED_AT)
    (opened,) = await store.open_calls()
    return opened


@pytest.mark.parametrize("first", ["store", "bus"])
async def test_after_a_restart_store_and_bus_together_show_the_whole_call(first: str) -> None:
    call = ToldCall()
    old = [call.started(), call.joined(0), call.said(0, "old", start_ms=0), call.gap(0, 1, 2)]
    new = [call.said(0, "both", start_ms=3000), call.said(0, "op", start_ms=6000, final=False)]
    opened = await stored(*old, new[0])
    hub, page = CaptionHub("e", keep=100), Page()
    cursor = hub.join(EVERYTHING)
    if first == "bus":
        tell(hub, new)
    hub.restore(opened, now=0.0)
    if first == "store":
        tell(hub, new)
    page.take(drain(hub, cursor))
    assert page.texts() == [("old", True), ("both", True), ("op", False)]
    (snapshot,) = drain(hub, hub.join(EVERYTHING))
    (shown,) = snapshot["calls"]
    assert (shown["ingress"], shown["legs"][0]["role"]) == ("siprec", "agent")
    assert [gap["end_ms"] for gap in shown["gaps"]] == [2]


async def test_a_call_that_ended_while_the_store_was_read_stays_ended() -> None:
    call = ToldCall()
    opened = await stored(call.started(), call.said(0, "old", start_ms=0))
    hub = CaptionHub("e", keep=100)
    tell(hub, [call.ended(at_ms=5000)])
    hub.restore(opened, now=0.0)
    (snapshot,) = drain(hub, hub.join(EVERYTHING))
    assert [(c["state"], c["duration_ms"]) for c in snapshot["calls"]] == [("ended", 5000)]


def test_an_open_partial_is_gone_once_the_transcript_has_ended() -> None:
    hub, call = CaptionHub("e", keep=100), ToldCall()
    tell(hub, [call.started(), call.said(0, "uh", start_ms=0, final=False)])
    tell(hub, [call.ended(at_ms=900), call.transcript_ended(at_ms=900)])
    tell(hub, [call.said(0, "uh", start_ms=0, revision=2, final=False)])
    (snapshot,) = drain(hub, hub.join(EVERYTHING))
    assert snapshot["calls"][0]["segments"] == []


async def test_the_summary_ends_a_call_whose_gateway_never_did() -> None:
    call, store = ToldCall(), MemoryStore()
    await store.apply([call.started(), call.said(0, "hello", start_ms=0)], now=STARTED_AT)
    await store.close_lost(silent_since=at(10**6), now=at(10**6))
    (entry,) = await store.unpublished()
    hub = CaptionHub("e", keep=100)
    cursor = hub.join(EVERYTHING)
    drain(hub, cursor)
    tell(hub, [call.started(), entry.summary, entry.summary])
    *_, ended, summary = drain(hub, cursor)
    assert (ended["type"], ended["reason"]) == ("call_ended", "lost")
    assert (summary["type"], summary["summary"]["reason"]) == ("summary", "lost")
    assert hub.live == 0


def test_a_finished_call_is_forgotten_and_a_late_event_does_not_bring_it_back() -> None:
    hub, call = CaptionHub("e", keep=100), ToldCall()
    tell(hub, [*call.lifecycle(), *call.speech()], now=0.0)
    hub.tick(now=299.0)
    assert len(drain(hub, hub.join(EVERYTHING))[0]["calls"]) == 1
    hub.tick(now=300.0)
    tell(hub, [call.said(1, "[card]", start_ms=2900, revision=9)], now=301.0)
    assert drain(hub, hub.join(EVERYTHING))[0]["calls"] == []


def test_a_call_in_progress_is_not_forgotten_however_long_it_is_silent() -> None:
    hub = CaptionHub("e", keep=100)
    tell(hub, [ToldCall().started()], now=0.0)
    hub.tick(now=3600.0)
    assert hub.live == 1


def test_only_views_that_somebody_looks_at_are_kept() -> None:
    hub, call = CaptionHub("e", keep=100), ToldCall()
    cursor = hub.join(View("default", CALL_ID))
    epoch = cursor.channel.epoch
    hub.leave(cursor, now=0.0)
    hub.tick(now=299.0)
    back = hub.join(View("default", CALL_ID), epoch=epoch, after=0)
    assert back.channel.epoch == epoch
    hub.leave(back, now=299.0)
    hub.tick(now=600.0)
    assert hub.join(View("default", CALL_ID), epoch=epoch, after=0).channel.epoch != epoch
    tell(hub, [call.started()])


def test_the_channels_with_news_are_told_once() -> None:
    hub, call = CaptionHub("e", keep=100), ToldCall()
    everything, one = hub.join(EVERYTHING), hub.join(View("default", CALL_ID))
    other = hub.join(View("default", OTHER_ID))
    tell(hub, [call.started()])
    assert hub.changed() == {everything.channel, one.channel}
    assert hub.changed() == set()
    assert other.channel.seq == 0


def test_a_page_that_is_still_open_sees_words_masked_long_after_the_call() -> None:
    hub, call = CaptionHub("e", keep=100), ToldCall()
    tell(hub, [*call.lifecycle(), *call.speech()])
    everything, this = hub.join(EVERYTHING), hub.join(View("default", CALL_ID))
    elsewhere = hub.join(View("other", ALL))
    pages = {cursor: Page() for cursor in (everything, this, elsewhere)}
    for cursor, page in pages.items():
        page.take(drain(hub, cursor))
    hub.tick(now=1000.0)
    tell(hub, [masked_later(call)], now=1001.0)
    for cursor, page in pages.items():
        page.take(drain(hub, cursor))
    assert ("good morning [name] help", True) in pages[everything].texts()
    assert pages[everything].texts() == pages[this].texts()
    assert pages[elsewhere].texts() == []


def test_words_masked_in_a_call_that_nobody_looks_at_make_no_live_call() -> None:
    hub, call = CaptionHub("e", keep=100), ToldCall()
    page, cursor = Page(), hub.join(EVERYTHING)
    page.take(drain(hub, cursor))
    tell(hub, [masked_later(call)])
    hub.tick(now=60.0)
    page.take(drain(hub, cursor))
    assert page.texts() == [] and hub.live == 0


def test_a_page_that_shows_a_stored_call_sees_its_words_masked() -> None:
    hub, call = CaptionHub("e", keep=100), ToldCall()
    page, cursor = Page(), hub.join(View("default", CALL_ID))
    page.take(drain(hub, cursor))
    tell(hub, [masked_later(call)])
    page.take(drain(hub, cursor))
    assert page.texts() == [("good morning [name] help", True)]


def masked_later(call: ToldCall) -> Transcript:
    """The retraction of something said in the call."""
    said = call.said(0, "good morning [name] help", start_ms=500, revision=1_500_000_001)
    return msgspec.structs.replace(said, retraction=True)
