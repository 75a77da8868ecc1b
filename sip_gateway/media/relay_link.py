"""What a media worker and its relaying process say to each other, over two socket pairs.

One carries orders and answers, each a message of its own; the other carries copies of what passed,
to be listened to. Who is slow loses copies and nothing else.
"""

import socket
import struct
from collections.abc import Iterator

import msgspec

from sip_gateway.worker_protocol import FromRelay, ToRelay

MOST_BYTES = 1 << 18
COPIES_BYTES = 4 << 20
"""Copies wait so long: about 10 s of 50 calls."""

NUMBER = struct.Struct("!I")
"""Before each copy: which ear it is for."""


class Tap(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Copy what comes to this end of a call's relays, from now on, to this ear."""

    call_id: str
    tap: str
    ear: int


class Counted(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """What became of packets since this was last told."""

    passed: int
    stray: int
    unsent: int
    uncopied: int
    calls: int
    """That are relayed now."""


Order = ToRelay | Tap
Answer = FromRelay | Counted
ORDERS: msgspec.msgpack.Decoder[Order] = msgspec.msgpack.Decoder(Order)
ANSWERS: msgspec.msgpack.Decoder[Answer] = msgspec.msgpack.Decoder(Answer)


def pair(size_bytes: int) -> tuple[socket.socket, socket.socket]:
    """Two ends of a line that keeps messages apart and tells when the other end is gone."""
    ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for end in ends:
        end.setblocking(False)
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, size_bytes)
    return ends


def send(end: socket.socket, message: Order | Answer) -> bool:
    """False if the other end is gone, or does not read."""
    try:
        end.send(msgspec.msgpack.encode(message))
    except OSError:
        return False
    return True


def received(end: socket.socket) -> Iterator[bytes]:
    """The messages that are there now; the last one is empty if the other end is gone."""
    while True:
        try:
            data = end.recv(MOST_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        yield data
        if not data:
            return
