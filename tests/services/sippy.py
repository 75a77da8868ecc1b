"""sippy, another SIP stack, as a peer of tests: fetched by hash, run as a program of its own."""

import asyncio
import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
FOLDER = ROOT / ".cache" / "sippy-2.5.0"
DEADLINE_S = 30.0


def sippy_folder() -> Path:
    """Where it is, fetched if need be; without the package index the test is skipped, or fails
    where CI is set."""
    if not FOLDER.exists():
        FOLDER.parent.mkdir(parents=True, exist_ok=True)
        made = FOLDER.with_suffix(f".{os.getpid()}")
        fetched = subprocess.run(
            [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes",
             "--target", str(made), "-r", str(HERE / "sippy.txt")],
            capture_output=True, check=False,
        )  # fmt: skip
        if fetched.returncode:
            shutil.rmtree(made, ignore_errors=True)
            reason = "sippy cannot be fetched (tests/services/sippy.txt)"
            if os.environ.get("CI"):
                pytest.fail(f"{reason}: {fetched.stderr.decode()[-1000:]}")
            pytest.skip(reason)
        shutil.rmtree(made / "tests", ignore_errors=True)
        with contextlib.suppress(OSError):  # another run was first
            made.rename(FOLDER)
    return FOLDER


@contextlib.asynccontextmanager
async def sippy(*arguments: str) -> AsyncIterator[asyncio.StreamReader]:
    """The program while it runs; what it says, line by line, its port first."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", str(HERE / "sippy_peer.py"), *arguments,
        env={**os.environ, "PYTHONPATH": str(sippy_folder())},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        yield process.stdout
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def sippy_calls(port: int, user: str, password: str, kind: str = "any") -> list[int]:
    """A call of this user to this port of the loopback; the final statuses that it was told."""
    async with (
        asyncio.timeout(DEADLINE_S),
        sippy("call", "127.0.0.1", str(port), user, password, kind) as said,
    ):
        lines = [json.loads(line) async for line in said]
    return [line["status"] for line in lines if line.get("status", 0) >= 200]
