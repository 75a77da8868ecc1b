"""Whatever breaks, wherever: no raw text, neither of what it broke at nor of anything else."""

import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from presidio_analyzer import EntityRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts
from presidio_anonymizer.entities import OperatorConfig

import redaction
from redaction.call import analysis, judging, redact
from redaction.call.memory import Memory
from redaction.call.redact import CallRedactor
from redaction.call.redacted import Redacted
from redaction.call.timeline import Timeline
from redaction.events import Transcript
from redaction.language.words import Reader
from redaction.policy.prepared_policy import Policy, make_policy
from redaction.policy.presidio import Engine, build_engine
from redaction.process.passed_on import is_unavailable, passed_on
from redaction.settings import Settings
from redaction.tagger.tags import Tag
from tests.unit.redaction.call_strategies import (
    calls,
    cuts,
    examples,
    made_calls,
    play,
    policy_names,
    readable_numbers,
    seeds,
    stream_of,
)
from tests.unit.redaction.spoken_calls import Call, Said, Turn
from tests.unit.redaction.spoken_dialogue import events as dialogue
from tests.unit.redaction.spoken_dialogue import text_of
from tests.unit.redaction.spoken_score import Cut, raw

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SAID = "boom four two four two"
PACKAGE = str(Path(redaction.__file__).parent)
REFUSING = frozenset(
    [
        "receive",
        "end",
        "_fail",
        "refuse",
        "unavailable",
        "_where",
        "_key",
        "passed_on",
        "_bare",
        "unavailable_words",
    ]
)
"""Where faults are caught and told: one in there raises, and nothing is published at all."""


class Broken(Exception):
    """Its message holds words, as that of many a library does."""


class Breaks:
    """Makes the n-th call of any function of the package fail, once."""

    def __init__(self, countdown: int) -> None:
        self.left = countdown
        self.where = ""

    def __call__(self, frame: FrameType, event: str, argument: object) -> None:
        code = frame.f_code
        if event != "call" or not code.co_filename.startswith(PACKAGE):
            return
        if code.co_name in REFUSING or code.co_name[0] == "<":
            return
        self.left -= 1
        if self.left == 0:
            self.where = code.co_name
            raise Broken(SAID)

    def during(self, work: Callable[[], list[Redacted]]) -> list[Redacted]:
        """Run it, broken."""
        before = sys.getprofile()
        sys.setprofile(self)
        try:
            return work()
        finally:
            sys.setprofile(before)


def check_refused(out: list[Redacted]) -> None:
    """One token in place of the segment, which tells nothing of why."""
    assert [w.text for r in out for w in r.rendered.words] == ["[unavailable]"]
    assert out[0].rendered.sources == (None,)
    assert out[0].fault and "boom" not in out[0].fault and "four" not in out[0].fault


@examples(60)
@given(call=calls(), cut=cuts, name=policy_names, at=seeds, countdown=st.integers(1, 400))
def test_a_fault_in_any_function_shows_no_raw_text(
    policies: Mapping[str, Policy], call: Call, cut: Cut, name: str, at: int, countdown: int
) -> None:
    redactor = CallRedactor(policies[name], call_id="call")
    breaks, stream = Breaks(countdown), stream_of(call, cut)
    for n, event in enumerate(stream):
        if n < at % len(stream) or breaks.where:
            redactor.receive(event)
            continue
        out = breaks.during(lambda event=event: redactor.receive(event))  # type: ignore[misc]
        if breaks.where:
            check_refused(out)


