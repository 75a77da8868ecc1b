"""What one media worker costs without recognition: real RTP to N legs from another process.

Run `python -m tests.load.gateway --legs 200 --seconds 20`. Prints the worker's CPU in percent of a
core, packets lost, and memory per leg; exit code 1 if anything was lost. Linux (/proc). How many
legs a worker takes at most: `tests.load.most_legs`.
"""

import argparse
import asyncio
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec
import uvloop
from prometheus_client import CollectorRegistry

from sip_gateway.events import AudioFrame, CallEnded, CallEvent, LegLeft
from sip_gateway.media.open_files import allow_open_files
from sip_gateway.media.sinks import JoinedLeg
from sip_gateway.media.worker import MediaWorker, Place, Sinks
from sip_gateway.settings import Settings
from sip_gateway.worker_protocol import (
    CallClosed,
    CallOpened,
    CloseCall,
    FromWorker,
    LegSpec,
    OpenCall,
    ToWorker,
)
from tests.load.sending import HOST, Sending, send

PORTS_FROM = 33_000
IN_TIME_MS = 200
"""40 ms of it is what finding key tones takes."""

_LENGTH = struct.Struct("!I")
_DECODER: msgspec.json.Decoder[FromWorker] = msgspec.json.Decoder(FromWorker)


class Tally(msgspec.Struct):
    """What the worker's sinks were given."""

    frames: int = 0
    received: int = 0
    lost: int = 0
    late: int = 0
    longest_wait_ms: float = 0.0
    """From the arrival of a frame's last packet to the frame."""

    behind: int = 0
    """Frames that waited longer than `IN_TIME_MS`."""


class Counting:
    """Audio and event sink that only counts."""

    def __init__(self) -> None:
        self.tally = Tally()

    def start_leg(self, leg: JoinedLeg) -> None:
        pass

    def feed(self, frame: AudioFrame) -> None:
        self.tally.frames += 1
        waited_ms = (datetime.now(UTC) - frame.captured_at).total_seconds() * 1000
        self.tally.longest_wait_ms = max(self.tally.longest_wait_ms, waited_ms)
        self.tally.behind += waited_ms > IN_TIME_MS

    def hold_leg(self, leg_id: str, *, at_ms: int) -> None:
        pass

    def pause_leg(self, leg_id: str, *, from_ms: int) -> None:
        pass

    def resume_leg(self, leg_id: str, *, at_ms: int) -> None:
        pass

    async def end_leg(self, leg_id: str) -> None:
        pass

    def publish(self, event: CallEvent) -> None:
        if isinstance(event, LegLeft):
            self.tally.received += event.packets_received
            self.tally.lost += event.packets_lost
            self.tally.late += event.packets_late

    async def finish(self, ended: CallEnded) -> None:
        pass


def run_worker(directory: Path, legs: int) -> None:
    """The worker's process: until its signalling goes; leaves its tally in a file."""
    allow_open_files(2 * legs + 200)
    sink = Counting()
    settings = Settings(
        listen_host=HOST, rtp_port_first=PORTS_FROM, rtp_port_last=PORTS_FROM + 2 * legs + 399
    )
    worker = MediaWorker(
        settings,
        Sinks(sink, sink),
        place=Place(directory / "socket", directory / "heard"),
        registry=CollectorRegistry(),
    )
    uvloop.run(worker.run(asyncio.Event()))
    (directory / "tally").write_bytes(msgspec.json.encode(sink.tally))


class Measured(NamedTuple):
    """CPU seconds and resident memory of a process."""

    cpu_s: float
    resident_bytes: int


def measure(pid: int) -> Measured:
    """Read /proc."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return Measured(ticks / os.sysconf("SC_CLK_TCK"), pages * os.sysconf("SC_PAGE_SIZE"))


def call_of(call_id: str) -> OpenCall:
    """A call of two legs of G.711."""
    legs = tuple(
        LegSpec(leg_id=f"{call_id}-{n}", channel=n, role="agent", codec="PCMU", payload_type=0)
        for n in range(2)
    )
    return OpenCall(
        call_id=call_id,
        tenant_id="default",
        ingress="siprec",
        external_id="",
        started_at=datetime.now(UTC),
        legs=legs,
    )


class Signalling:
    """The signalling process's end of the worker protocol, blocking."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        until = time.monotonic() + 30
        while True:
            try:
                self._socket.connect(str(path))
                break
            except OSError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)
        self._file = self._socket.makefile("rb")

    def say(self, message: ToWorker) -> None:
        body = msgspec.json.encode(message)
        self._socket.sendall(_LENGTH.pack(len(body)) + body)

    def hear(self) -> FromWorker:
        (size,) = _LENGTH.unpack(self._file.read(_LENGTH.size))
        return _DECODER.decode(self._file.read(size))

    def open(self, call_id: str) -> list[int]:
        """Open a call of two legs."""
        self.say(call_of(call_id))
        opened = self.hear()
        assert isinstance(opened, CallOpened), opened
        return list(opened.rtp_ports.values())

    def close_all(self, calls: list[str]) -> None:
        for call_id in calls:
            self.say(CloseCall(call_id=call_id, reason="bye"))
        left = set(calls)
        while left:
            if isinstance(closed := self.hear(), CallClosed):
                left.remove(closed.call_id)
        self._file.close()
        self._socket.close()


