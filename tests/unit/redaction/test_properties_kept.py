"""What a partial takes over from the one before is what it would decide again."""

import random
from collections.abc import Iterable, Iterator, Mapping

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from redaction.call import redact
from redaction.call.judging import Judge
from redaction.call.segments import Segment
from redaction.language.tables import words_in
from redaction.numbers.runs import Run
from redaction.policy.prepared_policy import Policy
from redaction.recognizers import kept
from redaction.recognizers.found import Found, Heard
from redaction.recognizers.kept import Judged, Kept
from tests.unit.redaction.call_strategies import (
    SOUP,
    calls,
    cuts,
    examples,
    play,
    policy_names,
    seeds,
    stream_of,
)
from tests.unit.redaction.spoken_calls import Call, Said, Turn
from tests.unit.redaction.spoken_dialogue import events as dialogue
from tests.unit.redaction.spoken_score import Cut
from triton_models.events import RawTranscript


def _nothing(kept: Kept, heard: Heard, *, remembered: int) -> Kept:
    return Kept()


@st.composite
def long_turns(draw: st.DrawFn) -> Call:
    """Turns long enough that much of each is settled."""
    words = st.lists(st.sampled_from(SOUP), min_size=12, max_size=50)
    turns = draw(st.lists(st.tuples(st.booleans(), words), min_size=1, max_size=4))
    return Call("soup", [Turn(agent, [Said(w) for w in said]) for agent, said in turns])


def interleaved(stream: Iterable[RawTranscript], seed: int) -> list[RawTranscript]:
    """As if neighbouring segments were said at once, so that what is expected changes midway."""
    of_segment: dict[str, list[RawTranscript]] = {}
    for event in stream:
        of_segment.setdefault(event.segment_id, []).append(event)
    waiting, rng, out = list(of_segment.values()), random.Random(seed), []
    while waiting:
        next_one = rng.choice(waiting[:2])
        out.append(next_one.pop(0))
        waiting = [events for events in waiting if events]
    return out


@st.composite
def announced_afterwards(draw: st.DrawFn) -> str:
    """A number that words some way behind it say what it is, while talk goes on."""
    said = [
        *draw(st.lists(st.sampled_from(PLAIN), min_size=3, max_size=8)),
        draw(st.sampled_from(("731", "4821", "nineteen", "four two seven"))),
        draw(st.sampled_from(("is", "was", "that's"))),
        *draw(st.lists(st.sampled_from(PLAIN), min_size=2, max_size=4)),
        draw(st.sampled_from(BEHIND)),
        *draw(st.lists(st.sampled_from(PLAIN), min_size=2, max_size=6)),
    ]
    return " ".join(said)


PLAIN = sorted(words_in("what you call the well so he said that my one we had over there, again"))
BEHIND = ("security code", "account number", "card number", "my pin", "and press hash")


