import json
from pathlib import Path

import msgspec
import pytest

from tests.unit.evaluate.test_compare import CARD, RUN, call
from trunkline.cli import main
from trunkline.evaluate.report import encode_report, report_of
from trunkline.evaluate.score import CallScore


def written(path: Path, **fields: object) -> str:
    """A report of eight calls, all of them with these fields."""
    calls: tuple[CallScore, ...] = tuple(
        msgspec.structs.replace(call(at), **fields) for at in range(8)
    )
    path.write_bytes(encode_report(report_of(RUN, calls)))
    return str(path)


def test_comparing_prints_the_decision_and_why_and_exits_by_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = written(tmp_path / "base.json")
    out = tmp_path / "verdict.json"
    assert main(["eval", "compare", base, base]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "continue"
    slow = written(tmp_path / "slow.json", word_delays_ms=(2000.0,) * 50)
    assert main(["eval", "compare", base, slow]) == 3
    said = capsys.readouterr().out
    assert said.startswith("pause\npause     word p95 ") and "tolerated 200" in said
    leaking = written(tmp_path / "leaking.json", leaked_shown=(CARD,))
    assert main(["eval", "compare", base, leaking, "--json", str(out)]) == 4
    assert capsys.readouterr().out.startswith("rollback\nrollback  CARD newly readable: c0")
    verdict = json.loads(out.read_bytes())
    assert verdict["decision"] == "rollback" and len(verdict["findings"]) == 8


def test_rules_of_ones_own_decide_otherwise(tmp_path: Path) -> None:
    base = written(tmp_path / "base.json")
    slow = written(tmp_path / "slow.json", word_delays_ms=(2000.0,) * 50)
    rules = tmp_path / "rules.toml"
    rules.write_text("[tolerances]\nword_p95_ms = 3000\n")
    assert main(["eval", "compare", base, slow, "--rules", str(rules)]) == 0


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["compare", "one.json"], 2, "BASE.json and CANDIDATE.json"),
        (["compare", "none.json", "none.json"], 2, "none.json: No such file"),
        (["calls", "--parallel", "0"], 2, "at least 1"),
        (["calls", "more"], 2, "one DIR"),
        (["calls", "--degrade", "echo=1"], 2, "expected clean"),
        (["calls"], 1, "no NAME.wav"),
        (["calls", "--speech"], 1, "no manifest.jsonl"),
    ],
)
def test_wrong_usage_is_told_in_one_line(
    capsys: pytest.CaptureFixture[str], words: list[str], status: int, said: str
) -> None:
    assert main(["eval", *words]) == status
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1


def test_help_names_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["eval", "--help"])
    told = capsys.readouterr().out
    assert "3: pause" in told and "4: rollback" in told and "loss=3%" in told
