from trunkline.evaluate.align import WordErrors
from trunkline.evaluate.measures import Churned, Measures
from trunkline.evaluate.score import CallScore, LeakedSpan, LegScore
from trunkline.evaluate.table import table


def leg(channel: int, errors: WordErrors, *, right: bool = True) -> LegScore:
    return LegScore(
        channel=channel,
        errors=errors,
        wer=errors.wer,
        over_redaction=errors.over_redaction,
        right=right,
    )


def test_the_table_has_a_line_a_call_a_total_and_every_leaks_place() -> None:
    leak = LeakedSpan(1, 41_391, "CVV")
    one = CallScore(
        name="d01",
        legs=(leg(0, WordErrors(50, substitutions=5)), leg(1, WordErrors(50))),
        spans=7,
        leaked_shown=(leak,),
        leaked_stored=(
            LeakedSpan(1, 41_391, "CVV", "messages.value"),
            LeakedSpan(1, 41_391, "CVV", "segments.words"),
        ),
        final_delays_ms=(600.0, 700.0),
        turns=14,
    )
    two = CallScore(name="d02", legs=(leg(0, WordErrors(100, deletions=5), right=False),), turns=12)
    lines = list(table([one, two, CallScore(name="d03", problem="busy here")]))
    assert "10.0%   0.0%   5.0%" in lines[1] and "0/1/1 of 7" in lines[1] and " ok " in lines[1]
    assert " NO " in lines[2]
    assert lines[3].endswith("not scored: busy here")
    assert lines[4].startswith("total, 2 calls") and "  5.0%" in lines[4] and "0/26" in lines[4]
    places = "captions, stored messages.value, stored segments.words"
    assert f"leak: d01 CVV leg 1 at 41.4 s in {places}" in lines


def test_long_names_keep_both_ends_and_what_was_not_heard_has_no_rate() -> None:
    lines = list(table([CallScore(name="librispeech-test-clean_1089-134686")]))
    assert lines[1].startswith("librispee..1089-134686 ") and "0.0%" not in lines[1]


def test_what_has_no_column_stands_below_the_table() -> None:
    lines = list(table([CallScore(name="a", measures=Measures(churn=Churned(50, 5)))]))
    assert any("churn: 10.0%" in line and "word times off: -" in line for line in lines)
