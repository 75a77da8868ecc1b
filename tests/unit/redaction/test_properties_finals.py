"""Finals: the same however partials and segments were cut; words untouched; nothing lost."""

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from redaction.call.redacted import Redacted
from redaction.call.written import written
from redaction.language.common_words import COMMON_WORDS
from redaction.language.tables import words_in
from redaction.language.words import TOKEN
from redaction.policy.prepared_policy import Policy
from redaction.process.passed_on import passed_on
from tests.unit.redaction.call_strategies import (
    RECOGNISED,
    TOKENS,
    calls,
    cuts,
    examples,
    last,
    made_calls,
    play,
    policy_names,
    readable_numbers,
    seeds,
    sources,
    stream_of,
    thinned,
)
from tests.unit.redaction.spoken_calls import Call, Said, Turn
from tests.unit.redaction.spoken_dialogue import events as dialogue
from tests.unit.redaction.spoken_dialogue import shown
from tests.unit.redaction.spoken_score import Cut, raw
from triton_models.events import RawTranscript, Word

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@examples(25)
@given(call=calls(), seed=seeds, segment=st.sampled_from((0, 3, 6)), name=policy_names)
def test_a_final_does_not_depend_on_how_its_partials_were_cut(
    policies: Mapping[str, Policy], call: Call, seed: int, segment: int, name: str
) -> None:
    # The same segments, with no partials, some, and one after every word.
    policy, every = policies[name], stream_of(call, Cut(segment, 1, seed))
    whole = last(play(policy, [event for event in every if event.is_final]))
    assert whole == last(play(policy, thinned(every, seed))) == last(play(policy, every))


@examples(20)
@given(call=made_calls(styles=("said", "lower", "mixed")), seed=seeds, size=st.integers(1, 9))
def test_numbers_do_not_depend_on_where_segments_were_cut(
    policy: Policy, call: Call, seed: int, size: int
) -> None:
    whole, cut = Cut(), Cut(size, 0, seed)
    once = readable_numbers(call, whole, play(policy, stream_of(call, whole)))
    assert readable_numbers(call, cut, play(policy, stream_of(call, cut))) <= once


def test_cutting_a_cue_word_by_word_still_opens_its_slot(policy: Policy) -> None:
    asked = ["Could", "you", "confirm", "your", "date", "of", "birth?"]
    agent = [Said(word) for word in asked]
    # A day without a year, which nothing but the question makes a date of birth.
    born = [Said("June", 0, "dob"), Said("on"), Said("the"), Said("ninth.", 0, "dob")]
    turns = [Turn(True, agent), Turn(False, [Said("It's"), Said("in"), *born])]
    call, cut = Call("words", turns), Cut(1, 0, 1)
    assert not readable_numbers(call, cut, play(policy, stream_of(call, cut)))


@examples(40)
@given(call=calls(), cut=cuts, seed=seeds, name=policy_names)
def test_a_partial_that_was_heard_wrong_leaves_its_mask_and_nothing_else(
    policies: Mapping[str, Policy], call: Call, cut: Cut, seed: int, name: str
) -> None:
    """What a final masks that it would not alone lies in time that a partial had masked; and what
    nobody said is not known in the segments that come after."""
    policy, finals = policies[name], [e for e in stream_of(call, cut) if e.is_final]
    rng, spoken = random.Random(seed), [word.text for event in finals for word in event.words]
    vocabulary = [text for text in spoken if text.lower() not in COMMON_WORDS] or WRONG
    wrong = [one for event in finals for one in (guess(event, rng, vocabulary), event)]
    alone, out = sources(play(policy, finals)), play(policy, wrong)
    for segment, shown_then in sources(out).items():
        event = next(e for e in finals if e.segment_id == segment)
        of_it = [one for one in out if one.raw.segment_id == segment and not one.raw.is_final]
        masked = [(w.start_ms, w.end_ms) for one in of_it for w in one.rendered.words if w.kind]
        for i in alone[segment] - shown_then:
            word = event.words[i]
            assert any(min(b, word.end_ms) > max(a, word.start_ms) for a, b in masked)


