"""One UDP port that nothing waits for: the kernel keeps what comes, and when, until it is asked.

An event loop costs each datagram a wake-up, which is more than all else that is done with it;
asking ten times a second costs one system call for all that came (recvmmsg). When each datagram
arrived is the kernel's own word (SO_TIMESTAMPNS). Linux; elsewhere `rtp_socket` does it.
"""

import contextlib
import ctypes
import errno
import os
import socket
import struct
import sys
from collections.abc import Sequence
from functools import lru_cache
from operator import itemgetter
from time import monotonic, time

from sip_gateway.media.leg_socket import LegSocket
from sip_gateway.media.rtp_socket import MAX_DATAGRAM_BYTES, MAX_PENDING, bound_socket

_SO_TIMESTAMPNS = 35
_AT_ONCE = 32
_SLOT_BYTES = MAX_DATAGRAM_BYTES + 1
"""One more, to see what is too long."""

_IOVEC = struct.Struct("@PN")
_MSGHDR = struct.Struct("@PI4xPNPNi4xI4x")
"""struct mmsghdr where pointers have 64 bits: name, its size; iovec, count; control, its size;
flags; then the size of what came."""

_CONTROL_BYTES = 32
"""A header of 16 bytes and a struct timespec."""


class Mailbag:
    """Memory into which the sockets of one process receive, one after the other."""

    def __init__(self) -> None:
        # The interpreter's lock is kept: the call waits for nothing.
        self._recvmmsg = ctypes.PyDLL(None, use_errno=True).recvmmsg
        self._recvmmsg.argtypes = [
            ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int, ctypes.c_void_p
        ]  # fmt: skip
        self._data = bytearray(_AT_ONCE * _SLOT_BYTES)
        self._control = bytearray(_AT_ONCE * _CONTROL_BYTES)
        self._vectors = bytearray(_AT_ONCE * _IOVEC.size)
        self._headers = bytearray(_AT_ONCE * _MSGHDR.size)
        self._address = _address(self._headers)
        data, control, vectors = map(_address, (self._data, self._control, self._vectors))
        for n in range(_AT_ONCE):
            _IOVEC.pack_into(self._vectors, n * _IOVEC.size, data + n * _SLOT_BYTES, _SLOT_BYTES)
            _MSGHDR.pack_into(
                self._headers, n * _MSGHDR.size,
                0, 0, vectors + n * _IOVEC.size, 1, control + n * _CONTROL_BYTES, _CONTROL_BYTES,
                0, 0,
            )  # fmt: skip
        self._fresh = bytes(self._headers)
        words = _MSGHDR.size // 4
        self._sizes = memoryview(self._headers).cast("I")[words - 2 :: words]
        times = memoryview(self._control).cast("q")
        self._seconds, self._nanoseconds = times[2::4], times[3::4]
        self._slots = range(0, len(self._data), _SLOT_BYTES)

    def receive(self, fileno: int, *, ahead: float = 0.0) -> list[tuple[bytes, float]]:
        """What came, up to `_AT_ONCE`, and when by a clock that the wall clock is ahead of;
        OSError."""
        self._headers[:] = self._fresh
        count = self._recvmmsg(fileno, self._address, _AT_ONCE, socket.MSG_DONTWAIT, None)
        if count < 0:
            if (why := ctypes.get_errno()) in (errno.EAGAIN, errno.EINTR):
                return []
            raise OSError(why, os.strerror(why))
        if not count:
            return []
        seconds, nanoseconds = self._seconds[:count].tolist(), self._nanoseconds[:count].tolist()
        arrivals = [at - ahead + of * 1e-9 for at, of in zip(seconds, nanoseconds, strict=True)]
        return list(zip(self._datagrams(self._sizes[:count].tolist()), arrivals, strict=True))

    def _datagrams(self, sizes: list[int]) -> Sequence[bytes]:
        if sizes.count(sizes[0]) == len(sizes):  # nearly always, and then one call makes them all
            alike: tuple[bytes, ...] = _slots(len(sizes), sizes[0]).unpack_from(self._data)
            return alike
        data, slots = self._data, self._slots
        return [bytes(data[at : at + size]) for at, size in zip(slots, sizes, strict=False)]

    @staticmethod
    def works() -> bool:
        """Whether this system has what is needed, laid out as it is used here."""
        return sys.platform == "linux" and ctypes.sizeof(ctypes.c_void_p) == 8


class PolledSocket:
    """Contract: `take` what came, ten times a second; `close` when the leg is over.

    What comes faster than it is taken, the kernel drops: the leg hears a loss.
    """

    def __init__(self, udp: socket.socket, bag: Mailbag) -> None:
        self.port: int = udp.getsockname()[1]
        self.dropped = 0
        self.control: LegSocket | None = None
        """The port of RTCP, where it has one of its own."""

        self._udp = udp
        self._fileno = udp.fileno()
        self._bag = bag
        self._taken_at = monotonic()

    def take(self) -> list[tuple[bytes, float]]:
        """What came since the last call, with its time on the monotonic clock."""
        if self._fileno < 0:
            return []
        now = monotonic()
        ahead = time() - now
        came = some = self._receive(ahead)
        while len(some) == _AT_ONCE and len(came) < MAX_PENDING:
            some = self._receive(ahead)
            came = came + some
        if came and not self._plain(came, now):
            came = self._mended(came, now)
        self._taken_at = now
        return came

    def _receive(self, ahead: float) -> list[tuple[bytes, float]]:
        try:
            return self._bag.receive(self._fileno, ahead=ahead)
        except OSError:
            # A peer that is not there said so (ICMP, after a report of ours).
            return []

    def _plain(self, came: list[tuple[bytes, float]], now: float) -> bool:
        """All of it came since the last time, and is short: nearly always."""
        (first, first_at), (last, last_at) = came[0], came[-1]
        if len(first) != len(last) or len(first) > MAX_DATAGRAM_BYTES:
            return False
        if not self._taken_at <= first_at <= last_at <= now:
            return False
        return max(map(len, map(itemgetter(0), came))) <= MAX_DATAGRAM_BYTES

    def _mended(self, came: list[tuple[bytes, float]], now: float) -> list[tuple[bytes, float]]:
        """Without what is too long. Somebody may have set the wall clock meanwhile: it came since
        the last time in any case."""
        short = [one for one in came if len(one[0]) <= MAX_DATAGRAM_BYTES]
        self.dropped += len(came) - len(short)
        return [(data, min(now, max(self._taken_at, at))) for data, at in short]

    def send(self, data: bytes, host: str, port: int) -> None:
        """Send, if that is possible."""
        # An address of the other family, or none that is reachable: a report less.
        with contextlib.suppress(OSError):
            self._udp.sendto(data, (host, port))

    def close(self) -> None:
        """Free the port."""
        if self.control is not None:
            self.control.close()
        self._fileno = -1
        self._udp.close()


def open_polled(host: str, port: int, bag: Mailbag) -> PolledSocket:
    """Listen on the port; OSError if another process has it."""
    udp = bound_socket(host, port)
    udp.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
    return PolledSocket(udp, bag)


@lru_cache(maxsize=256)
def _slots(count: int, size: int) -> struct.Struct:
    """So many slots with as much in each."""
    return struct.Struct(f"{size}s{_SLOT_BYTES - size}x" * count)


def _address(memory: bytearray) -> int:
    """Where it lies; `memory` can change no more in size from now on."""
    return ctypes.addressof((ctypes.c_char * len(memory)).from_buffer(memory))
