"""A media worker's legs in time of its own, which passes only while it computes: for busy machines.

    python -m tests.load.own_time [--legs 1000] [--seconds 5] [--start-within-ms 20]

Real sockets and real work on one thread; but the clock the worker reads is its thread's CPU time,
and when it has nothing to do, the clock jumps to the next packet. So what other programs take from
the machine makes nobody late, and the figures are those of a core of its own as fast as this one is
now (shared caches still cost). What sends is not counted. Prints CPU a packet, how late frames are,
and the longest time in which nothing else of the worker could run. Linux.
"""

import argparse
import asyncio
import contextlib
import heapq
import random
import socket
import struct
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from time import thread_time
from typing import NamedTuple
from unittest.mock import patch

import numpy as np
from prometheus_client import CollectorRegistry

from sip_gateway.audio.g711 import encode
from sip_gateway.events import AudioFrame
from sip_gateway.media import call, hearing, listening, pausing
from sip_gateway.media.call import MediaCall
from sip_gateway.media.hearing import SLICE, SWEEP_S, Hearing
from sip_gateway.media.kept_ports import KeptPorts
from sip_gateway.media.leg_socket import LegSocket
from sip_gateway.media.metrics import MediaMetrics
from sip_gateway.media.open_files import allow_open_files
from sip_gateway.media.parts import Parts
from sip_gateway.media.port_pool import PortPool
from sip_gateway.media.progress import Progress
from sip_gateway.media.sockets import Sockets
from sip_gateway.media.upkeep import Upkeep
from sip_gateway.settings import Settings
from tests.load.gateway import IN_TIME_MS, Counting, call_of
from tests.load.sending import HOST, PACKET

PORTS_FROM = 43_000
WALL = 1_700_000_000.0
"""The date at which the worker's own time begins."""

_HEAD = struct.Struct("!BBHII")


class OwnTime:
    """Seconds that pass while this thread computes, unless it is `outside`."""

    def __init__(self) -> None:
        self._ahead = 1000.0 - thread_time()

    def now(self) -> float:
        """As `time.monotonic`."""
        return self._ahead + thread_time()

    def wall(self) -> float:
        """As `time.time`."""
        return WALL + self.now()

    def wait_until(self, at: float) -> None:
        """Nothing is to be done before."""
        self._ahead += max(0.0, at - self.now())

    @contextlib.contextmanager
    def outside(self) -> Iterator[None]:
        """What is not the worker's."""
        began = thread_time()
        yield
        self._ahead -= thread_time() - began


class TimedSocket:
    """A real port, whose packets came when we say they were sent."""

    def __init__(self, port: LegSocket) -> None:
        self.port = port.port
        self.dropped = 0
        self.control = port.control
        self.sent_at: list[float] = []
        self._real = port

    def take(self) -> list[tuple[bytes, float]]:
        came = [(data, at) for (data, _), at in zip(self._real.take(), self.sent_at, strict=False)]
        del self.sent_at[: len(came)]
        return came

    def send(self, data: bytes, host: str, port: int) -> None:
        pass

    def close(self) -> None:
        self._real.close()


class Tally(Counting):
    """How late each frame was."""

    def __init__(self, time: OwnTime) -> None:
        super().__init__()
        self.late_ms: list[float] = []
        self._time = time

    def feed(self, frame: AudioFrame) -> None:
        self.late_ms.append((self._time.wall() - frame.captured_at.timestamp()) * 1000)


class Sender:
    """50 packets a second to each port, a little jitter on each."""

    def __init__(self, ports: Sequence[TimedSocket], *, from_: float, within_s: float) -> None:
        chance = random.Random(1)
        self.packets = 0
        self._chance = chance
        self._ports = ports
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        begins = [from_ + chance.uniform(0, within_s) for _ in ports]
        self._next = [(at, leg, 0) for leg, at in enumerate(begins)]
        heapq.heapify(self._next)
        noise = np.random.default_rng(1).integers(-9000, 9000, 50 * PACKET).astype("<i2")
        self._voice = encode(noise.tobytes(), "PCMU")

    def send_until(self, now: float) -> None:
        """All that should have left by now."""
        while self._next[0][0] <= now:
            at, leg, n = self._next[0]
            begin = n % 50 * PACKET
            head = _HEAD.pack(0x80, 0, n & 0xFFFF, n * PACKET & 0xFFFFFFFF, leg + 1)
            payload = self._voice[begin : begin + PACKET]
            self._udp.sendto(head + payload, (HOST, self._ports[leg].port))
            self._ports[leg].sent_at.append(at)
            self.packets += 1
            after = at + 0.02 + self._chance.uniform(-0.0005, 0.0005)
            heapq.heapreplace(self._next, (after, leg, n + 1))


class Worker(NamedTuple):
    """What of a media worker is busy with legs."""

    ports: list[TimedSocket]
    tally: Tally
    hearing: Hearing
    upkeep: Upkeep


