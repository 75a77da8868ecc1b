"""What must hold whatever is said and however it comes: Hypothesis looks for a way around."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redaction import redact
from redaction.redact import CallRedactor, Policy, Redacted
from tests.unit.redaction.spoken_calls import Call, Said, Turn, as_recognised, make_call
from tests.unit.redaction.spoken_dialogue import shown
from tests.unit.redaction.spoken_score import Cut, events, raw
from triton_models.events import RawTranscript, Word

STYLES = ("said", "lower", "digits", "mixed", "noisy")
SPOKEN_DIGITS = frozenset(
    [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
        "twenty",
        "thirty",
        "forty",
        "fifty",
        "sixty",
        "seventy",
        "eighty",
        "ninety",
    ]
)
SOUP = [
    "four",
    "two",
    "oh",
    "nine",
    "seven",
    "one",
    "double",
    "triple",
    "twenty",
    "nineteen",
    "eighty",
    "five",
    "hundred",
    "thousand",
    "and",
    "then",
    "um",
    "no",
    "sorry",
    "wait",
    "dollars",
    "percent",
    "days",
    "at",
    "dot",
    "com",
    "example",
    "card",
    "number",
    "security",
    "code",
    "pin",
    "is",
    "my",
    "name",
    "Marcus",
    "Delaney",
    "thanks",
    "the",
    "of",
    "March",
    "fourteenth",
    "W",
    "H",
    "I",
    "T",
    "K",
    "as",
    "in",
    "king",
    "4242",
    "7-3-1",
    "09/29",
    "$5",
    "9:20",
    "8.2",
    "203.0.113.76",
    "j@example.com",
    "flight",
    "gate",
    "expires",
    "social",
    "postcode",
    "Lane",
    "street",
    "I",
    "a",
    "o",
    "password",
    "what's",
    "your",
    "email",
    "it's",
    "reach",
    "me",
    "on",
    "B",
    "S",
    "eight",
    "T",
    "sort",
    "account",
    "seven,",
    "three.",
    "two?",
    "[card]",
    "mm-hm",
    "okay",
]

deep = settings.get_current_profile_name() == "deep"
some = settings(
    max_examples=settings().max_examples if deep else 25, derandomize=not deep, deadline=None
)
seeds = st.integers(0, 10_000)
cuts = st.builds(Cut, st.sampled_from((0, 3, 6)), st.sampled_from((0, 1, 2, 4)), seeds)
soups = st.lists(st.sampled_from(SOUP), min_size=1, max_size=24)


@st.composite
def calls(draw: st.DrawFn) -> Call:
    """A generated call as some recogniser writes it, or a soup of dangerous words."""
    if draw(st.booleans()):
        turns = draw(st.lists(st.tuples(st.booleans(), soups), min_size=1, max_size=5))
        return Call("soup", [Turn(agent, [Said(w) for w in words]) for agent, words in turns])
    return draw(made_calls())


@st.composite
def made_calls(draw: st.DrawFn) -> Call:
    """A generated call as some recogniser writes it."""
    call = make_call(draw(seeds), test=False, topics=draw(st.integers(1, 2)))
    return as_recognised(call, draw(st.sampled_from(STYLES)), seed=draw(seeds))


def play(policy: Policy, stream: list[RawTranscript]) -> list[Redacted]:
    redactor = CallRedactor(policy, call_id="call")
    out = [redacted for event in stream for redacted in redactor.receive(event)]
    return out + redactor.end()


def stream_of(call: Call, cut: Cut) -> list[RawTranscript]:
    return [event for event, _ in events(call, cut)]


def last(out: list[Redacted]) -> dict[str, tuple[object, ...]]:
    """What stands at the end of each segment."""
    return {r.raw.segment_id: r.rendered.words for r in out}


def masked_times(redacted: Redacted) -> list[tuple[int, int]]:
    return [(w.start_ms, w.end_ms) for w in redacted.rendered.words if w.kind is not None]


@some
@given(call=calls(), cut=cuts)
def test_no_open_run_is_ever_shown(eager_policy: Policy, call: Call, cut: Cut) -> None:
    for out in play(eager_policy, stream_of(call, cut)):
        words = out.raw.words
        if out.raw.is_final:
            continue
        for i in reversed(range(len(words))):
            bare = words[i].text.strip(".,?!").lower()
            if not (bare in SPOKEN_DIGITS or bare.replace("-", "").isdigit()):
                break
            assert i not in out.rendered.sources, [w.text for w in words]


@some
@given(hypotheses=st.lists(soups, min_size=2, max_size=6), jitter=seeds)
def test_masked_time_never_shrinks(
    eager_policy: Policy, hypotheses: list[list[str]], jitter: int
) -> None:
    rng = random.Random(jitter)
    redactor = CallRedactor(eager_policy, call_id="call")
    masked: list[tuple[int, int]] = []
    for revision, texts in enumerate(hypotheses, start=1):
        at_ms, words = 0, []
        for text in texts:
            start_ms = at_ms
            at_ms += rng.randint(100, 500)
            words.append(Word(text=text, start_ms=start_ms, end_ms=at_ms, confidence=0.5))
        event = raw(
            words, segment_id="1", revision=revision, is_final=revision == len(hypotheses),
            agent=False, start_ms=0,
        )  # fmt: skip
        for out in redactor.receive(event):
            now = masked_times(out)
            for start_ms, end_ms in masked:
                assert any(a <= start_ms and end_ms <= b for a, b in now)
            for i in out.rendered.sources:
                if i is not None:
                    word = out.raw.words[i]
                    for a, b in masked:
                        overlap_ms = min(word.end_ms, b) - max(word.start_ms, a)
                        assert overlap_ms <= 80
            masked = now


@some
@given(call=calls(), first=seeds, segment=st.sampled_from((0, 3, 6)))
def test_a_final_does_not_depend_on_how_its_partials_were_cut(
    policy: Policy, call: Call, first: int, segment: int
) -> None:
    # The same segments, with no partials, some, and one after every word.
    whole = [e for e in stream_of(call, Cut(segment, 1, first)) if e.is_final]
    few = thinned(stream_of(call, Cut(segment, 1, first)), first)
    every = stream_of(call, Cut(segment, 1, first))
    assert last(play(policy, whole)) == last(play(policy, few)) == last(play(policy, every))


def thinned(stream: list[RawTranscript], seed: int) -> list[RawTranscript]:
    rng = random.Random(seed)
    return [event for event in stream if event.is_final or rng.random() < 0.5]


@some
@given(call=calls(), cut=cuts)
def test_words_not_masked_stay_unchanged_in_order_with_their_times(
    policy: Policy, call: Call, cut: Cut
) -> None:
    for out in play(policy, stream_of(call, cut)):
        kept = [i for i in out.rendered.sources if i is not None]
        assert kept == sorted(set(kept))
        for word, i in zip(out.rendered.words, out.rendered.sources, strict=True):
            if i is None:
                assert word.kind is not None and word.text == f"[{word.kind}]"
                assert word.confidence == 0
            else:
                heard = out.raw.words[i]
                assert (word.text, word.start_ms, word.end_ms, word.confidence) == (
                    heard.text, heard.start_ms, heard.end_ms, heard.confidence,
                )  # fmt: skip


@some
@given(call=made_calls())
def test_redacting_twice_changes_nothing(policy: Policy, call: Call) -> None:
    # Whole turns: where a count and its unit lie in two segments, a token tells less than words.
    stream = stream_of(call, Cut())
    once = last(play(policy, stream))
    again: list[RawTranscript] = []
    for event in stream:
        words = [
            Word(text=w.text, start_ms=w.start_ms, end_ms=w.end_ms, confidence=w.confidence)  # type: ignore[attr-defined]
            for w in once[event.segment_id]
        ]
        again.append(
            raw(
                words,
                segment_id=event.segment_id,
                revision=event.revision,
                is_final=True,
                agent=event.channel == 0,
                start_ms=event.start_ms,
            )  # fmt: skip
        )
    twice = last(play(policy, again))
    for key, words_once in once.items():
        texts = [w.text for w in words_once]  # type: ignore[attr-defined]
        assert [w.text for w in twice[key]] == texts  # type: ignore[attr-defined]


@some
@given(call=calls(), cut=cuts, where=seeds)
def test_replays_and_duplicates_change_nothing(
    policy: Policy, call: Call, cut: Cut, where: int
) -> None:
    stream = stream_of(call, cut)
    rng = random.Random(where)
    doubled = [e for event in stream for e in [event] * (1 + (rng.random() < 0.3))]
    assert play(policy, stream) == play(policy, stream)
    assert last(play(policy, doubled)) == last(play(policy, stream))


@some
@given(call=calls(), cut=cuts)
def test_rank_grows_with_every_correction(policy: Policy, call: Call, cut: Cut) -> None:
    ranks: dict[tuple[str, int], int] = {}
    for out in play(policy, stream_of(call, cut)):
        key = (out.raw.segment_id, out.raw.revision)
        assert out.rendered.rank > ranks.get(key, -1)
        assert out.is_correction == (key in ranks)
        ranks[key] = out.rendered.rank


@some
@given(one=calls(), other=calls(), cut=cuts, order=seeds)
def test_nothing_crosses_calls(
    policy: Policy, one: Call, other: Call, cut: Cut, order: int
) -> None:
    streams = [stream_of(one, cut), stream_of(other, cut)]
    redactors = [CallRedactor(policy, call_id=name) for name in ("one", "other")]
    out: list[list[Redacted]] = [[], []]
    turns = [0] * len(streams[0]) + [1] * len(streams[1])
    random.Random(order).shuffle(turns)
    at = [0, 0]
    for n in turns:
        out[n] += redactors[n].receive(streams[n][at[n]])
        at[n] += 1
    assert [out[n] + redactors[n].end() for n in (0, 1)] == [play(policy, s) for s in streams]


@some
@given(call=calls(), cut=cuts, fault=st.integers(1, 30), place=st.sampled_from(
    ("analyse", "render", "Memory.number", "Engine.find", "Timeline.context")))  # fmt: skip
def test_an_injected_fault_shows_no_raw_text(
    policy: Policy, call: Call, cut: Cut, fault: int, place: str
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        left = [fault]
        break_it(patch, place, left)
        redactor = CallRedactor(policy, call_id="call")
        for event in stream_of(call, cut):
            before = left[0]
            out = redactor.receive(event)
            if before > 0 >= left[0]:
                assert [r.rendered.words[0].text for r in out] == ["[unavailable]"]
                assert out[0].rendered.sources == (None,)
                assert "boom" not in out[0].fault


def break_it(patch: pytest.MonkeyPatch, place: str, left: list[int]) -> None:
    """Make the n-th call of a function fail, with words in the message."""
    owner: object = redact
    for name in place.split(".")[:-1]:
        owner = getattr(owner, name)
    name = place.split(".")[-1]
    real = getattr(owner, name)

    def fails(*args: object, **kwargs: object) -> object:
        left[0] -= 1
        if left[0] == 0:
            raise RuntimeError("boom four two four two")
        return real(*args, **kwargs)

    patch.setattr(owner, name, fails)


VALUE = ["four", "two", "four", "two", "five", "one", "oh", "oh"]
CHANGES = ("um", "uh,", "hang on,", "no sorry,", "let me see", "and then", "okay,")


@some
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
    case: object,
    double: bool,
    question: str,
) -> None:
    words = [*VALUE[:6], "double", "oh"] if double else list(VALUE)
    for where, change in sorted(at, reverse=True):
        words.insert(where, change)
    said = case(" ".join(words))  # type: ignore[operator]
    assert shown(policy, f"A: {question}\nC: It's {said}.")[-1].startswith("It's [")
    assert len(shown(policy, f"A: {question}\nC: It's {said}.")[-1].split()) == 2
