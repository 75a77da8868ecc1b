"""Calls that come and go on a real gateway for as long as one likes; what its processes grow to.

Run `python -m tests.load.soak --calls 50 --minutes 3`; an hour by hand. SIPREC set-ups over TCP,
two legs of G.711 each in real time, some packets lost or repeated; each call lasts half a minute on
average, then another begins. Prints memory, sockets and threads of each process as time passes, and
the slope of its memory once it has warmed up. Exit code 1 if anything grew. Linux (/proc).
"""

import argparse
import asyncio
import os
import random
import socket
import struct
import sys
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

from sip_gateway.audio.g711 import encode
from sip_gateway.events import CallEnded, CallEvent, LegLeft
from sip_gateway.settings import Settings
from tests.load.gateway import measure
from tests.load.sending import HOST, PACKET
from tests.load.setups import Gateway, Recorder, gateway, recording
from tests.services.gateway_process import Heard

CALL_S = 30.0
PACKET_S = 0.02
END_S = 10.0
MOST_GROWTH_KIB = 20_000.0
"""An hour, of any process: what a leak of one leg's memory in ten calls would come to."""

WARM_UP = 1 / 3
"""Of the time: until caches, pools and the allocator have what they need."""

_EVENTS: msgspec.json.Decoder[CallEvent | Heard] = msgspec.json.Decoder(CallEvent | Heard)


class Leg:
    """One stream that is being sent."""

    def __init__(self, port: int, ssrc: int) -> None:
        self.port = port
        self.ssrc = ssrc
        self.sent = 0


class Sample(NamedTuple):
    """One process at one moment."""

    at_s: float
    resident_kib: int
    sockets: int
    threads: int


def sample(pid: int, at_s: float) -> Sample:
    """Read /proc."""
    sockets = 0
    for entry in os.scandir(f"/proc/{pid}/fd"):
        try:
            sockets += os.readlink(entry.path).startswith("socket:")
        except FileNotFoundError:
            continue
    threads = len(os.listdir(f"/proc/{pid}/task"))
    return Sample(at_s, measure(pid).resident_bytes >> 10, sockets, threads)


class Traffic:
    """Keeps so many calls going."""

    def __init__(self, port: int, *, calls: int) -> None:
        self.counts: Counter[str] = Counter()
        self._port = port
        self._calls = calls
        self._legs: dict[int, Leg] = {}
        self._numbers = iter(range(1 << 30))
        self._chance = random.Random(1)

    async def run(self, seconds: float) -> None:
        """For so long, then end them all."""
        recorder = Recorder(*await asyncio.open_connection(HOST, self._port))
        over = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            sending = tasks.create_task(self._send())
            lines = [tasks.create_task(self._line(recorder, over)) for _ in range(self._calls)]
            await asyncio.sleep(seconds)
            over.set()
            await asyncio.gather(*lines)
            sending.cancel()
        recorder.close()

    async def _line(self, recorder: Recorder, over: asyncio.Event) -> None:
        """One call after the other."""
        while not over.is_set():
            call = next(self._numbers)
            answer = await recorder.invite(call, recording(9))
            if answer.status != 200:
                self.counts["refused"] += 1
                await asyncio.sleep(1.0)
                continue
            recorder.acknowledge(call, answer.to)
            ports = [
                int(line.split()[1])
                for line in answer.body.decode().splitlines()
                if line.startswith("m=audio ")
            ]
            for n, port in enumerate(ports):
                self._legs[2 * call + n] = Leg(port, 2 * call + n + 1)
            try:
                async with asyncio.timeout(self._chance.expovariate(1 / CALL_S)):
                    await over.wait()
            except TimeoutError:
                pass
            for n in range(len(ports)):
                self.counts["sent"] += self._legs.pop(2 * call + n).sent
            await recorder.end(call, answer.to)
            self.counts["calls"] += 1

    async def _send(self) -> None:
        """A packet of every leg each 20 ms."""
        noise = np.random.default_rng(1).integers(-9000, 9000, 50 * PACKET).astype("<i2")
        voice = encode(noise.tobytes(), "PCMU")
        head = struct.Struct("!BBHII")
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        due = time.monotonic()
        while True:
            for leg in list(self._legs.values()):
                n = leg.sent
                payload = voice[n % 50 * PACKET : (n % 50 + 1) * PACKET]
                data = head.pack(0x80, 0, n & 0xFFFF, n * PACKET, leg.ssrc) + payload
                for _ in range(self._copies()):
                    udp.sendto(data, (HOST, leg.port))
                leg.sent += 1
            due += PACKET_S
            await asyncio.sleep(max(0.0, due - time.monotonic()))

    def _copies(self) -> int:
        """Of a packet: one in 200 is lost, one in 200 comes twice."""
        chance = self._chance.random()
        return 0 if chance < 0.005 else 2 if chance > 0.995 else 1


