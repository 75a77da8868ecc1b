"""A bug of some properties is caught, in processes of their own; all: `python -m tests.planted`."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
QUICK = ("masked time", "coverage")


@pytest.mark.parametrize("name", QUICK)
def test_the_first_planted_bug_of_a_property_is_caught(name: str) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "tests.planted", "--first", "--property", name],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stdout + told.stderr[-2000:]
    assert "2 as they should be, 0 not" in told.stdout