WRONG = sorted(
    words_in("Tarvell Oswin my name is card number four two five one oh seven 8812 thanks")
)


def test_what_only_a_partial_said_is_not_known_later(policy: Policy) -> None:
    said = "C: my name is Tarvell thanks for asking me that, so then what is it about"
    spoken = f"{said}\nA: So that Tarvell thing came up again"
    *partials, final = [e for e in dialogue(spoken, partials=True) if e.segment_id == "001"]
    words = list(final.words[4:])
    heard = raw(
        words, segment_id="001", revision=99, is_final=True, agent=False, start_ms=final.start_ms
    )
    later = [e for e in dialogue(spoken) if e.segment_id == "002"]
    assert "Tarvell" in str(play(policy, [*partials, heard, *later])[-1].rendered.words)
    assert "Tarvell" not in str(play(policy, [final, *later])[-1].rendered.words)


def test_an_end_that_nobody_saw_is_not_masked_for_what_only_a_partial_says(policy: Policy) -> None:
    finals = list(dialogue("C: then I had nine|so I paid for it and left with the bag and so on"))
    wrong = guessed(finals[1], "four two one one six six as it says here on it")
    # If no final of it comes at all, the end is decided on as it stands.
    for stream in ([finals[0], wrong, finals[1]], [finals[0], wrong]):
        shown = [one for one in play(policy, stream) if one.raw.segment_id == "001"]
        assert not any(word.kind for one in shown for word in one.rendered.words)
        assert last(shown) == {"001": last(play(policy, finals))["001"]}


def test_what_is_shown_is_masked_as_soon_as_a_partial_tells_what_it_is(policy: Policy) -> None:
    shown = "C: then I saw that 731 is what|you call security code and so they asked me for it"
    *heard, _ = out = play(policy, dialogue(shown, partials=True))
    told = [one for one in heard if one.is_correction and one.raw.segment_id == "001"]
    assert told and "731" not in str(told[-1].rendered.words)
    assert "731" not in str(last(out)["001"])


def guessed(event: RawTranscript, text: str) -> RawTranscript:
    """A partial of a final's segment, with these words."""
    words = [
        msgspec.structs.replace(word, text=said)
        for word, said in zip(event.words, text.split(), strict=False)
    ]
    return raw(
        words, segment_id=event.segment_id, revision=0, is_final=False, agent=event.channel == 0,
        start_ms=event.start_ms,
    )  # fmt: skip


def guess(event: RawTranscript, rng: random.Random, vocabulary: Sequence[str]) -> RawTranscript:
    """A partial of a final's segment, some words of which are others, or a name, or are missing."""
    named = ["my", "name", "is", rng.choice(vocabulary), rng.choice(vocabulary)]
    texts = [word.text if rng.random() < 0.5 else rng.choice(WRONG) for word in event.words]
    if rng.random() < 0.5:
        texts[: len(named)] = named[: len(texts)]
    words = [
        Word(text=text, start_ms=word.start_ms, end_ms=word.end_ms, confidence=0.4)
        for text, word in zip(texts, event.words, strict=True)
        if rng.random() < 0.85
    ]
    return raw(
        words, segment_id=event.segment_id, revision=0, is_final=False, agent=event.channel == 0,
        start_ms=event.start_ms,
    )  # fmt: skip


def again(event: RawTranscript, once: tuple[object, ...]) -> RawTranscript:
    """The final as if what is shown of it had been said."""
    words = [
        Word(text=w.text, start_ms=w.start_ms, end_ms=w.end_ms, confidence=w.confidence)  # type: ignore[attr-defined]
        for w in once
    ]
    return raw(
        words, segment_id=event.segment_id, revision=event.revision, is_final=True,
        agent=event.channel == 0, start_ms=event.start_ms,
    )  # fmt: skip


