"""Work is linear in length: of a segment, of a call, of what one event brings with it.

It is counted in lines of the package that ran: the clock of a busy machine says nothing. What C
code does in one line (sorting, joining, comparing lists) is not seen; the lists there are bounded.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from types import FrameType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redaction.call.redact import CallRedactor
from redaction.policy.prepared_policy import Policy, make_policy
from redaction.policy.presidio import Engine
from redaction.settings import Settings
from tests.unit.redaction.call_strategies import ScriptedTagger, examples, soups
from tests.unit.redaction.spoken_score import raw
from triton_models.events import RawTranscript, Word

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
DOUBLE = 2.3
"""Twice the length costs so many times the work at most."""


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


def segment(
    words: Sequence[str], *, number: int, agent: bool = False, start_ms: int = 0
) -> RawTranscript:
    """One final."""
    timed = [
        Word(text=one, start_ms=start_ms + 300 * i, end_ms=start_ms + 300 * (i + 1), confidence=0.9)
        for i, one in enumerate(words)
    ]
    return raw(
        timed, segment_id=f"{number}", revision=1, is_final=True, agent=agent, start_ms=start_ms
    )


def soon_forgetting(engine: Engine) -> Policy:
    """Questions reach over less than a segment of the test is long."""
    tagged = engine._replace(tagger=ScriptedTagger())
    return make_policy(Settings(slot_seconds=4.0), tagged, key=bytes(32))


@examples(3)
@given(phrases=st.lists(st.sampled_from(PHRASES), min_size=2, max_size=4), agent=st.booleans())
def test_work_is_linear_in_the_length_of_a_segment(
    engine: Engine, phrases: list[str], agent: bool
) -> None:
    policy, words = soon_forgetting(engine), " ".join(phrases).split()

    def work(times: int) -> int:
        event = segment(words * times, number=1, agent=agent)
        return lines_run(lambda: CallRedactor(policy, call_id="call").receive(event))

    assert work(32) < DOUBLE * work(16)


@examples(8)
@given(soup=soups)
def test_work_is_linear_in_the_length_of_a_segment_of_any_words(
    engine: Engine, soup: list[str]
) -> None:
    """One number on and on, corrected all the time; a word from any table again and again."""
    policy = soon_forgetting(engine)

    def work(words: int) -> int:
        event = segment((soup * words)[:words], number=1)
        return lines_run(lambda: CallRedactor(policy, call_id="call").receive(event))

    assert work(400) < DOUBLE * work(200)


WRITTEN = "so mail jo@example.com or try 203.0.113.76 then"


def test_work_is_linear_in_what_presidio_finds(engine: Engine) -> None:
    """Written addresses in a final, one after the other."""

    def work(times: int) -> int:
        return lines_run(lambda: engine.find(WRITTEN.split() * times, []))

    assert work(32) < 2.1 * work(16)


def test_of_many_short_segments_at_once_each_costs_the_same(policy: Policy) -> None:
    """Somebody speaks in snatches: what is looked at again does not grow with their number."""
    redactor, costs = CallRedactor(policy, call_id="call"), list[int]()
    words = ["so", "that", "was", "it"]
    for begin in (30, 90):
        snatches = [segment(words, number=n, start_ms=300 * n) for n in range(begin, begin + 30)]
        for event in snatches[:20]:
            redactor.receive(event)
        rest = snatches[20:]
        costs.append(lines_run(lambda events=rest: [redactor.receive(e) for e in events]))  # type: ignore[misc]
    assert costs[1] < 1.3 * costs[0]


def talk(count: int, *, start: int = 0, apart_ms: int = 5000) -> Iterator[RawTranscript]:
    """Short turns of both parties, so far apart."""
    for n in range(start, start + count):
        words = PHRASES[n % len(PHRASES)].split()
        yield segment(words, number=n, agent=n % 2 == 0, start_ms=apart_ms * n)


def test_work_is_linear_in_the_length_of_a_call(policy: Policy) -> None:
    """Once a call is older than what is remembered of it, a minute costs what it cost before."""
    redactor, costs = CallRedactor(policy, call_id="call"), list[int]()
    for begin, until in ((0, 36), (54, 270)):  # a round of all phrases by both parties: 18 turns
        for event in talk(until - begin, start=begin, apart_ms=10_000):
            redactor.receive(event)
        counted = list(talk(18, start=until, apart_ms=10_000))
        costs.append(lines_run(lambda events=counted: [redactor.receive(e) for e in events]))  # type: ignore[misc]
    assert costs[1] < 1.03 * costs[0]


def test_the_costliest_event_of_a_long_call_costs_what_one_of_a_short_call_does(
    policy: Policy,
) -> None:
    """A name that earlier words must be looked at again for is not paid for by the whole call."""
    redactor, costs = CallRedactor(policy, call_id="call"), []
    for begin in (0, 80, 160):
        for event in talk(76, start=begin):
            redactor.receive(event)
        revealing = [*talk(3, start=begin + 76), _named(begin + 79, f"Tarvell{'abc'[begin // 80]}")]
        costs.append(max(lines_run(lambda e=e: redactor.receive(e)) for e in revealing))  # type: ignore[misc]
    assert costs[2] < 1.2 * costs[1]


def _named(number: int, name: str) -> RawTranscript:
    words = f"my name is {name} and the card is four two four two".split()
    return segment(words, number=number, agent=number % 2 == 0, start_ms=5000 * number)


LONG = (
    " ".join(PHRASES[4].split() * 50),
    "account four two four two five thanks " * 50,
    " ".join(
        f"{a}{b}lling the" for a in "bdfghklmnprstvwz" for b in ("a", "e", "i", "o", "u", "ae")
    ),
)


@pytest.mark.parametrize("text", LONG, ids=["addresses", "numbers", "unusual words"])
def test_partials_of_a_long_segment_cost_what_its_words_do(engine: Engine, text: str) -> None:
    """Each revision reads its own words again, and no more than that."""
    policy = soon_forgetting(engine)

    def work(words: int) -> int:
        redactor = CallRedactor(policy, call_id="call")
        heard = segment((text.split() * 3)[:words], number=1)
        first, second = (
            raw(
                list(heard.words), segment_id="1", revision=revision, is_final=False, agent=False,
                start_ms=0,
            )
            for revision in (1, 2)
        )  # fmt: skip
        return lines_run(lambda: (redactor.receive(first), redactor.receive(second)))

    assert work(320) < 2.1 * work(160)
