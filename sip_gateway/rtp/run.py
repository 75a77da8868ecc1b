"""Packets that follow each other in every respect, as nearly all do, taken at a fraction of what a
closer look costs."""

import struct
from collections.abc import Sequence
from typing import NamedTuple

Datagram = tuple[bytes, float]
"""What came, and when."""

_HEAD = struct.Struct("!HHII")
_PLAIN = 0x8000
"""The first two bytes of a header without padding, CSRCs, extension and marker, payload type 0."""


class Next(NamedTuple):
    """The packet that plainly follows."""

    payload_type: int
    sequence: int
    timestamp: int
    ssrc: int
    payload_bytes: int
    step: int
    """Of timestamps, from one packet to the next."""


class Run(NamedTuple):
    """Packets in order, without a seam."""

    payloads: list[bytes]
    arrivals: list[float]


def run_of(datagrams: Sequence[Datagram], begin: int, *, following: Next) -> Run:
    """Those from `begin` on, up to the first that is anything else."""
    run = Run([], [])
    add_payload, add_arrival = run.payloads.append, run.arrivals.append
    kind, sequence, timestamp, ssrc, payload_bytes, step = following
    kind, size, head = kind | _PLAIN, payload_bytes + _HEAD.size, _HEAD.unpack_from
    for data, at in datagrams[begin:] if begin else datagrams:
        if len(data) != size or head(data) != (kind, sequence, timestamp, ssrc):
            break
        add_payload(data[12:])
        add_arrival(at)
        sequence = (sequence + 1) & 0xFFFF
        timestamp = (timestamp + step) & 0xFFFFFFFF
    return run
