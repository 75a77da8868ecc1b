"""Ends of finals that are held back: for how long at most, and what becomes of them then."""

import pytest

from redaction.call.redact import CallRedactor
from redaction.call.redacted import Redacted
from redaction.policy.prepared_policy import Policy
from redaction.process.open_ends import LONGEST_S, OpenEnds
from tests.unit.redaction.spoken_dialogue import events as dialogue
from tests.unit.redaction.spoken_dialogue import text_of


def heard(policy: Policy, talk: str) -> tuple[CallRedactor, list[Redacted]]:
    """A call so far, and what came of its last event."""
    redactor, out = CallRedactor(policy, call_id="call"), list[Redacted]()
    for event in dialogue(talk):
        out = redactor.receive(event)
    return redactor, out


@pytest.mark.parametrize(
    ("talk", "at_once", "in_time"),
    [
        ("A: And how many people?\nC: For two", "For", "For two"),
        ("A: Okay so\nC: For two", "For", "For [number]"),
        ("A: Okay\nC: Right. Sixteen digits,", "Right.", "Right. Sixteen digits,"),
        ("A: Okay\nC: Is that Miss or Mrs?", "Is that Miss or", "Is that Miss or Mrs?"),
        ("A: Card number?\nC: 4929 and", "", "[card] and"),
        ("A: The security code?\nC: three", "", "[cvv]"),
        ("A: Okay\nC: my son gave me one", "my son gave me", "my son gave me one"),
        (
            "A: Okay\nC: it's at twenty nine ninety nine",
            "it's at",
            "it's at twenty nine ninety nine",
        ),
    ],
)
def test_what_of_a_final_is_decided_is_shown_at_once_and_its_end_in_time(
    policy: Policy, talk: str, at_once: str, in_time: str
) -> None:
    redactor, (final,) = heard(policy, talk)
    assert text_of(final) == at_once
    (correction,) = redactor.settle(redactor.held())
    assert text_of(correction) == in_time and correction.is_correction
    assert correction.rendered.rank > final.rendered.rank
    assert redactor.held() == [] and redactor.end() == []


def test_a_number_that_goes_on_is_masked_where_it_was_held_and_open_where_it_goes_on(
    policy: Policy,
) -> None:
    talk = "A: Okay\nC: I have it here it's nine five|four three one two eight"
    question, first, rest = dialogue(talk)
    partial, longer = list(dialogue(talk, partials=True))[-3:-1]
    redactor = CallRedactor(policy, call_id="call")
    for event in (question, first):
        redactor.receive(event)
    assert text_of(redactor.receive(partial)[0]) == ""
    (settled,) = redactor.settle([first])
    assert text_of(settled) == "I have it here it's [number]"
    assert [text_of(one) for one in redactor.receive(longer)] == [""]
    out = [*redactor.receive(rest), *redactor.end()]
    assert {text_of(one) for one in out} == {"[phone]", "I have it here it's [phone]"}


def test_what_was_shown_in_time_is_masked_when_what_comes_after_all_makes_it_personal(
    policy: Policy,
) -> None:
    talk = "A: And how many people?\nC: two|four two four two four two four two"
    question, count, rest = dialogue(talk)
    redactor = CallRedactor(policy, call_id="call")
    redactor.receive(question)
    redactor.receive(count)
    assert [text_of(one) for one in redactor.settle(redactor.held())] == ["two"]
    shown = {one.raw.segment_id: text_of(one) for one in redactor.receive(rest)}
    shown |= {one.raw.segment_id: text_of(one) for one in redactor.end()}
    assert set(shown.values()) == {"[number]"} and len(shown) == 2


def test_ends_wait_for_their_time_and_no_longer(policy: Policy) -> None:
    redactor, _ = heard(policy, "A: Okay so\nC: For two")
    ends = OpenEnds()
    ends.note("call", redactor.held(), now=10.0)
    ends.note("other", [], now=10.0)
    assert ends.due(now=10.0 + LONGEST_S - 0.01) == {}
    ends.note("call", redactor.held(), now=11.0)
    assert list(ends.due(now=10.0 + LONGEST_S)) == ["call"]
    redactor.settle(redactor.held())
    ends.note("call", redactor.held(), now=12.0)
    assert ends.due(now=100.0) == {}


def test_a_fault_leaves_an_end_unsaid(policy: Policy, monkeypatch: pytest.MonkeyPatch) -> None:
    redactor, _ = heard(policy, "A: Okay so\nC: For two")
    monkeypatch.setattr(redactor._judge, "judge", None)
    assert redactor.settle(redactor.held()) == []