@examples(40)
@given(call=made_calls(), cut=cuts, at=seeds, countdown=st.integers(1, 4000))
def test_a_fault_makes_no_number_readable(
    policies: Mapping[str, Policy], call: Call, cut: Cut, at: int, countdown: int
) -> None:
    """Of the call as a whole: what the lost segment asked for is masked, and so is the past."""
    policy, stream = policies["tagged"], stream_of(call, cut)
    # First: what is remembered of words makes fewer calls, and so the fault is always the same.
    whole = readable_numbers(call, cut, play(policy, stream))
    redactor, breaks, out = CallRedactor(policy, call_id="call"), Breaks(countdown), []
    for n, event in enumerate(stream):
        if n < at % len(stream) or breaks.where:
            out += redactor.receive(event)
        else:
            out += breaks.during(lambda event=event: redactor.receive(event))  # type: ignore[misc]
    out += redactor.end()
    assert readable_numbers(call, cut, out) <= whole, breaks.where


@examples(15)
@given(call=calls(), cut=cuts, countdown=st.integers(1, 300))
def test_a_fault_at_the_end_of_a_call_leaves_what_was_held_unsaid(
    policy: Policy, call: Call, cut: Cut, countdown: int
) -> None:
    redactor, breaks = CallRedactor(policy, call_id="call"), Breaks(countdown)
    for event in stream_of(call, cut):
        redactor.receive(event)
    out = breaks.during(redactor.end)
    assert not breaks.where or out == []


@examples(25)
@given(call=calls(), cut=cuts, name=policy_names, countdown=st.integers(1, 12), at=seeds)
def test_what_cannot_be_written_down_is_unavailable_under_its_own_revision(
    policies: Mapping[str, Policy], call: Call, cut: Cut, name: str, countdown: int, at: int
) -> None:
    out = play(policies[name], stream_of(call, cut))
    one = out[at % len(out)]
    breaks, events = Breaks(countdown), list[Transcript]()

    def write() -> list[Redacted]:
        events.append(passed_on(one, policy_version="v", redacted_at=NOW))
        return []

    breaks.during(write)
    whole = passed_on(one, policy_version="v", redacted_at=NOW)
    assert events[0].revision == whole.revision
    if breaks.where:
        assert is_unavailable(events[0]) and events[0].written == ""
        assert events[0].frozen_words == 0
    else:
        assert events[0] == whole


REVEALED = """
C: The Tarvell thing came up again
A: Fine thanks, who am I talking to?
C: My name is Oswin Tarvell
A: Thank you.
"""


@pytest.mark.parametrize("seam", ["_look_back", "_resolve_held", "_corrections"])
def test_a_retraction_that_broke_comes_with_the_next_event(policy: Policy, seam: str) -> None:
    """What a final had shown and must not show any more is not forgotten with the fault."""
    redactor, shown = CallRedactor(policy, call_id="call"), list[Redacted]()
    for n, event in enumerate(dialogue(REVEALED)):
        with pytest.MonkeyPatch.context() as patch:
            if n == 2:
                patch.setattr(redactor, seam, fails)
            out = redactor.receive(event)
            shown += out
            if n == 2:
                check_refused(out)
    first = [text_of(one) for one in shown if one.raw.segment_id == "001"]
    assert first == ["The Tarvell thing came up again", "The [name] thing came up again"]


BORN = """
A: For security, could you confirm your date
A: of birth?
C: It's the
C: twentieth of
C: the third, seventy
C: seven.
A: The twentieth
A: of the third, seventy seven,
A: lovely.
"""


@pytest.mark.parametrize(
    ("lost", "rest"), [(3, ["the [dob]", "[dob]"]), (4, ["[unavailable]", "[number]"])]
)
def test_what_is_left_of_a_date_whose_beginning_was_lost_is_masked(
    policy: Policy, lost: int, rest: list[str]
) -> None:
    redactor, shown = CallRedactor(policy, call_id="call"), dict[str, Redacted]()
    for n, event in enumerate(dialogue(BORN)):
        with pytest.MonkeyPatch.context() as patch:
            if n == lost:
                patch.setattr(redactor._judge, "judge", fails)
            shown |= {one.raw.segment_id: one for one in redactor.receive(event)}
    shown |= {one.raw.segment_id: one for one in redactor.end()}
    assert [text_of(shown[name]) for name in ("005", "006")] == rest


