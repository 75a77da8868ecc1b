"""Two properties of the whole: numbers do not depend on where segments were cut, and time is linear
in length. Work is counted in lines of our code that ran: the clock of a busy machine says nothing.
"""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from redaction.presidio import Engine
from redaction.redact import CallRedactor, Policy, make_policy
from redaction.settings import Settings
from redaction.tables import words_in
from tests.unit.redaction.spoken_calls import Call, Said, Turn, as_recognised, make_call
from tests.unit.redaction.spoken_score import Cut, events, raw
from triton_models.events import RawTranscript, Word

NUMBERS = words_in("card cvv expiry ssn phone dob account routing iban ip pin otp card_part")
PHRASES = (
    "and my card number is four two four two",
    "the date of birth is the third of the eighth sixty seven",
    "you can reach me at six one seven, five five five, oh one four seven",
    "my name is Marcus Delaney thanks",
    "it's j dot smith at example dot com",
    "I waited for twenty minutes at gate nine",
    "to forty one seventeen Larkspur Lane apartment six B",
    "okay so um seven no sorry eight",
    "the security code on the back of the card and the expiry date",
)
deep = settings.get_current_profile_name() == "deep"
some = settings(
    max_examples=settings().max_examples if deep else 20, derandomize=not deep, deadline=None
)
few = settings(max_examples=40 if deep else 6, derandomize=not deep, deadline=None)
seeds = st.integers(0, 10_000)


def readable(policy: Policy, call: Call, cut: Cut) -> set[tuple[int, str]]:
    """Words of personal numbers that can still be read at the end: when said, and the kind."""
    redactor = CallRedactor(policy, call_id="call")
    said: dict[str, tuple[RawTranscript, list[Said]]] = {}
    shown: dict[str, set[int | None]] = {}
    for event, words in events(call, cut):
        said[event.segment_id] = (event, words)
        for out in redactor.receive(event):
            shown[out.raw.segment_id] = set(out.rendered.sources)
    shown |= {out.raw.segment_id: set(out.rendered.sources) for out in redactor.end()}
    return {
        (event.words[i].start_ms, word.kind)
        for segment, (event, words) in said.items()
        for i, word in enumerate(words)
        if word.kind in NUMBERS and not word.free and i in shown[segment]
    }


@some
@given(seed=seeds, style=st.sampled_from(("said", "lower", "mixed")), size=st.integers(1, 9))
def test_numbers_do_not_depend_on_where_segments_were_cut(
    policy: Policy, seed: int, style: str, size: int
) -> None:
    call = as_recognised(make_call(seed, test=False, topics=2), style, seed=seed)
    whole = readable(policy, call, Cut())
    assert readable(policy, call, Cut(size, 0, seed)) <= whole


def lines_run(work: Callable[[], object]) -> int:
    """How many lines of the redaction package ran."""
    count = 0

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        if "/redaction/" not in frame.f_code.co_filename:
            return None
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def segment(text: str, *, number: int, agent: bool, start_ms: int) -> RawTranscript:
    words = [
        Word(text=one, start_ms=start_ms + 300 * i, end_ms=start_ms + 300 * (i + 1), confidence=0.9)
        for i, one in enumerate(text.split())
    ]
    return raw(
        words, segment_id=f"{number}", revision=1, is_final=True, agent=agent, start_ms=start_ms
    )


@few
@given(phrases=st.lists(st.sampled_from(PHRASES), min_size=2, max_size=4), agent=st.booleans())
def test_work_is_linear_in_the_length_of_a_segment(
    engine: Engine, phrases: list[str], agent: bool
) -> None:
    # Questions that are soon forgotten, so that a segment is longer than what one reaches over.
    policy = make_policy(Settings(slot_seconds=4.0), engine, key=bytes(32))
    text = " ".join(phrases)

    def work(times: int) -> int:
        event = segment(" ".join([text] * times), number=1, agent=agent, start_ms=0)
        return lines_run(lambda: CallRedactor(policy, call_id="call").receive(event))

    assert work(32) < 2.3 * work(16)


def test_work_is_linear_in_the_length_of_a_call(policy: Policy) -> None:
    """Once a call is older than what is remembered of it, a minute costs what it cost before."""
    redactor = CallRedactor(policy, call_id="call")
    at_ms, number, costs = 0, 0, []
    for _ in range(3):
        begin = number
        stretch = []
        while number < begin + 80:
            text = PHRASES[number % len(PHRASES)]
            stretch.append(segment(text, number=number, agent=number % 2 == 0, start_ms=at_ms))
            at_ms += 5000
            number += 1

        def work(events: list[RawTranscript] = stretch) -> None:
            for event in events:
                redactor.receive(event)

        costs.append(lines_run(work))
    assert costs[2] < 1.2 * costs[1]


def test_cutting_a_cue_word_by_word_still_opens_its_slot(policy: Policy) -> None:
    asked = ["Could", "you", "confirm", "your", "date", "of", "birth?"]
    agent = [Said(word) for word in asked]
    said = ["the", "third", "of", "the", "eighth,", "sixty", "seven."]
    born = [Said(word, 0, "dob", free=word == "the") for word in said]
    call = Call("words", [Turn(True, agent), Turn(False, [Said("It's"), *born])])
    assert not readable(policy, call, Cut(1, 0, 1))
