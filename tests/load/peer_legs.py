"""Legs that pyVoIP receives: run by `tests.load.most_legs` as a program of its own.

    PYTHON tests/load/peer_legs.py LEGS FIRST_PORT

Says `ready`, receives until its standard input ends, then prints what came through as JSON. Every
leg is what pyVoIP makes of a call's media: two threads, its packet buffer, its decoder. Every
100 ms each leg's audio is read and brought to 16 kHz. Nothing of ours is imported here.
"""

import json
import struct
import sys
import threading
import time
import warnings
from typing import Any

from pyVoIP import RTP

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import audioop

warnings.simplefilter("ignore", RuntimeWarning)  # of pyVoIP: nobody is there to send to

HOST = "127.0.0.1"
IN_TIME_S = 0.2
STEP = 800


class Leg(RTP.RTPClient):
    """Counts what is taken from the port, and how late: the payload begins with when it left."""

    received = 0
    behind = 0
    longest_s = 0.0

    def parse_packet(self, packet: bytes) -> None:
        super().parse_packet(packet)
        (left_at,) = struct.unpack_from("d", packet, 12)
        waited_s = time.monotonic() - left_at
        self.received += 1
        self.behind += waited_s > IN_TIME_S
        self.longest_s = max(self.longest_s, waited_s)


def read_all(legs: list[Leg], over: threading.Event) -> None:
    """Hand on 100 ms of every leg, ten times a second."""
    states: list[Any] = [None] * len(legs)
    due = time.monotonic()
    while not over.is_set():
        for n, leg in enumerate(legs):
            pcm = audioop.lin2lin(audioop.bias(leg.read(STEP, blocking=False), 1, -128), 1, 2)
            _, states[n] = audioop.ratecv(pcm, 2, 1, 8000, 16000, states[n])
        due += 0.1
        time.sleep(max(0.0, due - time.monotonic()))


def main() -> None:
    """Receive until told to stop."""
    count, first_port = map(int, sys.argv[1:])
    assoc = {0: RTP.PayloadType.PCMU}
    send_receive = RTP.TransmitType.RECVONLY
    legs = [
        # What it sends, which it does for every call, goes to a port where nobody is.
        Leg(assoc, HOST, first_port + 2 * n, HOST, 9, send_receive)
        for n in range(count)
    ]
    over = threading.Event()
    for leg in legs:
        leg.start()
    reader = threading.Thread(target=read_all, args=(legs, over))
    reader.start()
    print("ready", flush=True)
    sys.stdin.read()
    over.set()
    reader.join()
    for leg in legs:
        leg.stop()
    told = {
        "received": sum(leg.received for leg in legs),
        "behind": sum(leg.behind for leg in legs),
        "longest_ms": 1000 * max(leg.longest_s for leg in legs),
    }
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