@pytest.mark.parametrize("how", ["fault", "gap"])
@pytest.mark.parametrize("goes_on", ["", "\nA: Right, let me have a look at that."])
def test_what_waited_for_what_was_lost_is_masked(policy: Policy, how: str, goes_on: str) -> None:
    """The day of a date, the first of a code: the rest of it came in a segment that was lost."""
    talk = f"A: And your date of birth?\nC: It's the twelfth|of the sixth, forty six{goes_on}"
    redactor, shown = CallRedactor(policy, call_id="call"), dict[str, str]()
    for n, event in enumerate(dialogue(talk)):
        if n == 2 and how == "gap":
            out = redactor.miss(event.start_ms, event.end_ms)
        elif n == 2:
            out = [redactor.lose(event)]
        else:
            out = redactor.receive(event)
        shown |= {one.raw.segment_id: text_of(one) for one in out}
    shown |= {one.raw.segment_id: text_of(one) for one in redactor.end()}
    assert shown["002"] in ("It's [number]", "It's the [number]", "It's [dob]")


def test_a_segment_that_broke_on_its_way_in_is_refused_as_a_whole(policy: Policy) -> None:
    """Its words must not come in a correction, read by what had been made of a partial."""
    talk = "C: it expires oh|three twenty five|and that is all of it"
    first, *partials, rest = dialogue(talk)
    partial = next(e for e in dialogue(talk, partials=True) if e.segment_id == "002")
    (final,) = partials
    redactor = CallRedactor(policy, call_id="call")
    out = [*redactor.receive(first), *redactor.receive(partial)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Reader, "atoms_of", fails)
        check_refused(redactor.receive(final))
    out = [*redactor.receive(rest), *redactor.end()]
    assert "002" not in {one.raw.segment_id for one in out}


@pytest.mark.parametrize("said", ["dot one four", "oh five", "nine oh"])
def test_no_piece_of_a_number_stays_behind_what_was_lost(policy: Policy, said: str) -> None:
    lost, rest = dialogue(f"C: two zero three dot zero|{said}")
    redactor = CallRedactor(policy, call_id="call")
    redactor.lose(lost)
    out = [*redactor.receive(rest), *redactor.end()]
    assert not set(said.split()) & {word for one in out for word in text_of(one).split()}


class BrokenTagger:
    """A model that fails."""

    version = "broken"

    def tag(self, words: object) -> list[Tag]:
        raise Broken(SAID)


class BrokenRecognizer(EntityRecognizer):
    """An operator's own recogniser that fails."""

    def __init__(self) -> None:
        super().__init__(supported_entities=["X"], supported_language="en")

    def load(self) -> None:
        """Nothing to load."""

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts | None = None
    ) -> list[RecognizerResult]:
        raise Broken(f"{SAID} {text}")


def fails(*args: object, **kwargs: object) -> object:
    raise Broken(f"{SAID} {args}")


@pytest.fixture(scope="session")
def broken(engine: Engine) -> Mapping[str, Policy]:
    """Policies of which something that is not ours fails."""
    custom = {"DEFAULT": OperatorConfig("custom", {"lambda": fails})}
    made = {
        "model": engine._replace(tagger=BrokenTagger()),
        "recognizer": build_engine([BrokenRecognizer()]),
        "operator": engine._replace(operators=custom),
        "no operator": engine._replace(operators={"DEFAULT": OperatorConfig("hash2", {})}),
        "parameters": engine._replace(operators={"DEFAULT": OperatorConfig("keyed_hash", {})}),
    }
    return {name: make_policy(Settings(), one, key=bytes(32)) for name, one in made.items()}


