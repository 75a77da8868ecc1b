"""What a call in line costs its parties: the one-way delay that the relay adds.

    python -m tests.load.inline [--calls 50] [--seconds 10]

Both parties of each call send G.711, 20 ms a packet; the relaying process of one media worker
passes it on, and the worker, as in service, decodes and resamples what it hears (no recogniser).
Beside each call the same sender sends the same packets straight to the same receiver: the direct
path. Each packet holds the time at which it left; its arrival is the kernel's own stamp
(SO_TIMESTAMPNS), so that neither end's scheduling counts. Exit code 1 if a packet was lost or
changed. Linux.
"""

import argparse
import multiprocessing
import os
import select
import socket
import struct
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from sip_gateway.worker_protocol import (
    CallOpened,
    CloseRelays,
    LegSpec,
    OpenCall,
    OpenRelays,
    Relay,
    RelayEnd,
    RelaysOpened,
    Remote,
)
from tests.load.gateway import Signalling, measure, run_worker
from tests.load.sending import HOST

SO_TIMESTAMPNS = 35  # linux/socket.h; Python has no name for it
TICK_S = 0.02
VOICE = bytes(range(160 - 16))
_HEAD = struct.Struct("!BBHII")
_STAMP = struct.Struct("!qII")
"""When it left, which path, and its number there."""

_TIME = struct.Struct("qq")
SETTLE_S = 1.0


class Way(NamedTuple):
    """One way of packets: from this socket to this port, and where they must come out."""

    sender: socket.socket
    port: int


class Found(NamedTuple):
    """How long the packets of some paths were under way."""

    delays_us: list[float]
    lost: int
    changed: int

    def at(self, percent: float) -> float:
        """A percentile, in microseconds."""
        ordered = sorted(self.delays_us)
        return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def bound() -> socket.socket:
    """A party's port, whose packets are stamped as they come."""
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    udp.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    udp.setblocking(False)
    udp.bind((HOST, 0))
    return udp


def port_of(udp: socket.socket) -> int:
    """Its number."""
    return int(udp.getsockname()[1])


def open_call(signalling: Signalling, call_id: str, parties: Sequence[socket.socket]) -> list[int]:
    """One call, relayed and listened to; our ports, the caller's side first."""
    ends = [
        RelayEnd(remote=Remote(host=HOST, port=port, rtcp_host=HOST, rtcp_port=port + 1))
        for port in map(port_of, parties)
    ]
    relay = Relay(line=0, a=ends[0], b=ends[1])
    signalling.say(OpenRelays(call_id=call_id, relays=(relay,)))
    opened = signalling.hear()
    assert isinstance(opened, RelaysOpened), opened
    legs = tuple(
        LegSpec(
            leg_id=f"{call_id}-{n}",
            channel=n,
            role=role,
            codec="PCMU",
            payload_type=0,
            tap=f"0{end}",
        )
        for n, (role, end) in enumerate((("customer", "a"), ("agent", "b")))
    )
    signalling.say(
        OpenCall(
            call_id=call_id,
            tenant_id="default",
            ingress="inline",
            external_id="",
            started_at=datetime.now(UTC),
            legs=legs,
        )
    )
    answer = signalling.hear()
    while not isinstance(answer, CallOpened):
        answer = signalling.hear()
    return [opened.ports["0a"], opened.ports["0b"]]


def send(paths: Sequence[Way], seconds: float) -> None:
    """One packet a tick on each path, spread over the tick."""
    started, gap_s = time.monotonic(), TICK_S / len(paths)
    for number in range(int(seconds / TICK_S)):
        for index, path in enumerate(paths):
            early_s = started + number * TICK_S + index * gap_s - time.monotonic()
            if early_s > 0.0005:
                time.sleep(early_s)
            head = _HEAD.pack(0x80, 0, number & 0xFFFF, number * 160, index + 1)
            stamp = _STAMP.pack(time.time_ns(), index, number)
            path.sender.sendto(head + stamp + VOICE, (HOST, path.port))


Packet = tuple[int, int, int, bool]
"""Path, number, nanoseconds under way, unchanged."""


