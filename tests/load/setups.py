"""Call set-ups a second of the signalling process, each with a SIPREC body, over TCP.

Run `python -m tests.load.setups --calls 3000`. A real gateway: signalling and media workers in
processes of their own, calls kept on disk. Each call is INVITE, 200, ACK and, once it stands, BYE.
Prints set-ups a second of wall time and of the signalling process's CPU. Linux (/proc).
"""

import argparse
import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec

from sip_gateway.media.open_files import allow_open_files
from sip_gateway.settings import Settings
from tests.load.gateway import Measured, measure
from tests.load.sending import HOST

ROOT = Path(__file__).parents[2]
METADATA = ROOT / "tests/data/siprec/rfc7865.xml"
LABELS = ("1", "2")
BOUNDARY = "unique-boundary-1"
CRLF = "\r\n"
WINDOW = 64
"""Calls that are being set up at once."""

OPEN = 100
"""Calls that stand at once."""

WARM_UP = 50


class Gateway(NamedTuple):
    """A running one."""

    pid: int
    port: int
    state: Path

    def processes(self) -> dict[str, int]:
        """The signalling process and its media workers."""
        workers = {path.stem: int(path.read_text()) for path in self.state.glob("media-*.pid")}
        return {"signalling": self.pid, **workers}


@contextmanager
def gateway(settings: Settings) -> Iterator[Gateway]:
    """Starts one in a folder of its own; stops it."""
    with tempfile.TemporaryDirectory(prefix="trunkline-load-") as name:
        state = Path(name)
        (state / "settings.json").write_bytes(msgspec.json.encode(settings))
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.services.gateway_process", "listen", name],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        try:
            assert process.stdout is not None
            yield Gateway(process.pid, int(process.stdout.readline().split()[0]), state)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def recording(rtp_port: int) -> bytes:
    """What an SBC sends: an SDP with a stream for each side, and who is who."""
    sdp = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    for n, label in enumerate(LABELS):
        sdp += f"m=audio {rtp_port + 2 * n} RTP/AVP 0\r\na=sendonly\r\na=label:{label}\r\n"
    parts = (
        b"Content-Type: application/sdp\r\n\r\n" + sdp.encode(),
        b"Content-Type: application/rs-metadata+xml\r\n"
        b"Content-Disposition: recording-session\r\n\r\n" + METADATA.read_bytes(),
    )
    delimiter = f"--{BOUNDARY}".encode()
    return b"".join(delimiter + b"\r\n" + part + b"\r\n" for part in parts) + delimiter + b"--\r\n"


class Answer(NamedTuple):
    """A response, as far as we look at it."""

    status: int
    method: str
    call: int
    to: str
    body: bytes


