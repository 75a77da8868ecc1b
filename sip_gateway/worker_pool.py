"""Media worker processes: kept running, and talked to over one unix socket each."""

import asyncio
import logging
import os
import struct
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol

import msgspec
from prometheus_client import CollectorRegistry, Counter, Gauge

from sip_gateway.worker_protocol import FromWorker, ToWorker
from trunkline.bus.waiting import pause

logger = logging.getLogger(__name__)

Spawn = Callable[[int, Path], Awaitable[asyncio.subprocess.Process]]
"""Starts media worker `index`, which listens on the socket path."""

MAX_MESSAGE_BYTES = 1 << 20
MAX_UNSENT_BYTES = 16 << 20
"""A worker that reads so little has hung: it is killed, and its calls go to its successor."""

START_S = 60.0
"""A worker loads its libraries first, and several start at once on few cores."""

STOP_S = 10.0
FIRST_BACK_OFF_S = 0.2
LONGEST_BACK_OFF_S = 5.0
SETTLED_S = 10.0
"""A worker that lived so long starts its back-off afresh."""

_LENGTH = struct.Struct("!I")
_DECODER = msgspec.json.Decoder(FromWorker)


class Listener(Protocol):
    """Who is told what the workers do."""

    def worker_up(self, worker: int) -> None:
        """It can be talked to."""

    def worker_down(self, worker: int) -> None:
        """It is gone with all it knew."""

    def receive_from_worker(self, worker: int, message: FromWorker) -> None:
        """It said something."""


class WorkerPool:
    """Contract: set `listener`, then `run`; `send` to workers that are up."""

    def __init__(
        self, spawn: Spawn, *, sockets: Path, count: int, registry: CollectorRegistry
    ) -> None:
        self.count = count
        self.listener: Listener | None = None
        self._spawn = spawn
        self._sockets = sockets
        self._writers: dict[int, asyncio.StreamWriter] = {}
        self._starts = Counter(
            "trunkline_sip_gateway_media_worker_starts_total",
            "Media worker processes started",
            registry=registry,
        )
        self._up = Gauge(
            "trunkline_sip_gateway_media_workers_up",
            "Media workers that can be talked to",
            registry=registry,
        )

    def ready(self) -> str:
        """Empty once every worker is up."""
        missing = [str(i) for i in range(self.count) if i not in self._writers]
        return f"media worker {', '.join(missing)} is not up" if missing else ""

    def send(self, worker: int, message: ToWorker) -> None:
        """Tell a worker; what is told to one that is down is lost, and it is told all anew."""
        writer = self._writers.get(worker)
        if writer is None:
            return
        body = msgspec.json.encode(message)
        writer.write(_LENGTH.pack(len(body)) + body)
        if writer.transport.get_write_buffer_size() > MAX_UNSENT_BYTES:
            writer.transport.abort()

    async def run(self, stop: asyncio.Event) -> None:
        """Keep every worker running until `stop` is set; then end them and return."""
        self._sockets.mkdir(parents=True, exist_ok=True, mode=0o700)
        async with asyncio.TaskGroup() as group:
            for worker in range(self.count):
                group.create_task(self._keep_running(worker, stop))

    async def _keep_running(self, worker: int, stop: asyncio.Event) -> None:
        back_off_s = FIRST_BACK_OFF_S
        loop = asyncio.get_running_loop()
        while not stop.is_set():
            started = loop.time()
            await self._live(worker, stop)
            if loop.time() - started > SETTLED_S:
                back_off_s = FIRST_BACK_OFF_S
            await pause(stop, back_off_s)
            back_off_s = min(2 * back_off_s, LONGEST_BACK_OFF_S)

    async def _live(self, worker: int, stop: asyncio.Event) -> None:
        """One life of a worker process."""
        # A new name each time: a predecessor that lives on for a moment unlinks its own at its end.
        for old in self._sockets.glob(f"w{worker}-*.sock"):
            old.unlink(missing_ok=True)
        path = self._sockets / f"w{worker}-{os.urandom(4).hex()}.sock"
        try:
            process = await self._spawn(worker, path)
        except OSError as error:
            logger.error("media worker not started", extra={"reason": type(error).__name__})
            return
        self._starts.inc()
        talk = asyncio.ensure_future(self._talk(worker, path))
        exited = asyncio.ensure_future(process.wait())
        stopped = asyncio.ensure_future(stop.wait())
        try:
            await asyncio.wait({talk, exited, stopped}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (talk, stopped):
                task.cancel()
            await asyncio.gather(talk, stopped, return_exceptions=True)
            await _end(process, exited)
        if not stop.is_set():
            logger.warning("media worker died", extra={"worker": worker})

    async def _talk(self, worker: int, path: Path) -> None:
        """From the first connection to its end."""
        connected = await _connect(path)
        if connected is None or self.listener is None:
            return
        reader, writer = connected
        self._writers[worker] = writer
        self._up.set(len(self._writers))
        self.listener.worker_up(worker)
        try:
            while True:
                (size,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
                if size > MAX_MESSAGE_BYTES:
                    break
                message = _DECODER.decode(await reader.readexactly(size))
                self.listener.receive_from_worker(worker, message)
        except (OSError, asyncio.IncompleteReadError, msgspec.DecodeError) as error:
            reason = type(error).__name__
            logger.info("media worker's connection ended", extra={"reason": reason})
        finally:
            del self._writers[worker]
            self._up.set(len(self._writers))
            writer.close()
            self.listener.worker_down(worker)


async def _connect(path: Path) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
    """Connect as soon as the worker listens; None if it does not in time."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + START_S
    while loop.time() < deadline:
        try:
            return await asyncio.open_unix_connection(path)
        except OSError:
            await asyncio.sleep(0.02)
    return None


async def _end(process: asyncio.subprocess.Process, exited: asyncio.Future[int]) -> None:
    """Let the process end by itself, then make it."""
    for end in (process.terminate, process.kill):
        if not exited.done():
            end()
            await asyncio.wait({exited}, timeout=STOP_S)
