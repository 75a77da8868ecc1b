"""One leg on its way to the recogniser: nothing lost unsaid, nothing said twice."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sip_gateway.events import AudioFrame, Gap
from triton_models.events import RawTranscript, Word
from triton_models.feed import AGAIN_LONGEST_S, FLUSH_S, KEEPALIVE_S, LegFeed, Outgoing
from triton_models.hypothesis import Answer, Hypothesis
from triton_models.lineage import mark
from triton_models.options import LegOptions, Phrase
from triton_models.speech import LegStream

AT = datetime(2026, 1, 1, tzinfo=UTC)
LEG = LegStream("t", "c", "c-0", 0, "agent", "en")


def fresh() -> LegFeed:
    numbers = count(1)
    return LegFeed(LEG, new_sequence=lambda: next(numbers))


def frame(start_ms: int, size_ms: int = 100) -> AudioFrame:
    return AudioFrame(
        tenant_id="t",
        call_id="c",
        leg_id="c-0",
        start_ms=start_ms,
        rate_hz=16000,
        pcm=b"\0" * (32 * size_ms),
        captured_at=AT + timedelta(milliseconds=start_ms + size_ms),
    )


def answer(done_ms: int, *hypotheses: Hypothesis) -> Answer:
    return Answer(hypotheses=hypotheses, done_ms=done_ms, model="m", model_sha256="s", decoder="d")


def hypothesis(segment_ms: int, *, end_ms: int, revision: int = 1, final: bool) -> Hypothesis:
    word = Word(text="hello", start_ms=segment_ms, end_ms=end_ms, confidence=0.9)
    return Hypothesis(
        segment_ms=segment_ms,
        revision=revision,
        is_final=final,
        start_ms=segment_ms,
        end_ms=end_ms,
        audio_end_ms=end_ms,
        words=(word,),
    )


def sent(feed: LegFeed, *, now: float = 0.0) -> list[Outgoing]:
    def steps() -> Iterator[Outgoing]:
        while (outgoing := feed.next_step(now=now)) is not None:
            yield outgoing

    return list(steps())


def told(feed: LegFeed) -> list[RawTranscript | Gap]:
    results, feed.results = feed.results, []
    return results


def spans(steps: list[Outgoing]) -> list[tuple[int, int, bool, bool]]:
    return [(s.step.start_ms, len(s.step.samples) // 16, s.step.starts, s.step.ends) for s in steps]


def test_the_first_step_starts_the_sequence_and_two_may_be_unanswered() -> None:
    feed = fresh()
    steps = []
    for start_ms in (0, 100, 200, 300):
        feed.receive_frame(frame(start_ms), now=0.0)
        steps += sent(feed)
    assert spans(steps) == [(0, 100, True, False), (100, 100, False, False)]
    assert feed.backlog_ms == 200


def test_what_waited_goes_as_one_step() -> None:
    feed = fresh()
    for start_ms in range(0, 500, 100):
        feed.receive_frame(frame(start_ms), now=0.0)
        first = sent(feed) if start_ms == 0 else []
        if first:
            number = first[0].number
    sent(feed)
    feed.receive_answer(number, answer(0), now=0.1, at=AT)
    assert spans(sent(feed)) == []
    assert feed.backlog_ms == 0


def test_a_step_never_spans_a_jump_nor_two_seconds() -> None:
    feed = fresh()
    for start_ms in [*range(0, 300, 100), *range(1000, 4000, 100)]:
        feed.receive_frame(frame(start_ms), now=0.0)
    steps = sent(feed)
    assert spans(steps) == [(0, 300, True, False), (1000, 2000, False, False)]


def test_transcripts_carry_the_legs_names_and_when_their_audio_came() -> None:
    feed = fresh()
    feed.receive_frame(frame(0), now=0.0)
    feed.receive_frame(frame(100), now=0.0)
    (step,) = sent(feed)
    heard = hypothesis(10, end_ms=90, final=False)
    assert feed.receive_answer(step.number, answer(0, heard), now=0.25, at=AT) == 0.25
    (transcript,) = told(feed)
    assert isinstance(transcript, RawTranscript)
    assert transcript.segment_id == "c-0/000000010"
    assert transcript.audio_end_at == AT + timedelta(milliseconds=100)


def test_hold_ends_the_sequence_and_what_follows_starts_another() -> None:
    feed = fresh()
    feed.receive_frame(frame(0), now=0.0)
    feed.hold()
    (ending,) = sent(feed)
    feed.receive_frame(frame(9000), now=9.0)
    assert ending.step.ends
    assert sent(feed) == []  # not before the old sequence's last answer
    feed.receive_answer(ending.number, answer(100), now=9.1, at=AT)
    (starting,) = sent(feed)
    assert starting.step.starts
    assert starting.step.sequence != ending.step.sequence
    assert told(feed) == []


def test_holding_a_silent_leg_sends_nothing() -> None:
    feed = fresh()
    feed.hold()
    assert sent(feed) == []


def test_a_leg_without_audio_is_flushed_and_then_kept_alive() -> None:
    feed = fresh()
    feed.receive_frame(frame(0), now=0.0)
    (step,) = sent(feed)
    feed.receive_answer(step.number, answer(100), now=0.1, at=AT)
    assert sent(feed, now=FLUSH_S - 0.1) == []
    (flush,) = sent(feed, now=FLUSH_S)
    assert spans([flush]) == [(100, 0, False, False)]
    feed.receive_answer(flush.number, answer(100), now=FLUSH_S, at=AT)
    assert sent(feed, now=FLUSH_S + KEEPALIVE_S - 1) == []
    assert len(sent(feed, now=FLUSH_S + KEEPALIVE_S)) == 1


def test_when_the_recogniser_dies_the_partial_stands_and_the_rest_is_a_gap() -> None:
    feed = fresh()
    for start_ms in (0, 100, 200):
        feed.receive_frame(frame(start_ms), now=0.0)
    (step,) = sent(feed)
    feed.receive_answer(
        step.number, answer(0, hypothesis(0, end_ms=180, final=False)), now=0.1, at=AT
    )
    told(feed)
    assert feed.receive_loss()
    (final,) = told(feed)
    assert isinstance(final, RawTranscript)
    assert (final.is_final, final.revision, final.end_ms) == (True, 2, 180)
    feed.receive_frame(frame(700), now=0.7)
    (again,) = sent(feed, now=0.7)
    assert again.step.starts
    (gap,) = told(feed)
    assert isinstance(gap, Gap)
    assert (gap.start_ms, gap.end_ms, gap.why) == (180, 700, "recogniser_unavailable")


def test_an_idle_leg_loses_nothing() -> None:
    feed = fresh()
    assert not feed.receive_loss()
    feed.end()
    assert feed.finished
    assert told(feed) == []


def test_answers_of_a_lost_sequence_are_ignored() -> None:
    feed = fresh()
    feed.receive_frame(frame(0), now=0.0)
    (step,) = sent(feed)
    feed.receive_loss()
    late = answer(100, hypothesis(0, end_ms=90, final=True))
    assert feed.receive_answer(step.number, late, now=1.0, at=AT) == 0.0
    assert not feed.receive_loss(step.number)
    assert told(feed) == []


@pytest.mark.parametrize("why", ["overload", "recogniser_unavailable"])
def test_a_full_backlog_drops_its_oldest_and_says_so(why: str) -> None:
    feed = fresh()
    for start_ms in range(0, 1000, 100):
        feed.receive_frame(frame(start_ms), now=0.0)
        feed.limit(300, why=why)
    (step,) = sent(feed)
    assert spans([step]) == [(700, 300, True, False)]
    (gap,) = told(feed)
    assert isinstance(gap, Gap)
    assert (gap.start_ms, gap.end_ms, gap.why) == (0, 700, why)


def test_an_ended_leg_is_finished_once_its_last_step_is_answered() -> None:
    feed = fresh()
    feed.receive_frame(frame(0), now=0.0)
    feed.end()
    (step,) = sent(feed)
    assert step.step.ends
    assert not feed.finished
    feed.receive_answer(
        step.number, answer(100, hypothesis(0, end_ms=90, final=True)), now=0.1, at=AT
    )
    assert feed.finished
    assert len(told(feed)) == 1


def test_losing_the_last_steps_of_an_ended_leg_is_said_at_once() -> None:
    feed = fresh()
    feed.receive_frame(frame(0), now=0.0)
    feed.end()
    (step,) = sent(feed)
    assert feed.receive_loss(step.number)
    assert feed.finished  # whoever waits for the leg's end takes what is there now
    (gap,) = told(feed)
    assert isinstance(gap, Gap) and (gap.start_ms, gap.end_ms) == (0, 100)


def test_giving_up_says_what_was_not_recognised() -> None:
    feed = fresh()
    for start_ms in range(0, 500, 100):
        feed.receive_frame(frame(start_ms), now=0.0)
        sent(feed)
    feed.end()
    feed.give_up()
    (gap,) = told(feed)
    assert isinstance(gap, Gap)
    assert (gap.start_ms, gap.end_ms) == (0, 500)
    assert feed.finished


def test_loss_during_hold_is_said_at_the_end_of_the_leg() -> None:
    feed = fresh()
    feed.receive_frame(frame(0), now=0.0)
    feed.hold()
    sent(feed)
    feed.receive_loss()
    feed.end()
    (gap,) = told(feed)
    assert isinstance(gap, Gap)
    assert (gap.start_ms, gap.end_ms) == (0, 100)
    assert feed.finished


@settings(max_examples=200)
@given(st.lists(st.sampled_from("fffffaaalhkx"), max_size=80))
@example(list("fffhfx"))  # the mark of a hold outlives the audio before it
@example(list("ffffxl"))  # audio lost while later audio was dropped for overload
def test_whatever_happens_all_audio_is_answered_or_told_missing(inputs: list[str]) -> None:
    """f frame, a answer, l loss, h hold, k skip ahead, x overload; then the leg ends."""
    feed = fresh()
    unanswered: list[Outgoing] = []
    covered: set[int] = set()
    fed: set[int] = set()
    clock_ms = 0

    def drain(*, now: float = 0.0) -> None:
        unanswered.extend(sent(feed, now=now))
        for result in told(feed):
            assert isinstance(result, Gap)
            covered.update(range(result.start_ms // 100, -(-result.end_ms // 100)))

    def answer_one() -> None:
        step = unanswered.pop(0)
        size_ms = len(step.step.samples) // 16
        end_ms = step.step.start_ms + size_ms
        covered.update(range(step.step.start_ms // 100, end_ms // 100))
        feed.receive_answer(step.number, answer(end_ms), now=0.0, at=AT)

    for what in inputs:
        if what == "f":
            feed.receive_frame(frame(clock_ms), now=0.0)
            fed.add(clock_ms // 100)
            clock_ms += 100
        elif what == "a" and unanswered:
            answer_one()
        elif what == "l":
            feed.receive_loss()
            unanswered.clear()
        elif what == "h":
            feed.hold()
        elif what == "k":
            clock_ms += 500
        elif what == "x":
            feed.limit(100, why="overload")
        drain()
    feed.end()
    drain(now=AGAIN_LONGEST_S)
    for _ in range(100):
        if unanswered:
            answer_one()
            drain(now=AGAIN_LONGEST_S)
    assert feed.finished
    assert fed <= covered


def test_only_the_step_that_starts_a_leg_carries_its_options() -> None:
    options = LegOptions(model="asr_b", language="de", phrases=(Phrase(text="Harbor Bank"),))
    numbers = count(1)
    feed = LegFeed(LEG._replace(language="de", options=options), new_sequence=lambda: next(numbers))
    feed.receive_frame(frame(0), now=0.0)
    feed.receive_frame(frame(500), now=0.0)
    first, second = sent(feed)
    assert (first.step.options, second.step.options) == (options, None)
    assert {first.model, second.model} == {"asr_b"}
    heard = hypothesis(0, end_ms=90, final=True)
    feed.receive_answer(first.number, answer(100, heard), now=0.1, at=AT)
    (transcript,) = told(feed)
    assert isinstance(transcript, RawTranscript)
    assert transcript.decoder == "d" + mark(options)
    assert mark(LegOptions(model="asr_b", language="de")) == "" != mark(options)


def test_a_refused_leg_goes_on_with_other_options_and_says_so_in_its_transcripts() -> None:
    numbers = count(1)
    options = LegOptions(model="asr_b", language="de")
    feed = LegFeed(LEG._replace(language="de", options=options), new_sequence=lambda: next(numbers))
    feed.receive_frame(frame(0), now=0.0)
    (refused,) = sent(feed)
    assert feed.receive_refusal(refused.number, LegOptions(), now=0.0)
    assert not feed.receive_refusal(refused.number, LegOptions(), now=0.0)  # told once
    feed.receive_frame(frame(100), now=0.1)
    (again,) = sent(feed, now=0.1)
    assert (again.model, again.step.options) == ("asr", LegOptions())
    heard = hypothesis(100, end_ms=190, final=True)
    feed.receive_answer(again.number, answer(200, heard), now=0.2, at=AT)
    gap, transcript = told(feed)
    assert isinstance(gap, Gap) and (gap.start_ms, gap.end_ms) == (0, 100)
    assert isinstance(transcript, RawTranscript) and transcript.language == "en"


def test_a_leg_that_is_always_refused_asks_less_and_less_often() -> None:
    feed = fresh()
    asked_at: list[float] = []
    for tick in range(300):
        now = tick / 10
        feed.receive_frame(frame(tick * 100), now=now)
        feed.limit(2000, why="overload")
        for outgoing in sent(feed, now=now):
            asked_at.append(now)
            feed.receive_loss(outgoing.number, now=now)
    assert asked_at == [0.0, 0.1, 0.6, 1.6, 3.6, 7.6, 15.6, 23.6]
    assert feed.results  # what was not heard is said


def test_an_answer_makes_the_next_loss_the_first_again() -> None:
    feed = fresh()
    for tick in range(6):
        now = tick / 10
        feed.receive_frame(frame(tick * 100), now=now)
        (outgoing,) = sent(feed, now=now)
        if tick % 2:
            feed.receive_loss(outgoing.number, now=now)
        else:
            feed.receive_answer(outgoing.number, answer(tick * 100), now=now, at=AT)
