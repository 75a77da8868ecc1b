"""When batch work stands still for live calls."""

from trunkline.batch.give_way import CALM_S, GiveWay, LiveLoad
from trunkline.batch.live_load import read_load


def after(*loads: tuple[float, LiveLoad]) -> GiveWay:
    rule = GiveWay()
    for now, load in loads:
        rule.receive(load, now=now)
    return rule


BUSY = LiveLoad(backlog_ms=900)
CALM = LiveLoad(backlog_ms=100, load=0.3)
BETWEEN = LiveLoad(backlog_ms=300, load=0.7)


def test_it_works_while_nothing_is_live_or_live_calls_keep_up() -> None:
    assert after((0, LiveLoad())).may_work
    assert after((0, CALM), (1, CALM)).may_work


def test_it_stops_at_once_when_live_audio_waits_or_the_recogniser_is_nearly_full() -> None:
    assert not after((0, CALM), (1, BUSY)).may_work
    assert not after((0, LiveLoad(load=0.85))).may_work


def test_a_process_that_does_not_answer_is_taken_for_a_busy_one() -> None:
    assert not after((0, LiveLoad(is_silent=True))).may_work


def test_it_goes_on_only_after_a_while_of_calm() -> None:
    assert not after((0, BUSY), (1, CALM), (1 + CALM_S - 0.1, CALM)).may_work
    assert after((0, BUSY), (1, CALM), (1 + CALM_S, CALM)).may_work


def test_neither_busy_nor_calm_changes_nothing() -> None:
    assert after((0, CALM), (1, BETWEEN)).may_work
    assert not after((0, BUSY), (1, BETWEEN), (60, BETWEEN)).may_work


def test_a_burst_while_it_waits_starts_the_calm_anew() -> None:
    rule = after((0, BUSY), (1, CALM), (4, BETWEEN), (5, CALM), (7, CALM))
    assert not rule.may_work
    rule.receive(CALM, now=5 + CALM_S)
    assert rule.may_work


def test_it_counts_how_long_it_stood_still() -> None:
    assert after((0, CALM), (1, BUSY), (4, CALM), (9, CALM), (10, CALM)).paused_s == 8


def test_the_load_is_read_out_of_a_workers_metrics() -> None:
    metrics = (
        "# TYPE trunkline_triton_models_backlog_ms gauge\n"
        "trunkline_triton_models_backlog_ms 420.0\n"
        "# TYPE trunkline_triton_models_load gauge\n"
        'trunkline_triton_models_load{model="asr"} 0.5\n'
        'trunkline_triton_models_load{model="other"} 0.9\n'
        "# TYPE trunkline_triton_models_finals counter\n"
        "trunkline_triton_models_finals_total 7.0\n"
    )
    assert read_load(metrics) == LiveLoad(backlog_ms=420.0, load=0.9)
    assert read_load("") == LiveLoad()
