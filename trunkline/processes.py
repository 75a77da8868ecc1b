"""Child processes that never outlive their parent, and are restarted when they die."""

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from trunkline.embedded.leash import leashed

logger = logging.getLogger(__name__)

FIRST_WAIT_S = 0.2
LONGEST_WAIT_S = 10.0
STEADY_S = 30.0
"""A child that ran for so long starts again at once, with the back-off reset."""


@dataclass(frozen=True, slots=True)
class Program:
    """How to start one child process."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] | None = None
    """The child's whole environment; None: this process's."""

    stop_signal: signal.Signals = signal.SIGTERM
    stop_s: float = 15.0
    """After so long without exiting the child is killed."""

    orphan_signal: signal.Signals = signal.SIGTERM
    """What the kernel sends the child when this process dies (Linux)."""


async def spawn(program: Program, log: Path | IO[bytes]) -> asyncio.subprocess.Process:
    """Start the child in its own process group, its output appended to `log`."""
    with contextlib.ExitStack() as stack:
        sink = stack.enter_context(log.open("ab")) if isinstance(log, Path) else log
        return await asyncio.create_subprocess_exec(
            *leashed(list(program.argv), death_signal=program.orphan_signal),
            env=program.env,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            start_new_session=True,
        )


async def end(program: Program, process: asyncio.subprocess.Process) -> None:
    """Ask the child to stop, wait, then kill its whole process group."""
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(program.stop_signal)
    try:
        async with asyncio.timeout(program.stop_s):
            await process.wait()
    except TimeoutError:
        logger.warning("did not stop in time, killed", extra={"role": program.name})
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


class Watched:
    """One child kept running until told to stop."""

    def __init__(self, program: Program, *, log: Path) -> None:
        self.program = program
        self.restarts = 0
        self.process: asyncio.subprocess.Process | None = None
        self._log = log

    async def run(self, stop: asyncio.Event) -> None:
        """Start the child, start it again whenever it ends, until `stop` is set; then end it."""
        loop = asyncio.get_running_loop()
        stopping = asyncio.ensure_future(stop.wait())
        wait_s = FIRST_WAIT_S
        while not stop.is_set():
            self.process = await spawn(self.program, self._log)
            started = loop.time()
            exited = asyncio.ensure_future(self.process.wait())
            await asyncio.wait({stopping, exited}, return_when=asyncio.FIRST_COMPLETED)
            if stop.is_set():
                exited.cancel()
                break
            # Whatever the dead leader left in its group (Triton's stubs) goes with it.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            wait_s = FIRST_WAIT_S if loop.time() - started > STEADY_S else wait_s
            self.restarts += 1
            logger.warning(
                "ended, starting it again",
                extra={"role": self.program.name, "status": self.process.returncode},
            )
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(stopping), wait_s)
            wait_s = min(2 * wait_s, LONGEST_WAIT_S)
        stopping.cancel()
        if self.process and self.process.returncode is None:
            await end(self.program, self.process)