def receive(sockets: Sequence[socket.socket], over: threading.Event) -> list[Packet]:
    """What comes, until told that it is over."""
    poll = select.epoll()
    by_file = {udp.fileno(): udp for udp in sockets}
    for file in by_file:
        poll.register(file, select.EPOLLIN)
    got = []
    while not over.is_set():
        for file, _ in poll.poll(0.1):
            while True:
                try:
                    data, told, _, _ = by_file[file].recvmsg(2048, 128)
                except BlockingIOError:
                    break
                seconds, nanoseconds = _TIME.unpack(told[0][2][: _TIME.size])
                left, index, number = _STAMP.unpack_from(data, _HEAD.size)
                whole = data[_HEAD.size + _STAMP.size :] == VOICE
                got.append((index, number, seconds * 10**9 + nanoseconds - left, whole))
    poll.close()
    return got


def found(got: list[Packet], paths: range, *, packets: int) -> Found:
    """What came of these paths."""
    mine = [one for one in got if one[0] in paths]
    came = {(index, number) for index, number, _, _ in mine}
    return Found(
        [delay / 1000 for _, _, delay, _ in mine],
        len(paths) * packets - len(came),
        sum(not whole for *_, whole in mine),
    )


def bench(calls: int, seconds: float) -> int:
    """Both paths at once; prints what it found."""
    with tempfile.TemporaryDirectory(prefix="trunkline-inline-") as folder:
        spawning = multiprocessing.get_context("spawn")
        worker = spawning.Process(target=run_worker, args=(Path(folder), 2 * calls))
        worker.start()
        signalling = Signalling(Path(folder) / "socket")
        callers, callees = ([bound() for _ in range(calls)] for _ in "ab")
        straight = [bound() for _ in range(2 * calls)]
        ids = [f"{n:032x}" for n in range(calls)]
        relayed = []
        for call_id, caller, callee in zip(ids, callers, callees, strict=True):
            a, b = open_call(signalling, call_id, (caller, callee))
            relayed += [Way(caller, a), Way(callee, b)]
        direct = [
            Way(path.sender, port_of(udp)) for path, udp in zip(relayed, straight, strict=True)
        ]
        over = threading.Event()
        got: list[Packet] = []
        receiver = threading.Thread(
            target=lambda: got.extend(receive([*callers, *callees, *straight], over))
        )
        receiver.start()
        assert worker.pid is not None
        relaying = child_of(worker.pid)
        before = [measure(pid).cpu_s for pid in (relaying, worker.pid)]
        # A process of its own, so that sending and receiving do not wait for each other.
        if (sender := os.fork()) == 0:
            send([path for both in zip(relayed, direct, strict=True) for path in both], seconds)
            os._exit(0)
        os.waitpid(sender, 0)
        time.sleep(SETTLE_S)
        after = [measure(pid).cpu_s for pid in (relaying, worker.pid)]
        cpu_s = [late - early for late, early in zip(after, before, strict=True)]
        over.set()
        receiver.join()
        for call_id in ids:
            signalling.say(CloseRelays(call_id=call_id))
        signalling.close_all(ids)
        worker.join()
    packets = int(seconds / TICK_S)
    through = found(got, range(0, 4 * calls, 2), packets=packets)
    beside = found(got, range(1, 4 * calls, 2), packets=packets)
    return report(calls, seconds, through=through, beside=beside, cpu_s=cpu_s)


def child_of(pid: int) -> int:
    """The worker's relaying process."""
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])


def report(
    calls: int, seconds: float, *, through: Found, beside: Found, cpu_s: Sequence[float]
) -> int:
    """The table, and the exit code."""
    print(f"calls in line: {calls}, both ways heard, {len(through.delays_us)} packets relayed")
    print(f"{'one-way delay, µs':<20}{'p50':>9}{'p95':>9}{'p99':>9}{'max':>9}")
    for name, of in (("direct", beside), ("through us", through)):
        print(f"{name:<20}" + "".join(f"{of.at(p):>9.0f}" for p in (50, 95, 99, 100)))
    added = [through.at(p) - beside.at(p) for p in (50, 95, 99, 100)]
    print(f"{'added':<20}" + "".join(f"{of:>9.0f}" for of in added))
    print(f"lost {through.lost}, changed {through.changed}; direct lost {beside.lost}")
    relaying, listening = (100 * used / seconds for used in cpu_s)
    per_packet_us = 1e6 * cpu_s[0] / len(through.delays_us)
    print(
        f"relaying {relaying:.1f} % of a core ({per_packet_us:.0f} µs a packet),"
        f" listening {listening:.1f} %"
    )
    return int(bool(through.lost or through.changed))


def main() -> int:
    """Reads the options."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--calls", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=10.0)
    chosen = parser.parse_args()
    return bench(chosen.calls, chosen.seconds)


if __name__ == "__main__":
    sys.exit(main())
