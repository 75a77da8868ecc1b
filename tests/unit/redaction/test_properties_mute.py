"""Every masked word lies in the set of what a recording does not let be heard."""

import random
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from redaction.call.redact import CallRedactor
from redaction.call.redacted import Redacted
from redaction.events import Transcript
from redaction.policy.prepared_policy import Policy
from redaction.process.passed_on import passed_on
from redaction.recording.intervals import Interval, covers, union
from redaction.recording.mutes import COMPACT, CallMutes, Leg, Mutes, mutes_of
from redaction.recording.settings import Settings
from tests.unit.redaction.call_strategies import (
    calls,
    cuts,
    examples,
    play,
    policy_names,
    seeds,
    stream_of,
)
from tests.unit.redaction.spoken_calls import Call
from tests.unit.redaction.spoken_score import Cut, raw
from triton_models.events import RawTranscript, Word

NOW = datetime(2026, 1, 1, tzinfo=UTC)
pads = st.sampled_from((0, 1, 250, 400))
ways = st.builds(
    lambda before, after, mute, rest: Settings(
        pad_before_ms=before, pad_after_ms=after, mute=mute, unrecognised=rest
    ),
    pads,
    pads,
    st.sampled_from(("call", "leg")),
    st.sampled_from(("mute", "strict", "keep")),
)


def published(out: Iterable[Redacted]) -> list[Transcript]:
    """As the bus carries it."""
    return [passed_on(one, policy_version="v", redacted_at=NOW) for one in out]


def legs_of(call: Call, cut: Cut) -> list[Leg]:
    """Both, as long as the call."""
    end_ms = max(event.end_ms for event in stream_of(call, cut)) + 1000
    return [Leg(0, end_ms), Leg(1, end_ms)]


def hidden(out: Iterable[Redacted]) -> list[tuple[int, Interval]]:
    """Channel and time of each raw word under a token, in any revision."""
    found = []
    for one in out:
        tokens = [w for w in one.rendered.words if w.kind is not None]
        for i, word in enumerate(one.raw.words):
            inside = any(t.start_ms <= word.start_ms and word.end_ms <= t.end_ms for t in tokens)
            if i not in one.rendered.sources and inside and word.end_ms > word.start_ms:
                found.append((one.raw.channel, Interval(word.start_ms, word.end_ms)))
    return found


def check_muted(mutes: Mutes, words: Iterable[tuple[int, Interval]], way: Settings) -> None:
    """Each word with its pads, on its leg and in the mix; on all legs if the settings say so."""
    end_ms = 10**9
    for channel, word in words:
        low = max(0, word.start_ms - way.pad_before_ms)
        padded = union([Interval(low, min(end_ms, word.end_ms + way.pad_after_ms))])
        heard_on = (0, 1) if way.mute == "call" else (channel,)
        for leg in heard_on:
            assert covers(mutes.masked[leg], padded)
            assert covers(mutes.of(leg), padded)
        assert covers(mutes.mix, padded)


@examples(40)
@given(call=calls(), cut=cuts, name=policy_names, way=ways)
def test_every_masked_word_lies_in_the_mute_set(
    policies: Mapping[str, Policy], call: Call, cut: Cut, name: str, way: Settings
) -> None:
    out = play(policies[name], stream_of(call, cut))
    mutes = mutes_of(published(out), legs_of(call, cut), way)
    check_muted(mutes, hidden(out), way)


@examples(25)
@given(call=calls(), cut=cuts, name=policy_names, way=ways, seed=seeds)
def test_what_is_muted_depends_neither_on_order_nor_on_repetition(
    policies: Mapping[str, Policy], call: Call, cut: Cut, name: str, way: Settings, seed: int
) -> None:
    events = published(play(policies[name], stream_of(call, cut)))
    legs, rng = legs_of(call, cut), random.Random(seed)
    mixed = 8 * events + [event for event in events if rng.random() < 0.3]
    rng.shuffle(mixed)
    once, again = mutes_of(events, legs, way), mutes_of(mixed, legs, way)
    assert (once.masked, once.mix) == (again.masked, again.mix)


@examples(25)
@given(call=calls(), cut=cuts, name=policy_names, way=ways)
def test_what_is_muted_never_becomes_less(
    policies: Mapping[str, Policy], call: Call, cut: Cut, name: str, way: Settings
) -> None:
    gathered, legs = CallMutes(), legs_of(call, cut)
    before = gathered.mutes(legs, way)
    for event in published(play(policies[name], stream_of(call, cut))):
        gathered.receive(event)
        now = gathered.mutes(legs, way)
        assert all(covers(now.masked[leg], before.masked[leg]) for leg in (0, 1))
        assert covers(now.mix, before.mix)
        before = now


@examples(15)
@given(call=calls(), cut=cuts, way=ways, lost=seeds)
def test_a_segment_that_could_not_be_redacted_is_muted_whole(
    policy: Policy, call: Call, cut: Cut, way: Settings, lost: int
) -> None:
    redactor, stream = CallRedactor(policy, call_id="call"), stream_of(call, cut)
    event = stream[lost % len(stream)]
    mutes = mutes_of(published([redactor.lose(event)]), legs_of(call, cut), way)
    check_muted(mutes, [(event.channel, Interval(event.start_ms, event.end_ms))], way)


def test_of_many_masked_stretches_none_is_forgotten(policy: Policy) -> None:
    """More than are kept before they are joined; those of the same time count once."""
    gathered, redactor = CallMutes(), CallRedactor(policy, call_id="call")
    count, way = 3 * COMPACT, Settings()
    for n in range(count):
        one = redactor.lose(lost_at(n))
        for event in published([one, one]):
            gathered.receive(event)
    words = [(0, Interval(2000 * n, 2000 * n + 500)) for n in range(count)]
    check_muted(gathered.mutes([Leg(0, 2000 * count), Leg(1, 0)], way), words[:1] + words[-1:], way)
    masked = gathered.mutes([Leg(0, 2000 * count)], Settings(pad_before_ms=0, pad_after_ms=0))
    assert len(masked.masked[0]) == count


def lost_at(n: int) -> RawTranscript:
    """A segment of half a second, two seconds after the one before."""
    word = Word(text="four", start_ms=2000 * n, end_ms=2000 * n + 500, confidence=0.5)
    return raw([word], segment_id=f"{n}", revision=1, is_final=True, agent=True, start_ms=2000 * n)
