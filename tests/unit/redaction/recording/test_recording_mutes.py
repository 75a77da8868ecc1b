"""What of a call must not be heard."""

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redaction.events import Transcript
from redaction.recording.intervals import Interval, covers, union, without
from redaction.recording.mutes import CallMutes, Leg, Mutes, mutes_of
from redaction.recording.settings import Settings
from sip_gateway.events import GapFilled
from tests.unit.redaction.recording.recorded import CALL, END_MS, gap, revisions, said

LEGS = (Leg(0, END_MS), Leg(1, END_MS - 500))
BARE = Settings(pad_before_ms=0, pad_after_ms=0, reach_ms=0, unrecognised="keep")
any_settings = st.builds(
    Settings,
    mute=st.sampled_from(["call", "leg"]),
    unrecognised=st.sampled_from(["mute", "strict", "keep"]),
    reach_ms=st.sampled_from([0, 1000]),
)


def masked_in(transcripts: list[Transcript], channel: int | None = None) -> list[Interval]:
    return [
        Interval(word.start_ms, word.end_ms)
        for one in transcripts
        for word in one.words
        if word.kind and channel in (None, one.channel)
    ]


@given(revisions(), any_settings)
def test_every_masked_word_of_any_revision_is_muted_with_its_pads(
    transcripts: list[Transcript], settings: Settings
) -> None:
    mutes = mutes_of(transcripts, LEGS, settings)
    for leg in (0, 1):
        for start_ms, end_ms in masked_in(transcripts, None if settings.mute == "call" else leg):
            padded = Interval(
                max(0, start_ms - settings.pad_before_ms),
                min(END_MS, end_ms + settings.pad_after_ms),
            )
            assert covers(mutes.of(leg), union([padded]))
            assert covers(mutes.mix, union([padded]))


@given(revisions(), revisions(), st.booleans())
def test_muted_time_never_shrinks(
    first: list[Transcript], more: list[Transcript], by_leg: bool
) -> None:
    mute: Literal["call", "leg"] = "leg" if by_leg else "call"
    settings = Settings(mute=mute)
    before, after = mutes_of(first, LEGS, settings), mutes_of(first + more, LEGS, settings)
    for leg in (0, 1):
        assert covers(after.masked[leg], before.masked[leg])
    assert covers(after.mix, before.mix)


@given(revisions(), any_settings)
def test_order_and_repetition_make_no_difference_to_what_is_masked(
    transcripts: list[Transcript], settings: Settings
) -> None:
    once = mutes_of(transcripts, LEGS, settings)
    again = mutes_of([*reversed(transcripts), *transcripts], LEGS, settings)
    assert (once.masked, once.mix) == (again.masked, again.mix)


@given(revisions())
def test_strictly_nothing_is_heard_but_words_that_are_shown(transcripts: list[Transcript]) -> None:
    strict = Settings(unrecognised="strict")
    mutes = mutes_of(transcripts, LEGS, strict)
    for leg in (0, 1):
        shown = [
            Interval(word.start_ms - strict.pad_before_ms, word.end_ms + strict.pad_after_ms)
            for one in transcripts
            for word in one.words
            if one.channel == leg and not word.kind
        ]
        heard = without(union([Interval(0, END_MS)]), mutes.of(leg))
        assert covers(union(shown), heard)


CARD = said(1, [("it's", 5000, 5300), ("[card]", 6000, 9000), ("there", 10_500, 10_800)])


def test_a_masked_word_is_muted_on_every_leg_and_in_the_mix_or_on_its_own_only() -> None:
    call = mutes_of([CARD], LEGS, Settings(unrecognised="keep"))
    assert call.masked == ((Interval(5600, 9350),),) * 2
    assert call.mix == (Interval(5600, 9350),)
    leg = mutes_of([CARD], LEGS, Settings(unrecognised="keep", mute="leg"))
    assert leg.masked == ((), (Interval(5600, 9350),))
    assert leg.mix == (Interval(5600, 9350),)


def test_its_own_leg_is_silent_on_to_the_next_word_that_is_shown() -> None:
    mutes = mutes_of([CARD], LEGS, Settings(unrecognised="keep"))
    assert mutes.unheard == ((), (Interval(5300, 10_000),))


