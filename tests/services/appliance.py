"""A whole appliance for tests: `trunkline up` as a user starts it, on free ports."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
import msgspec
import psycopg

from deploy.webhook_receiver import Receiver
from trunkline.ports import free_port
from trunkline.running import RunningAppliance, appliance_file
from trunkline.settings import Settings, write

ROOT = Path(__file__).parents[2]
MODELS = ROOT / ".cache" / "models"
CALLS = ROOT / "tests" / "data" / "calls" / "dev"
STARTS_WITHIN_S = 120
STOPS_WITHIN_S = 60


class TestAppliance:
    """A running appliance, and what tests ask of it."""

    __test__ = False

    def __init__(self, state: Path, running: RunningAppliance, up: asyncio.subprocess.Process):
        self.state = state
        self.running = running
        self.up = up
        self.key = Path(running.api_key_file).read_text().strip()

    @property
    def sip(self) -> str:
        """Where calls are placed."""
        return f"sip:127.0.0.1:{self.running.sip_port}"

    async def call(self, *arguments: str) -> str:
        """Place a call with `trunkline call`; its call id."""
        status, said = await trunkline("call", *arguments, "--to", self.sip)
        assert status == 0, said
        return next(word for word in said.split() if len(word) == 32)

    async def get(self, path: str) -> httpx.Response:
        """Ask the HTTP API."""
        async with httpx.AsyncClient(trust_env=False, timeout=10) as client:
            return await client.get(
                self.running.http_url + path, headers={"Authorization": f"Bearer {self.key}"}
            )

    async def transcript(self, call_id: str) -> dict[str, Any]:
        """The stored transcript, once the call is finalised."""
        found: dict[str, Any] = {}

        async def finalised() -> bool:
            with contextlib.suppress(httpx.TransportError):
                answer = await self.get(f"/v1/calls/{call_id}/transcript?format=json")
                if answer.status_code == httpx.codes.OK:
                    found.update(answer.json())
            return bool(found.get("summary"))

        await eventually(finalised, seconds=30, what="the call is finalised")
        return found

    async def rows(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Ask Postgres."""
        async with await psycopg.AsyncConnection.connect(self.running.postgres_dsn) as connection:
            cursor = await connection.execute(query.encode(), parameters)
            return list(await cursor.fetchall())

    async def ready(self, role: str) -> bool:
        """Whether the role answers /readyz with 200."""
        port = self.running.health_ports[role]
        with contextlib.suppress(httpx.TransportError):
            async with httpx.AsyncClient(trust_env=False, timeout=2) as client:
                answer = await client.get(f"http://127.0.0.1:{port}/readyz")
                return answer.status_code == httpx.codes.OK
        return False

    def pids(self, *words: str) -> list[int]:
        """Processes below this appliance whose command line holds all `words`."""
        return [
            pid for pid, line in processes(str(self.state)) if all(word in line for word in words)
        ]

    def kill(self, *words: str) -> list[int]:
        """SIGKILL the processes whose command line holds all `words`; there must be some."""
        pids = self.pids(*words)
        assert pids, words
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return pids

    async def stop(self) -> int:
        """SIGTERM; the exit code."""
        if self.up.returncode is None:
            self.up.terminate()
        async with asyncio.timeout(STOPS_WITHIN_S):
            return await self.up.wait()


async def trunkline(*arguments: str, state: Path | None = None) -> tuple[int, str]:
    """Run the command line, of the appliance in `state`; its exit code and all it printed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "trunkline", *arguments,
        cwd=ROOT, env=os.environ | ({"TRUNKLINE_STATE": str(state)} if state else {}),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    out, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode()


def processes(folder: str) -> list[tuple[int, str]]:
    """Every process that names `folder` on its command line, with that line."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if folder in line:
                found.append((int(path.parent.name), line))
    return found


async def eventually(
    condition: Callable[[], Any], *, seconds: float, what: str, every_s: float = 0.05
) -> None:
    """Wait until the async `condition` is true; fail with `what` after `seconds`."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not await condition():
        assert asyncio.get_running_loop().time() < deadline, f"not in {seconds} s: {what}"
        await asyncio.sleep(every_s)


RTP_PORT_FIRST = 20_000
RTP_PORTS = 1000


def settings_for(state: Path, receiver: Receiver, **sections: Mapping[str, object]) -> Settings:
    """Free ports, cached models, the webhook at `receiver`; `sections` on top."""
    secret = state / "webhook.secret"
    secret.write_bytes(receiver.secret)
    secret.chmod(0o600)
    defaults: dict[str, dict[str, object]] = {
        "appliance": {"state_dir": str(state)},
        "sip_gateway": {"listen_host": "127.0.0.1", "sip_port": 0, **_rtp_ports()},
        "triton_models": {"models_dir": str(MODELS)},
        "analytics": {"http_port": free_port("127.0.0.1")},
        "crm_connectors": {"webhook_url": receiver.url, "webhook_secret_file": str(secret)},
    }
    names = defaults.keys() | sections.keys()
    merged = {name: {**defaults.get(name, {}), **sections.get(name, {})} for name in names}
    return msgspec.convert(merged, Settings)


def _rtp_ports() -> dict[str, int]:
    """Of this test process alone: what a caller still sends to an appliance that was killed in one
    must not be heard by another's."""
    process = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    first = RTP_PORT_FIRST + process * RTP_PORTS
    return {"rtp_port_first": first, "rtp_port_last": first + RTP_PORTS - 1}


@contextlib.asynccontextmanager
async def appliance(
    state: Path, receiver: Receiver, **sections: Mapping[str, object]
) -> AsyncIterator[TestAppliance]:
    """Start, wait until ready, yield, stop; the exit code must be 0 and nothing may be left."""
    settings = settings_for(state, receiver, **sections)
    settings_file = state / "settings.toml"
    write(settings, settings_file)
    with (state / "up.log").open("wb") as log:
        up = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "trunkline", "up", "--settings", str(settings_file),
            cwd=ROOT, stdout=log, stderr=log,
        )  # fmt: skip
    path = appliance_file(settings)

    async def announced() -> bool:
        assert up.returncode is None, (state / "up.log").read_text()[-2000:]
        return path.exists() and bool(path.read_bytes())

    started: TestAppliance | None = None
    try:
        await eventually(announced, seconds=STARTS_WITHIN_S, what="the appliance is ready")
        running = msgspec.json.decode(path.read_bytes(), type=RunningAppliance)
        started = TestAppliance(state, running, up)
        yield started
    finally:
        if up.returncode is None:
            up.terminate()
        async with asyncio.timeout(STOPS_WITHIN_S):
            status = await up.wait()
        if started:
            assert status == 0, (state / "up.log").read_text()[-2000:]
            assert processes(str(state)) == []


def truth(name: str) -> dict[str, Any]:
    """The reference of one of the synthetic calls."""
    decoded = json.loads((CALLS / f"{name}.json").read_text())
    assert isinstance(decoded, dict)
    return decoded