BROKEN = ("model", "recognizer", "operator", "no operator", "parameters")


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_not_ours_may_fail(broken: Mapping[str, Policy], name: str) -> None:
    """The model, an operator's recogniser, a Presidio operator: the segment is not shown."""

    @examples(10)
    @given(call=calls(), cut=cuts)
    def refused_or_untouched(call: Call, cut: Cut) -> None:
        whole = play(broken[name], stream_of(call, cut))
        for out in whole:
            if out.fault:
                check_refused([out])
            elif name == "recognizer":
                assert not out.raw.is_final
            elif name != "model":  # an operator is asked for each token
                assert not any(word.kind for word in out.rendered.words)

    refused_or_untouched()


def test_a_final_that_the_model_could_not_read_is_refused(broken: Mapping[str, Policy]) -> None:
    (event,) = dialogue("C: The Tarvell thing came up again")
    check_refused(CallRedactor(broken["model"], call_id="call").receive(event))


@examples(60)
@given(call=made_calls(), lost=seeds, name=st.sampled_from(("plain", "eager", "tagged")))
def test_the_answer_to_a_question_that_was_lost_is_masked(
    policies: Mapping[str, Policy], call: Call, lost: int, name: str
) -> None:
    """No number of two figures or more is shown for a while: nobody knows what was asked for."""
    stream = stream_of(call, Cut())
    redactor, given_up = CallRedactor(policies[name], call_id="call"), stream[lost % len(stream)]
    until_ms = given_up.end_ms + 1000 * policies[name].settings.slot_seconds
    for event in stream:
        out = [redactor.lose(event)] if event is given_up else redactor.receive(event)
        own = out[0]
        for i in own.rendered.sources if event is not given_up else ():
            word = event.words[i or 0]
            soon = given_up.end_ms <= word.start_ms and word.end_ms <= until_ms
            figures = "".join(c for c in word.text if c.isdigit())
            assert not (soon and i is not None and len(figures) > 3 and word.text.isdigit())


@pytest.mark.parametrize("said", ["seven three one", "It's 731.", "oh nine twenty nine"])
def test_a_short_number_just_after_speech_that_was_lost_is_masked(
    policy: Policy, said: str
) -> None:
    question, answer = dialogue(f"A: And the security code?\nC: {said}")
    redactor = CallRedactor(policy, call_id="call")
    redactor.lose(question)
    out = [*redactor.receive(answer), *redactor.end()]
    assert not set(said.split()) & {word.text for word in out[-1].rendered.words} - {"It's"}


@pytest.mark.parametrize("said, gone", [
    ("It's Marlow Tarvell, thanks for asking me that", "Marlow Tarvell"),
    ("that would be jo at tarvell dot com I think it is", "tarvell"),
    ("yes I live in Larkspur Lane with the others still", "Larkspur"),
    ("you can just use hunter2 for that I would think", "hunter2"),
    ("T A R V as it is written there", "T R V"),
    ("Biscuit.", "Biscuit."), ("It's correct horse battery.", "horse battery."),
])  # fmt: skip
@pytest.mark.parametrize("how", ["fault", "gap"])
def test_words_just_after_speech_that_was_lost_that_may_be_personal_are_masked(
    policy: Policy, said: str, gone: str, how: str
) -> None:
    """A name, an address, an e-mail or a password asked for in the lost segment."""
    question, answer = dialogue(f"A: And what about that then?\nC: {said}")
    redactor = CallRedactor(policy, call_id="call")
    if how == "fault":
        redactor.lose(question)
    else:
        redactor.miss(question.start_ms, question.end_ms)
    out = [*redactor.receive(answer), *redactor.end()]
    assert not set(gone.split()) & {word.text for one in out for word in one.rendered.words}


