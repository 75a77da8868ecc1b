"""Replays, duplicates and other orders give the same output; nothing crosses calls."""

import random
from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from redaction.call.redact import CallRedactor
from redaction.call.redacted import Redacted
from redaction.policy.prepared_policy import Policy
from tests.unit.redaction.call_strategies import (
    calls,
    cuts,
    examples,
    last,
    made_calls,
    play,
    policy_names,
    readable_numbers,
    seeds,
    stream_of,
)
from tests.unit.redaction.spoken_calls import Call, Said, Turn
from tests.unit.redaction.spoken_dialogue import events as dialogue
from tests.unit.redaction.spoken_score import Cut
from triton_models.events import RawTranscript


@examples(25)
@given(call=calls(), cut=cuts, seed=seeds, name=policy_names)
def test_replays_and_duplicates_change_nothing(
    policies: Mapping[str, Policy], call: Call, cut: Cut, seed: int, name: str
) -> None:
    policy, stream = policies[name], stream_of(call, cut)
    rng = random.Random(seed)
    doubled = [e for event in stream for e in [event] * (1 + (rng.random() < 0.3))]
    assert play(policy, stream) == play(policy, stream)
    assert last(play(policy, doubled)) == last(play(policy, stream))


def test_a_final_that_is_told_twice_stays_as_it_was(policy: Policy) -> None:
    (said,) = dialogue("C: nine triple nine Marcus 4242 nine")
    assert last(play(policy, [said, said])) == last(play(policy, [said]))


REPEATED = """
C: my name is Tarvell thanks for asking
A: Thank you, and how can I help you today?
C: The kettle that I bought is broken and it will not boil
A: I see, and when did that happen for the first time?
C: Last week when we had people over for dinner
A: So that Tarvell thing came up again
"""


def test_a_replay_knows_again_what_the_call_repeats(policy: Policy) -> None:
    once, again = (play(policy, dialogue(REPEATED, partials=True)) for _ in range(2))
    assert once == again
    assert "Tarvell" not in str([word.text for out in once for word in out.rendered.words])


@examples(25)
@given(call=calls(), cut=cuts, seed=seeds, name=policy_names)
def test_revisions_that_come_late_change_nothing(
    policies: Mapping[str, Policy], call: Call, cut: Cut, seed: int, name: str
) -> None:
    """A revision overtaken by a newer one of its segment says nothing, also after the final."""
    policy, stream = policies[name], stream_of(call, cut)
    late = delayed(stream, random.Random(seed))
    assert last(play(policy, late)) == last(play(policy, stream))


def test_a_value_that_ended_elsewhere_in_a_partial_has_one_token(
    policies: Mapping[str, Policy],
) -> None:
    """An address reached to `twenty` behind a partial, and to the end behind its final."""
    words = [*4 * ["$5"], "street", "203.0.113.76", "at", "twenty", "Lane", *3 * ["$5"]]
    call = Call("soup", [Turn(False, [Said("$5")]), Turn(False, [Said(word) for word in words])])
    stream = stream_of(call, Cut(3, 4, 6776))
    finals = [event for event in stream if event.is_final]
    assert len(finals) < len(stream)
    tokens = last(play(policies["hashes"], finals))
    assert [str(token).count("[ip:") for token in tokens.values()] == [0, 0, 0, 0, 0, 0, 1]
    assert last(play(policies["hashes"], stream)) == tokens


def delayed(stream: list[RawTranscript], rng: random.Random) -> list[RawTranscript]:
    """Some partials stay back for a few events; finals keep their order."""
    keyed = [
        (n if event.is_final or rng.random() < 0.6 else n + rng.randint(1, 6), n, event)
        for n, event in enumerate(stream)
    ]
    return [event for _, _, event in sorted(keyed, key=lambda entry: entry[:2])]


@examples(40)
@given(
    call=made_calls(styles=("said", "lower", "mixed")),
    segment=st.sampled_from((0, 0, 5)),
    seed=seeds,
    late_s=st.sampled_from((3, 9, 25)),
)
def test_numbers_do_not_depend_on_which_leg_comes_first(
    policy: Policy, call: Call, segment: int, seed: int, late_s: int
) -> None:
    """The agent's recogniser may be seconds behind: answers come before their questions."""
    cut = Cut(segment, 0, seed)
    stream = stream_of(call, cut)
    once = readable_numbers(call, cut, play(policy, stream))
    skewed = behind(stream, channel=0, by_ms=1000 * late_s)
    assert readable_numbers(call, cut, play(policy, skewed)) <= once


def test_an_answer_that_was_shown_is_taken_back_when_its_question_comes(policy: Policy) -> None:
    asked, answer, goes_on = dialogue(
        "A: What was your first pet called?\nC: It was Biscuit.\nA: Lovely, thank you very much."
    )
    out = play(policy, [answer, goes_on, asked])
    assert "Biscuit." in str(last(out[:1])[answer.segment_id])
    assert "Biscuit." not in str(last(out)[answer.segment_id])
    assert out[-1].is_correction and out[-1].rendered.rank > out[0].rendered.rank


def behind(stream: list[RawTranscript], *, channel: int, by_ms: int) -> list[RawTranscript]:
    """In the order in which it comes if one channel is so much later."""
    return sorted(stream, key=lambda e: e.end_ms + by_ms * (e.channel == channel))


@examples(25)
@given(call=calls(), cut=cuts, name=policy_names)
def test_rank_grows_with_every_correction(
    policies: Mapping[str, Policy], call: Call, cut: Cut, name: str
) -> None:
    ranks: dict[tuple[str, int], int] = {}
    for out in play(policies[name], stream_of(call, cut)):
        key = (out.raw.segment_id, out.raw.revision)
        assert out.rendered.rank > ranks.get(key, -1)
        assert out.is_correction == (key in ranks)
        ranks[key] = out.rendered.rank


@examples(25)
@given(one=calls(), other=calls(), cut=cuts, order=seeds, name=policy_names)
def test_nothing_crosses_calls(
    policies: Mapping[str, Policy], one: Call, other: Call, cut: Cut, order: int, name: str
) -> None:
    policy, streams = policies[name], [stream_of(one, cut), stream_of(other, cut)]
    redactors = [CallRedactor(policy, call_id=call_id) for call_id in ("one", "other")]
    out: list[list[Redacted]] = [[], []]
    turns = [0] * len(streams[0]) + [1] * len(streams[1])
    random.Random(order).shuffle(turns)
    at = [0, 0]
    for n in turns:
        out[n] += redactors[n].receive(streams[n][at[n]])
        at[n] += 1
    assert [out[n] + redactors[n].end() for n in (0, 1)] == [play(policy, s) for s in streams]


@examples(15)
@given(call=made_calls(), cut=cuts)
def test_what_one_call_gave_away_is_not_known_in_the_next(
    policies: Mapping[str, Policy], call: Call, cut: Cut
) -> None:
    """A call in which the values of another are said with no word about what they are."""
    policy = policies["plain"]
    values = [word for turn in call.turns for word in turn.words if word.span is not None]
    bare = Call(
        "bare", [Turn(False, [Said("well"), Said(word.text), Said("then")]) for word in values]
    )
    if not values:
        return
    alone = play(policy, stream_of(bare, Cut()))
    redactor = CallRedactor(policy, call_id="before")
    for event in stream_of(call, cut):
        redactor.receive(event)
    assert play(policy, stream_of(bare, Cut())) == alone
