"""Rules give each call its model and options: always the same, and the share that was asked for."""

from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triton_models.option_limits import wrong
from triton_models.options import Endpointing, LegOptions, Phrase
from triton_models.partial import overlay
from triton_models.profiles import PROFILES, SomeOptions
from triton_models.routes import (
    BadRule,
    Facts,
    Resolved,
    Rule,
    Wish,
    in_share,
    matches,
    read_change,
    resolve,
)

CALL = Facts("acme", "0192", queue="sales", ingress="siprec", role="agent")


def base(model: str) -> LegOptions:
    """The canary has an endpointing of its own; other names are unknown here."""
    if model == "asr_b":
        return LegOptions(model="asr_b", endpointing=Endpointing(stop_history_ms=650))
    return LegOptions()


def rule(rule_id: int, options: str, *, priority: int = 100, share: float = 1.0) -> Rule:
    return Rule(rule_id, priority, read_change(options), share=share)


def resolved(rules: Sequence[Rule], wish: Wish | None = None, facts: Facts = CALL) -> Resolved:
    return resolve(rules, facts, base=base, wish=wish)


def test_without_rules_a_leg_gets_the_models_own_options() -> None:
    assert resolved([]) == Resolved(LegOptions(), ())


def test_a_rule_changes_what_it_names_and_nothing_else() -> None:
    found = resolved([rule(1, '{"language": "de", "endpointing": {"stop_history_ms": 300}}')])
    assert found.options == LegOptions(language="de", endpointing=Endpointing(stop_history_ms=300))
    assert found.rules == (1,)


def test_a_model_brings_its_own_options() -> None:
    assert resolved([rule(1, '{"model": "asr_b"}')]).options == base("asr_b")


def test_the_first_rule_that_names_an_option_decides_it() -> None:
    canary = rule(1, '{"model": "asr_b", "language": "en-GB"}', priority=50)
    words = rule(2, '{"phrases": [{"text": "Harbor Bank"}], "language": "fr"}', priority=60)
    for rules in ([canary, words], [words, canary]):
        options = resolved(rules).options
        assert (options.model, options.language) == ("asr_b", "en-GB")
        assert options.phrases == (Phrase(text="Harbor Bank"),)


def test_the_older_of_two_rules_of_one_priority_is_first() -> None:
    rules = [rule(8, '{"model": "asr_c"}'), rule(7, '{"model": "asr_b"}')]
    assert resolved(rules).options.model == "asr_b"


def test_a_profile_stands_between_the_models_options_and_the_rules() -> None:
    options = resolved([rule(1, '{"profile": "throughput", "max_segment_ms": 9000}')]).options
    assert options.partial_interval_ms > LegOptions().partial_interval_ms
    assert options.endpointing.stop_history_ms > LegOptions().endpointing.stop_history_ms
    assert options.max_segment_ms == 9000


def test_the_calls_own_profile_goes_before_a_rules_and_its_phrases_before_the_tenants() -> None:
    rules = [rule(1, '{"profile": "throughput", "phrases": [{"text": "ADA"}, {"text": "Bob"}]}')]
    wish = Wish("low_latency", (Phrase(text="Ada", weight=4.0),))
    options = resolved(rules, wish).options
    assert options.partial_interval_ms < LegOptions().partial_interval_ms
    assert options.phrases == (Phrase(text="Ada", weight=4.0), Phrase(text="Bob"))


def test_a_profile_that_nobody_knows_changes_nothing() -> None:
    assert resolved([], Wish("turbo")) == resolved([])


GERMAN = Rule(1, 1, read_change('{"language": "de"}'))


@pytest.mark.parametrize(
    ("rule", "fits"),
    [
        (GERMAN, True),
        (GERMAN._replace(tenant_id="acme", queue="sales", ingress="siprec", role="agent"), True),
        (GERMAN._replace(tenant_id="other"), False),
        (GERMAN._replace(queue="support"), False),
        (GERMAN._replace(ingress="sip"), False),
        (GERMAN._replace(role="customer"), False),
        (GERMAN._replace(queue="sales", role="customer"), False),
    ],
)
def test_a_rule_is_for_the_legs_with_all_its_properties(rule: Rule, fits: bool) -> None:
    assert matches(rule, CALL) is fits


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "options:"),
        ("[]", "options:"),
        ("{}", "at least one"),
        ('{"modle": "asr_b"}', "modle"),
        ('{"endpointing": {"stop_ms": 1}}', "stop_ms"),
        ('{"language": 7}', "$.language"),
        ('{"profile": "turbo"}', "low_latency, throughput"),
        ('{"phrases": [{"text": "x", "boost": 3}]}', "boost"),
        ('{"phrases": [{"text": "x", "weight": 1e9}]}', "weight"),
        ('{"model": "../asr"}', "model"),
        ('{"endpointing": {"start_threshold": 2}}', "endpointing.start_threshold"),
    ],
)
def test_a_rule_that_cannot_be_used_is_refused_and_the_field_named(text: str, named: str) -> None:
    with pytest.raises(BadRule) as refused:
        read_change(text)
    assert named in str(refused.value)


