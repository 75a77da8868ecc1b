"""Reviewed cases, redacted again: what a policy does with what reviewers found."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from analytics.compliance.documents import Case, GivenMark, ShownWord, Turn
from redaction.policy.prepared_policy import Policy, make_policy
from redaction.policy.presidio import build_engine
from redaction.settings import Settings
from tests.told_call import words
from trunkline.review_cases import CaseError, CaseScore, read_cases, report, try_cases

NOW = datetime(2025, 11, 21, tzinfo=UTC)


@pytest.fixture(scope="module")
def policy() -> Policy:
    """By rules alone."""
    return make_policy(Settings(), build_engine(), key=b"k" * 32)


def turn(speaker: str, text: str, *, start_ms: int) -> Turn:
    shown = tuple(
        ShownWord(
            text=word.text,
            start_ms=word.start_ms,
            end_ms=word.end_ms,
            confidence=word.confidence,
            kind=word.kind,
        )
        for word in words(text, start_ms=start_ms)
    )
    return Turn(
        segment_id=f"c1-{speaker}/{start_ms:09d}",
        speaker=speaker,
        channel=int(speaker == "customer"),
        start_ms=start_ms,
        end_ms=shown[-1].end_ms,
        language="en",
        words=shown,
    )


def made(text: str, *marks: GivenMark, asked: str = "how can I help") -> Case:
    return Case(
        review_id=7,
        call_id="c1",
        policy_version="p1",
        reviewed_by="key",
        reviewed_at=NOW,
        at=1,
        turns=(turn("agent", asked, start_ms=0), turn("customer", text, start_ms=9000)),
        marks=marks,
    )


def missed(first: int, last: int, kind: str) -> GivenMark:
    return GivenMark(mark="missed", first=first, last=last, kind=kind)


def alarm(at: int, kind: str, said: str = "") -> GivenMark:
    return GivenMark(mark="false_alarm", first=at, last=at, kind=kind, said=said)


def test_a_miss_that_the_policy_masks_now_counts_as_found(policy: Policy) -> None:
    card = "it is four one one one one one one one one one one one one one one one"
    asked = "what is your card number"
    score = try_cases(policy, [made(card, missed(2, 17, "card"), asked=asked)])
    assert (score.missed["card"], score.masked_now["card"], score.failed) == (1, 1, [])


def test_a_miss_that_it_still_shows_is_told_by_its_review_and_kind_only(policy: Policy) -> None:
    score = try_cases(policy, [made("we met at the zzyzx", missed(4, 4, "address"))])
    assert score.failed == [(7, "missed", "address")]
    told = "\n".join(report(score))
    assert "review 7: missed address: still so" in told and "zzyzx" not in told


def test_a_half_masked_miss_is_still_a_miss(policy: Policy) -> None:
    text = "four one one one one one one one one one one one one one one one zzyzx"
    score = try_cases(policy, [made(text, missed(0, 16, "card"), asked="your card number")])
    assert score.masked_now["card"] == 0


def test_a_false_alarm_is_tried_with_what_was_said(policy: Policy) -> None:
    good = made("it costs [card] today", alarm(2, "card", "ninety nine dollars"))
    bad = made("mail me [email]", alarm(2, "email", "jo at example dot com"))
    score = try_cases(policy, [good, bad])
    assert (score.false_alarms["card"], score.shown_now["card"]) == (1, 1)
    assert (score.false_alarms["email"], score.shown_now["email"]) == (1, 0)
    assert score.failed == [(7, "false_alarm", "email")]


def test_a_false_alarm_of_which_nothing_is_known_is_said_to_be_untried(policy: Policy) -> None:
    score = try_cases(policy, [made("it costs [card] today", alarm(2, "card"))])
    assert (score.untold, score.false_alarms, score.failed) == (1, {}, [])


def test_words_that_a_reviewer_let_stand_should_stay(policy: Policy) -> None:
    score = try_cases(policy, [made("thank you very much"), made("good bye [name] and thanks")])
    assert (score.clean_words, score.clean_masked, score.cases) == (8, 0, 2)


def test_cases_are_read_back_as_they_were_written(tmp_path: Path) -> None:
    cases = [made("hello there"), made("my pin is one two", missed(3, 4, "pin"))]
    path = tmp_path / "cases.jsonl"
    path.write_bytes(b"\n".join(msgspec.json.encode(case) for case in cases) + b"\n\n")
    assert read_cases(path) == cases


@pytest.mark.parametrize(
    "line", [b"{}", b"no secret", b"\xff", msgspec.json.encode(made("hi", missed(0, 5, "pin")))]
)
def test_a_line_that_is_no_case_is_named_by_its_number_alone(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_bytes(msgspec.json.encode(made("hello")) + b"\n" + line)
    with pytest.raises(CaseError, match="line 2") as caught:
        read_cases(path)
    assert "secret" not in str(caught.value)


def test_no_cases_make_an_empty_report() -> None:
    assert next(report(CaseScore())) == "0 cases"
