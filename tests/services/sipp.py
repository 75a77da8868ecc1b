"""sipp as a peer of a test: one scenario while it runs, and what it was answered."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np

from sip_gateway.sip.message import Response
from sip_gateway.sip.parsing import parse
from tests.services.gateway import needs

HOST = "127.0.0.1"
SCENARIOS = Path(__file__).parents[1] / "call" / "scenarios"
SPEECH_S = 12


@contextlib.asynccontextmanager
async def sipp(
    port: int, folder: Path, scenario: str | Path, *options: str, transport: str = "udp"
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A scenario, by name or file, while it runs against this port; it must end well.

    It says what is in `speech.ulaw` of the folder, else noise.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "speech.ulaw").exists():
        noise = np.random.default_rng(1).integers(0, 256, 8000 * SPEECH_S, dtype="u1")
        (folder / "speech.ulaw").write_bytes(noise.tobytes())
    file = SCENARIOS / f"{scenario}.xml" if isinstance(scenario, str) else scenario
    process = await asyncio.create_subprocess_exec(
        needs("sipp"), "-sf", str(file), "-m", "1", "-i", HOST,
        # Without -nr sipp answers a repeated response with a repeat of its request, for ever.
        "-t", "t1" if transport == "tcp" else "u1", "-nr", "-nostdin", "-timeout", "40",
        "-trace_msg", "-message_file", "messages.log", *options, f"{HOST}:{port}",
        cwd=folder, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield process
        status = await process.wait()
        log = folder / "messages.log"
        assert status == 0, log.read_text()[-4000:] if log.exists() else "sipp said nothing"
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def dialled(user: str, folder: Path, scenario: str) -> Path:
    """A scenario that calls another user than `line`: its file."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{user}.xml"
    file.write_text((SCENARIOS / f"{scenario}.xml").read_text().replace("line@", f"{user}@"))
    return file


def received(folder: Path, status: int, method: str) -> list[bytes]:
    """The responses of one kind that sipp logged, as they came."""
    found = []
    for entry in (folder / "messages.log").read_bytes().split(b"-" * 47)[1:]:
        head, _, text = entry.partition(b"\n\n")
        if b"received" not in head:
            continue
        if not text.startswith(b"SIP/2.0 "):
            continue
        response = parse(text)
        assert isinstance(response, Response)
        if (response.status, response.cseq.method) == (status, method):
            found.append(text)
    return found
