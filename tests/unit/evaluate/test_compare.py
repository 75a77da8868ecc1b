import itertools
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from trunkline.evaluate.align import WordErrors
from trunkline.evaluate.calibration import bins
from trunkline.evaluate.compare import EXIT_CODES, Decision, Verdict, compare
from trunkline.evaluate.entities import Recall
from trunkline.evaluate.measures import Churned, Measures
from trunkline.evaluate.report import BadReport, Report, Run, encode_report, read_report, report_of
from trunkline.evaluate.rules import BadRules, Evidence, Rules, read_rules
from trunkline.evaluate.score import CallScore, LeakedSpan, LegScore
from trunkline.evaluate.speakers import SpeakerErrors
from trunkline.evaluate.word_times import WordTimes

RUN = Run(made_at=datetime(2026, 3, 2, tzinfo=UTC), version="1", endpoint_ms=500, parallel=1)
RULES = Rules(evidence=Evidence(rounds=200))
CARD = LeakedSpan(1, 30_000, "CARD")
NAME = LeakedSpan(0, 10_000, "NAME")


def leg(errors: WordErrors, *, right: bool = True) -> LegScore:
    return LegScore(
        channel=0, errors=errors, wer=errors.wer, over_redaction=errors.over_redaction, right=right
    )


def call(at: int) -> CallScore:
    """A call of a good run; no two are quite alike."""
    errors = WordErrors(150, substitutions=6 + at % 3)
    digits = WordErrors(50, substitutions=2)
    return CallScore(
        name=f"c{at}",
        legs=(leg(errors),),
        spans=5,
        final_delays_ms=tuple(600.0 + 10 * n for n in range(12)),
        word_delays_ms=tuple(400.0 + 5 * n for n in range(100)),
        turns=12,
        measures=Measures(
            slices={"said:digits": digits, "said:other": errors},
            entities={"number": Recall(10, 9)},
            calibration=bins([(0.95, True)] * 19 + [(0.95, False)]),
            word_times=WordTimes((10,) * 50, (20,) * 50),
            speakers=SpeakerErrors(60_000, 600, 300, 0),
            churn=Churned(150, 3),
        ),
    )


def run(*calls: CallScore) -> Report:
    return report_of(RUN, calls or tuple(call(at) for at in range(8)))


def but(calls: Sequence[int] = range(8), measures: object = None, **fields: object) -> Report:
    """A run with those calls otherwise."""

    def changed(at: int) -> CallScore:
        one = call(at)
        if at not in calls:
            return one
        if isinstance(measures, dict):
            fields["measures"] = msgspec.structs.replace(one.measures, **measures)
        return msgspec.structs.replace(one, **fields)

    return run(*(changed(at) for at in range(8)))


def verdict(candidate: Report, rules: Rules = RULES) -> Verdict:
    return compare(run(), candidate, rules)


def why(found: Verdict) -> str:
    return " | ".join(finding.why for finding in found.findings)


def test_the_same_run_again_continues() -> None:
    found = verdict(run())
    assert (found.decision, found.findings) == (Decision.CONTINUE, ())
    assert {change.worse_by for change in found.changes} == {0.0}


def test_a_better_run_continues() -> None:
    assert verdict(but(legs=(leg(WordErrors(150, substitutions=1)),))).decision is Decision.CONTINUE


WORSE = {
    "WER": dict(legs=(leg(WordErrors(150, substitutions=12)),)),
    "WER said:digits": dict(
        legs=(leg(WordErrors(150, substitutions=1)),),
        measures={"slices": {"said:digits": WordErrors(50, substitutions=6)}},
    ),
    "lost turns": dict(lost_turns=1),
    "entities not found": dict(measures={"entities": {"number": Recall(10, 7)}}),
    "final p95": dict(final_delays_ms=(900.0,) * 12),
}
UNGUARDED = {
    "over-redaction": dict(legs=(leg(WordErrors(150, substitutions=6, swallowed=3)),)),
    "DER": dict(measures={"speakers": SpeakerErrors(60_000, 6000, 0, 0)}),
    "churn": dict(measures={"churn": Churned(150, 12)}),
    "calibration error": dict(measures={"calibration": bins([(0.95, False)] * 20)}),
    "word p95": dict(word_delays_ms=(1500.0,) * 100),
    "word time error p95": dict(measures={"word_times": WordTimes((90,) * 50, (90,) * 50)}),
}


@pytest.mark.parametrize("what", WORSE)
def test_a_guarded_figure_that_is_certainly_worse_is_rolled_back(what: str) -> None:
    found = verdict(but(**WORSE[what]))  # type: ignore[arg-type]
    assert found.decision is Decision.ROLLBACK
    assert found.findings[0].why.startswith(f"{what} ") and "certainly" in found.findings[0].why


@pytest.mark.parametrize("what", UNGUARDED)
def test_another_figure_that_is_worse_pauses(what: str) -> None:
    found = verdict(but(**UNGUARDED[what]))  # type: ignore[arg-type]
    assert found.decision is Decision.PAUSE
    assert [finding.why.startswith(what) for finding in found.findings] == [True]


def test_what_one_call_alone_makes_worse_pauses() -> None:
    found = verdict(but([3], legs=(leg(WordErrors(150, substitutions=40)),)))
    assert found.decision is Decision.PAUSE
    assert "WER" in why(found) and "perhaps worse" in why(found)