def test_ordinary_words_after_speech_that_was_lost_are_shown_and_all_words_a_while_later(
    policy: Policy,
) -> None:
    talk = "A: And then?\nC: I think that we can do it, so what is the problem with that now"
    question, answer = dialogue(talk)
    redactor = CallRedactor(policy, call_id="call")
    redactor.lose(question)
    (shown,) = redactor.receive(answer)
    assert [word.kind for word in shown.rendered.words] == [None] * len(answer.words)
    later_ms = int(question.end_ms + 1000 * policy.settings.slot_seconds + 1000)
    (plain,) = dialogue("C: so the pergola is there")
    words = [msgspec.structs.replace(w, start_ms=w.start_ms + later_ms, end_ms=w.end_ms + later_ms)
             for w in plain.words]  # fmt: skip
    later = raw(words, segment_id="late", revision=1, is_final=True, agent=False, start_ms=later_ms)
    assert redactor.receive(later)[0].rendered.words[2].text == "pergola"


SEAMS: Mapping[str, tuple[object, str]] = {
    "analysis": (judging, "analyse"),
    "rendering": (redact, "render"),
    "memory": (Memory, "number"),
    "recognisers": (Engine, "find"),
    "context": (Timeline, "context"),
    "numbers": (analysis, "find_numbers"),
    "joining": (analysis, "merge"),
}


@examples(30)
@given(call=calls(), cut=cuts, fault=st.integers(1, 30), seam=st.sampled_from(sorted(SEAMS)))
def test_a_fault_at_a_seam_refuses_the_segment(
    policy: Policy, call: Call, cut: Cut, fault: int, seam: str
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        left = [fault]
        break_it(patch, *SEAMS[seam], left)
        redactor = CallRedactor(policy, call_id="call")
        for event in stream_of(call, cut):
            before = left[0]
            out = redactor.receive(event)
            if before > 0 >= left[0]:
                check_refused(out)


def break_it(patch: pytest.MonkeyPatch, owner: object, name: str, left: list[int]) -> None:
    """Make the n-th call of a function fail, with words in the message."""
    real = getattr(owner, name)

    def once(*args: object, **kwargs: object) -> object:
        left[0] -= 1
        if left[0] == 0:
            raise Broken(SAID)
        return real(*args, **kwargs)

    patch.setattr(owner, name, once)


@examples(20)
@given(call=calls(), cut=cuts, lost=st.sets(seeds, min_size=1, max_size=3))
def test_a_revision_given_up_is_refused_and_its_call_goes_on(
    policy: Policy, call: Call, cut: Cut, lost: set[int]
) -> None:
    """Its time was over: then the words of the segment must not come in a correction either."""
    stream = stream_of(call, cut)
    given_up = {n % len(stream) for n in lost}
    redactor, gone = CallRedactor(policy, call_id="call"), set[str]()
    for n, event in enumerate(stream):
        out = [redactor.lose(event)] if n in given_up else redactor.receive(event)
        if n in given_up:
            check_refused(out)
        gone = (gone | {event.segment_id}) if n in given_up else gone - {event.segment_id}
        corrected = {one.raw.segment_id for one in out if one.is_correction}
        assert not corrected & gone
    assert not {one.raw.segment_id for one in redactor.end()} & gone


def test_a_segment_too_long_to_read_is_refused(policy: Policy) -> None:
    words = [Said("four")] * (redact.MAX_WORDS + 1)
    (event,) = stream_of(Call("long", [Turn(False, words)]), Cut())
    check_refused(CallRedactor(policy, call_id="call").receive(event))


def test_a_hypothesis_without_words_behind_a_question_is_no_fault(policy: Policy) -> None:
    call = Call(
        "empty",
        [
            Turn(False, [Said("thanks")]),
            Turn(True, [Said("password")]),
            Turn(False, [Said("Lane")]),
        ],
    )
    *before, answer = stream_of(call, Cut())
    nothing = raw(
        [], segment_id=answer.segment_id, revision=0, is_final=False, agent=False,
        start_ms=answer.start_ms,
    )  # fmt: skip
    out = play(policy, [*before, nothing, answer])
    assert not any(one.fault for one in out)
