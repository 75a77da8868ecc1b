"""Measuring what any recogniser showed, from its texts and their times alone."""

import math

from tests.load.shown import (
    Errors,
    Leg,
    Shown,
    final_delays_ms,
    percentile,
    word_delays_ms,
    word_errors,
)
from trunkline.evaluate.reference import Reference, Turn

TIMES = ((1000, 1400), (1400, 1800), (1800, 2000))
REFERENCE = Reference(
    name="r",
    duration_ms=9000,
    turns=(
        Turn(
            speaker="a", channel=0, start_ms=1000, end_ms=2000, text="good morning all", times=TIMES
        ),
        Turn(speaker="b", channel=1, start_ms=3000, end_ms=4000, text="yes"),
        Turn(
            speaker="a", channel=0, start_ms=5000, end_ms=6000, text="good bye",
            times=((5000, 5500), (5500, 6000)),
        ),
    ),
)  # fmt: skip
LEG = Leg(REFERENCE, REFERENCE, 0)


def shown(at_s: float, line: str, text: str, *, final: bool = False) -> Shown:
    return Shown(at_s, 0, line, text, final)


def test_a_word_is_shown_when_it_is_first_on_the_screen() -> None:
    screen = [
        shown(1.6, "1", "Good"),
        shown(2.0, "1", "Good mourning"),
        shown(2.5, "1", "Good morning, all.", final=True),
        shown(6.4, "2", "Good bye.", final=True),
    ]
    assert word_delays_ms(LEG, screen) == [200, 700, 500, 900, 400]


def test_a_word_said_twice_is_not_found_before_it_is_said() -> None:
    assert word_delays_ms(LEG, [shown(3.0, "1", "good morning all good bye")]) == [1600, 1200, 1000]


def test_a_turn_is_final_with_the_last_of_its_right_words() -> None:
    screen = [
        shown(2.1, "1", "good morning all"),
        shown(2.6, "1", "good morning", final=True),
        shown(2.9, "2", "all", final=True),
        shown(6.5, "3", "good buy", final=True),
    ]
    assert final_delays_ms(LEG, screen) == [900, 500]


def test_errors_are_those_of_the_finals() -> None:
    screen = [
        shown(1.0, "1", "nonsense"),
        shown(2.0, "1", "Good morning ALL!", final=True),
        shown(6.5, "2", "goodbye then", final=True),
    ]
    assert word_errors([LEG], screen) == Errors(2, 5)
    assert Errors(2, 5).rate == 0.4


def test_speech_is_counted_by_leg() -> None:
    assert (LEG.speech_s, Leg(REFERENCE, REFERENCE, 1).speech_s) == (2.0, 1.0)


def test_percentiles() -> None:
    assert [percentile(range(1, 101), share) for share in (0.0, 0.5, 0.95)] == [1, 51, 96]
    assert math.isnan(percentile([], 0.5))