class Recorder:
    """An SBC's recording client on one TCP connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._port = writer.get_extra_info("sockname")[1]
        self._waiting: dict[tuple[int, str], asyncio.Future[Answer]] = {}
        self._listening = asyncio.ensure_future(self._listen())

    async def invite(self, call: int, body: bytes) -> Answer:
        """Ask for a call; its final answer."""
        return await self._ask("INVITE", call, body=body)

    async def end(self, call: int, to: str) -> Answer:
        """End it."""
        return await self._ask("BYE", call, to=to)

    def acknowledge(self, call: int, to: str) -> None:
        """The answer came."""
        self._send("ACK", call, to=to)

    def close(self) -> None:
        """Hang up the connection."""
        self._listening.cancel()
        self._writer.close()

    async def _ask(self, method: str, call: int, *, to: str = "", body: bytes = b"") -> Answer:
        answer = self._waiting[call, method] = asyncio.get_running_loop().create_future()
        self._send(method, call, to=to, body=body)
        answered: Answer = await answer
        return answered

    def _send(self, method: str, call: int, *, to: str = "", body: bytes = b"") -> None:
        at = f"{HOST}:{self._port}"
        number = 2 if method == "BYE" else 1
        lines = [
            f"{method} sip:record@{HOST} SIP/2.0",
            f"Via: SIP/2.0/TCP {at};branch=z9hG4bK-{call}-{method};rport",
            "Max-Forwards: 70",
            f"From: <sip:sbc@{HOST}>;tag=from-{call}",
            f"To: {to or f'<sip:record@{HOST}>'}",
            f"Call-ID: load-{call}@{HOST}",
            f"CSeq: {number} {method}",
            f"Contact: <sip:sbc@{at};transport=tcp>;+sip.src",
        ]
        if body:
            lines += ["Require: siprec", f"Content-Type: multipart/mixed; boundary={BOUNDARY}"]
        lines.append(f"Content-Length: {len(body)}")
        self._writer.write((CRLF.join(lines) + CRLF * 2).encode() + body)

    async def _listen(self) -> None:
        while True:
            head = (await self._reader.readuntil(b"\r\n\r\n")).decode()
            first, *rest = head.split(CRLF)
            fields = dict(line.split(": ", 1) for line in rest if line)
            body = await self._reader.readexactly(int(fields.get("Content-Length", 0)))
            status = int(first.split()[1]) if first.startswith("SIP/2.0 ") else 0
            if status < 200:
                continue
            call = int(fields["Call-ID"].partition("@")[0].removeprefix("load-"))
            answer = Answer(status, fields["CSeq"].split()[1], call, fields["To"], body)
            if waiting := self._waiting.pop((call, answer.method), None):
                waiting.set_result(answer)


class Took(NamedTuple):
    """What so many set-ups took."""

    calls: int
    refused: int
    wall_s: float
    cpu_s: dict[str, float]
    slowest_ms: float


async def place(port: int, numbers: Iterable[int]) -> tuple[int, float]:
    """Set up and end these calls, `WINDOW` at once; how many were refused, slowest in s."""
    recorder = Recorder(*await asyncio.open_connection(HOST, port))
    body = recording(9)
    waiting = iter(numbers)
    standing: list[tuple[int, str]] = []
    refused, slowest_s = 0, 0.0

    async def one_after_the_other() -> None:
        nonlocal refused, slowest_s
        for call in waiting:
            began = time.monotonic()
            answer = await recorder.invite(call, body)
            slowest_s = max(slowest_s, time.monotonic() - began)
            if answer.status != 200:
                refused += 1
                continue
            recorder.acknowledge(call, answer.to)
            standing.append((call, answer.to))
            if len(standing) > OPEN:
                await recorder.end(*standing.pop(0))

    await asyncio.gather(*(one_after_the_other() for _ in range(WINDOW)))
    for call, to in standing:
        await recorder.end(call, to)
    recorder.close()
    return refused, slowest_s


def run(calls: int, workers: int) -> Took:
    """Start a gateway and place the calls."""
    settings = Settings(
        listen_host=HOST, sip_port=0, media_workers=workers, max_calls=1000,
        rtp_port_first=20_000, rtp_port_last=59_999,
    )  # fmt: skip
    with gateway(settings) as started:
        asyncio.run(place(started.port, range(WARM_UP)))  # all is imported and opened by then
        processes = started.processes()
        before = {name: measure(pid) for name, pid in processes.items()}
        began = time.monotonic()
        refused, slowest_s = asyncio.run(place(started.port, range(WARM_UP, WARM_UP + calls)))
        wall_s = time.monotonic() - began
        after = {name: measure(pid) for name, pid in processes.items()}
    cpu_s = {name: _cpu_s(before[name], after[name]) for name in processes}
    return Took(calls, refused, wall_s, cpu_s, slowest_s * 1000)


def _cpu_s(before: Measured, after: Measured) -> float:
    return after.cpu_s - before.cpu_s


def main() -> int:
    """Measure and print; 1 if a call was refused."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=3000)
    parser.add_argument("--workers", type=int, default=1)
    args = parser.parse_args()
    allow_open_files(4096)
    took = run(args.calls, args.workers)
    signalling_s = took.cpu_s["signalling"]
    print(f"set-ups with SIPREC      {took.calls}, each ended again; {took.refused} refused")
    a_second = took.calls / took.wall_s
    print(f"a second of wall time    {a_second:.0f}; slowest {took.slowest_ms:.0f} ms")
    print(
        f"a CPU second, signalling {took.calls / signalling_s:.0f} "
        f"({signalling_s / took.calls * 1000:.2f} ms each)"
    )
    workers_s = sum(cpu_s for name, cpu_s in took.cpu_s.items() if name != "signalling")
    print(f"CPU of media workers     {workers_s / took.calls * 1000:.2f} ms a call of two legs")
    return 1 if took.refused else 0


if __name__ == "__main__":
    sys.exit(main())