@given(st.text(max_size=40))
def test_any_text_is_a_change_or_refused(text: str) -> None:
    try:
        assert read_change(text).text
    except BadRule as error:
        assert str(error).startswith("options")


def test_a_change_reads_back_the_same_whatever_the_order_of_its_keys() -> None:
    one = read_change('{"profile": "throughput", "model": "asr_b", "language": "de"}')
    assert one == read_change(' {"language":"de", "profile":"throughput", "model":"asr_b"}')
    assert read_change(one.text) == one


@given(st.floats(0, 1), st.integers(0, 2**32))
@settings(max_examples=50)
def test_the_share_of_calls_is_the_share_that_was_asked_for(share: float, seed: int) -> None:
    canary = rule(1, '{"model": "asr_b"}', share=share)
    calls = 1000
    chosen = sum(in_share(canary, f"{seed:08x}{call:024x}") for call in range(calls))
    # Six standard deviations: one run in five hundred million is wrong by chance.
    assert abs(chosen - share * calls) <= 6 * (share * (1 - share) * calls) ** 0.5 + 1


@given(st.text(max_size=20), st.floats(0, 1), st.floats(0, 1))
def test_a_raised_share_keeps_the_calls_it_had(call_id: str, one: float, other: float) -> None:
    low, high = sorted((one, other))
    small, large = (rule(i, '{"model": "asr_b"}', share=s) for i, s in ((1, low), (2, high)))
    assert not in_share(small, call_id) or in_share(large, call_id)


def test_no_share_is_no_call_and_the_whole_is_every_call() -> None:
    ids = [f"{n:032x}" for n in range(200)]
    assert not any(in_share(rule(1, '{"model": "b"}', share=0.0), i) for i in ids)
    assert all(in_share(rule(1, '{"model": "b"}', share=1.0), i) for i in ids)


def test_two_experiments_do_not_pick_the_same_calls() -> None:
    one, other = (rule(1, f'{{"model": "{m}"}}', share=0.5) for m in ("b", "c"))
    both = sum(in_share(one, str(n)) and in_share(other, str(n)) for n in range(1000))
    assert 180 < both < 320


RULES = st.lists(
    st.builds(
        lambda rule_id, priority, model, queue, share: Rule(
            rule_id, priority, read_change(f'{{"model": "{model}"}}'), queue=queue, share=share
        ),
        st.integers(1, 5),
        st.integers(1, 4),
        st.sampled_from(["asr_b", "asr_c", "asr_d"]),
        st.sampled_from(["", "sales", "support"]),
        st.sampled_from([0.0, 0.3, 1.0]),
    ),
    max_size=6,
    unique_by=lambda rule: rule[0],
)


@given(RULES, st.permutations(range(6)), st.text(max_size=8))
def test_the_first_match_wins_for_both_legs_and_again_at_a_replay(
    rules: list[Rule], order: list[int], call_id: str
) -> None:
    facts = CALL._replace(call_id=call_id)
    shuffled = [rules[at] for at in order if at < len(rules)]
    found = resolved(rules, facts=facts)
    assert found == resolved(shuffled, facts=facts._replace(role="customer"))
    fitting = [r for r in rules if matches(r, facts)]
    first = min(fitting, key=lambda r: (r.priority, r.rule_id), default=None)
    assert found.options.model == (first.change.model if first else "asr")


def test_every_profile_is_within_the_limits() -> None:
    for some in PROFILES.values():
        assert wrong(overlay(LegOptions(), some)) == ""


def test_a_partial_has_the_fields_of_the_whole_and_refuses_others() -> None:
    assert SomeOptions.__struct_fields__ == LegOptions.__struct_fields__
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"endpointing": {"stop": 1}}', type=SomeOptions)