def test_short_gaps_between_masked_words_are_muted_too() -> None:
    near = said(1, [("[card]", 1000, 2000), ("[cvv]", 2599, 3000)])
    apart = said(1, [("[card]", 1000, 2000), ("[cvv]", 2600, 3000)])
    assert mutes_of([near], LEGS, BARE).mix == (Interval(1000, 3000),)
    assert len(mutes_of([apart], LEGS, BARE).mix) == 2


def test_what_a_partial_masked_stays_muted_when_the_final_shows_it() -> None:
    partial = said(1, [("[number]", 1000, 2000)], final=False)
    final = said(1, [("fifteen", 1000, 2000)], revision=2)
    assert mutes_of([partial, final], LEGS, BARE).mix == (Interval(1000, 2000),)


HELLO = [said(0, [("hello", 500, END_MS)]), said(1, [("hello", 500, END_MS)])]


def missing(*events: object, settings: Settings | None = None) -> Mutes:
    call = CallMutes()
    for event in (*HELLO, *events):
        if isinstance(event, Transcript):
            call.receive(event)
        else:
            call.miss(event)  # type: ignore[arg-type]
    return call.mutes(LEGS, settings or Settings())


def test_a_gap_is_muted_on_every_leg_but_where_words_are_shown() -> None:
    call = CallMutes()
    for one in (said(0, [("so", 0, 1000), ("yes", 19_500, END_MS)]), said(1, [("hm", 0, END_MS)])):
        call.receive(one)
    call.miss(gap(0, 5000, 8000))
    mutes = call.mutes(LEGS, Settings())
    assert mutes.of(0) == mutes.of(1) == (Interval(5000, 8000),)


def test_lost_packets_silence_nobody_else() -> None:
    mutes = missing(gap(0, 5000, 8000, "lost_packets"))
    assert mutes.of(1) == ()


def test_a_gap_that_was_filled_is_none_and_the_rest_of_it_is() -> None:
    filled = GapFilled(
        tenant_id="t", call_id=CALL, leg_id=f"{CALL}-0", start_ms=5000, why="overload",
        until_ms=7000,
    )  # fmt: skip
    for events in ((gap(0, 5000, 8000), filled), (filled, gap(0, 5000, 8000))):
        assert missing(*events).of(1) == (Interval(7000, 8000),)


def test_what_may_not_be_heard_can_be_kept_by_the_settings() -> None:
    assert missing(gap(0, 5000, 8000), settings=Settings(unrecognised="keep")).of(1) == ()


def test_nothing_is_heard_after_the_last_final_nor_of_a_leg_without_any() -> None:
    mutes = mutes_of([said(0, [("bye", 1000, 2000)])], LEGS, Settings())
    assert mutes.of(0) == (Interval(2350, END_MS),)
    assert mutes.of(1) == (Interval(0, END_MS),)


def test_a_partial_that_never_became_final_is_muted() -> None:
    partial = said(0, [("my", 3000, 3200), ("name", 3300, 3600)], name=3000, final=False)
    assert missing(partial).of(0) == ()  # its words are in a final, as it happens
    alone = mutes_of([partial, said(0, [("bye", 9000, 9500)])], LEGS, Settings())
    assert covers(alone.of(0), (Interval(3000, 3600),))


def test_a_call_of_which_something_was_not_seen_is_muted_whole() -> None:
    call = CallMutes()
    call.receive(CARD)
    call.blind = True
    mutes = call.mutes(LEGS, Settings())
    assert mutes.of(0) == mutes.of(1) == mutes.mix == (Interval(0, END_MS),)


@pytest.mark.parametrize("count", [1, 1000])
def test_partials_that_repeat_themselves_cost_no_memory(count: int) -> None:
    call = CallMutes()
    for revision in range(count):
        call.receive(said(1, [("[card]", 1000, 2000)], revision=revision, final=False))
    assert len(call._legs[1].masked) < 200
    assert call.mutes(LEGS, BARE).mix == (Interval(1000, 2000),)
