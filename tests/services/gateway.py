"""Starts the gateway's processes for a test, kills them, and reads what the calls came to."""

import asyncio
import contextlib
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import TypeVar

import msgspec
import pytest

from sip_gateway.events import CallEnded, CallEvent, LegLeft
from sip_gateway.settings import Settings
from tests.services.gateway_process import Heard

ROOT = Path(__file__).parents[2]
Event = TypeVar("Event")
DEADLINE_S = 30.0
EVENTS = msgspec.json.Decoder(CallEvent | Heard)


def needs(program: str) -> str:
    """The path of a test peer; without it the test is skipped, or fails where CI is set."""
    found = shutil.which(program)
    if found is None:
        reason = f"{program} is not installed (deploy/test-packages.sh)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


class TestGateway:
    """A running gateway."""

    __test__ = False

    def __init__(self, state: Path, environment: Mapping[str, str]) -> None:
        self.state = state
        self.port = self.tls_port = 0
        self._environment = environment
        self._listen: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start, or start again after `kill`; the SIP port stays."""
        self._listen = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.services.gateway_process", "listen", str(self.state),
            cwd=ROOT, env=self._environment, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert self._listen.stdout is not None
        async with asyncio.timeout(DEADLINE_S):
            ports = (await self._listen.stdout.readline()).split()
        self.port, self.tls_port = (int(port) for port in ports)

    async def kill(self) -> None:
        """kill -9 the signalling process."""
        assert self._listen is not None
        self._listen.kill()
        await self._listen.wait()

    async def stop(self) -> int:
        """SIGTERM; returns the exit status."""
        assert self._listen is not None
        if self._listen.returncode is None:
            self._listen.send_signal(signal.SIGTERM)
        async with asyncio.timeout(DEADLINE_S):
            return await self._listen.wait()

    def signal_worker(self, what: signal.Signals, worker: int = 0) -> None:
        """Kill, freeze or thaw a media worker."""
        os.kill(int((self.state / f"media-{worker}.pid").read_text()), what)

    def events(self) -> list[CallEvent | Heard]:
        """What the media workers said so far."""
        path = self.state / "events.jsonl"
        lines = path.read_bytes().splitlines() if path.exists() else []
        return [EVENTS.decode(line) for line in lines]

    def of(self, kind: type[Event]) -> list[Event]:
        """The events of one kind."""
        return [event for event in self.events() if isinstance(event, kind)]

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait for a condition, with a deadline."""
        async with asyncio.timeout(DEADLINE_S):
            while not holds():
                await asyncio.sleep(0.02)

    async def ended(self, calls: int = 1) -> list[CallEnded]:
        """The ends of so many calls."""
        await self.until(lambda: len(self.of(CallEnded)) >= calls)
        return self.of(CallEnded)

    def frames(self) -> list[int]:
        """Frames of 100 ms that each ended leg had, by leg id."""
        return [heard.frames for heard in sorted(self.of(Heard), key=lambda h: h.leg_id)]

    def lost(self) -> int:
        """Packets lost on all legs."""
        return sum(left.packets_lost for left in self.of(LegLeft))


@contextlib.asynccontextmanager
async def gateway(state: Path, settings: Settings) -> AsyncIterator[TestGateway]:
    """A gateway on its own port of the loopback; stopped, and its exit status checked."""
    state.mkdir(parents=True, exist_ok=True)
    (state / "settings.json").write_bytes(msgspec.json.encode(settings))
    started = TestGateway(state, {**os.environ, "PYTHONPATH": str(ROOT)})
    await started.start()
    try:
        yield started
    finally:
        assert await started.stop() == 0
