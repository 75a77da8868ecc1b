"""Child processes are kept running, stop when told, and never outlive their parent."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

from trunkline.processes import Program, Watched

LOOP = "import os, sys, time\nprint(os.getpid(), flush=True)\ntime.sleep(600)"


def alive(pid: int) -> bool:
    """Running, and not a zombie that waits for its parent."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


async def until(condition: object, *, seconds: float = 10.0) -> None:
    assert callable(condition)
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


async def test_a_killed_child_is_started_again_and_stops_when_told(tmp_path: Path) -> None:
    watched = Watched(Program("child", [sys.executable, "-c", LOOP]), log=tmp_path / "log")
    stop = asyncio.Event()
    running = asyncio.create_task(watched.run(stop))
    await until(lambda: watched.process is not None)
    first = watched.process
    assert first
    first.send_signal(signal.SIGKILL)
    await until(lambda: watched.process is not first)
    second = watched.process
    assert second and second.pid != first.pid and watched.restarts == 1
    stop.set()
    await running
    assert not alive(second.pid)


async def test_a_child_that_ignores_sigterm_is_killed(tmp_path: Path) -> None:
    stubborn = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + LOOP
    log = tmp_path / "log"
    program = Program("stubborn", [sys.executable, "-c", stubborn], stop_s=0.2)
    watched = Watched(program, log=log)
    stop = asyncio.Event()
    running = asyncio.create_task(watched.run(stop))
    await until(lambda: log.exists() and log.read_bytes())
    pid = int(log.read_text())
    stop.set()
    await running
    assert not alive(pid)


async def test_children_die_with_a_killed_parent(tmp_path: Path) -> None:
    log = tmp_path / "log"
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import asyncio, sys; from pathlib import Path\n"
            "from trunkline.processes import Program, Watched\n"
            f"program = Program('child', [sys.executable, '-c', {LOOP!r}])\n"
            f"asyncio.run(Watched(program, log=Path({str(log)!r})).run(asyncio.Event()))",
        ]
    )
    await until(lambda: log.exists() and log.read_bytes())
    child = int(log.read_text())
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    await until(lambda: not alive(child))