@pytest.mark.parametrize("field", ["leaked_finals", "leaked_shown", "leaked_stored"])
def test_one_protected_leak_beats_every_gain(field: str) -> None:
    better = but(legs=(leg(WordErrors(150)),))
    calls = list(better.calls)
    calls[5] = msgspec.structs.replace(calls[5], **{field: (CARD,)})
    found = verdict(run(*calls))
    assert found.decision is Decision.ROLLBACK
    assert "CARD newly readable: c5, leg 1, at 30.0 s" in why(found)


def test_a_leak_that_the_base_has_too_is_not_the_candidates() -> None:
    leaking = but([5], leaked_shown=(CARD,))
    assert compare(leaking, leaking, RULES).decision is Decision.CONTINUE


@pytest.mark.parametrize(("leaks", "decision"), [(1, Decision.PAUSE), (3, Decision.ROLLBACK)])
def test_other_leaks_pause_until_they_are_many(leaks: int, decision: Decision) -> None:
    found = verdict(but(range(leaks), leaked_finals=(NAME,)))
    assert found.decision is decision
    assert f"{leaks} more readable spans" in why(found)


def test_other_leaks_that_went_make_up_for_those_that_came() -> None:
    base = but([1], leaked_finals=(NAME,))
    assert compare(base, but([2], leaked_finals=(NAME,)), RULES).decision is Decision.CONTINUE


def test_swapped_legs_are_rolled_back() -> None:
    found = verdict(but([0], legs=(leg(WordErrors(150, substitutions=6), right=False),)))
    assert found.decision is Decision.ROLLBACK and "wrong way" in why(found)


@pytest.mark.parametrize(
    ("failed", "decision"), [([0], Decision.ROLLBACK), ([], Decision.CONTINUE)]
)
def test_calls_that_could_not_be_taken_are_rolled_back(
    failed: list[int], decision: Decision
) -> None:
    assert verdict(but(failed, problem="503")).decision is decision


def test_a_few_failed_of_many_pause() -> None:
    lenient = msgspec.structs.replace(RULES, failed_share=0.2)
    assert verdict(but([0], problem="503"), lenient).decision is Decision.PAUSE


def test_calls_that_were_left_out_pause() -> None:
    found = verdict(run(*(call(at) for at in range(7))))
    assert found.decision is Decision.PAUSE and "1 calls of the base were not placed" in why(found)


def test_runs_under_another_load_pause() -> None:
    found = verdict(msgspec.structs.replace(run(), parallel=4))
    assert found.decision is Decision.PAUSE and "1 and 4 calls at a time" in why(found)


def test_too_little_evidence_pauses() -> None:
    few = run(*(call(at) for at in range(2)))
    found = compare(few, few, RULES)
    assert found.decision is Decision.PAUSE
    assert [finding.why.split(":")[0] for finding in found.findings] == ["too little evidence"] * 3


def test_a_protected_slice_with_few_words_pauses() -> None:
    rare = {"slices": {"said:digits": WordErrors(3)}}
    found = compare(but(measures=rare), but(measures=rare), RULES)
    assert found.decision is Decision.PAUSE and "said:digits of 24 of 30" in why(found)


def test_nothing_in_common_pauses() -> None:
    renamed = [msgspec.structs.replace(call(at), name=f"x{at}") for at in range(8)]
    assert verdict(run(*renamed)).decision is Decision.PAUSE


def test_the_worst_finding_decides_whatever_else_was_found() -> None:
    faults = [but(**fields) for fields in (*WORSE.values(), *UNGUARDED.values())]  # type: ignore[arg-type]
    for one, other in itertools.islice(itertools.product(faults, faults), 0, None, 17):
        calls = [*one.calls[:4], *other.calls[4:]]
        found = verdict(run(*calls))
        ranks = [list(EXIT_CODES).index(finding.decision) for finding in found.findings]
        assert list(EXIT_CODES).index(found.decision) == max(ranks, default=0)
        assert ranks == sorted(ranks, reverse=True)


def test_exit_codes_are_as_documented() -> None:
    assert EXIT_CODES == {Decision.CONTINUE: 0, Decision.PAUSE: 3, Decision.ROLLBACK: 4}


def test_rules_come_from_a_file_and_a_typo_is_named(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text("protected_slices = ['said:digits']\n[tolerances]\nwer = 9.0\n")
    rules = read_rules(path)
    assert rules.protected_slices == ("said:digits",) and rules.tolerances.wer == 9.0
    path.write_text("[tolerances]\nwerr = 9.0\n")
    with pytest.raises(BadRules, match="werr"):
        read_rules(path)
    path.write_text("[[")
    with pytest.raises(BadRules, match=r"rules\.toml"):
        read_rules(path)
    with pytest.raises(BadRules, match="No such file"):
        read_rules(tmp_path / "none.toml")


def test_a_looser_rule_lets_the_same_run_pass() -> None:
    loose = msgspec.structs.replace(
        RULES, tolerances=msgspec.structs.replace(RULES.tolerances, wer=50.0)
    )
    assert verdict(but(**WORSE["WER"]), loose).decision is Decision.CONTINUE  # type: ignore[arg-type]


def test_a_report_comes_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_bytes(encode_report(run()))
    assert read_report(path) == run()


@pytest.mark.parametrize(
    "body", ["{}", '{"schema_version": 99}', "no json", '{"schema_version": 2}']
)
def test_what_is_no_report_of_this_schema_is_refused(tmp_path: Path, body: str) -> None:
    path = tmp_path / "report.json"
    path.write_text(body)
    with pytest.raises(BadReport, match=r"report\.json"):
        read_report(path)
