"""How many G.711 legs one media worker takes on one core, found by bisection; pyVoIP beside it.

Run `python -m tests.load.most_legs`; nothing else may run. About three minutes. A worker takes a
number of legs if every packet is received, put in order, decoded, searched for key tones, brought
to 16 kHz and handed on, none is lost, and all but one frame in a thousand are there within
200 ms of their last packet. The worker has one core to itself; what sends has another. Linux.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from sip_gateway.media.open_files import allow_open_files
from tests.load.gateway import Loaded, measure, report, run
from tests.load.sending import send

PEER_PORTS_FROM = 33_000
MOST = 4000
NEAR = 0.05
"""The number is found to so much of itself."""

SENDER_LATE_MS = 100.0


class Tried(NamedTuple):
    """One number of legs."""

    legs: int
    taken: bool
    said: str
    loaded: Loaded | None = None


class PeerTally(msgspec.Struct):
    """What `peer_legs` prints."""

    received: int
    behind: int
    longest_ms: float


Try = Callable[[int], Tried]


def found(try_: Try, *, start: int) -> tuple[Tried, Tried | None]:
    """The most that is taken (0 if nothing is), and the least that is not, if one was met."""
    good, bad = Tried(0, True, ""), None
    legs = start
    while legs <= MOST and (bad is None or bad.legs - good.legs > max(2, NEAR * good.legs)):
        tried = try_(legs)
        print(f"  {legs:5} legs  {'taken' if tried.taken else 'not  '}  {tried.said}", flush=True)
        if tried.taken:
            good = tried
        else:
            bad = tried
        legs = (good.legs + bad.legs) // 2 if bad else good.legs * 3 // 2
        legs += legs % 2
        if bad and not good.legs < legs < bad.legs:
            break
    return good, bad


def try_ours(seconds: float, core: int | None) -> Try:
    """With a media worker."""

    def attempt(legs: int) -> Tried:
        loaded = run(legs, seconds, core=core)
        said = (
            f"{loaded.lost} lost, {loaded.tally.behind} frames late, "
            f"{loaded.cpu_percent:.0f} % of a core"
        )
        if loaded.sent.latest_ms > SENDER_LATE_MS:
            said += f"; sent {loaded.sent.latest_ms:.0f} ms late"
        return Tried(legs, loaded.in_time, said, loaded)

    return attempt


def try_peer(seconds: float, core: int | None) -> Try:
    """With pyVoIP."""

    def attempt(legs: int) -> Tried:
        argv = [sys.executable, "tests/load/peer_legs.py", str(legs), str(PEER_PORTS_FROM)]
        with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as peer:
            assert peer.stdin and peer.stdout
            if core is not None:
                os.sched_setaffinity(peer.pid, {core})
            assert peer.stdout.readline() == b"ready\n"
            before, began = measure(peer.pid), time.monotonic()
            sent = send([PEER_PORTS_FROM + 2 * n for n in range(legs)], seconds, stamped=True)
            time.sleep(0.2)
            cpu_s, took_s = measure(peer.pid).cpu_s - before.cpu_s, time.monotonic() - began
            peer.stdin.close()
            tally = msgspec.json.decode(peer.stdout.read(), type=PeerTally)
        lost = sent.packets - tally.received
        said = f"{lost} lost, {tally.behind} packets late, {100 * cpu_s / took_s:.0f} % of a core"
        return Tried(legs, lost == 0 and tally.behind <= sent.packets / 1000, said)

    return attempt


def cores() -> tuple[int | None, int | None]:
    """One for who receives, one for who sends; None where there is no second one."""
    ours = sorted(os.sched_getaffinity(0))
    return (ours[0], ours[1]) if len(ours) > 1 else (None, None)


def main() -> int:
    """Find both numbers; 1 if the worker takes fewer than asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8.0, help="of each attempt")
    parser.add_argument("--start", type=int, default=1000)
    parser.add_argument("--at-least", type=int, default=0)
    args = parser.parse_args()
    allow_open_files(MOST)
    receiver, sender = cores()
    if sender is not None:
        os.sched_setaffinity(0, {sender})
    print("media worker: legs on one core")
    good, bad = found(try_ours(args.seconds, receiver), start=args.start)
    print(f"media worker: {good.legs} legs a core" + (f", not {bad.legs}" if bad else ""))
    if good.loaded:
        report(good.loaded)
    print("pyVoIP 1.6.8, the same measure")
    peer, not_ = found(try_peer(args.seconds, receiver), start=20)
    print(f"pyVoIP: {peer.legs} legs a core" + (f", not {not_.legs}" if not_ else ""))
    return 1 if good.legs < args.at_least else 0


if __name__ == "__main__":
    sys.exit(main())