class Loaded(NamedTuple):
    """What a worker did with so many legs."""

    legs: int
    seconds: float
    sent: Sending
    tally: Tally
    cpu_s: float
    cpu_percent: float
    """Of a core."""

    leg_kib: float
    resident_mib: int

    @property
    def lost(self) -> int:
        """Packets."""
        return self.sent.packets - self.tally.received + self.tally.late

    @property
    def frames_due(self) -> int:
        """Of 100 ms."""
        return round(self.seconds * 10) * self.legs

    @property
    def in_time(self) -> bool:
        """All of it came through, and all but one frame in a thousand at once."""
        return self.lost == 0 and self.tally.behind <= self.frames_due / 1000


def report(loaded: Loaded) -> None:
    """Print the figures."""
    tally, cpu = loaded.tally, loaded.cpu_percent
    per_packet = loaded.cpu_s / loaded.sent.packets * 1e6
    print(f"legs                     {loaded.legs}, {loaded.seconds:.0f} s")
    print(
        f"CPU of the worker        {cpu:.1f} % of a core, {per_packet:.1f} µs a packet, "
        f"{per_packet * 5:.0f} % for 1000 legs"
    )
    print(f"packets lost             {loaded.lost} of {loaded.sent.packets}")
    print(f"frames of 100 ms         {tally.frames} of {loaded.frames_due}")
    print(
        f"packet to frame          {tally.behind} took over {IN_TIME_MS} ms, "
        f"the longest {tally.longest_wait_ms:.0f} ms; sent {loaded.sent.latest_ms:.0f} ms late"
    )
    print(f"memory per leg           {loaded.leg_kib:.0f} KiB, worker {loaded.resident_mib} MiB")


def run(legs: int, seconds: float, *, core: int | None = None) -> Loaded:
    """Start a worker, on this core alone if one is named, and load it."""
    with tempfile.TemporaryDirectory(prefix="trunkline-load-") as name:
        directory = Path(name)
        argv = [sys.executable, "-m", "tests.load.gateway", "--worker", name, "--legs", str(legs)]
        worker = subprocess.Popen(argv)
        if core is not None:
            os.sched_setaffinity(worker.pid, {core})
        try:
            signalling = Signalling(directory / "socket")
            before = measure(worker.pid)
            calls = [f"{n:032x}" for n in range(legs // 2)]
            ports = [port for call_id in calls for port in signalling.open(call_id)]
            opened, began = measure(worker.pid), time.monotonic()
            sent = send(ports, seconds)
            time.sleep(0.2)
            loaded, took_s = measure(worker.pid), time.monotonic() - began
            signalling.close_all(calls)
            worker.wait(30)
        finally:
            if worker.poll() is None:
                worker.send_signal(signal.SIGKILL)
                worker.wait()
        return Loaded(
            legs=len(ports),
            seconds=seconds,
            sent=sent,
            tally=msgspec.json.decode((directory / "tally").read_bytes(), type=Tally),
            cpu_s=loaded.cpu_s - opened.cpu_s,
            cpu_percent=100 * (loaded.cpu_s - opened.cpu_s) / took_s,
            leg_kib=(loaded.resident_bytes - before.resident_bytes) / legs / 1024,
            resident_mib=loaded.resident_bytes >> 20,
        )


def main() -> int:
    """Measure, or be the worker that is measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--legs", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--worker", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.worker:
        run_worker(args.worker, args.legs)
        return 0
    loaded = run(args.legs, args.seconds)
    report(loaded)
    return 1 if loaded.lost else 0


if __name__ == "__main__":
    sys.exit(main())
