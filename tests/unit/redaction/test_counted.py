"""Counts that a partial shows before three words follow them, and numbers that it does not."""

import msgspec
import pytest

from redaction.call.redact import CallRedactor
from redaction.policy.prepared_policy import Policy
from tests.unit.redaction.spoken_dialogue import events


def shown(policy: Policy, dialogue: str) -> str:
    """What is shown of the last turn while it is still a partial."""
    redactor = CallRedactor(policy, call_id="c")
    *before, last = events(dialogue)
    for event in before:
        redactor.receive(event)
    partial = msgspec.structs.replace(last, is_final=False, speech_final=False, frozen_words=0)
    rendered = redactor.receive(partial)[0].rendered
    return " ".join(word.text for word in rendered.words)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("there are nine left", "there are nine left"),
        ("there are nine lemons", "there are"),
        ("we have 42 of them", "we have 42 of them"),
        ("Two. I was on", "Two. I was"),
        ("Galaxy eight hundred nineteen and have", "Galaxy eight hundred nineteen and have"),
        ("the row is 4111 left", "the row is"),
        ("seventy eight twenty one left", ""),
        ("it was one two nine left", "it was"),
        ("77 Old Querry", ""),
        ("42 is my", ""),
    ],
)
def test_a_small_count_that_talk_goes_on_after_is_shown_at_once(
    policy: Policy, said: str, expected: str
) -> None:
    assert shown(policy, f"C: {said}") == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("it takes 46 hours and you", "it takes 46 hours"),
        ("it takes 46 and left", "it takes"),
        ("46 hours", ""),
        ("four six nine hours and", ""),
    ],
)
def test_where_a_number_was_asked_for_nothing_but_a_unit_shows_a_count_early(
    policy: Policy, said: str, expected: str
) -> None:
    assert shown(policy, f"A: What's the security code?\nC: {said}") == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("between the junctions fifty two", "between the junctions"),
        ("so that was earl 29", "so that was"),
        ("the grain-free forty two", "the grain-free"),
    ],
)
def test_a_form_of_a_word_before_a_number_is_no_name_held_with_it(
    policy: Policy, said: str, expected: str
) -> None:
    assert shown(policy, f"C: {said}") == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("77 Old. Querry. Ste.", ""),
        ("2 minutes please, I just need", "2 minutes please, I just need"),
    ],
)
def test_what_begins_with_a_number_may_be_the_address_asked_for_a_turn_ago(
    policy: Policy, said: str, expected: str
) -> None:
    asked = "A: What's your street?\nC: Yes it's\nA: Sorry, go ahead."
    assert shown(policy, f"{asked}\nC: {said}") == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("fair point. Bring it with", "fair point. Bring it with"),
        ("add a good dash of it then", "add a good dash of it then"),
        ("row seven dash nine has got seats", "row seven dash nine has got seats"),
        ("wendell point harrow", ""),
        ("wendell dash nine harrow", ""),
    ],
)
def test_a_point_in_talk_is_no_part_of_an_address_that_nobody_asked_for(
    policy: Policy, said: str, expected: str
) -> None:
    assert shown(policy, f"C: {said}") == expected
