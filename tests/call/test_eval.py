"""`trunkline eval` as an operator runs it: a test call through a whole appliance, and its score."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from deploy.webhook_receiver import Receiver
from tests.services.appliance import CALLS, ROOT, appliance

pytestmark = pytest.mark.timeout(300)


async def test_a_known_call_is_scored_well_and_its_card_is_nowhere(tmp_path: Path) -> None:
    out = tmp_path / "scores.json"
    with Receiver() as receiver:
        async with appliance(tmp_path, receiver) as line:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "trunkline", "eval", str(CALLS), "--only", "d01",
                "--json", str(out), cwd=ROOT, env=os.environ | {"TRUNKLINE_STATE": str(line.state)},
                stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            )  # fmt: skip
            printed, said = await process.communicate()
    assert process.returncode == 0, said.decode()
    assert "d01_bank_card" in printed.decode() and "total, 1 calls" in printed.decode()
    (call,) = json.loads(out.read_bytes())["calls"]
    assert call["problem"] == ""
    assert all(leg["wer"] < 0.3 and leg["right"] for leg in call["legs"])
    leaks = [*call["leaked_finals"], *call["leaked_shown"], *call["leaked_stored"]]
    assert not {leak["kind"] for leak in leaks} & {"CARD", "CVV", "EXPIRY"}
    assert call["lost_turns"] == 0
    assert len(call["final_delays_ms"]) >= 10
    # Not a benchmark: other tests may share the machine. A final before its speech is a fault.
    assert 0 < sorted(call["final_delays_ms"])[len(call["final_delays_ms"]) // 2] < 5000
    assert len(call["word_delays_ms"]) > 80
