"""The media worker's end of its relaying process: starts it, tells it, takes copies from it."""

import asyncio
import contextlib
import logging
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec
from prometheus_client import CollectorRegistry, Counter, Gauge

from sip_gateway.media.relay_link import (
    ANSWERS,
    COPIES_BYTES,
    MOST_BYTES,
    NUMBER,
    Counted,
    Order,
    Tap,
    pair,
    received,
    send,
)
from sip_gateway.media.relay_process import Place
from sip_gateway.media.rtp_socket import RtpSocket
from sip_gateway.settings import Settings
from sip_gateway.worker_protocol import (
    CloseRelays,
    FromWorker,
    OpenRelays,
    RelaysRefused,
    ToRelay,
)

logger = logging.getLogger(__name__)

AT_ONCE = 500
"""Copies that are taken before others get their turn."""


class Which(NamedTuple):
    """Which worker this is, and where all keep which calls they relay."""

    worker: int
    owners: Path


class Relaying:
    """Contract: `start` on the loop; `obey` what signalling says; `close` at the end.

    The process is started when it is needed first, and again when it died: signalling then learns
    that its calls are not relayed, and asks for them anew.
    """

    def __init__(
        self,
        settings: Settings,
        which: Which,
        *,
        say: Callable[[FromWorker], None],
        registry: CollectorRegistry,
    ) -> None:
        self._settings = settings
        self._which = which
        self._say = say
        self._process: subprocess.Popen[bytes] | None = None
        self._orders: socket.socket | None = None
        self._copies: socket.socket | None = None
        self._calls: set[str] = set()
        self._ears: dict[int, RtpSocket] = {}
        self._numbers: dict[tuple[str, str], int] = {}
        self._next = 0
        self._packets = Counter(
            "trunkline_sip_gateway_relay_packets_total",
            "Packets of calls in line: passed on; stray, from strangers; unsent, nowhere to send"
            " to; uncopied, passed on and not heard",
            ["result"],
            registry=registry,
        )
        self._relayed = Gauge(
            "trunkline_sip_gateway_relay_calls", "Calls in line that are relayed", registry=registry
        )

    def start(self) -> None:
        """Have the process ready where calls in line are to be expected."""
        if self._settings.inline.routes:
            self._begin()

    def obey(self, message: ToRelay) -> None:
        """What the signalling process says."""
        if isinstance(message, OpenRelays):
            self._calls.add(message.call_id)
        else:
            self._calls.discard(message.call_id)
            for key in [key for key in self._numbers if key[0] == message.call_id]:
                self._ears.pop(self._numbers.pop(key), None)
        if self._orders is None and isinstance(message, CloseRelays):
            return
        if not self._tell(message) and isinstance(message, OpenRelays):
            self._say(RelaysRefused(call_id=message.call_id, why="nobody to relay it"))

    def ear(self, call_id: str, tap: str) -> RtpSocket:
        """Hears what comes to this end from now on, in place of who did before."""
        self._ears.pop(self._numbers.pop((call_id, tap), -1), None)
        self._next += 1
        self._numbers[call_id, tap] = self._next
        ear = self._ears[self._next] = RtpSocket()
        self._tell(Tap(call_id=call_id, tap=tap, ear=self._next))
        return ear

    def close(self) -> None:
        """Let the process go: it stays for the calls that it has."""
        for end in (self._orders, self._copies):
            if end is not None:
                asyncio.get_running_loop().remove_reader(end.fileno())
                end.close()
        self._orders = self._copies = None
        if self._process is not None and self._process.poll() is None:
            self._process.returncode = 0  # whoever reaps orphans will wait for it
        self._process = None

    def _tell(self, order: Order) -> bool:
        if self._orders is None:
            self._begin()
        return self._orders is not None and send(self._orders, order)

    def _begin(self) -> None:
        orders, theirs = pair(MOST_BYTES)
        copies, their_copies = pair(COPIES_BYTES)
        settings, files = self._settings, (theirs.fileno(), their_copies.fileno())
        place = Place(
            host=settings.listen_host,
            first=settings.rtp_port_first,
            last=settings.rtp_port_last,
            worker=self._which.worker,
            workers=max(settings.media_workers, self._which.worker + 1),
            owners=str(self._which.owners),
            orders=files[0],
            copies=files[1],
        )
        argv = [sys.executable, "-m", "sip_gateway.media.relay_process"]
        with contextlib.closing(theirs), contextlib.closing(their_copies):
            try:
                # A session of its own, and on no leash: it must outlive this process.
                process = subprocess.Popen(
                    [*argv, msgspec.json.encode(place).decode()],
                    pass_fds=files,
                    start_new_session=True,
                    stdin=subprocess.DEVNULL,
                    stdout=sys.stderr,
                )
            except OSError as error:
                logger.error("relaying not started", extra={"reason": type(error).__name__})
                orders.close()
                copies.close()
                return
        self._process = process
        self._orders, self._copies = orders, copies
        loop = asyncio.get_running_loop()
        loop.add_reader(orders.fileno(), self._hear)
        loop.add_reader(copies.fileno(), self._take)
        for (call_id, tap), number in self._numbers.items():
            send(orders, Tap(call_id=call_id, tap=tap, ear=number))

    def _hear(self) -> None:
        if self._orders is None:
            return
        for data in received(self._orders):
            if not data:
                self._lost()
                return
            answer = ANSWERS.decode(data)
            if isinstance(answer, Counted):
                self._count(answer)
            else:
                self._say(answer)

    def _take(self) -> None:
        for _ in range(AT_ONCE):
            if self._copies is None:
                return
            try:
                data = self._copies.recv(1 << 16)
            except OSError:
                return
            if not data:
                asyncio.get_running_loop().remove_reader(self._copies.fileno())
                return
            if ear := self._ears.get(NUMBER.unpack_from(data)[0]):
                ear.datagram_received(data[NUMBER.size :], ("", 0))

    def _count(self, told: Counted) -> None:
        for result in ("passed", "stray", "unsent", "uncopied"):
            self._packets.labels(result).inc(getattr(told, result))
        self._relayed.set(told.calls)

    def _lost(self) -> None:
        """The process died: signalling asks for its calls anew."""
        logger.error("relaying process died", extra={"count": len(self._calls)})
        self.close()
        for call_id in self._calls:
            self._say(RelaysRefused(call_id=call_id, why="the relaying process died"))
