"""Partials: no open number is shown, what is masked stays masked, the newest words wait."""

import random
from collections.abc import Mapping, Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from redaction.call.newest import held_words
from redaction.call.redact import CallRedactor
from redaction.call.redacted import Redacted
from redaction.call.segments import Awaited
from redaction.language.common_words import COMMON_WORDS
from redaction.language.english import is_english
from redaction.language.lexicon import DIGITS, MAGNITUDES, TEENS, TENS
from redaction.policy.prepared_policy import Policy
from tests.unit.redaction.call_strategies import (
    SPOKEN_DIGITS,
    calls,
    cuts,
    examples,
    play,
    policy_names,
    seeds,
    soups,
    stream_of,
)
from tests.unit.redaction.spoken_calls import Call
from tests.unit.redaction.spoken_dialogue import ever_shown
from tests.unit.redaction.spoken_score import Cut, raw
from triton_models.events import RawTranscript, Word

PATIENT = ("um", "uh", "er")
"""Said in the middle of a number: it is open still."""


NUMBER = "my card number is four two four two five one oh seven thanks then"


def open_run(words: Sequence[Word]) -> list[int]:
    """The words of the number at the very end, which may not be finished."""
    found: list[int] = []
    for i in reversed(range(len(words))):
        bare = words[i].text.strip(".,?!").lower()
        if bare in SPOKEN_DIGITS or bare.replace("-", "").isdigit():
            found.append(i)
        elif bare not in PATIENT:
            break
    return found


@examples(40)
@given(call=calls(), cut=cuts, name=policy_names)
def test_no_open_run_is_ever_shown(
    policies: Mapping[str, Policy], call: Call, cut: Cut, name: str
) -> None:
    for out in play(policies[name], stream_of(call, cut)):
        if not out.raw.is_final:
            shown = set(open_run(out.raw.words)) & set(out.rendered.sources)
            assert not shown, [word.text for word in out.raw.words]


@examples(25)
@given(call=calls(), cut=cuts, name=policy_names)
def test_no_number_is_shown_at_the_end_of_a_final_that_its_speaker_may_take_further(
    policies: Mapping[str, Policy], call: Call, cut: Cut, name: str
) -> None:
    redactor = CallRedactor(policies[name], call_id="call")
    for event in stream_of(call, cut):
        out = redactor.receive(event)
        words = event.words
        if event.is_final and len(open_run(words)) > 1 and words[-1].text[-1].isalnum():
            assert len(words) - 1 not in out[0].rendered.sources, [word.text for word in words]


def revisions(hypotheses: list[list[str]], *, jitter: int) -> list[RawTranscript]:
    """One segment heard anew again and again, word times and all; the last one is final."""
    rng = random.Random(jitter)
    found = []
    for revision, texts in enumerate(hypotheses, start=1):
        at_ms, words = 0, []
        for text in texts:
            start_ms = at_ms
            at_ms += rng.randint(100, 500)
            words.append(Word(text=text, start_ms=start_ms, end_ms=at_ms, confidence=0.5))
        found.append(
            raw(
                words,
                segment_id="1",
                revision=revision,
                is_final=revision == len(hypotheses),
                agent=False,
                start_ms=0,
            )  # fmt: skip
        )
    return found


@st.composite
def heard_anew(draw: st.DrawFn) -> list[list[str]]:
    """The same words again and again, some of them lost, others come in, others cut off."""
    said = NUMBER.split()
    words = [*draw(soups)[:6], *said[: draw(st.integers(5, len(said)))], *draw(soups)[:6]]
    rng = draw(st.randoms(use_true_random=False))
    found = [list(words)]
    for _ in range(draw(st.integers(1, 5))):
        kept = [word for word in words if rng.random() < 0.75] or words[:1]
        found.append(kept[: rng.randint(1, len(kept))] if rng.random() < 0.4 else kept)
    return found


def masked_times(redacted: Redacted) -> list[tuple[int, int]]:
    return [(w.start_ms, w.end_ms) for w in redacted.rendered.words if w.kind is not None]