def same_as_anew(policy: Policy, stream: list[RawTranscript]) -> bool:
    """Whether all that is taken over is what would be decided again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Kept, "renewed", _nothing)
        anew = play(policy, stream)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kept, "_WORTH", 0)
        return play(policy, stream) == anew


@examples(30)
@given(call=long_turns() | calls(), cut=cuts, seed=seeds, name=policy_names)
def test_what_is_taken_over_is_what_would_be_decided_again(
    policies: Mapping[str, Policy], call: Call, cut: Cut, seed: int, name: str
) -> None:
    assert same_as_anew(policies[name], interleaved(stream_of(call, cut), seed))


@examples(40)
@given(said=announced_afterwards())
def test_what_words_behind_a_number_say_of_it_is_not_taken_over_without_them(
    policy: Policy, said: str
) -> None:
    assert same_as_anew(policy, list(dialogue(f"C: {said}", partials=True)))


def test_a_number_waits_for_the_words_that_say_what_it_is(policy: Policy) -> None:
    said = "C: then I saw that 731 is what you call security code and so they asked me for it"
    stream = list(dialogue(said, partials=True))
    shown = ["731" in str(one.rendered.words) for one in play(policy, stream[:-1])]
    assert shown[9] and not shown[-1]
    assert same_as_anew(policy, stream)


def told_twice(stream: Iterable[RawTranscript]) -> Iterator[RawTranscript]:
    """As recognisers do: the same words again while the audio goes on."""
    for event in stream:
        yield msgspec.structs.replace(event, revision=2 * event.revision)
        if not event.is_final:
            later = {"revision": 2 * event.revision + 1, "end_ms": event.end_ms + 200}
            yield msgspec.structs.replace(event, **later)


@examples(30)
@given(call=long_turns() | calls(), cut=cuts, seed=seeds, name=policy_names)
def test_a_partial_told_again_shows_what_it_would_judged_anew(
    policies: Mapping[str, Policy], call: Call, cut: Cut, seed: int, name: str
) -> None:
    stream = interleaved(told_twice(stream_of(call, cut)), seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(redact, "_is_repeated", lambda raw, known: False)
        anew = play(policies[name], stream)
    assert play(policies[name], stream) == anew


def test_a_partial_told_again_is_judged_by_what_was_said_meanwhile(policy: Policy) -> None:
    said = "well the thing I have here says 482 on it and that is all I can see from here"
    told = list(dialogue(f"C: {said}", partials=True))[-2]
    (asked,) = dialogue("A: what's the security code")
    words = [
        msgspec.structs.replace(word, start_ms=w.start_ms + 1, end_ms=w.end_ms)
        for word, w in zip(asked.words, told.words, strict=False)
    ]
    over = {"start_ms": words[0].start_ms, "end_ms": words[-1].end_ms, "words": tuple(words)}
    asked = msgspec.structs.replace(asked, **over)
    again = msgspec.structs.replace(told, revision=told.revision + 1)
    shown = [str(one.rendered.words) for one in play(policy, [told, asked, again])]
    assert "482" in shown[0] and "482" not in shown[-1]


def test_a_partial_told_again_is_not_judged_again(
    policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged: list[Segment] = []
    judge = Judge.judge

    def counting(self: Judge, segment: Segment) -> list[str]:
        judged.append(segment)
        return judge(self, segment)

    monkeypatch.setattr(Judge, "judge", counting)
    stream = list(dialogue("C: the boiler makes that noise again", partials=True))
    play(policy, told_twice(stream))
    assert len(judged) == len(stream)


SAID_LONG = """
A: And what's the number on the card please?
C: it's four nine two nine one two three four five six seven eight nine oh one two and then I wanted
to ask you whether the two parcels that I ordered last week for my mother will be here by then
"""


def test_a_number_said_long_ago_is_not_judged_again(
    policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[Judged] = []
    judged = Kept.judged

    def noting(self: Kept, run: Run, *, before: Found | None) -> Judged | None:
        known = judged(self, run, before=before)
        taken.extend([known] if known else [])
        return known

    monkeypatch.setattr(Kept, "judged", noting)
    play(policy, dialogue(SAID_LONG, partials=True))
    assert any(one.kind == "card" for known in taken for one in known.found)


def test_what_was_masked_meanwhile_is_looked_for_again_in_a_long_partial(policy: Policy) -> None:
    (told,) = dialogue(
        "C: well I pressed 614 and then it told me that the men would come by to look at the boiler"
        " but nobody came to us all day long so we were rather cross"
    )
    (read,) = dialogue("A: and the security code is 614 thank you very much for that")
    later_ms = told.words[-1].end_ms - read.words[0].start_ms - 4000
    read = msgspec.structs.replace(
        read,
        leg_id="another",
        segment_id="another",
        channel=1 - told.channel,
        words=tuple(
            msgspec.structs.replace(w, start_ms=w.start_ms + later_ms, end_ms=w.end_ms + later_ms)
            for w in read.words
        ),
        start_ms=read.start_ms + later_ms,
        end_ms=read.end_ms + later_ms,
    )
    partials = [
        msgspec.structs.replace(
            told, words=told.words[:count], revision=revision, is_final=False, speech_final=False
        )
        for revision, count in ((1, -2), (2, -1))
    ]
    shown = play(policy, [partials[0], read, partials[1]])
    texts = [[word.text for word in one.rendered.words] for one in shown]
    assert "614" in texts[0] and "614" not in texts[-1]