async def watch(started: Gateway, seconds: float, every_s: float) -> dict[str, list[Sample]]:
    """Sample every process now and then; print each."""
    samples: dict[str, list[Sample]] = {name: [] for name in started.processes()}
    began = time.monotonic()
    print(f"{'min':>6}  {'process':12}{'MiB':>8}{'sockets':>9}{'threads':>9}")
    while (at_s := time.monotonic() - began) < seconds:
        for name, pid in started.processes().items():
            now = sample(pid, at_s)
            samples[name].append(now)
            told = f"{now.resident_kib / 1024:8.1f}{now.sockets:9}{now.threads:9}"
            print(f"{at_s / 60:6.1f}  {name:12}{told}", flush=True)
        await asyncio.sleep(every_s)
    return samples


def growth_kib(samples: list[Sample]) -> float:
    """KiB an hour, by a straight line through the samples behind the warm-up."""
    warm = samples[int(len(samples) * WARM_UP) :]
    if len(warm) < 2:
        return 0.0
    slope, _ = np.polyfit([s.at_s for s in warm], [s.resident_kib for s in warm], 1)
    return float(slope) * 3600


def heard(state: Path) -> Counter[str]:
    """What the media workers said of the calls."""
    counts: Counter[str] = Counter()
    for line in (state / "events.jsonl").read_bytes().splitlines():
        event = _EVENTS.decode(line)
        if isinstance(event, LegLeft):
            counts["received"] += event.packets_received
            counts["lost"] += event.packets_lost
            counts["late"] += event.packets_late
        elif isinstance(event, CallEnded):
            counts["ended"] += 1
    return counts


async def all_ended(state: Path, calls: int) -> None:
    """Wait for the ends of so many calls, but not for ever."""
    until = time.monotonic() + END_S
    while heard(state)["ended"] < calls and time.monotonic() < until:
        await asyncio.sleep(0.2)


async def soak(calls: int, minutes: float, every_s: float) -> int:
    """Run, and print; 1 if a process grew or a call was refused."""
    settings = Settings(listen_host=HOST, sip_port=0, media_workers=1, max_calls=2 * calls)
    with gateway(settings) as started:
        traffic = Traffic(started.port, calls=calls)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(traffic.run(60 * minutes))
            watching = tasks.create_task(watch(started, 60 * minutes, every_s))
        samples = watching.result()
        await all_ended(started.state, traffic.counts["calls"])
        left = {name: sample(pid, 0.0).sockets for name, pid in started.processes().items()}
        counts = traffic.counts | heard(started.state)
    told = ", ".join(f"{counts[what]} {what}" for what in ("calls", "ended", "refused"))
    print(f"calls           {told}")
    told = ", ".join(f"{counts[what]} {what}" for what in ("sent", "received", "lost", "late"))
    print(f"packets         {told} (one in 200 is not sent, one in 200 sent twice)")
    grew = False
    for name, of in samples.items():
        growth = growth_kib(of)
        # What a short run shows of the slope is mostly the allocator's steps.
        grown = of[-1].resident_kib - of[int(len(of) * WARM_UP)].resident_kib
        print(
            f"{name:15} {of[-1].resident_kib / 1024:.1f} MiB, {grown:+} KiB since it was warm "
            f"({growth / 1024:+.1f} MiB an hour), {left[name]} sockets left"
        )
        grew |= growth > MOST_GROWTH_KIB and grown > MOST_GROWTH_KIB / 10
    return int(grew or counts["refused"] > 0 or counts["calls"] != counts["ended"])


def main() -> int:
    """Soak."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--every", type=float, default=0.0, help="seconds between samples")
    args = parser.parse_args()
    every_s = args.every or max(5.0, args.minutes * 60 / 20)
    return asyncio.run(soak(args.calls, args.minutes, every_s))


if __name__ == "__main__":
    sys.exit(main())
