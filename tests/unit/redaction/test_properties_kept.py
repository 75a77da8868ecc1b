"""What a partial takes over from the one before is what it would decide again."""

import random
from collections.abc import Iterable, Mapping

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from redaction.prepared_policy import Policy
from redaction.recognizers import kept
from redaction.recognizers.found import Found, Heard
from redaction.recognizers.kept import Judged, Kept
from redaction.runs import Run
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


@examples(30)
@given(call=long_turns() | calls(), cut=cuts, seed=seeds, name=policy_names)
def test_what_is_taken_over_is_what_would_be_decided_again(
    policies: Mapping[str, Policy], call: Call, cut: Cut, seed: int, name: str
) -> None:
    policy, stream = policies[name], interleaved(stream_of(call, cut), seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Kept, "renewed", _nothing)
        anew = play(policy, stream)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kept, "_WORTH", 0)
        assert play(policy, stream) == anew


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
