"""What was missed is said first and recognised later: a number shows neither before nor after."""

import random
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from redaction.call.redact import CallRedactor
from redaction.call.redacted import Redacted
from redaction.call.timeline import KEPT_MS, KEPT_SEGMENTS
from redaction.policy.prepared_policy import Policy
from tests.unit.redaction.call_strategies import (
    cuts,
    examples,
    made_calls,
    play,
    readable_numbers,
    seeds,
    stream_of,
)
from tests.unit.redaction.spoken_calls import Call
from tests.unit.redaction.spoken_score import Cut, raw
from triton_models.events import RawTranscript, Word


class Outage(NamedTuple):
    """The call as it is heard with a stretch of one leg, or of both, missing until later."""

    before: list[RawTranscript]
    start_ms: int
    end_ms: int
    meanwhile: list[RawTranscript]
    recovered: list[RawTranscript]
    after: list[RawTranscript]


def outage(stream: Sequence[RawTranscript], seed: int) -> Outage:
    """Some seconds of the call are missed, told when they are over, and recovered later."""
    rng = random.Random(seed)
    start_ms = rng.randint(0, max(event.end_ms for event in stream))
    end_ms = start_ms + rng.randint(2_000, 15_000)
    leg = rng.choice((None, 0, 1))

    def is_missed(event: RawTranscript) -> bool:
        return start_ms <= event.start_ms < end_ms and leg in (None, event.channel)

    recovered = [
        msgspec.structs.replace(event, recovered=True)
        for event in stream
        if is_missed(event) and event.is_final
    ]
    heard = [event for event in stream if not is_missed(event)]
    told = next((n for n, e in enumerate(heard) if e.start_ms >= end_ms), len(heard))
    late = rng.randint(told, len(heard))
    return Outage(heard[:told], start_ms, end_ms, heard[told:late], recovered, heard[late:])


def played(policy: Policy, call: Outage) -> tuple[list[Redacted], list[Redacted]]:
    """All that comes out, and of that what comes once the gap was told."""
    redactor = CallRedactor(policy, call_id="call")
    out = [r for event in call.before for r in redactor.receive(event)]
    since = redactor.miss(call.start_ms, call.end_ms)
    for event in (*call.meanwhile, *call.recovered, *call.after):
        since += redactor.receive(event)
    since += redactor.end()
    return out + since, since


@examples(25)
@given(call=made_calls(), cut=cuts, seed=seeds)
def test_no_number_shows_at_the_end_that_would_not_show_without_the_outage(
    policy: Policy, call: Call, cut: Cut, seed: int
) -> None:
    stream = stream_of(call, cut)
    out, _ = played(policy, outage(stream, seed))
    assert readable_numbers(call, cut, out) <= readable_numbers(call, cut, play(policy, stream))


@examples(25)
@given(call=made_calls(), segment=st.sampled_from((0, 3, 6)), seed=seeds)
def test_no_number_shows_for_a_moment_once_the_gap_was_told(
    policy: Policy, call: Call, segment: int, seed: int
) -> None:
    """Nor before the question that was missed is recognised."""
    cut = Cut(segment, 0, seed)
    stream = stream_of(call, cut)
    _, since = played(policy, outage(stream, seed))
    allowed = readable_numbers(call, cut, play(policy, stream))
    for redacted in since:
        assert readable_numbers(call, cut, [redacted]) <= allowed


def said(text: str, start_ms: int, *, agent: bool, recovered: bool = False) -> RawTranscript:
    words = [
        Word(text=word, start_ms=start_ms + 300 * n, end_ms=start_ms + 300 * n + 280, confidence=1)
        for n, word in enumerate(text.split())
    ]
    made = raw(
        words,
        segment_id=f"{int(not agent)}/{start_ms:09d}{'r' * recovered}",
        revision=1,
        is_final=True,
        agent=agent,
        start_ms=start_ms,
    )
    return msgspec.structs.replace(made, recovered=recovered)


def shown(out: Sequence[Redacted]) -> str:
    """What stands at the end, in the order of speech."""
    newest = {r.raw.segment_id: r for r in out}
    ordered = sorted(newest.values(), key=lambda r: r.raw.start_ms)
    return " ".join(word.text for r in ordered for word in r.rendered.words)


def test_a_question_that_is_recovered_masks_the_answer_that_was_shown(policy: Policy) -> None:
    redactor = CallRedactor(policy, call_id="call")
    out = redactor.receive(said("okay four one two", 5_000, agent=False))
    out += redactor.receive(said("thank you very much for that", 9_000, agent=True))
    question = "and the security code on the back please"
    out += redactor.receive(said(question, 1_000, agent=True, recovered=True))
    assert "four" not in shown(out) and "one two" not in shown(out)
    assert "security code" in shown(out)


def test_the_missing_half_of_a_card_is_masked_with_its_other_half(policy: Policy) -> None:
    redactor = CallRedactor(policy, call_id="call")
    out = redactor.receive(said("what is your card number", 0, agent=True))
    out += redactor.receive(said("four two four two four two four two", 6_000, agent=False))
    out += redactor.receive(said("thank you very much", 10_000, agent=True))
    half = said("four one one one one one one one", 3_000, agent=False, recovered=True)
    out += redactor.receive(half)
    out += redactor.end()
    assert not {"one", "two", "four"} & set(shown(out).split())


@pytest.mark.parametrize("segments", [1, KEPT_SEGMENTS + 5])
def test_what_is_recovered_after_its_context_was_forgotten_shows_no_number(
    policy: Policy, segments: int
) -> None:
    """Its question was let go: its answer is masked without."""
    redactor = CallRedactor(policy, call_id="call")
    out = redactor.receive(said("and the security code please", 0, agent=True))
    step_ms = 1_000 if segments > 1 else KEPT_MS + 60_000
    for n in range(1, segments + 1):
        out += redactor.receive(said("alright then", n * step_ms, agent=True))
    late = redactor.receive(said("it is four one two", 4_000, agent=False, recovered=True))
    assert not late[0].fault
    words = shown(late).split()
    assert words[:2] == ["it", "is"] and not {"four", "one", "two"} & set(words)


def test_a_gap_hides_the_answers_to_what_may_have_been_asked_in_it(policy: Policy) -> None:
    heard, blind = (CallRedactor(policy, call_id="call") for _ in range(2))
    answer = said("yes four two", 12_000, agent=False)
    assert "four two" in shown([*heard.receive(answer), *heard.end()])
    assert blind.miss(3_000, 10_000) == []
    assert "four" not in shown([*blind.receive(answer), *blind.end()])
    long_after = said("I believe forty two then okay", 90_000, agent=False)
    assert "forty two" in shown([*blind.receive(long_after), *blind.end()])


def test_a_gap_told_late_masks_what_was_shown_already(policy: Policy) -> None:
    redactor = CallRedactor(policy, call_id="call")
    out = redactor.receive(said("yes four two", 4_000, agent=False))
    out += redactor.receive(said("thank you very much for that", 9_000, agent=True))
    assert "four two" in shown(out)
    out += redactor.miss(1_000, 3_500)
    assert "four" not in shown(out)
