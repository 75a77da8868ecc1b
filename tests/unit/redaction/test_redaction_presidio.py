"""Presidio around the rules: an operator's recognisers and operators, written forms, no network."""

from presidio_analyzer import Pattern, PatternRecognizer
from presidio_anonymizer.entities import OperatorConfig

from redaction.call.segments import Span
from redaction.policy.prepared_policy import make_policy
from redaction.policy.presidio import Engine, build_engine
from redaction.settings import Settings
from tests.unit.redaction.spoken_dialogue import shown


def badge_recognizer() -> PatternRecognizer:
    pattern = Pattern("badge", r"\bblue badge\b", 0.9)
    return PatternRecognizer(supported_entity="BADGE", patterns=[pattern], name="Badges")


def test_an_operators_own_recogniser_drops_in() -> None:
    engine = build_engine([badge_recognizer()])
    policy = make_policy(Settings(), engine, key=b"k")
    assert shown(policy, "C: I have the blue badge here.") == ["I have the [badge] here."]
    assert policy.version != make_policy(Settings(), build_engine(), key=b"k").version


def test_an_operators_own_operator_makes_the_token() -> None:
    engine = build_engine(operators={"PIN": OperatorConfig("replace", {"new_value": "<hidden>"})})
    policy = make_policy(Settings(), engine, key=b"k")
    assert shown(policy, "C: my PIN is four two four two thanks") == ["my PIN is <hidden> thanks"]


def test_our_rules_answer_as_a_presidio_recogniser(engine: Engine) -> None:
    text = "my social is two one nine oh nine nine nine nine nine thanks"
    (result,) = engine.analyzer.analyze(text, language="en")
    assert (result.entity_type, text[result.start : result.end]) == (
        "US_SSN", "two one nine oh nine nine nine nine nine",
    )  # fmt: skip


def test_presidios_patterns_find_written_forms_in_finals(engine: Engine) -> None:
    words = ["write", "to", "a.b@example.example", "or", "10.0.0.1", "please"]
    assert engine.find(words, []) == [Span(2, 2, "email"), Span(4, 4, "ip")]


def test_dates_and_times_are_not_presidios_business(engine: Engine) -> None:
    entities = engine.analyzer.get_supported_entities(language="en")
    assert "DATE_TIME" not in entities and "CREDIT_CARD" in entities