async def opened(legs: int, directory: Path, *, time: OwnTime) -> Worker:
    """A worker's parts with so many legs, two a call."""
    settings = Settings(listen_host=HOST, rtp_port_first=PORTS_FROM, rtp_port_last=65_000)
    registry, tally = CollectorRegistry(), Tally(time)
    pool = PortPool(PORTS_FROM, 65_000, index=0, workers=1)
    metrics, progress = MediaMetrics(registry), Progress(directory)
    parts = Parts(
        settings, tally, tally, pool, Sockets(HOST), progress, metrics,
        lambda message: None, 0, no_ear, KeptPorts(pool), lambda port: None,
    )  # fmt: skip
    calls: dict[str, MediaCall] = {}
    hears = Hearing(calls, metrics.faults)
    upkeep = Upkeep(calls, metrics, say=parts.say, load=lambda: 0.0)
    ports = []
    for n in range(legs // 2):
        message = call_of(f"{n:032x}")
        calls[message.call_id] = one = MediaCall(message, parts)
        upkeep.begin(one, now=time.now())
        sockets = await one.open_sockets(message.legs)
        for spec in message.legs:
            ports.append(TimedSocket(sockets[spec.leg_id]))
            one.add(spec, ports[-1])
    return Worker(ports, tally, hears, upkeep)


def no_ear(call_id: str, leg_id: str) -> LegSocket:
    """No call is in line."""
    raise NotImplementedError


class Loop:
    """In place of the event loop: the worker's two loops, one slice after the other."""

    def __init__(self, worker: Worker, sender: Sender, time: OwnTime) -> None:
        self.busy_s = self.longest_s = 0.0
        self._worker = worker
        self._sender = sender
        self._time = time
        self._upkeep_at = 0.0

    def run(self, until: float) -> None:
        """Hear all legs until then."""
        time, worker = self._time, self._worker
        while (began := time.now()) < until:
            self._send()
            due = worker.hearing.due(began)
            self._count(began)
            for at in range(0, len(due), SLICE):
                self._timed(partial(worker.hearing.hear, due[at : at + SLICE]))
                if time.now() >= self._upkeep_at:
                    self._upkeep_at = time.now() + SWEEP_S
                    self._timed(partial(worker.upkeep.take_turns, time.now()))
                self._send()
            time.wait_until(began + SWEEP_S)

    def _timed(self, work: Callable[[], None]) -> None:
        began = self._time.now()
        work()
        self._count(began)

    def _count(self, began: float) -> None:
        took_s = self._time.now() - began
        self.busy_s += took_s
        self.longest_s = max(self.longest_s, took_s)

    def _send(self) -> None:
        with self._time.outside():
            self._sender.send_until(self._time.now())


def report(loop: Loop, worker: Worker, *, packets: int, seconds: float) -> int:
    """Print the figures; how many frames in a thousand were late."""
    late_ms = np.array(worker.tally.late_ms)
    p50, p99, p999 = np.percentile(late_ms, [50, 99, 99.9])
    too_late = 1000 * float((late_ms > IN_TIME_MS).mean())
    frames = round(seconds * 10) * len(worker.ports)
    print(f"legs                  {len(worker.ports)}, {seconds:.0f} s of the worker's own time")
    print(
        f"CPU                   {100 * loop.busy_s / seconds:.0f} % of a core, "
        f"{loop.busy_s / packets * 1e6:.1f} µs a packet"
    )
    print(f"frames of 100 ms      {len(late_ms)} of about {frames}")
    print(
        f"packet to frame       p50 {p50:.0f}, p99 {p99:.0f}, p99.9 {p999:.0f}, longest "
        f"{late_ms.max():.0f} ms; {too_late:.1f} in a thousand over {IN_TIME_MS} ms"
    )
    print(f"nothing else ran for  {1000 * loop.longest_s:.1f} ms at most")
    return round(too_late)


def main() -> int:
    """1 if more than one frame in a thousand is late."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--legs", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--start-within-ms", type=float, default=20.0, help="20: all at once")
    args = parser.parse_args()
    allow_open_files(2 * args.legs + 200)
    time = OwnTime()
    with contextlib.ExitStack() as patched, tempfile.TemporaryDirectory() as name:
        for module in (call, hearing, listening, pausing):
            patched.enter_context(patch.object(module, "monotonic", time.now))
        patched.enter_context(patch.object(listening, "time", time.wall))
        worker = asyncio.run(opened(args.legs, Path(name), time=time))
        within_s = args.start_within_ms / 1000
        sender = Sender(worker.ports, from_=time.now(), within_s=within_s)
        loop = Loop(worker, sender, time)
        loop.run(time.now() + args.seconds)
    packets = sender.packets
    return 1 if report(loop, worker, packets=packets, seconds=args.seconds) > 1 else 0


if __name__ == "__main__":
    sys.exit(main())