@examples(25)
@given(call=made_calls(), name=st.sampled_from(RECOGNISED))
def test_redacting_twice_changes_nothing(
    policies: Mapping[str, Policy], call: Call, name: str
) -> None:
    # Whole turns: where a count and its unit lie in two segments, a token tells less than words.
    stream = stream_of(call, Cut())
    once = last(play(policies[name], stream))
    twice = last(play(policies[name], [again(e, once[e.segment_id]) for e in stream]))
    for segment, words in once.items():
        texts = [w.text for w in words]  # type: ignore[attr-defined]
        assert all(TOKEN.fullmatch(text) for text in texts if text.startswith("["))
        assert [w.text for w in twice[segment]] == texts  # type: ignore[attr-defined]


@examples(40)
@given(call=calls(), cut=cuts, name=policy_names)
def test_words_not_masked_stay_unchanged_in_order_with_their_times(
    policies: Mapping[str, Policy], call: Call, cut: Cut, name: str
) -> None:
    for out in play(policies[name], stream_of(call, cut)):
        kept = [i for i in out.rendered.sources if i is not None]
        assert kept == sorted(set(kept))
        check_none_is_lost(out)
        for word, i in zip(out.rendered.words, out.rendered.sources, strict=True):
            if i is None:
                check_token(out, word.text, name)
                assert word.kind is not None and word.confidence == 0
            else:
                heard = out.raw.words[i]
                assert word.kind is None
                assert (word.text, word.start_ms, word.end_ms, word.confidence) == (
                    heard.text, heard.start_ms, heard.end_ms, heard.confidence,
                )  # fmt: skip


def check_none_is_lost(out: Redacted) -> None:
    """A word is shown, in a token, or held with all that follow; tokens stand in their place."""
    starts = [word.start_ms for word in out.rendered.words]
    assert starts == sorted(starts)
    tokens = [word for word in out.rendered.words if word.kind is not None]
    lost = [
        i
        for i, word in enumerate(out.raw.words)
        if i not in out.rendered.sources
        and not any(t.start_ms <= word.start_ms and word.end_ms <= t.end_ms for t in tokens)
    ]
    assert lost == list(range(len(out.raw.words)))[len(out.raw.words) - len(lost) :]


def check_token(out: Redacted, text: str, policy_name: str) -> None:
    """Nothing of what was said stands in what is shown instead."""
    kinds = {word.kind for word in out.rendered.words}
    if policy_name in TOKENS:
        assert text.strip("[]") in kinds
    assert not {heard.text for heard in out.raw.words if heard.text[0] != "["} & {text}


@examples(25)
@given(call=calls(), cut=cuts, name=policy_names)
def test_the_event_holds_nothing_of_a_masked_word(
    policies: Mapping[str, Policy], call: Call, cut: Cut, name: str
) -> None:
    """Nor anything that depends on it: a token is what it is, however sure its words were."""
    for out in play(policies[name], stream_of(call, cut)):
        event = passed_on(out, policy_version="v", redacted_at=NOW)
        assert event.words == out.rendered.words and event.frozen_words <= len(event.words)
        if event.is_final:
            assert event.written == written(event.words, language=event.language)
        else:
            assert event.written == ""
        assert [w.confidence for w in event.words if w.kind] == [0.0] * sum(
            w.kind is not None for w in event.words
        )


VALUE = ["four", "two", "four", "two", "five", "one", "oh", "oh"]
CHANGES = ("um", "uh,", "hang on,", "no sorry,", "let me see", "and then", "okay,")


@examples(40)
@given(
    at=st.lists(
        st.tuples(st.integers(1, 7), st.sampled_from(CHANGES)), max_size=3, unique_by=lambda c: c[0]
    ),
    case=st.sampled_from((str.lower, str.upper, str.title)),
    double=st.booleans(),
    question=st.sampled_from(("And the card number?", "Your account number?", "Hello?")),
)
def test_fillers_case_and_double_never_lower_coverage(
    policy: Policy,
    at: list[tuple[int, str]],
    case: Callable[[str], str],
    double: bool,
    question: str,
) -> None:
    words = [*VALUE[:6], "double", "oh"] if double else list(VALUE)
    for where, change in sorted(at, reverse=True):
        words.insert(where, change)
    answer = shown(policy, f"A: {question}\nC: It's {case(' '.join(words))}.")[-1]
    assert answer.startswith("It's [") and len(answer.split()) == 2
