"""Stored calls under a stricter policy: more is masked, nothing is shown again."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redaction.events import RedactedWord, Transcript
from redaction.policy.again import NotJudged, Stricter, judge_again, kinds_of
from redaction.policy.policies import build_policy
from redaction.policy.policy_file import read_policy
from redaction.policy.prepared_policy import Policy, make_policy
from redaction.policy.presidio import Engine, build_engine
from redaction.settings import Settings
from tests.told_call import ToldCall

RULES = build_engine()


def policy_of(path: Path, text: str, *, engine: Engine = RULES) -> Policy:
    """The policy of a file with this text."""
    path.write_text(text)
    keys = (b"m" * 32, "t")
    return build_policy(Settings(), read_policy(path), path=path, engine=engine, keys=keys)


@pytest.fixture
def strict(tmp_path: Path) -> Policy:
    """Everything is taken out."""
    return policy_of(tmp_path / "t.toml", "")


def told(*lines: str) -> list[Transcript]:
    """Finals as they are stored: `A: ...` or `C: ...`, tokens in brackets."""
    call, at_ms, finals = ToldCall(), 0, []
    for line in lines:
        said = call.said("AC".index(line[0]), line[3:], start_ms=at_ms)
        finals.append(said)
        at_ms = said.end_ms + 500
    return finals


def texts(finals: list[Transcript], found: list[Stricter]) -> list[str]:
    """What is read in the end."""
    words = {final.segment_id: final.words for final in finals}
    words |= {one.final.segment_id: one.words for one in found}
    return [" ".join(word.text for word in words[final.segment_id]) for final in finals]


def test_what_an_earlier_policy_left_in_is_masked(strict: Policy) -> None:
    finals = told("A: what is your order number", "C: it is 7 3 1 1 9 2 thanks")
    found = judge_again(strict, finals)
    assert texts(finals, found) == ["what is your order number", "it is [order] thanks"]
    assert kinds_of(found) == {"order": 1}
    token = found[0].new[0]
    said = finals[1].words
    assert (token.start_ms, token.end_ms) == (said[2].start_ms, said[7].end_ms)


def test_a_call_that_is_clean_already_stays_as_it_is(strict: Policy) -> None:
    finals = told("A: your card number please", "C: it is [card] thanks", "A: thank you [name]")
    assert judge_again(strict, finals) == []


def test_the_other_speakers_question_works_over_tokens(strict: Policy) -> None:
    finals = told(
        "A: your card number and then the security code please",
        "C: [card]",
        "A: and the security code on the back",
        "C: 7 3 1",
    )
    assert texts(finals, judge_again(strict, finals))[-1] == "[cvv]"


def test_a_token_grows_over_the_rest_of_its_value_and_tells_its_kind_only(tmp_path: Path) -> None:
    policy = policy_of(tmp_path / "t.toml", '[render]\ncard = "last_four"')
    finals = told("A: your card number please", "C: [card] 4242 4242 thanks")
    found = judge_again(policy, finals)
    assert all("4242" not in text for text in texts(finals, found))


def test_tokens_in_any_form_stay_what_they_were(strict: Policy) -> None:
    call = ToldCall()
    final = call.said(1, "I am X and my number is Y thanks", start_ms=0)
    words = list(final.words)
    words[2] = msgspec.structs.replace(words[2], text="Alex Baker", kind="name")
    words[7] = msgspec.structs.replace(words[7], text="555-0142", kind="phone")
    finals = [msgspec.structs.replace(final, words=tuple(words))]
    assert judge_again(strict, finals) == []


def test_forms_for_roles_come_with_what_is_masked_now(tmp_path: Path) -> None:
    policy = policy_of(tmp_path / "t.toml", '[for.supervisor]\ncard = "last_four"')
    finals = told("C: my card number is 4242 4242 4242 4242 thanks")
    (found,) = judge_again(policy, finals)
    assert found.new[0].text == "[card]"
    assert found.new[0].shown == {"supervisor": "[card:4242]"}


def test_after_a_segment_that_was_lost_any_number_goes(strict: Policy) -> None:
    heard = told("A: anything else", "C: forty one")
    lost = told("A: [unavailable]", "C: forty one")
    assert texts(heard, judge_again(strict, heard))[1] == "forty one"
    assert texts(lost, judge_again(strict, lost)) == ["[unavailable]", "[number]"]


def test_a_fault_leaves_the_call_alone_and_tells_no_text(strict: Policy) -> None:
    class Broken:
        version = "broken"

        def tag(self, words: object) -> list[object]:
            raise RuntimeError("Margaret")

    policy = strict._replace(engine=strict.engine._replace(tagger=Broken()))  # type: ignore[arg-type]
    with pytest.raises(NotJudged) as raised:
        judge_again(policy, told("C: this is Margaret Thornbury speaking"))
    assert "Margaret" not in str(raised.value)


LINES = st.lists(
    st.sampled_from(
        [
            "A: what is your card number",
            "A: and the security code please",
            "A: who am I speaking with",
            "C: 4242 4242",
            "C: 4242 4242 thanks",
            "C: [card] and 7 3 1",
            "C: Margaret Thornbury",
            "C: it is [name] at 12 Acacia Avenue",
            "A: [unavailable]",
            "C: the order is 7 3 1 1 9 2",
        ]
    ),
    max_size=8,
)


@settings(max_examples=40, deadline=None)
@given(lines=LINES)
def test_tokens_and_all_that_is_not_masked_now_stay_however_often_it_is_done(
    lines: list[str],
) -> None:
    policy = make_policy(Settings(), RULES, key=b"m" * 32)
    finals = told(*lines)
    for _ in range(2):
        found = {one.final.segment_id: one.words for one in judge_again(policy, finals)}
        after = [msgspec.structs.replace(f, words=found.get(f.segment_id, f.words)) for f in finals]
        for before, now in zip(finals, after, strict=True):
            assert all(word.kind for word in now.words if word not in before.words)
            kept = [word for word in now.words if word in before.words]
            assert [word for word in before.words if word in kept] == kept
            assert all(_covers(now.words, word) for word in before.words if word.kind)
        finals = after


def _covers(words: tuple[RedactedWord, ...], token: RedactedWord) -> bool:
    """Whether the time of a token is still that of a token."""
    return any(
        word.kind and word.start_ms <= token.start_ms and token.end_ms <= word.end_ms
        for word in words
    )