def check_masked_stays_masked(out: Sequence[Redacted]) -> None:
    """Of one segment: each masked stretch lies in one of the next revision, and no word in it."""
    masked: list[tuple[int, int]] = []
    for redacted in out:
        now = masked_times(redacted)
        for start_ms, end_ms in masked:
            assert any(a <= start_ms and end_ms <= b for a, b in now)
        for i in redacted.rendered.sources:
            if i is not None:
                word = redacted.raw.words[i]
                for a, b in masked:
                    assert min(word.end_ms, b) - max(word.start_ms, a) <= 80
        masked = now


@examples(40)
@given(
    hypotheses=st.lists(soups, min_size=2, max_size=6) | heard_anew(),
    jitter=seeds,
    name=policy_names,
)
def test_masked_time_never_shrinks_however_a_segment_is_heard_anew(
    policies: Mapping[str, Policy], hypotheses: list[list[str]], jitter: int, name: str
) -> None:
    check_masked_stays_masked(play(policies[name], revisions(hypotheses, jitter=jitter)))


@examples(25)
@given(call=calls(), cut=cuts, name=policy_names)
def test_masked_time_never_shrinks_in_a_call(
    policies: Mapping[str, Policy], call: Call, cut: Cut, name: str
) -> None:
    out = play(policies[name], stream_of(call, cut))
    for segment in {redacted.raw.segment_id for redacted in out}:
        check_masked_stays_masked([one for one in out if one.raw.segment_id == segment])


@pytest.mark.parametrize(
    ("dialogue", "first"),
    [
        ("A: And the number on it?\nC: well it says four one", "four"),
        ("C: my number is oh seven seven", "oh"),
        ("C: and then it was thirty one", "thirty"),
    ],
)
def test_what_is_held_is_held_from_its_first_word(
    eager_policy: Policy, dialogue: str, first: str
) -> None:
    *while_open, _ = ever_shown(eager_policy, dialogue)
    assert not any(first in revision.split() for revision in while_open)


@examples(25)
@given(call=calls(), cut=cuts, held=st.integers(0, 6))
def test_the_newest_words_of_a_partial_wait_for_more(
    policies: Mapping[str, Policy], call: Call, cut: Cut, held: int
) -> None:
    """Of the last `held` words only those are shown that are plain or small counts, or, but for the
    last one, of the dictionary."""
    for out in play(holding(policies["plain"], held), stream_of(call, cut)):
        words = out.raw.words
        waits = held_words(held, awaited=Awaited.NOTHING)
        for i in range(max(0, len(words) - waits), len(words)) if not out.raw.is_final else ():
            # `$5` waits for a plain word only
            text = words[i].text.strip(".,?!").lower()
            small = text in COUNTS or (text.isdigit() and len(text) <= LONGEST_COUNT)
            ordinary = is_english(text) and i + 1 < len(words)
            if not small and not ordinary and text not in COMMON_WORDS | {"$5"}:
                assert not {*range(i, len(words))} & set(out.rendered.sources)


COUNTS = DIGITS.keys() | TEENS.keys() | TENS.keys() | MAGNITUDES.keys()
LONGEST_COUNT = 3


def holding(policy: Policy, held: int) -> Policy:
    """With another hold-back."""
    settings = msgspec.structs.replace(policy.settings, hold_last_words=held)
    return policy._replace(settings=settings)


@pytest.mark.parametrize("held", [1, 2, 3, 5])
def test_an_unusual_word_waits_for_as_many_as_are_held_back(policy: Policy, held: int) -> None:
    said = ["then", "I", "put", "the", "pergolthy", *("it", "was", "there", "today") * 2]
    at = said.index("pergolthy")
    for count in range(at + 1, len(said)):
        (event,) = revisions([said[:count], said[:count]], jitter=1)[:1]
        (out,) = CallRedactor(holding(policy, held), call_id="call").receive(event)
        waits = held_words(held, awaited=Awaited.NOTHING)
        assert (at in out.rendered.sources) == (count > at + waits)
