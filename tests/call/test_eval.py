"""`trunkline eval` as an operator runs it: a test call through a whole appliance, and its score."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from deploy.webhook_receiver import Receiver
from tests.services.appliance import CALLS, ROOT, appliance, trunkline

pytestmark = pytest.mark.timeout(300)


async def test_a_known_call_is_scored_well_and_its_card_is_nowhere(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with Receiver() as receiver:
        async with appliance(tmp_path, receiver) as line:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "trunkline", "eval", str(CALLS), "--only", "d01",
                "--report", str(out),
                cwd=ROOT, env=os.environ | {"TRUNKLINE_STATE": str(line.state)},
                stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            )  # fmt: skip
            printed, said = await process.communicate()
    assert process.returncode == 0, said.decode()
    assert "d01_bank_card" in printed.decode() and "total, 1 calls" in printed.decode()
    report = json.loads((out / "report.json").read_bytes())
    (call,) = report["calls"]
    assert call["problem"] == ""
    assert all(leg["wer"] < 0.3 and leg["right"] for leg in call["legs"])
    leaks = [*call["leaked_finals"], *call["leaked_shown"], *call["leaked_stored"]]
    assert not {leak["kind"] for leak in leaks} & {"CARD", "CVV", "EXPIRY"}
    assert call["lost_turns"] == 0
    assert len(call["final_delays_ms"]) >= 10
    # Not a benchmark: other tests may share the machine. A final before its speech is a fault.
    assert 0 < sorted(call["final_delays_ms"])[len(call["final_delays_ms"]) // 2] < 5000
    assert len(call["word_delays_ms"]) > 80
    measured(report)
    page = (out / "report.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 5 and "4242" not in page
    status, said_of_itself = await trunkline(
        "eval", "compare", str(out / "report.json"), str(out / "report.json")
    )
    assert status == 3, said_of_itself  # one call is too little to decide on
    assert said_of_itself.startswith("pause\n") and "too little evidence" in said_of_itself


def measured(report: dict[str, Any]) -> None:
    """Every measure has found something to measure, and nothing absurd."""
    totals = report["totals"]
    assert report["schema_version"] == 2 and report["models"]
    assert {"accent:en-us", "noise:line", "codec:pcmu", "loss:0 %"} <= totals["slices"].keys()
    assert totals["slices"]["said:digits"]["of"] >= 40
    assert totals["entities"]["number"]["said"] >= 3
    assert totals["personal"]["CARD"] == {"said": 2, "masked": 2, "as_kind": 2}
    assert totals["word_time_ms"]["count"] > 100 and totals["word_time_ms"]["p50"] < 150
    assert totals["der"] < 0.2
    assert totals["churned"]["shown"] > 80
    assert sum(one["words"] for one in totals["calibration"]) > 80
    assert totals["stages"]["final recognised"]["count"] >= 10
    assert 0 <= totals["stages"]["final shown"]["p50"] < 5000
    assert report["cost"]["cpu_s"]["triton"] > 0 and report["cost"]["cpu_s"]["media"] > 0
