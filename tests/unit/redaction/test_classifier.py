"""The classifier lets go what is hardly personal, and nothing that must not be let go."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from redaction.classifier.edges import edges
from redaction.classifier.evidence import Claim, Evidence, claims
from redaction.classifier.features import AFTER, features, word_of
from redaction.classifier.figures import figures, left_figures
from redaction.classifier.listed_names import listed_names
from redaction.classifier.span_classifier import (
    SIZE,
    Row,
    SpanClassifier,
    Verdict,
    hashed,
    may_be_let_go,
)
from redaction.cues.expected import Expectations
from redaction.cues.slots import Filled, Limits
from redaction.language.words import atoms_of
from redaction.numbers.runs import Times
from redaction.policy.prepared_policy import Policy, make_policy
from redaction.policy.presidio import Engine
from redaction.recognizers.found import Found, Heard
from redaction.settings import Settings
from tests.unit.redaction.spoken_dialogue import ever_shown, shown
from trunkline.redacting import engine_for
from trunkline.settings import Settings as AllSettings

NO_WEIGHTS = SpanClassifier(np.zeros((len(Row), SIZE), dtype=np.int8))
"""Finds nothing likely or unlikely: whatever may be let go is masked, as its score is zero."""


def heard(
    text: str,
    *,
    is_open: bool = False,
    blind: Sequence[tuple[int, int]] = (),
    starts: Sequence[int] = (),
    given: str = "",
) -> Heard:
    atoms = atoms_of(text.split())
    times = Times([100 * i for i in range(len(atoms))], [100 * i + 90 for i in range(len(atoms))])
    stream = ("leg", 0, "agent")
    filled = [Filled(given, stream, 0, 50)] if given else []
    expected = Expectations([], [], filled=filled, blind=list(blind), limits=Limits(4, 30.0))
    row = Heard(atoms, times, stream=stream, is_open=is_open, expectations=expected)
    row.starts = starts
    return row


def classifier(**scores: float) -> SpanClassifier:
    """One that knows of nothing but who claims."""
    weights = np.zeros((len(Row), SIZE), dtype=np.int8)
    for source, score in scores.items():
        weights[Row.SPANS, hashed([f"by {source.replace('__', ':')}"])] = int(score * 16)
    return SpanClassifier(weights)


def judged(judge: SpanClassifier, row: Heard, found: Sequence[Evidence]) -> Verdict:
    """Its verdict where the rules have decided on all numbers."""
    return judge.judge(row, found, before=len(row.atoms))


def evidence(source: str, first: int, last: int, kind: str = "name") -> Evidence:
    return Evidence(source, Found(first, last, kind))


def test_spans_that_overlap_are_one_claim() -> None:
    spans = [evidence("unusual", 4, 5), evidence("tagged", 1, 2), evidence("person", 2, 3)]
    assert [(c.first, c.last, len(c.evidence)) for c in claims(spans)] == [(1, 3, 2), (4, 5, 1)]


def test_what_is_hardly_personal_is_let_go_and_the_rest_is_kept() -> None:
    row, judge = heard("have you a Tamron lens for it"), classifier(tagged__name=-7)
    assert judged(judge, row, [evidence("tagged", 3, 3)]).kept == []
    assert judged(judge, row, [evidence("person", 3, 3)]).kept == [evidence("person", 3, 3)]


@pytest.mark.parametrize(
    ("source", "kind"),
    [("own", "badge"), ("lost", "number"), ("overdue", "number"), ("numbers", "card"),
     ("numbers", "pin"), ("email", "email"), ("card_dates", "expiry")],
)  # fmt: skip
def test_what_must_not_be_let_go_is_not_even_judged(source: str, kind: str) -> None:
    least = SpanClassifier(np.full((len(Row), SIZE), -127, dtype=np.int8))
    found = [evidence(source, 2, 2, kind), evidence("unusual", 2, 3)]
    assert sorted(judged(least, heard("it is rover seven then"), found).kept) == sorted(found)


def test_nothing_is_let_go_while_nobody_knows_what_was_asked() -> None:
    least = SpanClassifier(np.full((len(Row), SIZE), -127, dtype=np.int8))
    found = [evidence("unusual", 2, 2)]
    assert judged(least, heard("it is zorbo then"), found).kept == []
    assert judged(least, heard("it is zorbo then", blind=[(0, 9_000)]), found).kept == found


def test_a_partial_waits_for_the_words_that_are_looked_at() -> None:
    words = ["and", "now", "zorbo", "we", "can", "go", "on", "with"]
    for end in range(3, len(words) + 1):
        row = heard(" ".join(words[:end]), is_open=True)
        verdict = judged(NO_WEIGHTS, row, [evidence("tagged", 2, 2)])
        known = end >= 3 + AFTER
        assert (bool(verdict.kept), verdict.open_from) == (known, [] if known else [2])


def test_what_a_partial_decides_its_final_decides_too() -> None:
    cut, whole = (heard(f"and now zorbo we can{more}") for more in ("", " go on with that"))
    claim = Claim(2, 2, (evidence("tagged", 2, 2),))
    assert features(cut, claim) == features(whole, claim)


def test_words_of_another_segment_tell_nothing() -> None:
    claim = Claim(2, 2, (evidence("tagged", 2, 2),))
    alone = heard("zorbo")
    between = heard("and then zorbo we go", starts=(2, 3))
    assert features(alone, Claim(0, 0, claim.evidence)) == features(between, claim)


@given(st.sampled_from(("Priya", "Kowalczyk", "zorbo", "Stockport", "quintero")))
def test_no_rare_word_is_a_feature(word: str) -> None:
    row = heard(f"this is {word} and {word} here")
    seen = features(row, Claim(2, 2, (evidence("person", 2, 2),)))
    assert not any(word.lower() in feature for feature in seen)


def test_ordinary_words_are_features() -> None:
    row = heard("speaking with Priya about the boiler")
    seen = features(row, Claim(2, 2, (evidence("person", 2, 2),)))
    assert {"1 before with", "2 before speaking", "1 after about", "word <first>"} <= seen


def test_who_a_word_may_be() -> None:
    words = ["Priya", "Stockport", "boiler", "zorbo", "4417"]
    kinds = [word_of(atom) for atom in atoms_of(words)]
    assert kinds[0].startswith("<first")
    assert kinds[1:] == ["<place>", "boiler", "<unknown>", "#4"]


def test_listed_names_that_nothing_found_are_claimed_with_their_surnames() -> None:
    row = heard("and Priya Kowalczyk came with gareth too")
    assert [e.found[:3] for e in listed_names(row, [])] == [(1, 2, "name"), (5, 5, "name")]
    assert [e.found[:3] for e in listed_names(row, [evidence("person", 1, 2)])] == [(5, 5, "name")]


def test_figures_that_nothing_found_are_claimed_up_to_what_is_undecided() -> None:
    row = heard("gate 956 then oh two five and 7 or 31 44", given="address")
    spans = [e.found[:2] for e in left_figures(row, [], before=11)]
    assert spans == [(1, 1), (3, 5), (9, 10)]
    assert [e.found[:2] for e in left_figures(row, [], before=10)] == [(1, 1), (3, 5)]
    taken = [evidence("numbers", 3, 5, "number")]
    assert [e.found[:2] for e in left_figures(row, taken, before=9)] == [(1, 1)]


def test_beside_a_card_a_month_alone_is_claimed_too() -> None:
    alone, beside = (heard("well August then 7", given=kind) for kind in ("address", "card"))
    assert not list(figures(alone))
    assert [e.found[:2] for e in figures(beside)] == [(1, 1), (3, 3)]


def test_beside_a_card_no_number_is_let_go() -> None:
    least = SpanClassifier(np.full((len(Row), SIZE), -127, dtype=np.int8))
    found = [evidence("numbers", 1, 2, "number")]
    for given_kind, kept in (("address", []), ("card", found), ("cvv", found)):
        row = heard("then oh nine and so on", given=given_kind)
        assert judged(least, row, found).kept == kept


@pytest.mark.parametrize(
    ("kind", "value", "judged_too"),
    [("number", "123456789", True), ("number", "0928", False), ("phone", "159", True),
     ("phone", "020794", False), ("nhs", "90", True), ("nino", "90", False),
     ("pin", "90", False), ("routing", "20", False)],
)  # fmt: skip
def test_a_short_number_may_be_no_phone_but_is_always_a_pin_or_a_date(
    kind: str, value: str, judged_too: bool
) -> None:
    found = Evidence("numbers", Found(1, 1, kind, value))
    assert may_be_let_go(heard("then 90 and"), Claim(1, 1, (found,))) is judged_too


def test_famous_people_are_known_by_their_whole_names() -> None:
    row = heard("is Neil Young on or Neil Armitage")
    seen = [features(row, Claim(at, at, (evidence("tagged", at, at),))) for at in (1, 2, 5)]
    assert ["is famous" in one for one in seen] == [True, True, False]


@pytest.mark.parametrize(
    ("text", "at", "beside"),
    [
        ("won five three", (1, 2), [("edge_before", 0)]),
        ("it is five three too then", (2, 3), [("edge_behind", 4)]),
        ("sevent five three croydo", (1, 2), [("edge_before", 0), ("edge_behind", 3)]),
        ("mill lane for me", (0, 1), []),
        ("flat five three please", (1, 2), []),
    ],
)
def test_what_sounds_like_more_of_a_number_is_claimed_beside_it(
    text: str, at: tuple[int, int], beside: list[tuple[str, int]]
) -> None:
    found = edges(heard(text), [evidence("numbers", *at, "phone")])
    assert [(e.source, e.found.first) for e in found] == beside
    assert {e.found.kind for e in found} <= {"phone"}


def test_nothing_is_claimed_beside_what_another_segment_says() -> None:
    row = heard("sevent five three croydo", starts=(1, 3))
    assert edges(row, [evidence("numbers", 1, 2, "phone")]) == []


def test_figures_are_judged_by_weights_of_their_own() -> None:
    weights = np.zeros((len(Row), SIZE), dtype=np.int8)
    weights[Row.FIGURES, hashed(["by figures:number"])] = 127
    rows = [heard("gate 956 then", given="address") for _ in range(2)]
    taken = judged(SpanClassifier(weights), rows[0], []).kept
    assert [(e.source, e.found[:3]) for e in taken] == [("figures", (1, 1, "number"))]
    assert judged(NO_WEIGHTS, rows[1], []).kept == []


@pytest.fixture(scope="module")
def engine() -> Engine:
    return engine_for(AllSettings(redaction=Settings(ner="off")))


def test_the_weights_that_come_with_it(engine: Engine) -> None:
    assert engine.classifier is not None
    assert policy_of(engine).version != policy_of(engine, rules_alone=True).version


PLAIN_ANSWERS = [
    ("A: What make's the telly?", "Hisense. Big mongrel of a thing."),
    ("A: Did you get it from Argos?", "No, Dunelm."),
    ("A: No bother. Where you skiing?", "Morzine. If there's any snow."),
    ("A: What's the book?", "It's The Da Vinci Code."),
]
NAMES = [
    ("A: Bakery.", "hiya it's gemma from the shop", "hiya it's [name] from the shop"),
    ("A: Hello.", "I was just saying to Clive we'd go", "I was just saying to [name] we'd go"),
]


@pytest.mark.parametrize(("asked", "said"), PLAIN_ANSWERS)
def test_plain_answers_that_the_rules_mask_are_shown(engine: Engine, asked: str, said: str) -> None:
    dialogue = f"{asked}\nC: {said}"
    assert "[" in shown(policy_of(engine, rules_alone=True), dialogue)[1]
    assert shown(policy_of(engine), dialogue)[1] == said


@pytest.mark.parametrize(("before", "said", "masked"), NAMES)
def test_listed_names_that_no_rule_finds_are_masked(
    engine: Engine, before: str, said: str, masked: str
) -> None:
    dialogue = f"{before}\nC: {said}"
    assert shown(policy_of(engine, rules_alone=True), dialogue)[1] == said
    assert shown(policy_of(engine), dialogue)[1] == masked
    name = next(word for word in said.split() if word not in masked)
    assert not any(name in revision.split() for revision in ever_shown(policy_of(engine), dialogue))


@pytest.mark.parametrize(
    ("asked", "value"),
    [
        ("what's the name please", "it's Priya Nair"),
        ("and the long number on the card", "4111 1111 1111 1111"),
        ("what's the answer to your security question", "it's Biscuit"),
        ("what's the first line of your address", "14 Wattle Parade"),
    ],
)
def test_answers_to_plain_questions_stay_masked(engine: Engine, asked: str, value: str) -> None:
    said = shown(policy_of(engine), f"A: {asked}\nC: {value}")[1]
    assert "[" in said and not set(value.split()) & set(said.split()) - {"it's"}


def policy_of(engine: Engine, *, rules_alone: bool = False) -> Policy:
    if rules_alone:
        engine = engine._replace(classifier=None)
    return make_policy(Settings(), engine, key=b"k" * 32)


def test_it_can_be_turned_off() -> None:
    off = engine_for(AllSettings(redaction=Settings(ner="off", classifier="off")))
    assert off.classifier is None


IBAN = "1 nine two one two three four five six nine eight seven six five four three two"


@pytest.mark.parametrize(
    "dialogue",
    [
        f"A: The IBAN please.\nC: it's on here. delta. echo, {IBAN}",
        f"A: The IBAN please.\nC: D E {IBAN}\nA: Once more?\nC: Tunnel. delta. echo, {IBAN}",
    ],
)
def test_what_a_code_begins_with_is_never_shown_however_it_is_cut(
    engine: Engine, dialogue: str
) -> None:
    assert not [text for text in ever_shown(policy_of(engine), dialogue) if "delta" in text]
